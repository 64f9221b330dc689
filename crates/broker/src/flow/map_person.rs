//! From what an upstream said of a person to what one relying party may know.

use jiff::Timestamp;
use silta_mapping::{AttributeError, Attributes, Dictionary};

use crate::broker::{Broker, ConfiguredUpstream, RelyingPartyPolicy};
use crate::error::LoginError;
use crate::flow::replay::UnreplayedIdentity;
use crate::model::kept_attributes::KeptAttributes;
use crate::model::person::Person;
use crate::octets::Octets;
use crate::record::SessionDetails;

/// A person whom an upstream authenticated, in this login or in the one that a session began with.
/// Whom relying parties are told of is made of nothing else.
pub(super) struct AuthenticatedPerson {
    attributes: Attributes,
    acr: String,
    auth_time: Option<Timestamp>,
}

impl AuthenticatedPerson {
    /// The person of an identity that counts once.
    pub(super) fn of_identity(
        identity: UnreplayedIdentity,
        dictionary: &Dictionary,
    ) -> Result<Self, AttributeError> {
        let identity = identity.into_identity();
        let delivered = identity
            .attributes
            .iter()
            .map(|(name, values)| (name.as_str(), values.iter().map(String::as_str)));
        let attributes = dictionary.recognise(delivered)?;
        Ok(Self { attributes, acr: identity.acr, auth_time: identity.authn_instant })
    }

    /// The person of a session that keeps these of their attributes.
    pub(super) fn of_session(details: &SessionDetails, kept: &KeptAttributes) -> Self {
        let attributes = kept.attributes();
        Self { attributes, acr: details.acr.clone(), auth_time: details.auth_time }
    }

    /// The level that was reached.
    pub(super) fn acr(&self) -> &str {
        &self.acr
    }

    /// The attributes.
    pub(super) fn attributes(&self) -> &Attributes {
        &self.attributes
    }
}

impl Broker {
    /// Maps the person to the `sub` and the claims of this relying party, and to what tells their session
    /// from another person's.
    pub(super) fn map_person(
        &self,
        policy: &RelyingPartyPolicy,
        upstream: &ConfiguredUpstream,
        person: &AuthenticatedPerson,
    ) -> Result<(Person, Octets<16>), LoginError> {
        let AuthenticatedPerson { acr, auth_time, .. } = person;
        let attributes = self.believed(policy, upstream, person);
        let (sub, subject) = self.name_person((policy, upstream), &attributes)?;
        if !policy.access.allows(&attributes) {
            return Err(LoginError::NotAllowed);
        }
        let claims = policy.rules.apply(&attributes)?.claims;
        Ok((Person { sub, acr: acr.clone(), auth_time: *auth_time, claims }, subject))
    }

    /// What tells the session of this person from another person's; `None` where nothing identifies them.
    pub(super) fn subject_of(
        &self,
        policy: &RelyingPartyPolicy,
        upstream: &ConfiguredUpstream,
        person: &AuthenticatedPerson,
    ) -> Option<Octets<16>> {
        let attributes = self.believed(policy, upstream, person);
        let named = self.name_person((policy, upstream), &attributes);
        named.ok().map(|(_, subject)| subject)
    }

    /// The `sub`, and what tells their session from another person's.
    fn name_person(
        &self,
        (policy, upstream): (&RelyingPartyPolicy, &ConfiguredUpstream),
        attributes: &Attributes,
    ) -> Result<(String, Octets<16>), LoginError> {
        // The best attribute that arrived decides, also when it has several values: a lesser one
        // would make the person somebody else. The kind of attribute is part of the hash: a foreign
        // identifier that happens to spell like a national one is another person.
        let delivered = |name: &&String| attributes.first(name).is_some();
        let attribute = upstream.subject.iter().find(delivered).ok_or(LoginError::NoSubject)?;
        let [value] = attributes.values(attribute) else { return Err(LoginError::NoSubject) };
        let (key, source) = (&self.settings.subject_key, &upstream.subject_source);
        let sub = key.sub(source, attribute, value, &policy.sector);
        let subject = key.of_session(source, attribute, value);
        Ok((sub, Octets::first_of(&subject)))
    }

    /// The attributes without those that identify people at another upstream of the same relying party, and
    /// not at this one: whoever may choose the upstream could otherwise become somebody else there.
    fn believed(
        &self,
        policy: &RelyingPartyPolicy,
        upstream: &ConfiguredUpstream,
        person: &AuthenticatedPerson,
    ) -> Attributes {
        let mut attributes = person.attributes.clone();
        let others = policy.upstreams.iter();
        let others = others.filter_map(|allowed| self.settings.upstreams.get(&allowed.name));
        let identifying = others.flat_map(|other| &other.subject);
        for name in identifying.filter(|name| !upstream.subject.contains(name)) {
            attributes.remove(name);
        }
        attributes
    }
}
