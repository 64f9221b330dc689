//! SAML identity providers.

use std::sync::Arc;

use jiff::SignedDuration;
use silta_broker::upstream::{
    RequestBinding, SamlLogout, SamlParties, SamlUpstream, SingleLogoutService,
};
use silta_broker::{LogoutOutcome, UpstreamName};
use silta_config::description::{RequestLanguage, UnknownSession, upstreams};
use silta_config::{Section, Value, ValueLocation};
use silta_oidc::{Issuer, check_url};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssuranceLevels, Certificate, IdentityProvider, PeerProfile, ServiceProvider, VerificationKey,
};
use url::Url;

use super::sp_metadata::{self, SpMetadata};
use super::{choice, levels, name_ids, owned, peer_certificates, request};
use crate::config::keys::Keys;
use crate::config::{NamedCertificate, ReadContext};

/// A SAML identity provider.
pub(crate) struct SamlPeer {
    /// The adapter.
    pub(crate) upstream: SamlUpstream,
    /// Our metadata for it.
    pub(crate) metadata: SpMetadata,
    /// The most octets that the form with its response may have.
    pub(crate) response_limit: usize,
    /// The certificates it signs with.
    pub(super) certificates: Vec<NamedCertificate>,
}

/// Reads the keys of a SAML upstream.
pub(super) fn read(
    name: Option<&UpstreamName>,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<SamlPeer> {
    let idp = idp(section, context);
    let binding = section.value(&upstreams::SSO).and_then(binding);
    let entity_id = section.value(&upstreams::SP_ENTITY_ID).and_then(owned);
    let algorithm: Option<Option<SignatureAlgorithm>> = section
        .optional(&upstreams::REQUEST_ALGORITHM)
        .map_or(Some(None), |value| value.choice().map(Some));
    let requested = section.value(&upstreams::AUTHN_CONTEXT).and_then(|value| value.choice());
    let accepted_name_ids =
        section.value(&upstreams::NAMEID_FORMATS).and_then(|value| value.each(name_ids::accepted));
    let request = request::profile(section);
    let parameters = request::parameters(section);
    let force_authn = request::force_authn(section);
    let language: Option<RequestLanguage> =
        section.value(&upstreams::REQUEST_LANGUAGE).and_then(|value| value.choice());
    let about = sp_metadata::about(section);
    let logout = section.optional(&upstreams::SINGLE_LOGOUT).map(single_logout);
    let response_limit = section.value(&upstreams::RESPONSE_LIMIT).and_then(|value| value.size());

    let keys = context.keys?;
    let active = keys.saml_signing.first()?;
    let signing = match algorithm? {
        None => active.clone(),
        Some(algorithm) => match active.with_algorithm(algorithm) {
            Ok(key) => key,
            Err(error) => return section.itself().refuse_with(&error),
        },
    };
    let service_provider = ServiceProvider {
        entity_id: entity_id?,
        acs_url: saml_url(context.issuer?, name?, "acs"),
        decryption_keys: keys.saml_encryption.clone(),
    };
    let (idp, certificates) = idp?;
    let parties = SamlParties {
        service_provider,
        idp,
        credential: signing.credential().clone(),
        signer: signing.signer(),
        vetuma: language? == RequestLanguage::Vetuma,
    };
    let parties = Arc::new(parties);
    let slo_url = saml_url(context.issuer?, name?, "slo");
    let logout = match logout {
        Some(configured) => {
            Some(SamlLogout { parties: parties.clone(), slo_url, logout: configured? })
        }
        None => None,
    };
    let request = request?;
    let metadata = SpMetadata {
        entity_id: parties.service_provider.entity_id.clone(),
        acs_url: parties.service_provider.acs_url.clone(),
        slo_url: logout.as_ref().map(|logout| logout.slo_url.clone()),
        signing: signing_certificates(keys),
        encryption: keys.saml_encryption.iter().map(|key| key.certificate().clone()).collect(),
        want_assertions_signed: parties.idp.signs_assertions(),
        name_id_format: request.name_id_format.clone(),
        index: request.attribute_consuming_service.unwrap_or(1),
        about: about?,
    };
    let certificates = NamedCertificate::all(name?.as_str(), "signing", &certificates);
    Some(SamlPeer {
        certificates,
        metadata,
        response_limit: response_limit?,
        upstream: SamlUpstream {
            parties,
            binding: binding?,
            authn_context: requested?,
            force_authn: force_authn?,
            request,
            parameters: parameters?,
            accepted_name_ids: accepted_name_ids?,
            logout,
        },
    })
}

fn idp(
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<(IdentityProvider, Vec<(ValueLocation, Certificate)>)> {
    let entity_id = section.value(&upstreams::ENTITY_ID).and_then(owned);
    let certificates = section
        .value(&upstreams::SIGNING_CERTIFICATES)
        .and_then(|value| peer_certificates(value, context));
    let loa = section.value(&upstreams::LOA).and_then(|value| levels(value, owned));
    let peer_profile = peer_profile(section);
    let certificates = certificates?;
    let keys = certificates.iter().map(|(_, one)| VerificationKey::of(one));
    let keys = keys.collect::<Result<_, _>>().ok()?;
    let loa = AssuranceLevels::new(loa?).ok()?;
    let idp = IdentityProvider::new(entity_id?, keys, loa, peer_profile?).ok()?;
    Some((idp, certificates))
}

fn peer_profile(section: &Section<'_>) -> Option<PeerProfile> {
    let strict = PeerProfile::default();
    let signed = section.value(&upstreams::SIGNED).and_then(|value| value.choice());
    let encryption = section.value(&upstreams::ENCRYPTION).and_then(|value| value.choice());
    let signature_algorithms =
        choice(section, &upstreams::SIGNATURE_ALGORITHMS, &SignatureAlgorithm::ALL);
    let ciphers = choice(section, &upstreams::CIPHERS, &strict.ciphers);
    let oaep_digests = choice(section, &upstreams::OAEP_DIGESTS, &strict.oaep_digests);
    let skew = section.value(&upstreams::CLOCK_SKEW).and_then(|value| value.duration());
    Some(PeerProfile {
        signed: signed?,
        encryption: encryption?,
        signature_algorithms: signature_algorithms?,
        ciphers: ciphers?,
        oaep_digests: oaep_digests?,
        skew: SignedDuration::try_from(skew?).ok()?,
    })
}

/// Where messages of single logout go, and who shows our answers in a frame.
fn single_logout(value: Value<'_>) -> Option<SingleLogoutService> {
    let section = value.section(&upstreams::SINGLE_LOGOUT)?;
    let binding = match section.optional(&upstreams::SLO_REDIRECT) {
        Some(value) => url(value).map(RequestBinding::Redirect),
        None => url(section.value(&upstreams::SLO_POST)?).map(RequestBinding::Post),
    };
    let response_url =
        section.optional(&upstreams::SLO_RESPONSE).map_or(Some(None), |value| url(value).map(Some));
    let unknown = section.value(&upstreams::UNKNOWN_SESSION).and_then(|value| value.choice());
    let (binding, response_url) = (binding?, response_url?);
    let origin = Url::parse(binding.url()).ok()?.origin().ascii_serialization();
    Some(SingleLogoutService {
        binding,
        response_url,
        origin,
        unknown_session: match unknown? {
            UnknownSession::Success => LogoutOutcome::Done,
            UnknownSession::UnknownPrincipal => LogoutOutcome::UnknownSession,
        },
    })
}

fn url(value: Value<'_>) -> Option<String> {
    match check_url(value.text()?) {
        Ok(()) => value.text().map(str::to_owned),
        Err(error) => value.refuse_with(&error),
    }
}

fn binding(value: Value<'_>) -> Option<RequestBinding> {
    let section = value.section(&upstreams::SSO)?;
    match section.optional(&upstreams::REDIRECT) {
        Some(value) => url(value).map(RequestBinding::Redirect),
        None => url(section.value(&upstreams::POST)?).map(RequestBinding::Post),
    }
}

/// The active one first.
fn signing_certificates(keys: &Keys) -> Vec<Certificate> {
    keys.saml_signing.iter().map(|key| key.credential().certificate().clone()).collect()
}

fn saml_url(issuer: &Issuer, name: &UpstreamName, what: &str) -> String {
    format!("{}/saml/{name}/{what}", issuer.as_str())
}
