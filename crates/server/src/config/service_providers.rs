//! `service_providers`: who may ask by SAML, and what each is given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use silta_broker::downstream::{ConfiguredServiceProvider, NameIdRule};
use silta_broker::ports::Signer;
use silta_broker::{AccessRule, RelyingParty, RelyingPartyPolicy};
use silta_config::description::{Everyone, NameIdWord, Requests, root, service_providers};
use silta_config::{Section, Value, ValueLocation};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AcsUrl, Certificate, IdentityProviderMetadata, RegisteredServiceProvider, RegistrationError,
    RequestSignature, SigningCredential, VerificationKey,
};

use super::claim_reader::texts_of_missing;
use super::deny;
use super::dictionaries::Reach;
use super::keys::Keys;
use super::policy::{allowed_upstreams, rules, sector};
use super::sessions;
use super::upstreams::{choice, owned, peer_certificates};
use super::{NamedCertificate, ReadContext};

/// The identity provider that we are for service providers.
pub(crate) struct SamlIdp {
    /// Our entityID.
    pub(crate) entity_id: String,
    /// Where requests come to.
    pub(crate) sso_url: String,
    /// Who signs answers.
    pub(crate) credential: SigningCredential,
    /// The private key of that.
    pub(crate) signer: Arc<dyn Signer>,
    /// Our metadata as an identity provider.
    pub(crate) metadata: String,
    /// The service providers, by their names.
    pub(crate) service_providers: BTreeMap<RelyingParty, ConfiguredServiceProvider>,
    /// The policy of each.
    pub(crate) policies: BTreeMap<RelyingParty, RelyingPartyPolicy>,
    /// The certificates that they sign with.
    pub(super) certificates: Vec<NamedCertificate>,
}

pub(super) fn read(
    value: Value<'_>,
    client_ids: &BTreeSet<&str>,
    context: &ReadContext<'_>,
) -> Option<SamlIdp> {
    let mut certificates = vec![];
    let read = value.entries()?.into_iter().map(|(name, value)| {
        // A name that is none is refused by the description.
        let named = RelyingParty::parse(name);
        if client_ids.contains(name) {
            value.refuse::<()>("a client has this name too", "choose another: logs name it");
        }
        let section = value.section(&root::SERVICE_PROVIDERS)?;
        let signing = signing_certificates(&section, context);
        let provider = service_provider(&section, signing.as_deref());
        let policy = policy(name, &section, context);
        if let Some(signing) = &signing {
            let requests = NamedCertificate::REQUESTS;
            certificates.extend(NamedCertificate::all(name, requests, signing));
        }
        let (provider, policy) = (provider?, policy?);
        if let NameIdRule::Attribute { name, .. } = &provider.name_id
            && policy.rules.claims().all(|known| known != name)
        {
            let instead = "name one of the attributes of this service provider";
            return section
                .value(&service_providers::NAME_ID)?
                .refuse("its attribute is not there", instead);
        }
        Some((named?, (provider, policy)))
    });
    // Each is read before any decides, so that the problems of all are found.
    let read: Vec<_> = read.collect();
    let all_good = read.iter().all(Option::is_some);
    let all: BTreeMap<_, _> = read.into_iter().flatten().collect();
    if !have_their_own_entity_ids(value) || !all_good {
        return None;
    }
    let (issuer, keys) = (context.issuer?.as_str(), context.keys?);
    let key = keys.saml_signing.first()?;
    let (entity_id, sso_url) = (format!("{issuer}/idp/metadata"), format!("{issuer}/idp/sso"));
    let formats: Vec<_> = all.values().map(|(one, _)| one.name_id.format()).collect();
    let metadata = metadata(&entity_id, &sso_url, keys, formats);
    let (service_providers, policies) = all
        .into_iter()
        .map(|(name, (provider, policy))| ((name.clone(), provider), (name, policy)))
        .unzip();
    let (credential, signer) = (key.credential().clone(), key.signer());
    Some(SamlIdp {
        entity_id,
        sso_url,
        credential,
        signer,
        metadata,
        service_providers,
        policies,
        certificates,
    })
}

/// Whether each entityID is there once: an answer would else go to the ACS of another.
fn have_their_own_entity_ids(value: Value<'_>) -> bool {
    let mut seen = BTreeSet::new();
    let entries = value.entries().into_iter().flatten();
    let entity_ids = entries.filter_map(|(_, one)| {
        one.section(&root::SERVICE_PROVIDERS)?.optional(&service_providers::ENTITY_ID)
    });
    let twice = entity_ids.filter(|one| one.text().is_some_and(|text| !seen.insert(text)));
    let twice: Vec<_> = twice.collect();
    for one in &twice {
        one.refuse::<()>("another service provider has the same entity_id", "join them");
    }
    twice.is_empty()
}

fn service_provider(
    section: &Section<'_>,
    certificates: Option<&[(ValueLocation, Certificate)]>,
) -> Option<ConfiguredServiceProvider> {
    let entity_id = section.value(&service_providers::ENTITY_ID).and_then(owned);
    let acs_urls = section.value(&service_providers::ACS).and_then(|value| value.each(acs_url));
    let requests = request_signature(section, certificates);
    let name_id = section.value(&service_providers::NAME_ID).and_then(name_id);
    let registered = RegisteredServiceProvider::new(entity_id?, acs_urls?, requests?);
    match registered {
        Ok(registered) => Some(ConfiguredServiceProvider { registered, name_id: name_id? }),
        Err(error) => {
            let list = section.value(&service_providers::ACS).map(|value| value.list());
            let at = match &error {
                RegistrationError::AcsUrl { number }
                | RegistrationError::RepeatedAcs { number }
                | RegistrationError::RepeatedIndex { number } => {
                    list.as_ref().and_then(|list| list.get(number.checked_sub(1)?)).copied()
                }
                RegistrationError::EntityId => section.optional(&service_providers::ENTITY_ID),
                RegistrationError::NoAcs | RegistrationError::NoKey => None,
            };
            at.unwrap_or(section.itself()).refuse_with(&error)
        }
    }
}

