//! From the attributes of a person to what one relying party may know of them. It needs neither store nor clock, so
//! that it can be tried before anybody logs in.

use std::iter;

use silta_mapping::{Attributes, Claims, KnownPeople, Login, MappingError, Spelling, Trace};

use crate::broker::RelyingPartyPolicy;
use crate::error::LoginError;
use crate::identification::identifying;
use crate::model::relying_party::RelyingParty;
use crate::model::subject::{SubjectKey, SubjectSource};
use crate::model::upstream_name::UpstreamName;
use crate::octets::Octets;

/// What people of one upstream are at one relying party.
#[derive(Debug, Clone)]
pub struct PersonMapping<'a> {
    /// The key of every `sub`.
    pub subject_key: &'a SubjectKey,
    /// The relying party.
    pub client: &'a RelyingParty,
    /// Its policy.
    pub policy: &'a RelyingPartyPolicy,
    /// That of today, where the login began with another one: who is let in no more is not let in.
    pub policy_today: Option<&'a RelyingPartyPolicy>,
    /// Where the person authenticated.
    pub upstream: &'a UpstreamName,
    /// The attributes that people are known by there, best first.
    pub subject: &'a [String],
    /// The spelling in which their value counts.
    pub spelling: &'a Spelling,
    /// The name under which they identify a person.
    pub subject_source: &'a SubjectSource,
    /// What people are known by at each upstream that the relying party may use.
    pub subjects_of_all: Vec<&'a [String]>,
}

/// A person at one relying party. `Debug` does not show them.
#[derive(Debug)]
pub struct MappedAttributes {
    /// Their identifier.
    pub sub: String,
    /// What is told of them.
    pub claims: Claims,
    /// How each rule ended.
    pub trace: Trace,
    /// What tells their session from another person's.
    pub(crate) subject: Octets<16>,
}

impl PersonMapping<'_> {
    /// Maps a person who reached this level.
    ///
    /// # Errors
    /// [`LoginError`]: nothing identifies them, they are not let in, or a rule refuses them.
    pub fn map(&self, said: &Attributes, level: &str) -> Result<MappedAttributes, LoginError> {
        let attributes = self.believed(said);
        let (sub, subject) = self.name_person(&attributes)?;
        let policies = || iter::once(self.policy).chain(self.policy_today);
        for policy in policies() {
            if !policy.access.allows(&attributes)? {
                return Err(LoginError::NotAllowed);
            }
        }
        let known_by = KnownPeople { attributes: self.subject, spelling: self.spelling };
        let login = Login {
            sub: &sub,
            level,
            upstream: self.upstream.as_str(),
            client: self.client.as_str(),
            known_by: &known_by,
            pseudonyms: self.subject_key,
        };
        for rule in policies().flat_map(|policy| &policy.deny) {
            // Who is kept out is kept out also by what is not believed to name them.
            for seen in [said, &attributes] {
                if rule.condition.holds(seen, &login)? {
                    return Err(LoginError::Denied(rule.text.clone()));
                }
            }
        }
        let mapped = self.policy.rules.apply(&attributes, &login);
        let mapped = mapped.map_err(|error| self.explained(error))?;
        Ok(MappedAttributes { sub, claims: mapped.claims, trace: mapped.trace, subject })
    }

    /// What tells the session of this person from another person's; `None` where nothing identifies them.
    pub(crate) fn subject_of(&self, attributes: &Attributes) -> Option<Octets<16>> {
        let named = self.name_person(&self.believed(attributes));
        named.ok().map(|(_, subject)| subject)
    }

    /// The `sub`, and what tells their session from another person's.
    fn name_person(&self, attributes: &Attributes) -> Result<(String, Octets<16>), LoginError> {
        // The kind of attribute is part of the hash: a foreign identifier that happens to spell like a
        // national one is another person.
        let (attribute, value) = identifying((self.subject, self.spelling), attributes)?;
        let (key, source) = (self.subject_key, self.subject_source);
        let sub = key.sub(source, attribute, &value, &self.policy.sector);
        let subject = key.of_session(source, attribute, &value);
        Ok((sub, Octets::first_of(&subject)))
    }

    /// The attributes without those that identify people at another upstream of the same relying party, and
    /// not at this one: whoever may choose the upstream could otherwise become somebody else there.
    fn believed(&self, attributes: &Attributes) -> Attributes {
        let mut attributes = attributes.clone();
        let identifying = self.subjects_of_all.iter().copied().flatten();
        for name in identifying.filter(|name| !self.subject.contains(name)) {
            attributes.remove(name);
        }
        attributes
    }

    /// Why the rules refuse a login, with what the administrator says of it to the person.
    fn explained(&self, error: MappingError) -> LoginError {
        let text = match &error {
            MappingError::Missing { claim } => self.policy.missing.get(claim),
            _ => None,
        };
        match text.cloned() {
            Some(text) => LoginError::ClaimMissing { error, text },
            None => error.into(),
        }
    }
}
