//! What two texts differ in, line by line.

use std::fmt::Write as _;

/// The lines that one text has and the other has not, between those that both have: `-` was expected, `+` was made.
pub(super) fn lines(expected: &str, made: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), made.lines().collect());
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let before = old.iter().zip(&new).take_while(same).count();
    let rest = (old.get(before..).unwrap_or_default(), new.get(before..).unwrap_or_default());
    let behind = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(same).count();
    let mut text = String::new();
    let mut write = |sign: char, all: &[&str]| {
        for line in all.iter().take(all.len().saturating_sub(behind)) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{sign} {line}");
        }
    };
    write('-', rest.0);
    write('+', rest.1);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_have_before_and_behind_is_left_out() {
        assert_eq!(lines("a\nb\nc\n", "a\nx\ny\nc\n"), "- b\n+ x\n+ y\n");
        assert_eq!(lines("a\nb\n", "a\n"), "- b\n");
        assert_eq!(lines("", "a\n"), "+ a\n");
        assert_eq!(lines("a\na\n", "a\n"), "- a\n");
        assert_eq!(lines("a\n", "a\n"), "");
    }
}
