//! From what an upstream said of a person to what one relying party may know.

use jiff::Timestamp;
use silta_mapping::{Attributes, Dictionary, MappingError, Outcome};

use crate::broker::Broker;
use crate::broker::earlier_rules::LoginRules;
use crate::error::LoginError;
use crate::flow::replay::UnreplayedIdentity;
use crate::identification::SaidOfPerson;
use crate::model::arrived_names::ArrivedNames;
use crate::model::kept_attributes::KeptAttributes;
use crate::model::person::Person;
use crate::octets::Octets;
use crate::person_mapping::PersonMapping;
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
        let AuthenticatedPerson { attributes, acr, auth_time, .. } = person;
        let mapped = self.mapping(rules).map(attributes, acr)?;
        // The rules of an earlier configuration have no counts any more.
        if rules.policy_today.is_none() {
            self.coverage.count(rules.client, mapped.subject, &mapped.trace.steps);
        }
        let left_out = mapped.trace.steps.into_iter().filter_map(|step| match step.outcome {
            Outcome::Unusable(why) => Some(why),
            _ => None,
        });
        let left_out = left_out.collect();
        let (acr, auth_time) = (acr.clone(), *auth_time);
        let person = Person { sub: mapped.sub, acr, auth_time, claims: mapped.claims };
        Ok(MappedPerson { person, subject: mapped.subject, left_out })
    }

    /// What tells the session of this person from another person's; `None` where nothing identifies them.
    pub(super) fn subject_of(
        &self,
        rules: &LoginRules<'_>,
        person: &AuthenticatedPerson,
    ) -> Option<Octets<16>> {
        self.mapping(rules).subject_of(&person.attributes)
    }

    fn mapping<'a>(&'a self, rules: &LoginRules<'a>) -> PersonMapping<'a> {
        let LoginRules { client, upstream_name, upstream, policy, upstreams, policy_today, .. } =
            *rules;
        let others = policy.upstreams.iter();
        let others = others.filter_map(|allowed| upstreams.get(&allowed.name));
        PersonMapping {
            subject_key: &self.settings.subject_key,
            client,
            policy,
            policy_today,
            upstream: upstream_name,
            subject: &upstream.subject,
            spelling: &upstream.spelling,
            subject_source: &upstream.subject_source,
            subjects_of_all: others.map(|other| other.subject.as_slice()).collect(),
        }
    }
}
