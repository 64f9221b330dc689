//! `upstreams`: the identity providers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use silta_broker::{AuthnContextRequest, RequestBinding, SamlUpstream, UpstreamName};
use silta_mapping::{Dictionary, suggest};
use silta_oidc::{Issuer, check_url};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_saml::{
    AssuranceLevels, Certificate, EncryptionRule, IdentityProvider, PeerProfile, ServiceProvider,
    ServiceProviderMetadata, SignedParts, VerificationKey,
};

use super::keys::{Keys, non_empty};
use super::pem::{self, PemKind};
use super::problem::ValueLocation;
use super::profile::{GENERIC, PROFILES, Profile};
use super::secret::Resolver;
use super::yaml::{Section, Value};

/// One configured upstream.
pub(super) struct ConfiguredUpstream {
    pub(super) upstream: Arc<SamlUpstream>,
    /// The attributes that `sub` may be made of, best first.
    pub(super) subject: Vec<String>,
    /// Our metadata for it.
    pub(super) metadata: String,
    /// The most octets that the form with its response may have.
    pub(super) response_limit: usize,
    /// The certificates it signs with.
    pub(super) certificates: Vec<Certificate>,
    /// The location of their list.
    pub(super) certificates_at: ValueLocation,
}

pub(super) type Upstreams = BTreeMap<UpstreamName, ConfiguredUpstream>;

pub(super) fn read(
    value: &Value<'_>,
    issuer: Option<&Issuer>,
    keys: Option<&Keys>,
    dictionary: Option<&Dictionary>,
    resolver: &dyn Resolver,
) -> Option<Upstreams> {
    let read = value.entries()?.into_iter().map(|(name, value)| {
        let named = UpstreamName::parse(&name).or_else(|| {
            value.refuse(
                format!("{name} cannot stand in a URL"),
                "use 1 to 32 lower-case letters, digits and hyphens",
            )
        });
        let section = value.section()?;
        let context = ReadContext { issuer, keys, dictionary, resolver };
        let one = upstream(named.as_ref(), &section, &context);
        section.refuse_unknown();
        Some((named?, one?))
    });
    Some(non_empty(value, read.collect())?.into_iter().collect())
}

/// The sections that an upstream depends on, as far as they could be read.
struct ReadContext<'c> {
    issuer: Option<&'c Issuer>,
    keys: Option<&'c Keys>,
    dictionary: Option<&'c Dictionary>,
    resolver: &'c dyn Resolver,
}

