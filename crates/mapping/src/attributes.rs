//! The attributes of a person, under internal names.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use crate::Dictionary;
use crate::personal_code::in_one_spelling;

/// The recognised attributes of one person, by internal name, with their values in the order
/// delivered. `Debug` prints none of them: the names alone can reveal something about a person.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    values: BTreeMap<String, Vec<String>>,
    unknown: usize,
}

impl Dictionary {
    /// Takes pairs of SAML `Name` and values, and keeps those that the dictionary knows.
    ///
    /// A `Name` is matched byte for byte. Unknown ones are counted and dropped unread. Values lose
    /// XML white space at both ends, once; a Finnish personal identity code gets capital letters. They
    /// are otherwise kept as they came, empty ones too.
    ///
    /// # Errors
    /// [`AttributeError::Duplicate`] when one attribute comes twice, under the same source or under
    /// two of its sources; [`AttributeError::ControlCharacter`].
    pub fn recognise<'a, V: IntoIterator<Item = &'a str>>(
        &self,
        delivered: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Result<Attributes, AttributeError> {
        let mut known = Attributes::default();
        for (source, values) in delivered {
            let Some(name) = self.name_of(source) else {
                known.unknown += 1;
                continue;
            };
            let cleaned = values.into_iter().map(|value| clean_value(name, value));
            let values = cleaned.collect::<Result<_, _>>()?;
            // Two statements about one attribute may disagree, and the broker must not choose one.
            if known.values.insert(name.to_owned(), values).is_some() {
                return Err(AttributeError::Duplicate { attribute: name.to_owned() });
            }
        }
        Ok(known)
    }
}

impl Attributes {
    /// The first value of `name` that is not empty.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.values(name).iter().map(String::as_str).find(|value| !value.is_empty())
    }

    /// All values of `name` in the order delivered; none when it was not delivered. What may have
    /// one value only, such as the attribute behind `sub`, is matched here as `[one]`.
    #[must_use]
    pub fn values(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// What `names` had, each with its values, for later; one that was not delivered has none. Nothing else
    /// is among them.
    pub fn only<'a>(
        &'a self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> impl Iterator<Item = (&'a str, &'a [String])> {
        names.into_iter().map(|name| (name, self.values(name)))
    }

    /// What was recognised before, as [`Attributes::only`] gave it.
    #[must_use]
    pub fn from_kept(kept: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        Self { values: kept.into_iter().collect(), unknown: 0 }
    }

    /// Takes `name` out, as if it had not been delivered.
    pub fn remove(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// Whether `name` was delivered, with a value or without.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// How many delivered attributes the dictionary does not know.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attributes({} known, {} unknown)", self.values.len(), self.unknown)
    }
}

/// Why the attributes cannot be used. It names the attribute as our dictionary does.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttributeError {
    /// One attribute was delivered twice.
    #[error("attribute `{attribute}` was delivered more than once")]
    Duplicate {
        /// The internal name.
        attribute: String,
    },
    /// A value holds a control character other than tab and newline: carriage return could end a
    /// header or a log line downstream, and no name or address needs one.
    #[error("attribute `{attribute}` has a control character in a value")]
    ControlCharacter {
        /// The internal name.
        attribute: String,
    },
}

/// Trims a value, and refuses control characters.
///
/// Not normalised to NFC: that takes Unicode tables, whose next version could give a person another
/// value. Only what a person may be known by, and what letters alone can spell in two ways, gets one
/// spelling.
fn clean_value(attribute: &str, value: &str) -> Result<String, AttributeError> {
    let value = value.trim_matches(XML_WHITE_SPACE);
    if value.contains(|c: char| c.is_control() && c != '\t' && c != '\n') {
        return Err(AttributeError::ControlCharacter { attribute: attribute.to_owned() });
    }
    Ok(in_one_spelling(attribute, value))
}

