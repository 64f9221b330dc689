//! What is kept of a person's session at a SAML identity provider.

use std::fmt;

use serde::{Deserialize, Serialize};
use silta_saml::{NameId, VerifiedAssertion};

use crate::model::upstream_session::UpstreamSessionName;
use crate::versioned::{self, Tagged, Versioned};

/// What a `LogoutRequest` names the session by, exactly as the assertion had it [SAML2Core §3.7.1].
/// `Debug` does not show the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SamlSession {
    /// The text of the `NameID`.
    pub(crate) name_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name_qualifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sp_name_qualifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_index: Option<String>,
}

impl SamlSession {
    /// The session of this assertion. `None` without a `NameID`, by which alone a logout finds it, and
    /// where a part of its name is longer than anybody's.
    pub(super) fn of(assertion: &VerifiedAssertion) -> Option<Self> {
        let name_id = assertion.name_id()?.clone();
        let session_index = assertion.session_index().map(str::to_owned);
        let NameId { value, format, name_qualifier, sp_name_qualifier } = name_id;
        let session =
            Self { name_id: value, format, name_qualifier, sp_name_qualifier, session_index };
        let one_fits = |part: &&String| part.len() <= MAX_PART_OCTETS;
        let optional = [
            &session.format,
            &session.name_qualifier,
            &session.sp_name_qualifier,
            &session.session_index,
        ];
        let fits =
            one_fits(&&session.name_id) && optional.into_iter().flatten().all(|p| one_fits(&p));
        fits.then_some(session)
    }

    /// The person's name, as the assertion had it.
    pub(super) fn name_id(&self) -> NameId {
        NameId {
            value: self.name_id.clone(),
            format: self.format.clone(),
            name_qualifier: self.name_qualifier.clone(),
            sp_name_qualifier: self.sp_name_qualifier.clone(),
        }
    }

    /// By what a logout of this identity provider names it.
    pub(super) fn name(&self, idp: &str, us: &str) -> UpstreamSessionName {
        UpstreamSessionName {
            principal: principal(&self.name_id(), idp, us),
            index: self.session_index.clone(),
        }
    }
}

/// The one text of all ways to write a `NameID`: a qualifier that is left out is the entityID of the
/// identity provider, or of the service provider [SAML2Core §8.3.7], and a format that is left out is
/// the unspecified one [SAML2Core §2.2.2]. Each part has its length in front, so that no two names run
/// together.
pub(crate) fn principal(name_id: &NameId, idp: &str, us: &str) -> String {
    let parts = [
        name_id.value.as_str(),
        name_id.format.as_deref().unwrap_or(UNSPECIFIED),
        name_id.name_qualifier.as_deref().unwrap_or(idp),
        name_id.sp_name_qualifier.as_deref().unwrap_or(us),
    ];
    parts.map(|part| format!("{}:{part}", part.len())).concat()
}

impl fmt::Debug for SamlSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SamlSession(redacted)")
    }
}

impl Versioned for SamlSession {
    const TAGS: &'static [&'static str] = &["saml_session.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        versioned::write("saml_session.1", self)
    }

    fn read(tagged: &Tagged<'_>) -> Option<Self> {
        match tagged.tag() {
            "saml_session.1" => tagged.body(),
            _ => None,
        }
    }
}

pub(super) const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
/// An entityID has at most 1,024 characters, a persistent name 256 [SAML2Core §8.3.6, §8.3.7]; the record
/// of a session keeps five such parts.
const MAX_PART_OCTETS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn name(format: Option<&str>, qualifiers: [Option<&str>; 2]) -> NameId {
        let [name_qualifier, sp_name_qualifier] = qualifiers.map(|one| one.map(str::to_owned));
        let (value, format) = ("_abc".to_owned(), format.map(str::to_owned));
        NameId { value, format, name_qualifier, sp_name_qualifier }
    }

    fn told(name_id: &NameId) -> String {
        principal(name_id, "https://idp.example", "https://login.example")
    }

    #[test]
    fn a_qualifier_that_is_left_out_is_the_one_that_it_stands_for() {
        let plain = told(&name(None, [None, None]));
        let idp = Some("https://idp.example");
        let us = Some("https://login.example");
        for same in [[idp, None], [None, us], [idp, us]] {
            assert_eq!(told(&name(None, same)), plain, "{same:?}");
            assert_eq!(told(&name(Some(UNSPECIFIED), same)), plain, "{same:?}");
        }
    }

    #[test]
    fn another_qualifier_or_format_is_another_person() {
        let plain = told(&name(None, [None, None]));
        for other in [
            name(None, [Some("https://other.example"), None]),
            name(None, [None, Some("https://other.example")]),
            name(None, [Some(""), None]),
            name(Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient"), [None, None]),
        ] {
            assert_ne!(told(&other), plain);
        }
    }

    #[test]
    fn no_two_names_run_together() {
        let cut = |value: &str, format: &str| NameId {
            value: value.to_owned(),
            ..name(Some(format), [None, None])
        };
        assert_ne!(told(&cut("a1:b", "c")), told(&cut("a", "b1:c")));
        assert_ne!(told(&cut("ab", "c")), told(&cut("a", "bc")));
    }
}
