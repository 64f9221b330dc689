//! One spelling for the identity codes of the Finnish population register.

/// The attribute that holds a personal identity code, in every dictionary that has one.
const NATIONAL_ID: &str = "nationalIdentificationNumber";

/// The attribute that holds an electronic client identifier.
const ELECTRONIC_ID: &str = "electronicIdentificationNumber";

/// `value` with its letters in capitals, if it is a personal identity code (`nationalIdentificationNumber`)
/// or an electronic client identifier (`electronicIdentificationNumber`). The register writes capitals,
/// some providers do not, and a person is known by these letters whoever wrote them.
///
/// Everything else stays as it came: the last part of an eIDAS `PersonIdentifier`, for one, is opaque,
/// and only the state that made it knows whether case counts there [eIDAS SAML Attribute Profile].
#[must_use]
pub fn in_one_spelling(attribute: &str, value: &str) -> String {
    let is_code = match attribute {
        NATIONAL_ID => has_shape(value, b"000000-000X") || has_shape(value, b"000000A000X"),
        ELECTRONIC_ID => has_shape(value, b"00000000X"),
        _ => false,
    };
    if is_code { value.to_ascii_uppercase() } else { value.to_owned() }
}

/// `0` stands for a digit, `X` for a digit or a letter, `A` for a letter, `-` for the signs of the
/// centuries that have no letter.
fn has_shape(value: &str, shape: &[u8]) -> bool {
    let fits = |(octet, shape): (u8, &u8)| match shape {
        b'0' => octet.is_ascii_digit(),
        b'X' => octet.is_ascii_alphanumeric(),
        b'A' => octet.is_ascii_alphabetic(),
        _ => matches!(octet, b'-' | b'+'),
    };
    value.len() == shape.len() && value.bytes().zip(shape).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_in_capitals_whoever_wrote_it() {
        for (attribute, written, expected) in [
            (NATIONAL_ID, "010170-912x", "010170-912X"),
            (NATIONAL_ID, "010101a912n", "010101A912N"),
            (NATIONAL_ID, "010101b9123", "010101B9123"),
            (NATIONAL_ID, "010170+912x", "010170+912X"),
            (ELECTRONIC_ID, "99900001h", "99900001H"),
        ] {
            assert_eq!(in_one_spelling(attribute, written), expected);
            assert_eq!(in_one_spelling(attribute, expected), expected, "what the register writes");
        }
    }

    #[test]
    fn everything_else_stays_as_it_came() {
        for (attribute, value) in [
            (NATIONAL_ID, "invented-1"),
            (NATIONAL_ID, "010170/912x"),
            (NATIONAL_ID, "010170-912xy"),
            (NATIONAL_ID, "o10170-912x"),
            (NATIONAL_ID, "urn:x-eidas:es/fi/aBc"),
            (NATIONAL_ID, "01017ä-912x"),
            (NATIONAL_ID, ""),
            (ELECTRONIC_ID, "9990000h"),
            ("PersonIdentifier", "ES/FI/aBc"),
            ("PersonIdentifier", "010170-912x"),
            ("foreignpersonIdentifier", "010170-912x"),
            ("providerSubject", "010170-912x"),
        ] {
            assert_eq!(in_one_spelling(attribute, value), value);
        }
    }
}
