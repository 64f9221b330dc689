//! Formats of NameIDs: what requests ask for, and which ones may name a person.

use silta_config::description::upstreams;
use silta_config::{Section, Value};

use super::owned;

/// `NameIDPolicy/@Format`, which is a URI; what SAML itself defines is known.
pub(super) fn format(value: Value<'_>) -> Option<String> {
    let written = owned(value)?;
    let word = |uri: &'static str| uri.rsplit(':').next().unwrap_or(uri);
    let own = written.rsplit(':').next().unwrap_or(&written);
    let meant = || NAME_ID_FORMATS.into_iter().find(|known| word(known).eq_ignore_ascii_case(own));
    let near = || silta_config::nearest(&written, NAME_ID_FORMATS);
    let instead = |meant: Option<&str>| match meant {
        Some(meant) => format!("write {meant}"),
        None => format!("write one such as {TRANSIENT}"),
    };
    if !written.contains(':') {
        return value.refuse("it is no URI", instead(meant()));
    }
    if written.starts_with("urn:oasis:names:tc:SAML:") && !NAME_ID_FORMATS.contains(&&*written) {
        value.warn("SAML defines no such format", instead(meant().or_else(near)));
    }
    Some(written)
}

/// A format of a NameID that may name a person.
pub(super) fn accepted(value: Value<'_>) -> Option<String> {
    let format = format(value)?;
    match format.as_str() {
        TRANSIENT => {
            let what = "a transient NameID is another one at every login, and names nobody";
            value.refuse(what, "leave it out, and have the identity provider send another")
        }
        ENCRYPTED => value.refuse("no NameID has it: it is a wish of requests", "leave it out"),
        _ => Some(format),
    }
}

/// What is doubtful where the NameID identifies people.
pub(super) fn warn(section: &Section<'_>) {
    let formats = section.value(&upstreams::NAMEID_FORMATS);
    let accepted: Vec<_> = formats.iter().flat_map(Value::list).collect();
    for format in &accepted {
        if format.text().is_some_and(|format| format != PERSISTENT) {
            let what = "such a NameID may be given to somebody else later, who is then the same person here";
            let instead = "have the identity provider send persistent ones, or make sure that it gives none twice";
            format.warn(what, instead);
        }
    }
    let asked = section.optional(&upstreams::NAME_ID_FORMAT).and_then(|value| value.text());
    let is_accepted = |asked| accepted.iter().any(|format| format.text() == Some(asked));
    if asked.is_some_and(|asked| asked != UNSPECIFIED && !is_accepted(asked))
        && let Some(subject) = section.value(&upstreams::SUBJECT)
    {
        let what =
            "name_id_format asks for a NameID that is not among nameid_formats: nobody can log in";
        subject.warn(what, format!("write name_id_format: {PERSISTENT}"));
    }
}

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const ENCRYPTED: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
/// [SAML2Core §8.3], and the wish for an encrypted one [SAML2Core §3.4.1.1].
const NAME_ID_FORMATS: [&str; 9] = [
    TRANSIENT,
    PERSISTENT,
    "urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",
    ENCRYPTED,
    UNSPECIFIED,
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
];
