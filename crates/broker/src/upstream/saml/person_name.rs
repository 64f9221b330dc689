//! The NameID of an assertion as what a person may be known by.

use silta_saml::NameId;

use crate::model::identity::PersonName;
use crate::upstream::saml::saml_session::UNSPECIFIED;

/// The name, if its format is among those that count; a transient one, which is another at every login, never
/// does [SAML2Core §8.3.8]. A format that is left out is the unspecified one [SAML2Core §2.2.2].
///
/// Its scope is its format and qualifiers: a persistent name means nothing without them [SAML2Core §8.3.7]. A
/// qualifier that is left out is the entityID of the identity provider, or ours, so one that says just that
/// says nothing, and neither does an empty one: nobody is another person because it begins or ceases to come.
pub(super) fn person_name(
    name_id: &NameId,
    accepted: &[String],
    (idp, us): (&str, &str),
) -> Option<PersonName> {
    let format = name_id.format.as_deref().unwrap_or(UNSPECIFIED);
    if format == TRANSIENT || accepted.iter().all(|one| one != format) {
        return None;
    }
    let other = |qualifier: &Option<String>, own: &str| {
        let qualifier = qualifier.as_deref().filter(|one| !one.is_empty() && *one != own);
        part(qualifier)
    };
    let (by_idp, by_us) =
        (other(&name_id.name_qualifier, idp), other(&name_id.sp_name_qualifier, us));
    let scope = [part(Some(format)), by_idp, by_us].concat();
    Some(PersonName { text: name_id.value.clone(), scope })
}

/// A name that is a value of the attribute of this `Name`, if it is persistent. eduPersonTargetedID is defined to hold
/// persistent names, so one of its that has no format is one.
pub(super) fn attribute_name(
    attribute: &str,
    name_id: &NameId,
    both: (&str, &str),
) -> Option<PersonName> {
    let persistent = [PERSISTENT.to_owned()];
    if attribute == TARGETED_ID && name_id.format.is_none() {
        let format = Some(PERSISTENT.to_owned());
        return person_name(&NameId { format, ..name_id.clone() }, &persistent, both);
    }
    person_name(name_id, &persistent, both)
}

/// A part with its length in front, so that no two lists of three run together.
fn part(text: Option<&str>) -> String {
    text.map_or_else(|| "-".to_owned(), |text| format!("{}:{text}", text.len()))
}

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
/// eduPersonTargetedID.
const TARGETED_ID: &str = "urn:oid:1.3.6.1.4.1.5923.1.1.1.10";

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const IDP: &str = "https://idp.example";
    const US: &str = "https://login.example";
    const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

    fn name_id(format: Option<&str>, qualifiers: [Option<&str>; 2]) -> NameId {
        let [name_qualifier, sp_name_qualifier] = qualifiers.map(|one| one.map(str::to_owned));
        let (value, format) = ("kalle".to_owned(), format.map(str::to_owned));
        NameId { value, format, name_qualifier, sp_name_qualifier }
    }

    fn named(name_id: &NameId, accepted: &[&str]) -> Option<PersonName> {
        let accepted: Vec<_> = accepted.iter().map(|&one| one.to_owned()).collect();
        person_name(name_id, &accepted, (IDP, US))
    }

    #[test]
    fn a_name_counts_where_its_format_is_named_octet_for_octet() {
        let everything = [PERSISTENT, EMAIL, UNSPECIFIED, TRANSIENT, "urn:x"];
        for (format, means) in [
            (Some(PERSISTENT), PERSISTENT),
            (Some(EMAIL), EMAIL),
            (Some(UNSPECIFIED), UNSPECIFIED),
            (None, UNSPECIFIED),
            (Some("urn:x"), "urn:x"),
        ] {
            let name = name_id(format, [None, None]);
            assert!(named(&name, &[means]).is_some(), "{format:?}");
            let others: Vec<_> = everything.into_iter().filter(|one| *one != means).collect();
            assert_eq!(named(&name, &others), None, "{format:?}");
        }
        let padded = name_id(Some(" urn:x"), [None, None]);
        assert_eq!(named(&padded, &everything), None);
        assert_eq!(named(&name_id(Some(""), [None, None]), &everything), None);
    }

    #[test]
    fn a_name_as_an_attribute_counts_if_it_is_persistent() {
        let named = |attribute: &str, format: Option<&str>| {
            let name_id = name_id(format, [None, Some(US)]);
            attribute_name(attribute, &name_id, (IDP, US))
        };
        let said = named(TARGETED_ID, Some(PERSISTENT));
        assert!(said.is_some());
        assert_eq!(named("urn:x", Some(PERSISTENT)), said);
        // What is left out there is what is meant, and nowhere else.
        assert_eq!(named(TARGETED_ID, None), said);
        assert_eq!(named("urn:x", None), None);
        for format in [TRANSIENT, EMAIL, UNSPECIFIED, ""] {
            assert_eq!(named(TARGETED_ID, Some(format)), None, "{format}");
        }
    }

    #[test]
    fn a_transient_name_names_nobody_whatever_is_configured() {
        let name = name_id(Some(TRANSIENT), [None, None]);
        assert_eq!(named(&name, &[TRANSIENT, PERSISTENT]), None);
    }

    #[test]
    fn a_qualifier_that_begins_to_come_renames_nobody() {
        let plain = named(&name_id(Some(PERSISTENT), [None, None]), &[PERSISTENT]).unwrap();
        for same in
            [[Some(IDP), None], [None, Some(US)], [Some(IDP), Some(US)], [Some(""), Some("")]]
        {
            let name = named(&name_id(Some(PERSISTENT), same), &[PERSISTENT]);
            assert_eq!(name.as_ref(), Some(&plain), "{same:?}");
        }
    }

    #[test]
    fn another_qualifier_or_format_is_another_scope() {
        let other = Some("https://other.example");
        let all = [
            name_id(Some(PERSISTENT), [None, None]),
            name_id(Some(PERSISTENT), [other, None]),
            name_id(Some(PERSISTENT), [None, other]),
            // The entityID of the other side says something.
            name_id(Some(PERSISTENT), [Some(US), None]),
            name_id(Some(PERSISTENT), [None, Some(IDP)]),
            name_id(Some(PERSISTENT), [Some("-"), None]),
            name_id(Some(PERSISTENT), [None, Some("-")]),
            name_id(Some(EMAIL), [None, None]),
            name_id(None, [None, None]),
        ];
        let scope = |one| named(one, &[PERSISTENT, EMAIL, UNSPECIFIED]).unwrap().scope;
        let scopes: BTreeSet<_> = all.iter().map(scope).collect();
        assert_eq!(scopes.len(), all.len());
    }
}
