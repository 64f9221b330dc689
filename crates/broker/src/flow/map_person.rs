//! From what an upstream said of a person to what one relying party may know.

use jiff::Timestamp;
use silta_mapping::{Attributes, Dictionary, MappingError, Outcome};

use crate::broker::Broker;
use crate::broker::earlier_rules::LoginRules;
use crate::error::LoginError;
use crate::flow::replay::UnreplayedIdentity;
use crate::identification::{SaidOfPerson, identifying};
use crate::model::arrived_names::ArrivedNames;
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
    /// What they were told by; nothing of a session, which keeps what is needed.
    arrived: ArrivedNames,
}

/// A person as one relying party may know them.
pub(super) struct MappedPerson {
    pub(super) person: Person,
    /// What tells their session from another person's.
    pub(super) subject: Octets<16>,
    /// Why claims that are not required were not made of what was delivered.
    pub(super) left_out: Vec<MappingError>,
}

impl AuthenticatedPerson {
    /// The person of an identity that counts once.
    pub(super) fn of_identity(identity: UnreplayedIdentity, dictionary: &Dictionary) -> Self {
        let identity = identity.into_identity();
        let named = identity.named.iter().map(|(name, _)| name.as_str());
        let arrived = identity.attributes.iter().map(|(name, _)| name.as_str()).chain(named);
        let arrived = ArrivedNames::of(arrived);
        let (attributes, named) = (&identity.attributes, &identity.named);
        let said = SaidOfPerson { attributes, named, name: identity.name.as_ref() };
        let attributes = said.recognised(dictionary);
        Self { attributes, acr: identity.acr, auth_time: identity.authn_instant, arrived }
    }

    /// The person of a session that keeps these of their attributes.
    pub(super) fn of_session(details: &SessionDetails, kept: &KeptAttributes) -> Self {
        let attributes = kept.attributes();
        let (acr, auth_time) = (details.acr.clone(), details.auth_time);
        Self { attributes, acr, auth_time, arrived: ArrivedNames::default() }
    }

    /// The level that was reached.
    pub(super) fn acr(&self) -> &str {
        &self.acr
    }

    /// The names of the attributes that the upstream delivered in this login.
    pub(super) fn arrived(&self) -> &ArrivedNames {
        &self.arrived
    }

    /// The attributes.
    pub(super) fn attributes(&self) -> &Attributes {
        &self.attributes
    }
}

impl Broker {
    /// Maps the person to the `sub` and the claims of this relying party. Only what it needs is judged: no
    /// other attribute refuses anybody.
    pub(super) fn map_person(
        &self,
        rules: &LoginRules<'_>,
        person: &AuthenticatedPerson,
    ) -> Result<MappedPerson, LoginError> {
        let AuthenticatedPerson { acr, auth_time, .. } = person;
        let attributes = believed(rules, person);
        let (sub, subject) = self.name_person(rules, &attributes)?;
        for access in std::iter::once(&rules.policy.access).chain(rules.access_today) {
            if !access.allows(&attributes)? {
                return Err(LoginError::NotAllowed);
            }
        }
        let mapped = rules.policy.rules.apply(&attributes)?;
        let left_out = mapped.trace.steps.into_iter().filter_map(|step| match step.outcome {
            Outcome::Unusable(why) => Some(why),
            Outcome::Matched { .. } | Outcome::Empty | Outcome::Absent | Outcome::Constant => None,
        });
        let left_out = left_out.collect();
        let (acr, auth_time, claims) = (acr.clone(), *auth_time, mapped.claims);
        Ok(MappedPerson { person: Person { sub, acr, auth_time, claims }, subject, left_out })
    }

    /// What tells the session of this person from another person's; `None` where nothing identifies them.
    pub(super) fn subject_of(
        &self,
        rules: &LoginRules<'_>,
        person: &AuthenticatedPerson,
    ) -> Option<Octets<16>> {
        let named = self.name_person(rules, &believed(rules, person));
        named.ok().map(|(_, subject)| subject)
    }

    /// The `sub`, and what tells their session from another person's.
    fn name_person(
        &self,
        rules: &LoginRules<'_>,
        attributes: &Attributes,
    ) -> Result<(String, Octets<16>), LoginError> {
        let LoginRules { upstream, policy, .. } = rules;
        // The kind of attribute is part of the hash: a foreign identifier that happens to spell like a
        // national one is another person.
        let (attribute, value) = identifying(&upstream.subject, attributes)?;
        let (key, source) = (&self.settings.subject_key, &upstream.subject_source);
        let sub = key.sub(source, attribute, value, &policy.sector);
        let subject = key.of_session(source, attribute, value);
        Ok((sub, Octets::first_of(&subject)))
    }
}

/// The attributes without those that identify people at another upstream of the same relying party, and
/// not at this one: whoever may choose the upstream could otherwise become somebody else there.
fn believed(rules: &LoginRules<'_>, person: &AuthenticatedPerson) -> Attributes {
    let mut attributes = person.attributes.clone();
    let others = rules.policy.upstreams.iter();
    let others = others.filter_map(|allowed| rules.upstreams.get(&allowed.name));
    let identifying = others.flat_map(|other| &other.subject);
    for name in identifying.filter(|name| !rules.upstream.subject.contains(name)) {
        attributes.remove(name);
    }
    attributes
}
