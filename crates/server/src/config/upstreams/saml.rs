//! SAML identity providers.

use std::collections::BTreeSet;

use silta_broker::{AuthnContextRequest, RequestBinding, SamlUpstream, UpstreamName};
use silta_oidc::{Issuer, check_url};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_saml::{
    AssuranceLevels, Certificate, EncryptionRule, IdentityProvider, PeerProfile, ServiceProvider,
    ServiceProviderMetadata, SignedParts, VerificationKey,
};

use super::{ReadContext, certificates, choice, owned, refuse_own_certificates, skew};
use crate::config::keys::{Keys, non_empty};
use crate::config::problem::ValueLocation;
use crate::config::profile::Profile;
use crate::config::yaml::{Section, Value};

/// A SAML identity provider.
pub(crate) struct SamlPeer {
    /// The adapter.
    pub(crate) upstream: SamlUpstream,
    /// Our metadata for it.
    pub(crate) metadata: String,
    /// The most octets that the form with its response may have.
    pub(crate) response_limit: usize,
    /// The certificates it signs with.
    pub(in crate::config) certificates: Vec<Certificate>,
    /// The location of their list.
    pub(in crate::config) certificates_at: ValueLocation,
}

/// Reads the keys of a SAML upstream; `known` are the defaults of its profile.
pub(super) fn read(
    name: Option<&UpstreamName>,
    section: &Section<'_>,
    known: &Profile,
    context: &ReadContext<'_>,
) -> Option<SamlPeer> {
    let idp = idp(section, known, context);
    let binding = binding(section, known);
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
    Some(SamlPeer {
        certificates,
        certificates_at: section
            .optional("signing_certificates")
            .unwrap_or(section.value())
            .location(),
        metadata,
        response_limit: response_limit?,
        upstream: SamlUpstream {
            service_provider: provider,
            idp,
            credential: signing.credential().clone(),
            signer: signing.signer(),
            binding: binding?,
            authn_context: requested?,
            name_id_format: name_id_format?,
            vetuma: known.vetuma,
        },
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

/// Twice the largest answers of Suomi.fi, which have 10 to 25 kB, a third more in base64.
const RESPONSE_LIMIT: usize = 64 * 1024;
/// Less would refuse ordinary answers.
const MIN_RESPONSE_LIMIT: usize = 16 * 1024;
/// A message of the limit in base64, with every character escaped as a form may.
const MAX_RESPONSE_LIMIT: usize = 3 * silta_saml::MESSAGE_LIMIT + 1024;
