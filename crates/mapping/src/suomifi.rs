//! The attributes that Suomi.fi e-Identification releases.

use std::iter::once;

use crate::{Attribute, Dictionary, Kind, NAME_ID};

/// The built-in dictionary of Suomi.fi, under the `FriendlyName`s of its interface description, with
/// the minimum data set of a natural person from eIDAS. All of it is sensitive except how the
/// person was checked.
///
/// Nobody has all of them: a person identified abroad brings only the eIDAS four, and a Finnish
/// non-disclosure order withholds the addresses. Telephone, mobile and `authenticationProvider` are
/// left out because Suomi.fi does not release them, so a rule that names one is an error.
#[must_use]
pub fn suomifi() -> Dictionary {
    let personal = PERSONAL.iter().map(|row| entry(row, Kind::Text, true));
    let (name, sources) = (NAME_ID.to_owned(), vec![]);
    let name_id = once(Attribute { name, sources, kind: Kind::Text, sensitive: true });
    let born = once(entry(&DATE_OF_BIRTH, Kind::Date, true));
    // `vtjVerified` is text, "true" or "false": Cognito keeps strings only.
    let open = OPEN.iter().map(|row| entry(row, Kind::Text, false));
    Dictionary::index(personal.chain(name_id).chain(born).chain(open).collect()).0
}

fn entry(&(name, source): &(&str, &str), kind: Kind, sensitive: bool) -> Attribute {
    let claims = CLAIMS.iter().filter(|(attribute, _)| *attribute == name);
    let claims = claims.map(|(_, claim)| (*claim).to_owned());
    let sources = once(source.to_owned()).chain(claims).collect();
    Attribute { name: name.to_owned(), sources, kind, sensitive }
}

// What OpenID Providers call the same [OIDC Core §5.1]. `oidc:` stands before a claim's plain name.
const CLAIMS: &[(&str, &str)] = &[
    ("displayName", "oidc:name"),
    ("givenName", "oidc:given_name"),
    ("sn", "oidc:family_name"),
    ("mail", "oidc:email"),
    ("DateOfBirth", "oidc:birthdate"),
    (NATIONAL_ID, "oidc:personal_identity_code"),
];

/// The attribute that holds a personal identity code.
pub(crate) const NATIONAL_ID: &str = "nationalIdentificationNumber";

/// The attribute that holds an electronic client identifier.
pub(crate) const ELECTRONIC_ID: &str = "electronicIdentificationNumber";

/// The attribute that holds an OpenID Provider's own identifier of a person.
pub const PROVIDER_SUBJECT: &str = "providerSubject";

// In the names, a final S is Finnish text (suomeksi) and R is Swedish text (ruotsiksi).
const PERSONAL: &[(&str, &str)] = &[
    // The person.
    (NATIONAL_ID, "urn:oid:1.2.246.21"),
    (ELECTRONIC_ID, "urn:oid:1.2.246.22"),
    ("cn", "urn:oid:2.5.4.3"),
    ("displayName", "urn:oid:2.16.840.1.113730.3.1.241"),
    ("givenName", "urn:oid:2.5.4.42"),
    ("sn", "urn:oid:2.5.4.4"),
    ("kid", "urn:oid:1.2.246.517.3003.113.4"),
    ("foreignpersonIdentifier", "urn:oid:1.2.246.517.3002.111.17"),
    ("mail", "urn:oid:0.9.2342.19200300.100.1.3"),
    ("SuomenKansalaisuusTietokoodi", "urn:oid:1.2.246.517.2002.2.26"),
    // What an OpenID Provider calls the person, which may mean nothing elsewhere.
    (PROVIDER_SUBJECT, "oidc:sub"),
    // A token that opens other services in the person's name.
    ("authenticationToken", "urn:oid:1.2.246.517.3002.111.5"),
    // eIDAS; filled for Finns too, in part.
    ("PersonIdentifier", "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier"),
    ("FirstName", "http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName"),
    ("FamilyName", "http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName"),
    // The non-disclosure order itself, and all that it protects.
    ("TurvakieltoTieto", "urn:oid:1.2.246.517.2002.2.27"),
    ("KotikuntaKuntanumero", "urn:oid:1.2.246.517.2002.2.18"),
    ("KotikuntaKuntaS", "urn:oid:1.2.246.517.2002.2.19"),
    ("KotikuntaKuntaR", "urn:oid:1.2.246.517.2002.2.20"),
    ("VakinainenKotimainenLahiosoiteS", "urn:oid:1.2.246.517.2002.2.4"),
    ("VakinainenKotimainenLahiosoiteR", "urn:oid:1.2.246.517.2002.2.5"),
    ("VakinainenKotimainenLahiosoitePostinumero", "urn:oid:1.2.246.517.2002.2.6"),
    ("VakinainenKotimainenLahiosoitePostitoimipaikkaS", "urn:oid:1.2.246.517.2002.2.7"),
    ("VakinainenKotimainenLahiosoitePostitoimipaikkaR", "urn:oid:1.2.246.517.2002.2.8"),
    ("VakinainenUlkomainenLahiosoite", "urn:oid:1.2.246.517.2002.2.11"),
    ("VakinainenUlkomainenLahiosoitePaikkakuntaJaValtioS", "urn:oid:1.2.246.517.2002.2.12"),
    ("VakinainenUlkomainenLahiosoitePaikkakuntaJaValtioR", "urn:oid:1.2.246.517.2002.2.13"),
    (
        "VakinainenUlkomainenLahiosoitePaikkakuntaJaValtioSelvakielinen",
        "urn:oid:1.2.246.517.2002.2.14",
    ),
    ("VakinainenUlkomainenLahiosoiteValtiokoodi3", "urn:oid:1.2.246.517.2002.2.15"),
    ("TilapainenKotimainenLahiosoiteS", "urn:oid:1.2.246.517.2002.2.31"),
    ("TilapainenKotimainenLahiosoiteR", "urn:oid:1.2.246.517.2002.2.32"),
    ("TilapainenKotimainenLahiosoitePostinumero", "urn:oid:1.2.246.517.2002.2.33"),
    ("TilapainenKotimainenLahiosoitePostitoimipaikkaS", "urn:oid:1.2.246.517.2002.2.34"),
    ("TilapainenKotimainenLahiosoitePostitoimipaikkaR", "urn:oid:1.2.246.517.2002.2.35"),
];