/// A URL, or a URL and the index by which its metadata names it.
fn acs_url(value: Value<'_>) -> Option<AcsUrl> {
    if !value.is_mapping() {
        return Some(AcsUrl { url: owned(value)?, index: None });
    }
    let section = value.section(&service_providers::ACS)?;
    let url = section.value(&service_providers::ACS_URL).and_then(owned);
    let index = section.value(&service_providers::INDEX).and_then(|value| value.number());
    Some(AcsUrl { url: url?, index: Some(index?) })
}

/// What requests are signed with; none where there is no such key.
fn signing_certificates(
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<Vec<(ValueLocation, Certificate)>> {
    let value = section.optional(&service_providers::SIGNING_CERTIFICATES);
    value.map_or(Some(vec![]), |value| peer_certificates(value, context))
}

/// `requests: signed`, with certificates, or `requests: unsigned`, of which signed ones still must hold.
fn request_signature(
    section: &Section<'_>,
    certificates: Option<&[(ValueLocation, Certificate)]>,
) -> Option<RequestSignature> {
    let required: Option<Requests> =
        section.value(&service_providers::REQUESTS).and_then(|value| value.choice());
    let required = required.map(|word| word == Requests::Signed);
    let key = &service_providers::SIGNATURE_ALGORITHMS;
    let algorithms = choice(section, key, &SignatureAlgorithm::ALL);
    let keys =
        certificates?.iter().map(|(_, one)| VerificationKey::of(one)).collect::<Result<_, _>>();
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => return section.itself().refuse_with(&error),
    };
    Some(RequestSignature { required: required?, keys, algorithms: algorithms? })
}

/// `persistent`, `transient`, or a section that says from where and by which format.
fn name_id(value: Value<'_>) -> Option<NameIdRule> {
    if !value.is_mapping() {
        return value.choice().map(|word| match word {
            NameIdWord::Persistent => NameIdRule::Persistent,
            NameIdWord::Transient => NameIdRule::Transient,
        });
    }
    let section = value.section(&service_providers::NAME_ID)?;
    if let Some(domain) = section.optional(&service_providers::EMAIL_DOMAIN) {
        return email_domain(domain).map(|domain| NameIdRule::Email { domain });
    }
    let name = section.value(&service_providers::NAME_ID_ATTRIBUTE).and_then(owned);
    let format = section.value(&service_providers::FORMAT).and_then(|value| value.choice());
    Some(NameIdRule::Attribute { name: name?, format: format? })
}

fn email_domain(value: Value<'_>) -> Option<String> {
    let domain = owned(value)?;
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'-')
    };
    if domain.len() <= 128 && domain.split('.').all(label) {
        return Some(domain);
    }
    value.refuse("it is not a domain", "write one such as vpn.example.fi, without @")
}

fn policy(
    name: &str,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<RelyingPartyPolicy> {
    let sector = section.value(&service_providers::SECTOR).and_then(sector);
    let allowed = allowed_upstreams(section, &service_providers::UPSTREAMS);
    let several = section.optional(&service_providers::UPSTREAMS);
    if let (Some(several), Some([_, _, ..])) = (several, allowed.as_deref()) {
        // SAML's way to choose among them, the IDPList, is not read.
        several.refuse::<()>("a service provider cannot choose among several", "name one of them");
    }
    let reach = context.dictionaries.of_allowed(allowed.as_deref());
    let access = section.value(&service_providers::ALLOW).and_then(|value| access(value, &reach));
    let session = sessions::of_service_provider(section, allowed.as_deref(), context);
    let key = &service_providers::ATTRIBUTES;
    let attributes = section.value(key);
    let rules = attributes.and_then(|value| rules(value, key, (&reach, context.tables), &[]));
    let missing = attributes.and_then(|value| texts_of_missing(value, key));
    let allowed = allowed?;
    let deny = deny::of(context.deny, name, &allowed);
    Some(RelyingPartyPolicy {
        upstreams: allowed,
        rules: rules?,
        access: access?,
        deny,
        missing: missing?,
        sector: sector?,
        language: None,
        session: session?,
    })
}

fn access(value: Value<'_>, reach: &Reach<'_>) -> Option<AccessRule> {
    if !value.is_mapping() {
        return value.choice().map(|Everyone| AccessRule::Everyone);
    }
    let section = value.section(&service_providers::ALLOW)?;
    let attribute = section.value(&service_providers::ALLOW_ATTRIBUTE).and_then(|value| {
        let name = owned(value)?;
        if reach.attribute(&name).is_none() {
            reach.refuse_unknown(value, &name)
        } else {
            Some(name)
        }
    });
    let values = section.value(&service_providers::VALUES).and_then(|value| value.each(owned));
    let matching = section.value(&service_providers::MATCH).and_then(|value| value.choice());
    Some(AccessRule::Has { attribute: attribute?, values: values?, matching: matching? })
}

fn metadata(entity_id: &str, sso_url: &str, keys: &Keys, mut formats: Vec<&str>) -> String {
    formats.sort_unstable();
    formats.dedup();
    let signing = keys.saml_signing.iter().map(|key| key.credential().certificate().clone());
    let signing: Vec<_> = signing.collect();
    let document = IdentityProviderMetadata {
        entity_id,
        sso_url,
        signing: &signing,
        // Those that must sign are told so by their own operators.
        want_authn_requests_signed: false,
        name_id_formats: &formats,
    };
    document.to_xml()
}
