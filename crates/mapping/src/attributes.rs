//! The attributes of a person, under internal names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use crate::characters::{XML_WHITE_SPACE, is_readable};
use crate::personal_code::in_one_spelling;
use crate::{Dictionary, Kind, NAME_ID, QUALIFIED_NAME_ID, qualified, unqualified};

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
    /// A `Name` is matched byte for byte. Unknown ones are counted and dropped unread. All values of one
    /// attribute are one list in the order delivered, in however many parts they came and under whichever of
    /// its sources: that they stand in one element is only recommended [SAML2Core §2.7.3], and who configures
    /// several sources says that they mean the same. Nobody chooses among them here; whether several are too
    /// many is judged where one is needed.
    ///
    /// A text is no value of an attribute of NameIDs: those come by [`Attributes::add_names`].
    ///
    /// Values lose XML white space at both ends, once, and a carriage return in them becomes the line feed that
    /// it is in a document [XML 1.0 §2.11]; a Finnish personal identity code gets capital letters. They are
    /// otherwise kept as they came, empty ones too: what nobody uses refuses nobody.
    pub fn recognise<'a, V: IntoIterator<Item = &'a str>>(
        &self,
        delivered: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Attributes {
        let mut known = Attributes::default();
        for (source, values) in delivered {
            let Some(name) = self.name_of(source) else {
                known.unknown += 1;
                continue;
            };
            if self.attribute(name).is_some_and(|one| one.kind == Kind::NameId) {
                continue;
            }
            let cleaned = values.into_iter().map(|value| in_one_spelling(name, &clean(value)));
            known.values.entry(name.to_owned()).or_default().extend(cleaned);
        }
        known
    }
}

impl Attributes {
    /// The first value of `name` that is not empty.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.values(name).iter().map(String::as_str).find(|value| !value.is_empty())
    }

    /// All values of `name` in the order delivered; none when it was not delivered.
    #[must_use]
    pub fn values(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// The one value of `name`, for what may have one only, such as the attribute behind `sub`. Values that are
    /// equal are one: whichever is taken, it says the same. `None` when there is none, or when they differ.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn one(&self, name: &str) -> Result<Option<&str>, AttributeError> {
        let values = self.readable(name)?;
        Ok(only(values).filter(|value| !value.is_empty()))
    }

    /// All values of `name`, each of them fit to be compared.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn readable(&self, name: &str) -> Result<&[String], AttributeError> {
        let values = self.values(name);
        if values.iter().all(|value| is_readable(value)) {
            return Ok(values);
        }
        Err(AttributeError::ForbiddenCharacter { attribute: name.to_owned() })
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

    /// Adds the NameID: its text as [`NAME_ID`], and what it identifies a person by, which is the text behind
    /// `scope`, as [`QUALIFIED_NAME_ID`]. An empty or blank text is no name.
    pub fn add_name_id(&mut self, text: &str, scope: &str) {
        let text = clean(text).into_owned();
        if !text.is_empty() {
            self.values.insert(QUALIFIED_NAME_ID.to_owned(), vec![format!("{scope}{text}")]);
            self.values.insert(NAME_ID.to_owned(), vec![text]);
        }
    }

    /// Adds the NameIDs that were delivered as an attribute, if it is one of NameIDs: their texts under its
    /// internal name, and what they identify a person by, which is each text behind its scope, as
    /// [`qualified`] of that. An empty or blank text is no name.
    pub fn add_names<'a>(
        &mut self,
        dictionary: &Dictionary,
        source: &str,
        names: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        let name = dictionary.name_of(source).and_then(|name| dictionary.attribute(name));
        let Some(attribute) = name.filter(|one| one.kind == Kind::NameId) else {
            self.unknown += 1;
            return;
        };
        for (text, scope) in names {
            let text = clean(text).into_owned();
            if !text.is_empty() {
                let qualified = self.values.entry(qualified(&attribute.name)).or_default();
                qualified.push(format!("{scope}{text}"));
                self.values.entry(attribute.name.clone()).or_default().push(text);
            }
        }
    }

    /// Takes `name` out, as if it had not been delivered; of a NameID its text too.
    pub fn remove(&mut self, name: &str) {
        self.values.remove(name);
        if let Some(text) = unqualified(name) {
            self.values.remove(text);
        }
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

/// Why a value that is needed cannot be used. It names the attribute as our dictionary does.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttributeError {
    /// A value holds what is no character in XML, such as a zero byte or an escape sequence: SAML cannot
    /// bring it, no name or address needs it, and our own SAML could not pass it on.
    #[error("attribute `{attribute}` has a character in a value that XML does not have")]
    ForbiddenCharacter {
        /// The internal name.
        attribute: String,
    },
}

/// Not normalised to NFC: that takes Unicode tables, whose next version could give a person another
/// value. Only what a person may be known by, and what letters alone can spell in two ways, gets one
/// spelling.
pub(crate) fn clean(value: &str) -> Cow<'_, str> {
    let value = value.trim_matches(XML_WHITE_SPACE);
    if value.contains('\r') {
        // Both ends of a line become one [XML 1.0 §2.11], also where they came as character references.
        return value.replace("\r\n", "\n").replace('\r', "\n").into();
    }
    value.into()
}

