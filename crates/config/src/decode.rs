//! From the octets of a file to its text.

use crate::problem::{Problem, Problems};
use crate::yaml::{Position, Span};

/// The text of a file, which is UTF-8; a byte order mark is left out.
///
/// # Errors
/// [`Problems`] that say what it is instead.
pub fn decode(file: &str, octets: Vec<u8>) -> Result<String, Problems> {
    let wide = octets.starts_with(&[0xFF, 0xFE]) || octets.starts_with(&[0xFE, 0xFF]);
    if wide || octets.iter().take(HEAD).any(|octet| *octet == 0) {
        let what = "the file is UTF-16, as Windows PowerShell writes what it redirects, or no text";
        return Err(problem(file, Position { line: 1, column: 1 }, what, "save it as UTF-8"));
    }
    String::from_utf8(octets)
        .map(|text| match text.strip_prefix('\u{FEFF}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })
        .map_err(|error| {
            let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let good = String::from_utf8_lossy(good);
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let line = count(good.matches('\n').count()).saturating_add(1);
            let last = good.rsplit('\n').next().unwrap_or_default();
            let at = Position { line, column: count(last.chars().count()).saturating_add(1) };
            let what = "the file is not UTF-8 here: a letter beyond ASCII is written in another code, such as \
                        Latin-1";
            problem(file, at, what, "save the file as UTF-8")
        })
}

fn problem(file: &str, at: Position, what: &str, instead: &str) -> Problems {
    Problems::new(file, vec![Problem::new(Span { start: at, end: at }, "", what, instead)])
}

/// UTF-16 has a zero in every other octet of English text.
const HEAD: usize = 64;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_file_in_another_code_is_told_so_and_where() {
        let said = |octets: &[u8]| decode("f", octets.to_vec()).unwrap_err().to_string();
        assert!(said(b"# \xE4\n").starts_with("f:1:3  the file is not UTF-8 here"));
        assert!(
            said(b"a: \"\xC3\xA4\"\nb: \xE4\n").starts_with("f:2:4  the file is not UTF-8 here")
        );
        for wide in ["\u{FEFF}a: b", "a: b"] {
            let octets: Vec<_> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert!(said(&octets).starts_with("f:1:1  the file is UTF-16"), "{wide}");
        }
        assert_eq!(decode("f", b"\xEF\xBB\xBFa: b".to_vec()).unwrap(), "a: b");
    }
}
