//! `keys`: the keys that sign, decrypt, seal and hash.

use std::collections::BTreeMap;
use std::sync::Arc;

use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretString};
use silta_broker::ports::Signer;
use silta_broker::{SealKey, SubjectKey};
use silta_config::description::{Key, keys};
use silta_config::secrets::{Stage, Versions};
use silta_config::{Section, Value};
use silta_oidc::{KeyRing, PublicKey, SignatureAlgorithm as Algorithm};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    Certificate, DecryptionKey, KeyError, PRIVATE_OPERATIONS, SigningCredential, SigningKey,
};

use super::NamedCertificate;
use super::pem::{self, PemKind};
use super::secret;
use super::source::{RemoteKey, SourceError, Sources};

/// The keys of this provider.
pub(super) struct Keys {
    pub(super) key_ring: KeyRing,
    /// The private half of the active key.
    pub(super) signer: Arc<dyn Signer>,
    /// That of the key for ES256, if there is one.
    pub(super) ec_signer: Option<Arc<dyn Signer>>,
    /// The RSA keys for PS256, in both halves, the one that signs first.
    pub(super) pss: Vec<IdTokenKey>,
    /// Active first; the others are only published.
    pub(super) saml_signing: Vec<SamlKey>,
    pub(super) saml_encryption: Vec<DecryptionKey>,
    pub(super) seal: SealKey,
    pub(super) seal_retired: Vec<SealKey>,
    pub(super) subject: SubjectKey,
    /// A fingerprint of the subject key: another key gives everybody another `sub`.
    pub(super) subject_digest: [u8; 32],
    /// Our own certificates without the previous ones, whose end does not matter.
    pub(super) certificates: Vec<NamedCertificate>,
}

/// A key that signs SAML messages: in this process, or where it stays.
#[derive(Clone)]
pub(super) enum SamlKey {
    Local(SigningKey),
    Remote(SigningCredential, Arc<dyn RemoteKey>, Arc<dyn Signer>),
}

