//! SAML identity providers.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use silta_broker::upstream::{
    KnownIdentityProvider, MakeSamlUpstream, MetadataSettings, RequestBinding, SamlFacts,
    SamlFactsError, SamlLogout, SamlParties, SamlUpstream, SingleLogoutService,
};
use silta_broker::{LogoutOutcome, UpstreamName};
use silta_config::description::{UnknownSession, upstreams};
use silta_config::{Section, Value, ValueLocation};
use silta_oidc::{Issuer, check_url};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AssuranceLevels, Certificate, Country, DecryptionKey, EncryptionRule, EsamlExpectation,
    IdentityProvider, LevelAttribute, LevelSource, NationalStatuses, PeerProfile, Requirements,
    ServiceProvider, VerificationKey,
};
use url::Url;

use super::metadata::{self, SamlMetadata};
use super::requests::Requests;
use super::sp_demands::{self, Demands};
use super::sp_metadata::{self, SpMetadata};
use super::{choice, encrypted, levels, owned, peer_certificates, request, sweden};
use crate::config::keys::{Keys, SamlKey};
use crate::config::{NamedCertificate, ReadContext};
use crate::trusted_peer::TrustedPeer;

/// A SAML identity provider.
pub(crate) struct SamlPeer {
    /// What is known of it, or how that is fetched.
    pub(crate) source: SamlSource,
    /// Makes the adapter of what is known of it.
    pub(crate) make: MakeSamlUpstream,
    /// Its assurance levels.
    pub(crate) levels: AssuranceLevels,
    /// Our metadata for it.
    pub(crate) metadata: SpMetadata,
    /// What is demanded of that.
    pub(super) demands: Vec<Demands>,
    /// The most octets that the form with its response may have.
    pub(crate) response_limit: usize,
    /// The certificates it signs with, as far as they are known.
    pub(super) certificates: Vec<NamedCertificate>,
    /// What its answers are judged by; `None` where its certificates are fetched, so that they change by themselves.
    pub(crate) trusted: Option<TrustedPeer>,
}

/// Where what only the identity provider can say comes from.
pub(crate) enum SamlSource {
    /// The keys of the configuration.
    Written(Box<SamlUpstream>),
    /// A file with its metadata.
    Described(Box<KnownIdentityProvider>),
    /// Metadata at an address.
    Fetched(MetadataSettings),
}

impl SamlPeer {
    /// Whether anything is demanded of our metadata for it.
    pub(crate) fn has_demands(&self) -> bool {
        !self.demands.is_empty()
    }

    /// The adapter, where it is known without asking anybody.
    pub(crate) fn upstream(&self) -> Option<&SamlUpstream> {
        match &self.source {
            SamlSource::Written(upstream) => Some(upstream),
            SamlSource::Described(known) => Some(&known.upstream),
            SamlSource::Fetched(_) => None,
        }
    }

    /// Within what its own names for people mean something, by key: a NameID also by its format.
    pub(super) fn scope_of_names(&self, is_name_id: bool) -> Vec<(&'static str, String)> {
        let entity_id = match &self.source {
            SamlSource::Written(upstream) => upstream.parties.idp.entity_id(),
            SamlSource::Described(known) => known.description.entity_id(),
            SamlSource::Fetched(settings) => &settings.entity_id,
        };
        let both = [
            (upstreams::ENTITY_ID.name, entity_id.to_owned()),
            (upstreams::SP_ENTITY_ID.name, self.metadata.entity_id.clone()),
        ];
        let mut formats = self.metadata.name_ids.clone();
        formats.sort();
        let asked = self.metadata.name_id_format.clone().unwrap_or_default();
        let of_name_id = [
            (upstreams::NAMEID_FORMATS.name, formats.join(" ")),
            (upstreams::NAME_ID_FORMAT.name, asked),
        ];
        both.into_iter().chain(of_name_id.into_iter().filter(|_| is_name_id)).collect()
    }

    /// When the file with its metadata ends, if there is one and it has an end.
    pub(crate) fn metadata_end(&self) -> Option<Timestamp> {
        match &self.source {
            SamlSource::Described(known) => known.description.valid_until(),
            SamlSource::Written(_) | SamlSource::Fetched(_) => None,
        }
    }
}