/// The value of these that all are; `None` where they differ, or where there is none.
pub(crate) fn only(values: &[String]) -> Option<&str> {
    let (first, others) = values.split_first()?;
    others.iter().all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::example::suomifi;
    use crate::{Attribute, DictionaryError, Kind};

    const CN: &str = "urn:oid:2.5.4.3";
    const HETU: &str = "urn:oid:1.2.246.21";

    fn of(delivered: &[(&str, Vec<&str>)]) -> Attributes {
        suomifi().recognise(delivered.iter().cloned())
    }

    #[test]
    fn keeps_values_under_internal_names_in_the_order_delivered() {
        let known = suomifi().recognise([(HETU, vec!["210281-9988"]), (CN, vec!["b", "a"])]);
        assert_eq!(known.first("nationalIdentificationNumber"), Some("210281-9988"));
        assert_eq!(known.values("cn"), ["b", "a"]);
        assert!(known.values("sn").is_empty());
    }

    #[test]
    fn counts_and_drops_what_it_does_not_know() {
        // A FriendlyName, another case, a look-alike (Cyrillic а), and a blank too many.
        let near = ["cn", "URN:OID:2.5.4.3", "urn:oid:2.5.4.3 ", "urn:oid:2.5.4.33", "urn:oid:а"];
        let known = suomifi().recognise(near.map(|name| (name, ["\0"])));
        assert_eq!(known, Attributes { unknown: 5, ..Attributes::default() });
        assert_eq!(known.unknown(), 5);
    }

    #[test]
    fn values_of_one_name_are_one_list_in_however_many_parts_they_come() {
        let parts = [(HETU, vec!["2"]), (CN, vec![]), (HETU, vec![]), (HETU, vec!["1", "2"])];
        let known = of(&parts);
        assert_eq!(known.values("nationalIdentificationNumber"), ["2", "1", "2"]);
        assert!(known.contains("cn") && known.values("cn").is_empty());
    }

    #[test]
    fn values_under_two_sources_of_one_attribute_are_one_list() {
        let mail = Attribute {
            name: "mail".into(),
            sources: vec!["urn:mail:old".into(), "urn:mail:new".into()],
            kind: Kind::Text,
            sensitive: true,
        };
        let dictionary = Dictionary::new(vec![mail]).unwrap();
        let both = dictionary.recognise([("urn:mail:new", ["a"]), ("urn:mail:old", ["b"])]);
        assert_eq!(both.values("mail"), ["a", "b"]);
        assert_eq!(both.one("mail"), Ok(None));
        let same = dictionary.recognise([("urn:mail:new", ["a"]), ("urn:mail:old", ["a"])]);
        assert_eq!(same.one("mail"), Ok(Some("a")));
    }

    #[test]
    fn the_one_value_is_there_where_all_values_are_equal() {
        for (values, one) in [
            (vec!["a"], Some("a")),
            (vec!["a", " a\n"], Some("a")),
            (vec!["a", "b"], None),
            (vec!["a", "A"], None),
            (vec!["", "a"], None),
            (vec!["", ""], None),
            (vec![], None),
        ] {
            assert_eq!(of(&[(CN, values.clone())]).one("cn"), Ok(one), "{values:?}");
        }
        let codes = of(&[(HETU, vec!["010170-912x"]), (HETU, vec!["010170-912X"])]);
        assert_eq!(codes.one("nationalIdentificationNumber"), Ok(Some("010170-912X")));
    }

    #[test]
    fn trims_xml_white_space_and_nothing_else() {
        let values = ["\r\n\t Åke O'Hara-Öst \n", "two\tlines\nof text", "\u{a0}x\u{a0}", " ", ""];
        let known = suomifi().recognise([(CN, values)]);
        let expected = ["Åke O'Hara-Öst", "two\tlines\nof text", "\u{a0}x\u{a0}", "", ""];
        assert_eq!(known.values("cn"), expected);
    }

    #[test]
    fn a_carriage_return_becomes_the_line_feed_that_it_is_in_a_document() {
        for (came, read) in [
            ("Kuja 1\r\n00100 Helsinki", "Kuja 1\n00100 Helsinki"),
            ("Kuja 1\r00100 Helsinki", "Kuja 1\n00100 Helsinki"),
            ("a\r\r\n\nb", "a\n\n\nb"),
            ("\r\na\r", "a"),
        ] {
            assert_eq!(of(&[(CN, vec![came])]).one("cn"), Ok(Some(read)), "{came:?}");
        }
    }

    #[test]
    fn what_is_a_character_in_xml_stays_as_it_came() {
        for text in ["a\tb", "a\u{7f}b", "a\u{85}b", "a\u{2028}b", "\u{feff}a", "a\u{fffd}", "🜁"]
        {
            assert_eq!(of(&[(CN, vec![text])]).one("cn"), Ok(Some(text)), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_character_in_xml_refuses_only_whoever_uses_it() {
        let forbidden = AttributeError::ForbiddenCharacter { attribute: "cn".into() };
        for bad in ["a\0b", "a\u{1b}[2J", "\u{b}a", "a\u{fffe}", "a\u{ffff}"] {
            let known = of(&[(CN, vec!["fine", bad]), (HETU, vec!["210281-9988"])]);
            assert_eq!(known.readable("cn"), Err(forbidden.clone()), "{bad:?}");
            assert_eq!(known.one("cn"), Err(forbidden.clone()), "{bad:?}");
            assert_eq!(known.one("nationalIdentificationNumber"), Ok(Some("210281-9988")));
        }
    }

    #[test]
    fn a_name_id_is_a_text_and_what_it_identifies_and_a_blank_one_is_none() {
        let mut known = of(&[(CN, vec!["b"])]);
        for blank in ["", " \r\n\t"] {
            known.add_name_id(blank, "scope ");
            assert!(!known.contains(NAME_ID) && !known.contains(QUALIFIED_NAME_ID), "{blank:?}");
        }
        known.add_name_id("\n Kalle@Koulu ", "scope ");
        assert_eq!(known.one(NAME_ID), Ok(Some("Kalle@Koulu")));
        assert_eq!(known.one(QUALIFIED_NAME_ID), Ok(Some("scope Kalle@Koulu")));
        assert_eq!(format!("{known:?}"), "Attributes(3 known, 0 unknown)");
        known.remove(QUALIFIED_NAME_ID);
        assert!(!known.contains(NAME_ID) && known.contains("cn"));
    }

    #[test]
    fn no_attribute_of_a_message_passes_for_a_name_id() {
        for name in [NAME_ID, QUALIFIED_NAME_ID, "NameID", "saml:NameID", ""] {
            let known = of(&[(name, vec!["somebody else"])]);
            assert_eq!(known, Attributes { unknown: 1, ..Attributes::default() }, "{name:?}");
        }
        let entry = |name: &str, source: &str| Attribute {
            name: name.into(),
            sources: vec![source.into()],
            kind: Kind::Text,
            sensitive: true,
        };
        let name = NAME_ID.to_owned();
        let both = Dictionary::new(vec![Attribute::name_id(), entry(NAME_ID, "urn:x")]);
        assert_eq!(both, Err(vec![DictionaryError::DuplicateName { name }]));
        let name = QUALIFIED_NAME_ID.to_owned();
        let qualified = Dictionary::new(vec![entry(QUALIFIED_NAME_ID, "urn:x")]);
        assert_eq!(qualified, Err(vec![DictionaryError::BadName { name }]));
    }

    #[test]
    fn what_is_kept_of_them_is_what_was_named_and_comes_back() {
        let known = suomifi().recognise([(HETU, vec!["210281-9988"]), (CN, vec!["b", ""])]);
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
    fn names_as_an_attribute_are_qualified_and_a_text_in_their_place_is_none() {
        let (name, source) = ("eduPersonTargetedID", "urn:oid:1.3.6.1.4.1.5923.1.1.1.10");
        let targeted = Attribute {
            name: name.into(),
            sources: vec![source.into()],
            kind: Kind::NameId,
            sensitive: true,
        };
        let all = suomifi().attributes().cloned().chain([targeted]).collect();
        let dictionary = Dictionary::new(all).unwrap();
        let mut known = dictionary.recognise([(source, ["a text"]), ("urn:oid:2.5.4.3", ["K"])]);
        assert!(!known.contains(name) && !known.contains(&qualified(name)));
        known.add_names(&dictionary, source, [(" _7f3a\n", "scope "), (" ", "scope ")]);
        assert_eq!(known.one(name), Ok(Some("_7f3a")));
        assert_eq!(known.one(&qualified(name)), Ok(Some("scope _7f3a")));
        // Of two people nobody is chosen, also where their texts are the same.
        known.add_names(&dictionary, source, [("_7f3a", "other ")]);
        assert_eq!(known.one(name), Ok(Some("_7f3a")));
        assert_eq!(known.one(&qualified(name)), Ok(None));
        known.remove(&qualified(name));
        assert!(!known.contains(name) && known.contains("cn"));
        // No name passes for a text.
        for other in ["urn:oid:2.5.4.3", "urn:oid:1.2.246.21", "nameid", name, ""] {
            known.add_names(&dictionary, other, [("_7f3a", "scope ")]);
            assert!(!known.contains(name) && known.values("cn") == ["K"], "{other}");
        }
        assert!(!known.contains("nationalIdentificationNumber"));
    }

    #[test]
    fn the_first_value_is_never_an_empty_one() {
        let known = suomifi().recognise([(CN, vec!["", "x"]), (HETU, vec!["  "])]);
        assert_eq!(known.first("cn"), Some("x"));
        assert_eq!(known.first("nationalIdentificationNumber"), None);
        assert!(known.contains("nationalIdentificationNumber"));
        assert!(!known.contains("sn"));
    }
}