impl SamlKey {
    fn of_remote(
        key: &Arc<dyn RemoteKey>,
        certificate: Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, KeyError> {
        if !certificate.has_public_key(key.public_der()) {
            return Err(KeyError::CertificateMismatch);
        }
        let signer = key.signer(algorithm).ok_or(KeyError::Algorithm)?;
        Ok(Self::Remote(SigningCredential::new(certificate, algorithm)?, key.clone(), signer))
    }

    pub(super) fn credential(&self) -> &SigningCredential {
        match self {
            Self::Local(key) => key.credential(),
            Self::Remote(credential, ..) => credential,
        }
    }

    pub(super) fn signer(&self) -> Arc<dyn Signer> {
        match self {
            Self::Local(key) => Arc::new(key.clone()),
            Self::Remote(.., signer) => signer.clone(),
        }
    }

    /// The same key under another algorithm of its kind.
    pub(super) fn with_algorithm(&self, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        match self {
            Self::Local(key) => key.with_algorithm(algorithm).map(Self::Local),
            Self::Remote(credential, key, _) => {
                Self::of_remote(key, credential.certificate().clone(), algorithm)
            }
        }
    }
}

/// What of our own material could be read: a peer must not have it.
#[derive(Default)]
pub(super) struct OwnMaterial {
    /// Certificates in base64.
    pub(super) certificates: Vec<String>,
    /// Digests of the keys that seal and hash.
    pub(super) octets: Vec<[u8; 32]>,
}

/// The keys, if all could be read; and what could.
pub(super) fn read(section: &Section<'_>, sources: &Sources<'_>) -> (Option<Keys>, OwnMaterial) {
    let mut own = vec![];
    let id_token = section.value(&keys::ID_TOKEN).and_then(|value| id_token_keys(value, sources));
    // Where they are needed, the description says.
    let saml_signing = section.optional(&keys::SAML_SIGNING).map_or(Some(vec![]), |value| {
        value.each(|one| {
            let read = signing(&one.section(&keys::SAML_SIGNING)?, sources)?;
            let certificates = read.iter().map(|(_, key)| key.credential().certificate());
            own.extend(certificates.map(Certificate::base64));
            Some(read)
        })
    });
    let saml_encryption = section.optional(&keys::SAML_ENCRYPTION).map_or(Some(vec![]), |value| {
        let all = value.each(|one| {
            let read = decryption(&one.section(&keys::SAML_ENCRYPTION)?, sources)?;
            own.extend(read.iter().map(|(_, key)| key.certificate().base64()));
            Some(read)
        })?;
        warn_of_keys_beyond_the_bound(value, &all);
        Some(all)
    });
    let seal =
        section.value(&keys::SEAL).and_then(|value| value.each(|one| secret::key32(one, sources)));
    let subject = section.value(&keys::SUBJECT).and_then(|value| secret::key32(value, sources));
    let octets = seal.iter().flatten().chain(&subject).flat_map(Versions::iter);
    let octets = octets.map(|(_, octets)| sha256(octets)).collect();
    let signers = (id_token, saml_signing, saml_encryption);
    let own = OwnMaterial { certificates: own, octets };
    (together(section, signers, seal, subject), own)
}

type Signers =
    (Option<IdTokenKeys>, Option<Vec<Versions<SamlKey>>>, Option<Vec<Versions<DecryptionKey>>>);

fn together(
    section: &Section<'_>,
    (id_token, saml_signing, saml_encryption): Signers,
    seal: Option<Vec<Versions<[u8; 32]>>>,
    subject: Option<Versions<[u8; 32]>>,
) -> Option<Keys> {
    let (seal, subject) = (seal?, subject?.current);
    let mut seal = seal.into_iter().flat_map(Versions::all);
    let (active, retired) = (seal.next()?, seal.collect::<Vec<_>>());
    if active == subject || retired.contains(&subject) {
        // Who may read one of them must not have the other.
        return section.itself().refuse("seal and subject are the same secret", "make two of them");
    }
    let IdTokenKeys { ring, signer, ec_signer, pss } = id_token?;
    let (saml_signing, saml_encryption) = (saml_signing?, saml_encryption?);
    let mut certificates = certificates_in_use(section, &keys::SAML_SIGNING, &saml_signing);
    certificates.extend(certificates_in_use(section, &keys::SAML_ENCRYPTION, &saml_encryption));
    Some(Keys {
        key_ring: ring,
        signer,
        ec_signer,
        pss,
        certificates,
        saml_signing: saml_signing.into_iter().flat_map(Versions::all).collect(),
        saml_encryption: saml_encryption.into_iter().flat_map(Versions::all).collect(),
        seal: SealKey::new(active),
        seal_retired: retired.into_iter().map(SealKey::new).collect(),
        subject: SubjectKey::new(subject),
        subject_digest: sha256(&subject),
    })
}

/// A key with a certificate.
trait Certified {
    /// What the certificate is used for.
    const USAGE: &'static str;

    fn certificate(&self) -> &Certificate;
}

impl Certified for SamlKey {
    const USAGE: &'static str = "signing";

    fn certificate(&self) -> &Certificate {
        self.credential().certificate()
    }
}

impl Certified for DecryptionKey {
    const USAGE: &'static str = "encryption";