/// Reads the keys of a SAML upstream.
pub(super) fn read(
    name: Option<&UpstreamName>,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<SamlPeer> {
    let facts = facts(section, context);
    // Noted whatever else is wrong with it, so that no warning waits for that to be corrected.
    if let (Some(name), Some((facts, _))) = (name, &facts)
        && facts.may_log_out()
    {
        context.logging_out.borrow_mut().insert(name.clone());
    }
    let levels = section.value(&upstreams::LOA).and_then(|value| levels(value, owned));
    let profile = peer_profile(section);
    let entity_id = section.value(&upstreams::SP_ENTITY_ID).and_then(owned);
    let algorithm = section.optional(&upstreams::REQUEST_ALGORITHM);
    let requests = Requests::read(section);
    let about = sp_metadata::about(section);
    let demands = sp_demands::read(section);
    let response_limit = section.value(&upstreams::RESPONSE_LIMIT).and_then(|value| value.size());

    let keys = context.keys?;
    let active = keys.saml_signing.first()?;
    let signing = signing_key(section, algorithm, active)?;
    let profile = profile?;
    let decryption_keys = decryption_keys(section, &profile, &keys.saml_encryption)?;
    let service_provider = ServiceProvider {
        entity_id: entity_id?,
        acs_url: saml_url(context.issuer?, name?, "acs"),
        decryption_keys: decryption_keys.clone(),
    };
    let slo_url = saml_url(context.issuer?, name?, "slo");
    let ((facts, certificates), requests) = (facts?, requests?);
    let levels = AssuranceLevels::new(levels?).ok()?;
    let trusted = facts.entity_id().map(|entity_id| {
        let theirs = certificates.iter().map(|(_, one)| one);
        let all = theirs.chain(decryption_keys.iter().map(DecryptionKey::certificate));
        TrustedPeer {
            keys: all.map(Certificate::base64).chain([entity_id.to_owned()]).collect(),
            profile: profile.clone(),
            levels: levels.clone(),
            name_ids: requests.accepted_name_ids.clone(),
        }
    });
    let metadata = SpMetadata {
        entity_id: service_provider.entity_id.clone(),
        acs_url: service_provider.acs_url.clone(),
        acs_index: requests.profile.acs_index,
        slo_url: facts.may_log_out().then(|| slo_url.clone()),
        signing: signing_certificates(keys),
        encryption: decryption_keys.iter().map(|key| key.certificate().clone()).collect(),
        profile: profile.clone(),
        credential: active.credential().clone(),
        signer: active.signer(),
        name_id_format: requests.profile.name_id_format.clone(),
        name_ids: requests.accepted_name_ids.clone(),
        index: requests.profile.attribute_consuming_service.unwrap_or(1),
        about: about?,
    };
    let credential = signing.credential().clone();
    let credential = if requests.parts.is_unnamed() { credential.unnamed() } else { credential };
    let make: MakeSamlUpstream = {
        let levels = levels.clone();
        Arc::new(move |facts: SamlFacts| {
            let SamlFacts { entity_id, keys, binding, post, single_logout, encryption: theirs } =
                facts;
            let post = || post.ok_or(SamlFactsError::NoPost);
            let binding = if requests.must_be_posted() { post()? } else { binding };
            let encrypted = requests.encrypted_to(&theirs)?;
            let parties = Arc::new(SamlParties {
                service_provider: service_provider.clone(),
                idp: IdentityProvider::new(entity_id, keys, levels.clone(), profile.clone())?,
                credential: credential.clone(),
                signer: signing.signer(),
                vetuma: requests.vetuma,
            });
            let (parties_of_logout, slo_url) = (parties.clone(), slo_url.clone());
            Ok(SamlUpstream {
                parties,
                binding,
                authn_context: requests.authn_context,
                force_authn: requests.force_authn,
                request: requests.profile.clone(),
                encrypted,
                parameters: requests.parameters.clone(),
                form_fields: requests.form_fields.clone(),
                accepted_name_ids: requests.accepted_name_ids.clone(),
                logout: single_logout.map(|logout| SamlLogout {
                    parties: parties_of_logout,
                    slo_url,
                    logout,
                }),
            })
        })
    };
    let source = facts.source(section, &make)?;
    warn_where_no_hint_goes(section, &source);
    Some(SamlPeer {
        certificates: signing_of(name?, &certificates),
        source,
        trusted,
        make,
        levels,
        metadata,
        demands: demands?,
        response_limit: response_limit?,
    })
}

/// A file with metadata is known now; what is fetched may have a key later.
fn warn_where_no_hint_goes(section: &Section<'_>, source: &SamlSource) {
    if let SamlSource::Described(known) = source
        && known.upstream.encrypted.is_none()
        && let Some(value) = section.optional(&upstreams::LOGIN_HINT_FORMAT)
    {
        let what = "its metadata has no key that request_encryption fits, so no hint goes along";
        value.warn(what, "leave it out, or ask its owner to publish one for encryption");
    }
}

/// What is said of the identity provider, by keys or by its metadata.
enum Facts {
    Written(SamlFacts),
    Metadata(SamlMetadata),
}

impl Facts {
    /// Whether it has single logout, or may have.
    fn may_log_out(&self) -> bool {
        match self {
            Self::Written(facts) => facts.single_logout.is_some(),
            Self::Metadata(SamlMetadata::Read(read)) => !read.single_logout().is_empty(),
            Self::Metadata(SamlMetadata::Fetched(_)) => true,
        }
    }

    /// Whom they are of, where its keys are known by them.
    fn entity_id(&self) -> Option<&str> {
        match self {
            Self::Written(facts) => Some(&facts.entity_id),
            Self::Metadata(SamlMetadata::Read(read)) => Some(read.entity_id()),
            Self::Metadata(SamlMetadata::Fetched(_)) => None,
        }
    }

    fn source(self, section: &Section<'_>, make: &MakeSamlUpstream) -> Option<SamlSource> {
        Some(match self {
            Self::Written(facts) => SamlSource::Written(Box::new(make(facts).ok()?)),
            Self::Metadata(SamlMetadata::Fetched(settings)) => SamlSource::Fetched(settings),
            Self::Metadata(SamlMetadata::Read(read)) => {
                match KnownIdentityProvider::new(*read, make) {
                    Ok(known) => SamlSource::Described(Box::new(known)),
                    Err(error) => {
                        return metadata::refuse(section.value(&upstreams::METADATA)?, error);
                    }
                }
            }
        })
    }
}

/// The certificates that are known, each with the place where it is said.
type Certificates = Vec<(ValueLocation, Certificate)>;

fn facts(section: &Section<'_>, context: &ReadContext<'_>) -> Option<(Facts, Certificates)> {
    if let Some(value) = section.optional(&upstreams::METADATA) {
        let entity_id = section.optional(&upstreams::ENTITY_ID);
        let entity_id = entity_id.map_or(Some(None), |value| value.text().map(Some))?;
        let read = metadata::read(value, entity_id, context)?;
        let certificates = match &read {
            SamlMetadata::Read(read) => read.signing(),
            SamlMetadata::Fetched(_) => &[],
        };
        let at = value.location();
        let certificates = certificates.iter().map(|one| (at.clone(), one.clone())).collect();
        return Some((Facts::Metadata(read), certificates));
    }
    let entity_id = section.value(&upstreams::ENTITY_ID).and_then(owned);
    let certificates = section
        .value(&upstreams::SIGNING_CERTIFICATES)
        .and_then(|value| peer_certificates(value, context));
    let binding = section.value(&upstreams::SSO).and_then(binding);
    let single_logout = section
        .optional(&upstreams::SINGLE_LOGOUT)
        .map_or(Some(None), |value| single_logout(value).map(Some));
    let certificates = certificates?;
    let keys = certificates.iter().map(|(_, one)| VerificationKey::of(one));
    let keys = keys.collect::<Result<_, _>>().ok()?;
    let signing: Vec<_> = certificates.iter().map(|(_, one)| one.clone()).collect();
    let encryption = encrypted::key(section, &signing, context);
    let (entity_id, binding, single_logout) = (entity_id?, binding?, single_logout?);
    let post = Some(binding.clone()).filter(|one| matches!(one, RequestBinding::Post(_)));
    let encryption = encryption?;
    let facts = SamlFacts { entity_id, keys, binding, post, single_logout, encryption };
    Some((Facts::Written(facts), certificates))
}

fn signing_of(
    name: &UpstreamName,
    certificates: &[(ValueLocation, Certificate)],
) -> Vec<NamedCertificate> {
    NamedCertificate::all(name.as_str(), NamedCertificate::SIGNING, certificates)
}

/// The key that signs for it, with the algorithm that the file says.
fn signing_key(
    section: &Section<'_>,
    algorithm: Option<Value<'_>>,
    active: &SamlKey,
) -> Option<SamlKey> {
    let Some(value) = algorithm else { return Some(active.clone()) };
    match active.with_algorithm(value.choice()?) {
        Ok(key) => Some(key),
        Err(error) => section.itself().refuse_with(&error),
    }
}

fn peer_profile(section: &Section<'_>) -> Option<PeerProfile> {
    let strict = PeerProfile::default();
    let signed = section.value(&upstreams::SIGNED).and_then(|value| value.choice());
    let encryption = section.value(&upstreams::ENCRYPTION).and_then(|value| value.choice());
    let signature_algorithms =
        choice(section, &upstreams::SIGNATURE_ALGORITHMS, &SignatureAlgorithm::ALL);
    let ciphers = choice(section, &upstreams::CIPHERS, &strict.ciphers);
    let oaep_digests = choice(section, &upstreams::OAEP_DIGESTS, &strict.oaep_digests);
    let key_wraps = choice(section, &upstreams::KEY_WRAPS, &strict.key_wraps);
    let require = choice(section, &upstreams::REQUIRE, &[]);
    let statuses = statuses(section);
    let level_from = section
        .optional(&upstreams::LOA_ATTRIBUTE)
        .map_or(Some(LevelSource::AuthnContext), level_attribute);
    let skew = section.value(&upstreams::CLOCK_SKEW).and_then(|value| value.duration());
    let identifiers_for = section.optional(&upstreams::EIDAS).map_or(Some(None), |value| {
        let section = value.section(&upstreams::EIDAS)?;
        let country = section.optional(&upstreams::IDENTIFIERS_FOR);
        country.map_or(Some(None), |value| request::country(value).map(Some))
    });
    let esaml = section.optional(&upstreams::ESAML).map_or(Some(None), |value| {
        let inner = value.section(&upstreams::ESAML)?;
        let flavour = inner.value(&upstreams::IDENTITY_FLAVOUR).and_then(|value| value.choice());
        // A text that is no country is refused where requests are read.
        let state = inner.optional(&upstreams::SENDING_MEMBER_STATE);
        let state = state.map_or(Some(None), |one| Country::parse(one.text()?).map(Some));
        Some(Some(EsamlExpectation { flavour: flavour?, sending_member_state: state? }))
    });
    let sign_message = section
        .optional(&upstreams::SIGN_MESSAGE)
        .map_or(Some(None), |value| sweden::sign_message_proof(value).map(Some));
    Some(PeerProfile {
        signed: signed?,
        encryption: encryption?,
        signature_algorithms: signature_algorithms?,
        ciphers: ciphers?,
        oaep_digests: oaep_digests?,
        key_wraps: key_wraps?,
        require: Requirements::new(require?),
        statuses: statuses?,
        level_from: level_from?,
        skew: SignedDuration::try_from(skew?).ok()?,
        identifiers_for: identifiers_for?,
        esaml: esaml?,
        sign_message: sign_message?,
    })
}

/// The attribute that says the level.
fn level_attribute(value: Value<'_>) -> Option<LevelSource> {
    let section = value.section(&upstreams::LOA_ATTRIBUTE)?;
    let name = section.value(&upstreams::LEVEL_NAME).and_then(owned);
    let prefix = section.optional(&upstreams::LEVEL_PREFIX);
    let prefix = prefix.map_or(Some(String::new()), owned);
    Some(LevelSource::Attribute(LevelAttribute { name: name?, prefix: prefix? }))
}

/// What it says of a failed login in words of its own.
fn statuses(section: &Section<'_>) -> Option<NationalStatuses> {
    let mut statuses = NationalStatuses::default();
    let Some(value) = section.optional(&upstreams::STATUSES) else { return Some(statuses) };
    for (name, meaning) in value.entries()? {
        if let Err(error) = statuses.add(name, meaning.choice()?) {
            return meaning.refuse_with(&error);
        }
    }
    Some(statuses)
}

/// The keys of ours that it may encrypt to: with one on a curve it would agree on another.
fn decryption_keys(
    section: &Section<'_>,
    profile: &PeerProfile,
    keys: &[DecryptionKey],
) -> Option<Vec<DecryptionKey>> {
    let agrees = !profile.key_wraps.is_empty();
    let offered = |key: &&DecryptionKey| agrees || !key.certificate().is_on_a_curve();
    let offered: Vec<_> = keys.iter().filter(offered).cloned().collect();
    if profile.encryption == EncryptionRule::Required && offered.is_empty() {
        let what = "it must encrypt, but every key of keys.saml_encryption is on an elliptic curve";
        return section
            .itself()
            .refuse(what, "write key_wraps: [kw-aes256], or add an RSA key there");
    }
    // A profile of ours says what the scheme takes, whatever keys there are.
    let written = section.optional(&upstreams::KEY_WRAPS).filter(Value::is_written);
    if let Some(wraps) = written.filter(|_| agrees)
        && !keys.iter().any(|key| key.certificate().is_on_a_curve())
    {
        let what = "no key of keys.saml_encryption is on an elliptic curve";
        wraps.warn(what, "add one there, or leave this out");
    }
    Some(offered)
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
