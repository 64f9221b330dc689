//! `service_providers`: who may ask by SAML, and what each is given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use silta_broker::ports::Signer;
use silta_broker::{
    AccessRule, ConfiguredServiceProvider, NameIdFormat, NameIdRule, RelyingParty,
    RelyingPartyPolicy,
};
use silta_mapping::Dictionary;
use silta_oidc::Issuer;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AcsUrl, Certificate, IdentityProviderMetadata, RegisteredServiceProvider, RequestSignature,
    SigningCredential, VerificationKey,
};

use super::NamedCertificate;
use super::keys::{Keys, non_empty};
use super::policy::{LevelRule, allowed_upstreams, rules, sector};
use super::secret::Resolver;
use super::upstreams::{Upstreams, certificates, choice, owned, refuse_own_certificates};
use super::yaml::{Section, Value};

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

/// The other sections, as far as they could be read.
type Sections<'s> = (Option<&'s Dictionary>, Option<&'s Upstreams>, Option<&'s Keys>);

pub(super) fn read(
    value: &Value<'_>,
    issuer: Option<&Issuer>,
    client_ids: &BTreeSet<&str>,
    sections: Sections<'_>,
    resolver: &dyn Resolver,
) -> Option<SamlIdp> {
    let mut certificates = vec![];
    let read = value.entries()?.into_iter().map(|(name, value)| {
        let named = RelyingParty::parse(&name).or_else(|| {
            value.refuse(
                format!("{name} is no short name"),
                "use 1 to 32 lower-case letters, digits and hyphens",
            )
        });
        if client_ids.contains(name.as_str()) {
            value.refuse::<()>("a client has this name too", "choose another: logs name it");
        }
        let section = value.section()?;
        let signing = signing_certificates(&section, sections.2, resolver);
        let provider = service_provider(&section, signing.as_deref());
        let policy = policy(named.as_ref(), &section, sections);
        section.refuse_unknown();
        if let (Some(at), Some(signing)) = (section.optional("signing_certificates"), &signing) {
            let requests = NamedCertificate::REQUESTS;
            certificates.extend(NamedCertificate::all(&name, requests, &at.location(), signing));
        }
        let (provider, policy) = (provider?, policy?);
        if let NameIdRule::Attribute { name, .. } = &provider.name_id
            && policy.rules.claims().all(|known| known != name)
        {
            let instead = "name one of the attributes of this service provider";
            return section.optional("name_id")?.refuse("its attribute is not there", instead);
        }
        Some((named?, (provider, policy)))
    });
    let read = read.collect();
    let all: BTreeMap<_, _> = non_empty(value, read)?.into_iter().collect();
    let entity_ids: Vec<_> = all.values().map(|(one, _)| one.registered.entity_id()).collect();
    for (at, entity_id) in entity_ids.iter().enumerate() {
        if entity_ids.iter().take(at).any(|other| other == entity_id) {
            return value.refuse("two service providers have one entity_id", "join them");
        }
    }
    let (issuer, keys) = (issuer?.as_str(), sections.2?);
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

fn service_provider(
    section: &Section<'_>,
    certificates: Option<&[Certificate]>,
) -> Option<ConfiguredServiceProvider> {
    let entity_id = section.required("entity_id", "the entityID of its metadata").and_then(owned);
    let acs = section.required("acs", "every ACS URL that its requests may name");
    let acs_urls =
        acs.and_then(|value| non_empty(value, value.list().iter().map(acs_url).collect()));
    let requests = request_signature(section, certificates);
    let name_id = section.optional("name_id").map_or(Some(NameIdRule::Persistent), name_id);
    let registered = RegisteredServiceProvider::new(entity_id?, acs_urls?, requests?);
    match registered {
        Ok(registered) => Some(ConfiguredServiceProvider { registered, name_id: name_id? }),
        Err(error) => section.value().refuse_with(&error),
    }
}

/// A URL, or a URL and the index by which its metadata names it.
fn acs_url(value: &Value<'_>) -> Option<AcsUrl> {
    if !value.is_mapping() {
        return Some(AcsUrl { url: owned(value)?, index: None });
    }
    let section = value.section()?;
    let url = section.required("url", "the URL of the ACS").and_then(owned);
    let index = section.required("index", "the index of the ACS in its metadata");
    let index = index.and_then(|value| {
        let index = value.json()?.as_u64().and_then(|index| u16::try_from(index).ok());
        index.or_else(|| {
            value.refuse("it is not a number up to 65535", "write the index of its metadata")
        })
    });
    section.refuse_unknown();
    Some(AcsUrl { url: url?, index: Some(index?) })
}

/// What requests are signed with; none where there is no such key.
fn signing_certificates(
    section: &Section<'_>,
    keys: Option<&Keys>,
    resolver: &dyn Resolver,
) -> Option<Vec<Certificate>> {
    let Some(value) = section.optional("signing_certificates") else { return Some(vec![]) };
    let files = value.list().iter().map(|one| certificates(one, resolver)).collect();
    let certificates = non_empty(value, files)?.concat();
    refuse_own_certificates(value, &certificates, keys)?;
    Some(certificates)
}

/// `requests: signed`, with certificates, or `requests: unsigned`, of which signed ones still must hold.
fn request_signature(
    section: &Section<'_>,
    certificates: Option<&[Certificate]>,
) -> Option<RequestSignature> {
    let required = section
        .required("requests", "signed, or unsigned where it does not sign, as AWS Client VPN")
        .and_then(|value| value.one_of(&[("signed", true), ("unsigned", false)]));
    let words = SignatureAlgorithm::ALL.map(|one| (one.name(), one));
    let algorithms = choice(section, "signature_algorithms", &SignatureAlgorithm::ALL, &words);
    let keys = certificates?.iter().map(VerificationKey::of).collect::<Result<_, _>>();
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => return section.value().refuse_with(&error),
    };
    Some(RequestSignature { required: required?, keys, algorithms: algorithms? })
}