    fn certificate(&self) -> &Certificate {
        DecryptionKey::certificate(self)
    }
}

/// Our own certificates of a key's list, each with the place of its reference.
fn certificates_in_use<T: Certified>(
    section: &Section<'_>,
    key: &Key,
    read: &[Versions<T>],
) -> Vec<NamedCertificate> {
    let items = section.optional(key).iter().flat_map(Value::list).collect::<Vec<_>>();
    let places = items.iter().map(|item| {
        let reference = item.section(key).and_then(|item| item.optional(&keys::CERTIFICATE));
        reference.unwrap_or(*item).location()
    });
    let mut certificates = vec![];
    for (at, versions) in places.zip(read) {
        let in_use = versions.iter().filter(|(stage, _)| *stage != Some(Stage::Previous));
        certificates.extend(in_use.map(|(_, one)| (at.clone(), one.certificate().clone())));
    }
    NamedCertificate::all(NamedCertificate::OURS, T::USAGE, &certificates)
}

/// A key of ID tokens in both halves.
pub(super) type IdTokenKey = (PublicKey, Arc<dyn Signer>);

/// The keys of ID tokens.
struct IdTokenKeys {
    ring: KeyRing,
    signer: Arc<dyn Signer>,
    ec_signer: Option<Arc<dyn Signer>>,
    pss: Vec<IdTokenKey>,
}

/// A key of ID tokens, and if it is an RSA key the same for PS256.
struct BothUses {
    usual: IdTokenKey,
    pss: Option<IdTokenKey>,
}

fn id_token_keys(value: Value<'_>, sources: &Sources<'_>) -> Option<IdTokenKeys> {
    let keys = value.each(|one| id_token(one, sources))?;
    let keys: Vec<_> = keys.into_iter().flat_map(Versions::all).collect();
    let is_for = |key: &&BothUses, algorithm| key.usual.0.algorithm() == algorithm;
    let first = |algorithm| keys.iter().find(|key| is_for(key, algorithm)).map(|key| &key.usual);
    let Some((active, signer)) = first(Algorithm::Rs256).cloned() else {
        let what = "none of them is an RSA key, and clients may ask for RS256";
        return value.refuse(what, "add one: openssl genrsa 2048");
    };
    let ec_signer = first(Algorithm::Es256).map(|(_, signer)| signer.clone());
    let all = keys.iter().map(|key| key.usual.0.clone()).collect();
    let pss = keys.into_iter().filter_map(|key| key.pss).collect();
    Some(IdTokenKeys { ring: KeyRing::new(active, all), signer, ec_signer, pss })
}

fn id_token(value: Value<'_>, sources: &Sources<'_>) -> Option<Versions<BothUses>> {
    if let Some(id) = secret::key_id(value) {
        let key = secret::resolve_remote_key(value, id, sources)?;
        return match PublicKey::from_der(key.public_der()) {
            Ok(public) => match key.signer(SignatureAlgorithm::RsaSha256) {
                Some(signer) if public.algorithm() == Algorithm::Rs256 => {
                    let pss = key.signer(SignatureAlgorithm::RsaPssSha256);
                    let pss = public.for_pss().zip(pss);
                    Some(Versions::only(BothUses { usual: (public, signer), pss }))
                }
                Some(_) | None => {
                    let SourceError { what, instead } = key.algorithm_error();
                    value.refuse(what, instead)
                }
            },
            Err(error) => value.refuse_with(&error),
        };
    }
    secret::read_versions(value, pem::resolve(value, PemKind::PrivateKey, sources)?, |pem| {
        let pem = pem.expose_secret().as_bytes();
        let both =
            |key: silta_oidc::SigningKey| -> IdTokenKey { (key.public().clone(), Arc::new(key)) };
        let key = silta_oidc::SigningKey::from_pem(pem)?;
        let pss = key.for_pss()?.map(both);
        Ok::<BothUses, silta_oidc::SigningKeyError>(BothUses { usual: both(key), pss })
    })
}

/// A load balancer can verify tokens itself (`jwt-validation`), by a JWK Set of at most ten keys and 150 KB: so
/// many have a fifth of that, whatever their size.
pub(super) fn warn_of_a_long_jwk_set(section: &Section<'_>, ring: &KeyRing) {
    let Some(value) = section.value(&keys::ID_TOKEN).filter(|_| ring.published() > MOST_KEYS)
    else {
        return;
    };
    let published = ring.published();
    let what = format!(
        "{published} keys are published at /jwks, and a load balancer that verifies tokens reads {MOST_KEYS}"
    );
    value.warn(what, "remove those whose tokens have expired");
}

/// The keys of a JWK Set that a load balancer reads.
const MOST_KEYS: usize = 10;

fn signing(section: &Section<'_>, sources: &Sources<'_>) -> Option<Versions<SamlKey>> {
    let algorithm: Option<Option<SignatureAlgorithm>> =
        section.optional(&keys::ALGORITHM).map_or(Some(None), |value| value.choice().map(Some));
    let key = section.value(&keys::SIGNING_KEY);
    if let Some((value, id)) = key.and_then(|value| Some((value, secret::key_id(value)?))) {
        let key = secret::resolve_remote_key(value, id, sources);
        let certificate = certificate(section, sources);
        let (key, certificate, algorithm) = (key?, certificate?.current, algorithm?);
        let algorithm = algorithm.unwrap_or(SignatureAlgorithm::RsaSha256);
        let read = Certificate::from_pem(certificate.expose_secret().as_bytes())
            .and_then(|certificate| SamlKey::of_remote(&key, certificate, algorithm));
        return match read {
            Ok(key) => Some(Versions::only(key)),
            Err(KeyError::Algorithm) => {
                let SourceError { what, instead } = key.algorithm_error();
                section.itself().refuse(what, instead)
            }
            Err(error) => section.itself().refuse_with(&error),
        };
    }
    let key = key.and_then(|value| pem::resolve(value, PemKind::PrivateKey, sources));
    let certificate = certificate(section, sources);
    let (pair, algorithm) = (key?.zip(certificate?), algorithm?);
    secret::read_versions(section.itself(), pair, |(key, certificate)| {
        let (key, certificate) = (octets(key), octets(certificate));
        let read = |algorithm| SigningKey::from_pem(key, certificate, algorithm);
        // Without a word, the algorithm follows the kind of key.
        let signing = match algorithm {
            Some(algorithm) => read(algorithm),
            None => match read(SignatureAlgorithm::RsaSha256) {
                Err(KeyError::Algorithm) => read(SignatureAlgorithm::EcdsaSha256),
                read => read,
            },
        };
        signing.map(SamlKey::Local)
    })
}

fn decryption(section: &Section<'_>, sources: &Sources<'_>) -> Option<Versions<DecryptionKey>> {
    let key = section.value(&keys::DECRYPTION_KEY);
    let key = key.and_then(|value| pem::resolve(value, PemKind::PrivateKey, sources));
    let certificate = certificate(section, sources);
    secret::read_versions(section.itself(), key?.zip(certificate?), |(key, certificate)| {
        DecryptionKey::from_pem(octets(key), octets(certificate))
    })
}

/// Only so many private operations are done for a message, and only a key as long as what was
/// encrypted for it, or on the curve of what was agreed on with it, is worth one.
fn warn_of_keys_beyond_the_bound(value: Value<'_>, keys: &[Versions<DecryptionKey>]) {
    let mut kinds = BTreeMap::<String, usize>::new();
    for (_, key) in keys.iter().flat_map(Versions::iter) {
        *kinds.entry(key.kind()).or_default() += 1;
    }
    for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > PRIVATE_OPERATIONS) {
        value.warn(
            format!(
                "{count} keys of {kind}, current, pending and previous ones, and no more \
                 than {PRIVATE_OPERATIONS} are tried on a message: without a hint in it, the last \
                 ones never"
            ),
            "remove those that no identity provider encrypts for any more",
        );
    }
}

fn certificate(section: &Section<'_>, sources: &Sources<'_>) -> Option<Versions<SecretString>> {
    let value = section.value(&keys::CERTIFICATE)?;
    pem::resolve(value, PemKind::Certificate, sources)
}

fn octets(pem: &SecretString) -> &[u8] {
    pem.expose_secret().as_bytes()
}