const DATE_OF_BIRTH: (&str, &str) =
    ("DateOfBirth", "http://eidas.europa.eu/attributes/naturalperson/DateOfBirth");

const OPEN: &[(&str, &str)] = &[
    ("identityAssuranceLevel", "urn:oid:1.2.246.517.3002.111.17.1"),
    ("vtjVerified", "urn:oid:1.2.246.517.3002.111.2"),
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_reference_lists_exactly_the_built_in_attributes() {
        let page = include_str!("../../../docs/reference/attributes.md");
        let listed = page.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(listed, suomifi().attributes().count());
        for attribute in suomifi().attributes() {
            let sources = match attribute.sources.as_slice() {
                [] => "the NameID of an assertion".to_owned(),
                sources => format!("`{}`", sources.join("`, `")),
            };
            let row = format!("| `{}` | {sources} |", attribute.name);
            assert!(page.contains(&row), "no row {row}");
        }
    }

    #[test]
    fn the_built_in_list_has_no_fault_of_its_own() {
        let entries: Vec<_> = suomifi().attributes().cloned().collect();
        assert_eq!(entries.len(), PERSONAL.len() + 2 + OPEN.len());
        assert_eq!(Dictionary::new(entries), Ok(suomifi()));
    }

    #[test]
    fn only_how_the_person_was_checked_is_not_sensitive() {
        let dictionary = suomifi();
        let open: Vec<_> = dictionary.attributes().filter(|one| !one.sensitive).collect();
        let names: Vec<_> = open.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["identityAssuranceLevel", "vtjVerified"]);
    }

    #[test]
    fn only_the_date_of_birth_is_not_plain_text() {
        let dictionary = suomifi();
        let to_json: Vec<_> =
            dictionary.attributes().filter(|one| one.kind != Kind::Text).collect();
        assert_eq!(to_json, [dictionary.attribute("DateOfBirth").unwrap()]);
        assert_eq!(to_json.first().unwrap().kind, Kind::Date);
    }

    #[test]
    fn every_attribute_of_the_example_login_is_known() {
        let dictionary = suomifi();
        for (source, name) in [
            ("urn:oid:1.2.246.21", "nationalIdentificationNumber"),
            ("urn:oid:2.5.4.42", "givenName"),
            ("urn:oid:2.5.4.4", "sn"),
            ("urn:oid:2.16.840.1.113730.3.1.241", "displayName"),
            ("urn:oid:2.5.4.3", "cn"),
            ("urn:oid:1.2.246.517.3002.111.2", "vtjVerified"),
            ("urn:oid:1.2.246.517.2002.2.18", "KotikuntaKuntanumero"),
            ("urn:oid:1.2.246.517.2002.2.19", "KotikuntaKuntaS"),
            ("urn:oid:1.2.246.517.2002.2.4", "VakinainenKotimainenLahiosoiteS"),
            ("urn:oid:1.2.246.517.2002.2.6", "VakinainenKotimainenLahiosoitePostinumero"),
            ("urn:oid:1.2.246.517.2002.2.7", "VakinainenKotimainenLahiosoitePostitoimipaikkaS"),
        ] {
            assert_eq!(dictionary.name_of(source), Some(name));
        }
    }
}
