//! The types of attribute values, and their JSON forms.

use std::fmt;

use jiff::civil::Date;
use serde_json::Value;

use crate::characters::is_readable;

/// The type of an attribute's values. It decides the JSON type of every claim made from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Any text; a JSON string.
    #[default]
    Text,
    /// `true`, `false`, `1` or `0` [XSD 1.1 Part 2 §3.3.2]; a JSON boolean.
    Boolean,
    /// A decimal number from -(2^53 - 1) to 2^53 - 1; a JSON number. Beyond that, readers that hold
    /// numbers as doubles would silently see another one [RFC 8259 §6].
    Integer,
    /// A day that exists, written `YYYY-MM-DD` without a zone; a JSON string.
    Date,
    /// A SAML NameID, which means somebody within its qualifiers: a text that stands in its place is none. A
    /// claim is its text; a JSON string.
    NameId,
    /// JSON of any type but `null`, whose whole numbers are exact as those of [`Kind::Integer`]; a claim is that.
    Json,
}

impl Kind {
    /// The JSON form of `value`, or `None` when it is not of this kind.
    pub(crate) fn to_json(self, value: &str) -> Option<Value> {
        match self {
            Self::Text | Self::NameId => Some(value.into()),
            Self::Boolean => match value {
                "true" | "1" => Some(true.into()),
                "false" | "0" => Some(false.into()),
                _ => None,
            },
            Self::Integer => {
                let number: i64 = value.parse().ok()?;
                (number.unsigned_abs() <= MAX_EXACT_INTEGER).then(|| number.into())
            }
            Self::Date => is_date(value).then(|| value.into()),
            Self::Json => serde_json::from_str(value).ok().filter(is_exact),
        }
    }
}

/// Whether `value` is a birth date of which the year is kept back, `0000-MM-DD`, or all but the year
/// [OIDC Core §5.1].
pub(crate) fn is_partial_date(value: &str) -> bool {
    let is_year = value.len() == 4 && value.bytes().all(|octet| octet.is_ascii_digit());
    is_year || (is_day(value) && value.starts_with(NO_YEAR))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Date => "date",
            Self::NameId => "nameid",
            Self::Json => "json",
        })
    }
}

/// Whether every reader sees the same in it, and no character that XML does not have. How deep it may be, the parser bounds.
fn is_exact(value: &Value) -> bool {
    let number = |number: &serde_json::Number| match (number.as_u64(), number.as_i64()) {
        // Beyond that a double has no fraction, and stands for many whole numbers.
        (None, None) => number.as_f64().is_some_and(|one| one.abs() < LEAST_INEXACT),
        (whole, negative) => {
            let whole = whole.or_else(|| negative.map(i64::unsigned_abs));
            whole.is_some_and(|whole| whole <= MAX_EXACT_INTEGER)
        }
    };
    match value {
        Value::Null => false,
        Value::Bool(_) => true,
        Value::String(text) => is_readable(text),
        Value::Number(one) => number(one),
        Value::Array(items) => items.iter().all(|one| one.is_null() || is_exact(one)),
        Value::Object(members) => {
            members.iter().all(|(name, one)| is_readable(name) && (one.is_null() || is_exact(one)))
        }
    }
}

/// A reader of the year 0 would count some two thousand years, and let a child in.
fn is_date(value: &str) -> bool {
    is_day(value) && !value.starts_with(NO_YEAR)
}

/// The parser takes more: years of another length, no dashes, and a time of day.
fn is_day(value: &str) -> bool {
    let bytes = value.bytes();
    let shape = |(byte, shape): (u8, u8)| (shape == b'0' && byte.is_ascii_digit()) || byte == shape;
    let is_shaped = value.len() == DATE.len() && bytes.zip(*DATE).all(shape);
    is_shaped && value.parse::<Date>().is_ok()
}

const DATE: &[u8; 10] = b"0000-00-00";

/// What stands for the year in a date that has none.
const NO_YEAR: &str = "0000-";

/// From here on a double stands for several whole numbers: 2^53.
const LEAST_INEXACT: f64 = 9_007_199_254_740_992.0;

/// The largest whole number that a double holds exactly, and every smaller one too.
const MAX_EXACT_INTEGER: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_boolean_is_one_of_the_four_words_of_xml_schema() {
        for (word, meaning) in [("true", true), ("1", true), ("false", false), ("0", false)] {
            assert_eq!(Kind::Boolean.to_json(word), Some(json!(meaning)), "{word}");
        }
        for other in ["TRUE", "yes", "2", "01", "tosi", ""] {
            assert_eq!(Kind::Boolean.to_json(other), None, "{other}");
        }
    }

    #[test]
    fn an_integer_is_exact_for_every_reader_or_refused() {
        assert_eq!(Kind::Integer.to_json("-12"), Some(json!(-12)));
        assert_eq!(
            Kind::Integer.to_json("9007199254740991"),
            Some(json!(9_007_199_254_740_991_u64))
        );
        for other in ["9007199254740992", "-9223372036854775808", "1.0", "1e3", " 1", ""] {
            assert_eq!(Kind::Integer.to_json(other), None, "{other}");
        }
    }

    #[test]
    fn json_is_what_it_says_and_null_is_nothing() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for good in [json!({"a": [1, null]}), json!("text"), json!(true), json!(1.5), json!([])] {
            assert_eq!(Kind::Json.to_json(&good.to_string()), Some(good));
        }
        for other in [
            "null",
            "",
            "text",
            "{",
            "9007199254740992",
            "[-9007199254740992]",
            "18446744073709551617",
            "1e300",
            r#""\u0000""#,
            r#"{"\u001b": 1}"#,
            &deep,
        ] {
            assert_eq!(Kind::Json.to_json(other), None, "{other}");
        }
    }

    #[test]
    fn a_part_of_a_date_is_no_date_and_is_recognised() {
        for part in ["1981", "0000", "0000-02-21", "0000-02-29"] {
            assert_eq!(Kind::Date.to_json(part), None, "{part}");
            assert!(is_partial_date(part), "{part}");
        }
        for other in ["1981-02-21", "198", "19810", "0000-13-01", "0000-02", "year", "1981-02", ""]
        {
            assert!(!is_partial_date(other), "{other}");
        }
    }

    #[test]
    fn a_date_is_a_day_that_exists_and_stays_text() {
        for day in ["1981-02-21", "2000-02-29", "2024-02-29", "1999-12-31"] {
            assert_eq!(Kind::Date.to_json(day), Some(json!(day)));
        }
        for other in [
            "1900-02-29",
            "2023-02-29",
            "1981-04-31",
            "1981-13-01",
            "1981-00-10",
            "1981-01-00",
            "21.2.1981",
            "1981-2-21",
            "1981-02-21Z",
            "1981-02",
            "1981-02-21-",
            "+981-02-21",
            "",
            "1981-02-２1",
        ] {
            assert_eq!(Kind::Date.to_json(other), None, "{other}");
        }
    }
}