fn upstream(
    name: Option<&UpstreamName>,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<ConfiguredUpstream> {
    let profile =
        section.optional("profile").map_or(Some(GENERIC), |value| value.one_of(&PROFILES));
    // Go on with the defaults, so that the other mistakes are found too.
    let known = profile.unwrap_or(GENERIC);
    let idp = idp(section, &known, context);
    let subject = subject(section, &known, context.dictionary);
    let binding = binding(section, &known);
    let entity_id = section
        .optional("sp_entity_id")
        .map_or_else(|| Some(saml_url(context.issuer?, name?, "metadata")), owned);
    let algorithm = section.optional("request_algorithm").map_or(Some(None), |value| {
        value.one_of(&SignatureAlgorithm::ALL.map(|one| (one.name(), one))).map(Some)
    });
    let requested =
        section.optional("authn_context").map_or(Some(AuthnContextRequest::Omit), |value| {
            value.one_of(&[
                ("omit", AuthnContextRequest::Omit),
                ("exact", AuthnContextRequest::Exact),
                ("minimum", AuthnContextRequest::Minimum),
            ])
        });
    let name_id_format = section.optional("name_id_format").map_or_else(
        || Some(known.name_id_format.map(str::to_owned)),
        |value| owned(value).map(Some),
    );

    let response_limit =
        section.optional("response_limit").map_or(Some(RESPONSE_LIMIT), response_limit);

    let keys = context.keys?;
    let active = keys.saml_signing.first()?;
    let signing = match algorithm? {
        None => active.clone(),
        Some(algorithm) => match active.with_algorithm(algorithm) {
            Ok(key) => key,
            Err(error) => return section.value().refuse_with(&error),
        },
    };
    let provider = ServiceProvider {
        entity_id: entity_id?,
        acs_url: saml_url(context.issuer?, name?, "acs"),
        decryption_keys: keys.saml_encryption.clone(),
    };
    let (idp, certificates) = idp?;
    let metadata = metadata(&provider, &idp, keys, name_id_format.as_ref()?.as_deref());
    profile?;
    Some(ConfiguredUpstream {
        certificates,
        certificates_at: section
            .optional("signing_certificates")
            .unwrap_or(section.value())
            .location(),
        metadata,
        response_limit: response_limit?,
        subject: subject?,
        upstream: Arc::new(SamlUpstream {
            service_provider: provider,
            idp,
            credential: signing.credential().clone(),
            signer: signing.signer(),
            binding: binding?,
            authn_context: requested?,
            name_id_format: name_id_format?,
            vetuma: known.vetuma,
        }),
    })
}

fn response_limit(value: &Value<'_>) -> Option<usize> {
    let octets = value.size()?;
    if (MIN_RESPONSE_LIMIT..=MAX_RESPONSE_LIMIT).contains(&octets) {
        return Some(octets);
    }
    value.refuse("it is not between 16KiB and 385KiB", "write a size such as 64KiB")
}

fn idp(
    section: &Section<'_>,
    profile: &Profile,
    context: &ReadContext<'_>,
) -> Option<(IdentityProvider, Vec<Certificate>)> {
    let entity_id = or_profile(section, "entity_id", profile.entity_id, "its entityID");
    let certificates = section
        .required("signing_certificates", "references to the certificates it signs with")
        .and_then(|value| {
            let files =
                value.list().iter().map(|one| certificates(one, context.resolver)).collect();
            let certificates = non_empty(value, files)?.concat();
            refuse_own_certificates(value, &certificates, context.keys)?;
            Some(certificates)
        });
    let loa = assurance_levels(section, profile);
    let peer_profile = peer_profile(section, profile);
    let certificates = certificates?;
    let keys = certificates.iter().map(VerificationKey::of).collect::<Result<_, _>>().ok()?;
    let idp = IdentityProvider::new(entity_id?, keys, loa?, peer_profile?).ok()?;
    Some((idp, certificates))
}

/// Each item is a level: one URI, or a list of those that are equally strong.
fn assurance_levels(section: &Section<'_>, profile: &Profile) -> Option<AssuranceLevels> {
    let levels = if section.optional("loa").is_none() && !profile.loa.is_empty() {
        let owned = |level: &&[&str]| level.iter().map(|uri| (*uri).to_owned()).collect();
        profile.loa.iter().map(owned).collect()
    } else {
        let value = section.required("loa", "its AuthnContextClassRef URIs, weakest first")?;
        let levels = value.list();
        let levels =
            levels.iter().map(|level| non_empty(level, level.list().iter().map(owned).collect()));
        let levels: Vec<Vec<String>> = non_empty(value, levels.collect())?;
        let mut seen = BTreeSet::new();
        if !levels.iter().flatten().all(|level| seen.insert(level)) {
            return value.refuse("a level stands in it twice", "write each level once");
        }
        levels
    };
    AssuranceLevels::new(levels).ok()
}

/// Refuses our own certificates among those of the identity provider: our key would speak for it.
fn refuse_own_certificates(
    value: &Value<'_>,
    certificates: &[Certificate],
    keys: Option<&Keys>,
) -> Option<()> {
    let Some(keys) = keys else { return Some(()) };
    let signing = keys.saml_signing.iter().map(|key| key.credential().certificate().base64());
    let encryption = keys.saml_encryption.iter().map(|key| key.certificate().base64());
    let ours: Vec<_> = signing.chain(encryption).collect();
    if certificates.iter().any(|one| ours.contains(&one.base64())) {
        return value
            .refuse("a certificate in it is our own", "give those of the identity provider");
    }
    Some(())
}

fn certificates(value: &Value<'_>, resolver: &dyn Resolver) -> Option<Vec<Certificate>> {
    // Only what stands there now is trusted, so that a certificate that is taken out is out.
    let pem = pem::resolve(value, PemKind::Certificate, resolver)?.current;
    match Certificate::all_from_pem(pem.expose_secret().as_bytes()) {
        Ok(certificates) => Some(certificates),
        Err(error) => value.refuse_with(&error),
    }
}

fn peer_profile(section: &Section<'_>, profile: &Profile) -> Option<PeerProfile> {
    let strict = PeerProfile::default();
    let signed = section.optional("signed").map_or(Some(profile.signed), |value| {
        value.one_of(&[
            ("either", SignedParts::Either),
            ("both", SignedParts::Both),
            ("response", SignedParts::Response),
            ("assertion", SignedParts::Assertion),
        ])
    });
    let encryption = section.optional("encryption").map_or(Some(profile.encryption), |value| {
        value.one_of(&[
            ("required", EncryptionRule::Required),
            ("optional", EncryptionRule::Optional),
        ])
    });
    let signature_algorithms = choice(
        section,
        "signature_algorithms",
        profile.signature_algorithms,
        &SignatureAlgorithm::ALL.map(|one| (one.name(), one)),
    );
    let ciphers =
        choice(section, "ciphers", &strict.ciphers, &DataCipher::ALL.map(|one| (one.name(), one)));
    let digests = [
        ("sha1", DigestAlgorithm::Sha1),
        ("sha256", DigestAlgorithm::Sha256),
        ("sha384", DigestAlgorithm::Sha384),
        ("sha512", DigestAlgorithm::Sha512),
    ];
    let oaep_digests = choice(section, "oaep_digests", &strict.oaep_digests, &digests);
    let skew = section.optional("clock_skew").map_or(Some(strict.skew), skew);
    Some(PeerProfile {
        signed: signed?,
        encryption: encryption?,
        signature_algorithms: signature_algorithms?,
        ciphers: ciphers?,
        oaep_digests: oaep_digests?,
        skew: skew?,
    })
}

fn choice<T: Copy>(
    section: &Section<'_>,
    key: &'static str,
    default: &[T],
    words: &[(&'static str, T)],
) -> Option<Vec<T>> {
    match section.optional(key) {
        None => Some(default.to_vec()),
        Some(value) => non_empty(value, value.list().iter().map(|one| one.one_of(words)).collect()),
    }
}

/// More than five minutes would accept answers that no profile allows [saml2int SDP-G01].
fn skew(value: &Value<'_>) -> Option<SignedDuration> {
    let skew = value.duration()?;
    if skew.as_secs() > 300 {
        return value.refuse("it is more than five minutes", "synchronise the clocks instead");
    }
    SignedDuration::try_from(skew).ok()
}

fn subject(
    section: &Section<'_>,
    profile: &Profile,
    dictionary: Option<&Dictionary>,
) -> Option<Vec<String>> {
    let names = words(section, "subject", profile.subject, "attributes that identify a person")?;
    let dictionary = dictionary?;
    let value = section.optional("subject").unwrap_or(section.value());
    let mut all_good = true;
    for name in &names {
        let (what, instead) = match dictionary.attribute(name) {
            Some(attribute) if attribute.sensitive => continue,
            // What does not identify a person would give everybody the same `sub`.
            Some(_) => ("does not identify a person", "name a sensitive attribute".to_owned()),
            None => {
                let known = dictionary.attributes().map(|attribute| attribute.name.as_str());
                let meant = suggest(name, known).map(|meant| format!("did you mean {meant}?"));
                let instead = meant.unwrap_or_else(|| "define it under attributes".to_owned());
                ("is not in the attribute dictionary", instead)
            }
        };
        all_good = false;
        value.refuse::<()>(format!("{name} {what}"), instead);
    }
    all_good.then_some(names)
}

fn binding(section: &Section<'_>, profile: &Profile) -> Option<RequestBinding> {
    if let (None, Some(url)) = (section.optional("sso"), profile.sso_redirect) {
        return Some(RequestBinding::Redirect(url.to_owned()));
    }
    let value = section.required("sso", "redirect: or post: and its single sign-on URL")?;
    let sso = value.section()?;
    let (redirect, post) = (sso.optional("redirect"), sso.optional("post"));
    sso.refuse_unknown();
    let url = |value: &Value<'_>| match check_url(value.text()?) {
        Ok(()) => value.text().map(str::to_owned),
        Err(error) => value.refuse_with(&error),
    };
    match (redirect, post) {
        (Some(value), None) => url(value).map(RequestBinding::Redirect),
        (None, Some(value)) => url(value).map(RequestBinding::Post),
        _ => value.refuse("it needs exactly one binding", "write redirect: or post:, not both"),
    }
}

fn metadata(
    provider: &ServiceProvider,
    idp: &IdentityProvider,
    keys: &Keys,
    format: Option<&str>,
) -> String {
    let signing = keys.saml_signing.iter().map(|key| key.credential().certificate().clone());
    let signing: Vec<_> = signing.collect();
    let encryption: Vec<_> =
        keys.saml_encryption.iter().map(|key| key.certificate().clone()).collect();
    let formats: Vec<_> = format.into_iter().collect();
    let document = ServiceProviderMetadata {
        entity_id: &provider.entity_id,
        acs_url: &provider.acs_url,
        signing: &signing,
        encryption: &encryption,
        want_assertions_signed: idp.signs_assertions(),
        name_id_formats: &formats,
    };
    document.to_xml()
}

fn saml_url(issuer: &Issuer, name: &UpstreamName, what: &str) -> String {
    format!("{}/saml/{name}/{what}", issuer.as_str())
}

fn or_profile(
    section: &Section<'_>,
    key: &'static str,
    known: Option<&str>,
    instead: &str,
) -> Option<String> {
    match (section.optional(key), known) {
        (Some(value), _) => owned(value),
        (None, Some(known)) => Some(known.to_owned()),
        (None, None) => section.required(key, instead).and_then(owned),
    }
}

fn words(
    section: &Section<'_>,
    key: &'static str,
    known: &[&str],
    instead: &str,
) -> Option<Vec<String>> {
    if section.optional(key).is_none() && !known.is_empty() {
        return Some(known.iter().map(|word| (*word).to_owned()).collect());
    }
    let value = section.required(key, instead)?;
    non_empty(value, value.list().iter().map(owned).collect())
}

/// Text that is compared as it is: nobody would find a blank at its end.
fn owned(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if text.is_empty() || text.trim() != text {
        return value.refuse("it is empty or has a blank at an end", "write it without");
    }
    Some(text.to_owned())
}

/// Twice the largest answers of Suomi.fi, which have 10 to 25 kB, a third more in base64.
const RESPONSE_LIMIT: usize = 64 * 1024;
/// Less would refuse ordinary answers.
const MIN_RESPONSE_LIMIT: usize = 16 * 1024;
/// A message of the limit in base64, with every character escaped as a form may.
const MAX_RESPONSE_LIMIT: usize = 3 * silta_saml::MESSAGE_LIMIT + 1024;
