//! Strings of bits as ConcatKDF's parameters are written.

use crate::agreement_error::AgreementError;

/// Bit strings of ConcatKDF, each as hexadecimal digits whose first octet counts the bits that pad the last
/// one, put one behind the other without their padding [XMLEnc11 §5.4.1]. One without any octet is empty, as in
/// what W3C published of this.
pub(crate) fn concatenated<'a>(
    fields: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<u8>, AgreementError> {
    let mut octets: Vec<u8> = vec![];
    let mut used = 0_u32;
    for field in fields {
        let field = hexadecimal(field).ok_or(AgreementError::BitString)?;
        let Some((padding, string)) = field.split_first() else { continue };
        let padding = u32::from(*padding);
        let padded = string.last().map_or(0, |last| last.trailing_zeros());
        if padding > 7 || padding > padded {
            return Err(AgreementError::BitString);
        }
        for (at, octet) in string.iter().enumerate() {
            let bits = if at + 1 == string.len() { 8 - padding } else { 8 };
            for bit in 0..bits {
                let set = ((octet >> (7 - bit)) & 1) << (7 - used);
                match octets.last_mut().filter(|_| used != 0) {
                    Some(last) => *last |= set,
                    None => octets.push(set),
                }
                used = (used + 1) % 8;
            }
        }
    }
    if used == 0 { Ok(octets) } else { Err(AgreementError::PartOfOctet) }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    if text.len() > 2 * FIELD_LIMIT || !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |octet: u8| char::from(octet).to_digit(16).and_then(|one| u8::try_from(one).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some((digit(*pair.first()?)? << 4) | digit(*pair.last()?)?)).collect()
}

/// Octets of a field of ConcatKDF: real ones hold a name or nothing.
const FIELD_LIMIT: usize = 1024;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn bit_strings_follow_each_other_without_their_padding() {
        assert_eq!(concatenated(["00", "00ab", "00"]).unwrap(), [0xab]);
        // 11011, 11010, 101110: two octets.
        assert_eq!(concatenated(["03D8", "03d0", "02B8"]).unwrap(), [0b1101_1110, 0b1010_1110]);
        assert!(concatenated([]).unwrap().is_empty());
        assert_eq!(concatenated(["", "00ab", " "]).unwrap(), [0xab]);
    }

    #[test]
    fn a_bit_string_that_is_none_is_refused() {
        for wrong in ["0", "08ff", "08", "03D9", "01", "GG", "00F F", "07", "+000"] {
            assert_eq!(concatenated([wrong]), Err(AgreementError::BitString), "{wrong:?}");
        }
        // Eighteen bits are no octets.
        let part = AgreementError::PartOfOctet;
        assert_eq!(concatenated(["0000", "03D8", "03D0"]), Err(part));
        let filled = |octets| format!("00{}", "ab".repeat(octets));
        assert_eq!(concatenated([filled(1_023).as_str()]).unwrap().len(), 1_023);
        let long = concatenated([filled(1_024).as_str()]);
        assert_eq!(long, Err(AgreementError::BitString));
    }
}