/// White space of XML [XML 1.0 §2.3]; a no-break space, say, is text.
const XML_WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::{Attribute, Kind, suomifi};

    const CN: &str = "urn:oid:2.5.4.3";
    const HETU: &str = "urn:oid:1.2.246.21";

    fn refusal(delivered: &[(&str, Vec<&str>)]) -> AttributeError {
        suomifi().recognise(delivered.iter().cloned()).unwrap_err()
    }

    #[test]
    fn keeps_values_under_internal_names_in_the_order_delivered() {
        let known =
            suomifi().recognise([(HETU, vec!["210281-9988"]), (CN, vec!["b", "a"])]).unwrap();
        assert_eq!(known.first("nationalIdentificationNumber"), Some("210281-9988"));
        assert_eq!(known.values("cn"), ["b", "a"]);
        assert!(known.values("sn").is_empty());
    }

    #[test]
    fn counts_and_drops_what_it_does_not_know() {
        // A FriendlyName, another case, a look-alike (Cyrillic а), and a blank too many.
        let near = ["cn", "URN:OID:2.5.4.3", "urn:oid:2.5.4.3 ", "urn:oid:2.5.4.33", "urn:oid:а"];
        let known = suomifi().recognise(near.map(|name| (name, ["\0"]))).unwrap();
        assert_eq!(known, Attributes { unknown: 5, ..Attributes::default() });
        assert_eq!(known.unknown(), 5);
    }

    #[test]
    fn an_attribute_delivered_twice_is_refused() {
        let twice = AttributeError::Duplicate { attribute: "nationalIdentificationNumber".into() };
        assert_eq!(refusal(&[(HETU, vec!["1"]), (CN, vec![]), (HETU, vec!["2"])]), twice);
        assert_eq!(refusal(&[(HETU, vec!["1"]), (HETU, vec!["1"])]), twice);
        assert_eq!(refusal(&[(HETU, vec![]), (HETU, vec!["1"])]), twice);
    }

    #[test]
    fn an_attribute_delivered_under_two_of_its_sources_is_refused() {
        let mail = Attribute {
            name: "mail".into(),
            sources: vec!["urn:mail:old".into(), "urn:mail:new".into()],
            kind: Kind::Text,
            sensitive: true,
        };
        let dictionary = Dictionary::new(vec![mail]).unwrap();
        let both = dictionary.recognise([("urn:mail:old", ["a"]), ("urn:mail:new", ["b"])]);
        assert_eq!(both.unwrap_err(), AttributeError::Duplicate { attribute: "mail".into() });
        let one = dictionary.recognise([("urn:mail:new", ["b"])]).unwrap();
        assert_eq!(one.first("mail"), Some("b"));
    }

    #[test]
    fn trims_xml_white_space_and_nothing_else() {
        let values = ["\r\n\t Åke O'Hara-Öst \n", "two\tlines\nof text", "\u{a0}x\u{a0}", " ", ""];
        let known = suomifi().recognise([(CN, values)]).unwrap();
        let expected = ["Åke O'Hara-Öst", "two\tlines\nof text", "\u{a0}x\u{a0}", "", ""];
        assert_eq!(known.values("cn"), expected);
    }

    #[test]
    fn a_control_character_inside_a_value_is_refused() {
        let error = AttributeError::ControlCharacter { attribute: "cn".into() };
        for bad in ["a\0b", "a\r\nSet-Cookie: x", "a\u{1b}[2J", "a\u{7f}", "a\u{85}b", "\u{b}a"] {
            assert_eq!(refusal(&[(CN, vec!["fine", bad])]), error, "{bad:?}");
        }
    }

    #[test]
    fn what_is_kept_of_them_is_what_was_named_and_comes_back() {
        let known =
            suomifi().recognise([(HETU, vec!["210281-9988"]), (CN, vec!["b", ""])]).unwrap();
        let kept: Vec<_> = known.only(["cn", "sn"]).collect();
        assert_eq!(kept, [("cn", &["b".to_owned(), String::new()][..]), ("sn", &[])]);
        let owned = kept.into_iter().map(|(name, values)| (name.to_owned(), values.to_vec()));
        let again = Attributes::from_kept(owned);
        assert_eq!(again.values("cn"), ["b", ""]);
        for absent in ["sn", "nationalIdentificationNumber"] {
            assert!(again.values(absent).is_empty(), "{absent}");
        }
    }

    #[test]
    fn the_first_value_is_never_an_empty_one() {
        let known = suomifi().recognise([(CN, vec!["", "x"]), (HETU, vec!["  "])]).unwrap();
        assert_eq!(known.first("cn"), Some("x"));
        assert_eq!(known.first("nationalIdentificationNumber"), None);
        assert!(known.contains("nationalIdentificationNumber"));
        assert!(!known.contains("sn"));
    }
}
