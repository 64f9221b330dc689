//! `keys`: the keys that sign, decrypt, seal and hash.

use std::collections::BTreeMap;
use std::sync::Arc;

use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretString};
use silta_broker::ports::Signer;
use silta_broker::{SealKey, SubjectKey};
use silta_oidc::{KeyRing, PublicKey};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    Certificate, DecryptionKey, KeyError, PRIVATE_OPERATIONS, SigningCredential, SigningKey,
};

use super::NamedCertificate;
use super::pem::{self, PemKind};
use super::problem::ValueLocation;
use super::secret::{self, Resolver};
use super::yaml::{Section, Value};
use crate::aws::{self, KmsKey, VersionStage, Versions};

/// The keys of this provider.
pub(super) struct Keys {
    pub(super) key_ring: KeyRing,
    pub(super) signer: Arc<dyn Signer>,
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

/// A key that signs SAML messages: in this process, or at KMS.
#[derive(Clone)]
pub(super) enum SamlKey {
    Local(SigningKey),
    Kms(SigningCredential, KmsKey, Arc<dyn Signer>),
}

impl SamlKey {
    fn of_kms(
        key: &KmsKey,
        certificate: Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, KeyError> {
        if !certificate.has_public_key(key.public_der()) {
            return Err(KeyError::CertificateMismatch);
        }
        let signer = key.signer(algorithm).ok_or(KeyError::Algorithm)?;
        Ok(Self::Kms(SigningCredential::new(certificate, algorithm)?, key.clone(), signer))
    }

    pub(super) fn credential(&self) -> &SigningCredential {
        match self {
            Self::Local(key) => key.credential(),
            Self::Kms(credential, ..) => credential,
        }
    }

    pub(super) fn signer(&self) -> Arc<dyn Signer> {
        match self {
            Self::Local(key) => Arc::new(key.clone()),
            Self::Kms(.., signer) => signer.clone(),
        }
    }

    /// The same key under another algorithm of its kind.
    pub(super) fn with_algorithm(&self, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        match self {
            Self::Local(key) => key.with_algorithm(algorithm).map(Self::Local),
            Self::Kms(credential, key, _) => {
                Self::of_kms(key, credential.certificate().clone(), algorithm)
            }
        }
    }
}

pub(super) fn read(section: &Section<'_>, resolver: &dyn Resolver) -> Option<Keys> {
    let key_ring = section
        .required("id_token", "a list of references to RSA private keys; the first one signs")
        .and_then(|value| key_ring(value, resolver));
    let saml_signing = section
        .required("saml_signing", "a list of key: and certificate: references; the first signs")
        .and_then(|value| read_sections(value, |section| signing(section, resolver)));
    let saml_encryption = section
        .required("saml_encryption", "a list of key: and certificate: references; all decrypt")
        .and_then(|value| {
            let keys = read_sections(value, |section| decryption(section, resolver))?;
            warn_of_keys_beyond_the_bound(value, &keys);
            Some(keys)
        });
    let seal = section
        .required("seal", "a list of references to 32 octets in base64; the first one seals")
        .and_then(|value| {
            let keys = value.list().iter().map(|one| secret::key32(one, resolver)).collect();
            non_empty(value, keys)
        });
    let subject = section
        .required("subject", "a reference to 32 octets in base64; it must never change")
        .and_then(|value| secret::key32(value, resolver));
    section.refuse_unknown();

    let (seal, subject) = (seal?, subject?.current);
    let mut seal = seal.into_iter().flat_map(Versions::all);
    let (active, retired) = (seal.next()?, seal.collect::<Vec<_>>());
    if active == subject || retired.contains(&subject) {
        // Who may read one of them must not have the other.
        return section.value().refuse("seal and subject are the same secret", "make two of them");
    }
    let (key_ring, signer) = key_ring?;
    let (saml_signing, saml_encryption) = (saml_signing?, saml_encryption?);
    let location = |key| section.optional(key).unwrap_or(section.value()).location();
    let at = location("saml_signing");
    let mut certificates =
        certificates_in_use(&saml_signing, "signing", &at, |key| key.credential().certificate());
    let at = location("saml_encryption");
    certificates.extend(certificates_in_use(
        &saml_encryption,
        "encryption",
        &at,
        DecryptionKey::certificate,
    ));
    Some(Keys {
        key_ring,
        signer,
        certificates,
        saml_signing: saml_signing.into_iter().flat_map(Versions::all).collect(),
        saml_encryption: saml_encryption.into_iter().flat_map(Versions::all).collect(),
        seal: SealKey::new(active),
        seal_retired: retired.into_iter().map(SealKey::new).collect(),
        subject: SubjectKey::new(subject),
        subject_digest: sha256(&subject),
    })
}

fn certificates_in_use<T>(
    keys: &[Versions<T>],
    usage: &'static str,
    at: &ValueLocation,
    certificate: impl Fn(&T) -> &Certificate,
) -> Vec<NamedCertificate> {
    let keys = keys.iter().flat_map(Versions::iter);
    let keys = keys.filter(|(stage, _)| *stage != Some(VersionStage::Previous));
    let certificates: Vec<_> = keys.map(|(_, key)| certificate(key).clone()).collect();
    NamedCertificate::all(NamedCertificate::OURS, usage, at, &certificates)
}

type IdTokenKey = (PublicKey, Arc<dyn Signer>);

fn key_ring(value: &Value<'_>, resolver: &dyn Resolver) -> Option<(KeyRing, Arc<dyn Signer>)> {
    let keys = value.list().iter().map(|one| id_token(one, resolver)).collect();
    let mut keys = non_empty(value, keys)?.into_iter().flat_map(Versions::all);
    let (active, signer) = keys.next()?;
    Some((KeyRing::new(active, keys.map(|(public, _)| public).collect()), signer))
}

fn id_token(value: &Value<'_>, resolver: &dyn Resolver) -> Option<Versions<IdTokenKey>> {
    if value.begins_with(aws::KEY) {
        let key = secret::resolve_kms_key(value, resolver)?;
        return match PublicKey::from_der(key.public_der()) {
            Ok(public) => {
                let signer = key.signer(SignatureAlgorithm::RsaSha256)?;
                Some(Versions::only((public, signer)))
            }
            Err(error) => value.refuse_with(&error),
        };
    }
    secret::read_versions(value, pem::resolve(value, PemKind::PrivateKey, resolver)?, |pem| {
        let key = silta_oidc::SigningKey::from_pem(pem.expose_secret().as_bytes())?;
        Ok::<IdTokenKey, silta_oidc::SigningKeyError>((key.public().clone(), Arc::new(key)))
    })
}

fn signing(section: &Section<'_>, resolver: &dyn Resolver) -> Option<Versions<SamlKey>> {
    let algorithm = section.optional("algorithm").map_or(Some(None), |value| {
        let words = SignatureAlgorithm::ALL.map(|one| (one.name(), one));
        value.one_of(&words).map(Some)
    });
    let key = section.required("key", "a reference to the private key in PEM, or aws-kms:KEY");
    if let Some(value) = key.filter(|value| value.begins_with(aws::KEY)) {
        let key = secret::resolve_kms_key(value, resolver);
        let certificate = certificate(section, resolver);
        section.refuse_unknown();
        let (key, certificate, algorithm) = (key?, certificate?.current, algorithm?);
        let algorithm = algorithm.unwrap_or(SignatureAlgorithm::RsaSha256);
        let read = Certificate::from_pem(certificate.expose_secret().as_bytes())
            .and_then(|certificate| SamlKey::of_kms(&key, certificate, algorithm));
        return match read {
            Ok(key) => Some(Versions::only(key)),
            Err(KeyError::Algorithm) => section.value().refuse(
                "at KMS only RSA keys sign",
                "refer to an RSA key, with an rsa algorithm or none",
            ),
            Err(error) => section.value().refuse_with(&error),
        };
    }
    let key = key.and_then(|value| pem::resolve(value, PemKind::PrivateKey, resolver));
    let certificate = certificate(section, resolver);
    section.refuse_unknown();
    let (pair, algorithm) = (key?.zip(certificate?), algorithm?);
    secret::read_versions(section.value(), pair, |(key, certificate)| {
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

fn decryption(section: &Section<'_>, resolver: &dyn Resolver) -> Option<Versions<DecryptionKey>> {
    let key = section.required("key", "a reference to the private key in PEM");
    let key = key.and_then(|value| pem::resolve(value, PemKind::PrivateKey, resolver));
    let certificate = certificate(section, resolver);
    section.refuse_unknown();
    secret::read_versions(section.value(), key?.zip(certificate?), |(key, certificate)| {
        DecryptionKey::from_pem(octets(key), octets(certificate))
    })
}

/// Only so many private operations are done for a message, and only a key as long as what was
/// encrypted for it is worth one.
fn warn_of_keys_beyond_the_bound(value: &Value<'_>, keys: &[Versions<DecryptionKey>]) {
    let mut sizes = BTreeMap::<usize, usize>::new();
    for (_, key) in keys.iter().flat_map(Versions::iter) {
        *sizes.entry(key.size()).or_default() += 1;
    }
    for (size, count) in sizes.into_iter().filter(|(_, count)| *count > PRIVATE_OPERATIONS) {
        let bits = size * 8;
        value.warn(
            format!(
                "{count} keys of {bits} bits, current, pending and previous ones, and no more \
                 than {PRIVATE_OPERATIONS} are tried on a message: without a hint in it, the last \
                 ones never"
            ),
            "remove those that no identity provider encrypts for any more",
        );
    }
}

fn certificate(section: &Section<'_>, resolver: &dyn Resolver) -> Option<Versions<SecretString>> {
    let value = section.required("certificate", "a reference to its certificate")?;
    pem::resolve(value, PemKind::Certificate, resolver)
}

fn octets(pem: &SecretString) -> &[u8] {
    pem.expose_secret().as_bytes()
}

/// Reads every item of a list of sections, so that the problems of all are found.
pub(super) fn read_sections<T>(
    value: &Value<'_>,
    read: impl Fn(&Section<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let items = value.list().iter().map(|one| read(&one.section()?)).collect();
    non_empty(value, items)
}

/// All of a list, if there is at least one and every one could be read.
pub(super) fn non_empty<T>(value: &Value<'_>, items: Vec<Option<T>>) -> Option<Vec<T>> {
    if items.is_empty() {
        return value.refuse("the list is empty", "write at least one");
    }
    items.into_iter().collect()
}