/// `persistent`, `transient`, or a section that says from where and by which format.
fn name_id(value: &Value<'_>) -> Option<NameIdRule> {
    if !value.is_mapping() {
        let words: [(_, fn() -> NameIdRule); 2] =
            [("persistent", || NameIdRule::Persistent), ("transient", || NameIdRule::Transient)];
        return value.one_of(&words).map(|rule| rule());
    }
    let section = value.section()?;
    let rule = match (section.optional("attribute"), section.optional("email_domain")) {
        (Some(name), None) => {
            let format = section.required("format", "email, persistent or unspecified");
            let format = format.and_then(|value| {
                value.one_of(&[
                    ("email", NameIdFormat::EmailAddress),
                    ("persistent", NameIdFormat::Persistent),
                    ("unspecified", NameIdFormat::Unspecified),
                ])
            });
            owned(name).and_then(|name| Some(NameIdRule::Attribute { name, format: format? }))
        }
        (None, Some(domain)) => email_domain(domain).map(|domain| NameIdRule::Email { domain }),
        _ => section.value().refuse(
            "it needs exactly one source",
            "write attribute: and one of its attributes, or email_domain: and a domain",
        ),
    };
    section.refuse_unknown();
    rule
}

fn email_domain(value: &Value<'_>) -> Option<String> {
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
    name: Option<&RelyingParty>,
    section: &Section<'_>,
    (dictionary, upstreams, _): Sections<'_>,
) -> Option<RelyingPartyPolicy> {
    let sector = section
        .optional("sector")
        .map_or_else(|| name.map(|name| name.as_str().to_owned()), sector);
    let allowed = allowed_upstreams(section, upstreams, LevelRule::Required);
    if let (Some(several), Some([_, _, ..])) = (section.optional("upstreams"), allowed.as_deref()) {
        // SAML's way to choose among them, the IDPList, is not read.
        several.refuse::<()>("a service provider cannot choose among several", "name one of them");
    }
    let access = section
        .required("allow", "everyone, or an attribute and its values")
        .and_then(|value| access(value, dictionary));
    let rules = section
        .required("attributes", "attribute names, each with the attribute it comes from")
        .and_then(|value| rules(value, dictionary, &[]));
    Some(RelyingPartyPolicy {
        upstreams: allowed?,
        rules: rules?,
        access: access?,
        sector: sector?,
    })
}

fn access(value: &Value<'_>, dictionary: Option<&Dictionary>) -> Option<AccessRule> {
    if !value.is_mapping() {
        return value.one_of(&[("everyone", ())]).map(|()| AccessRule::Everyone);
    }
    let section = value.section()?;
    let attribute = section.required("attribute", "an attribute of the dictionary");
    let attribute = attribute.and_then(|value| match dictionary?.attribute(value.text()?) {
        Some(known) => Some(known.name.clone()),
        None => value.refuse("it is not in the attribute dictionary", "define it under attributes"),
    });
    let values = section.required("values", "the values of which one is enough");
    let values =
        values.and_then(|value| non_empty(value, value.list().iter().map(owned).collect()));
    section.refuse_unknown();
    Some(AccessRule::AnyOf { attribute: attribute?, values: values? })
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
