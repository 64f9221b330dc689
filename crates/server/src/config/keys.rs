//! `keys`: what we sign, decrypt, seal and hash with.

use std::sync::Arc;

use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretString};
use silta_broker::ports::Signer;
use silta_broker::{SealKey, SubjectKey};
use silta_oidc::{KeyRing, PublicKey};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{Certificate, DecryptionKey, KeyError, SigningCredential, SigningKey};

use super::NamedCertificate;
use super::pem::{self, Wanted};
use super::problem::Place;
use super::secret::{self, Sources};
use super::yaml::{Section, Value};
use crate::aws::{self, KmsKey, Stage, Staged};

/// The keys of this provider.
pub(super) struct Keys {
    pub(super) ring: KeyRing,
    pub(super) signer: Arc<dyn Signer>,
    /// Active first; the others are only published.
    pub(super) saml_signing: Vec<SamlKey>,
    pub(super) saml_encryption: Vec<DecryptionKey>,
    pub(super) seal: SealKey,
    pub(super) seal_retired: Vec<SealKey>,
    pub(super) subject: SubjectKey,
    /// A fingerprint of the latter: with another key, everybody is somebody else.
    pub(super) subject_digest: [u8; 32],
    /// Our own certificates, but for retired ones, whose end hurts nobody.
    pub(super) certificates: Vec<NamedCertificate>,
}

/// A key that signs SAML messages: here, or at KMS.
#[derive(Clone)]
pub(super) enum SamlKey {
    Here(SigningKey),
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
            Self::Here(key) => key.credential(),
            Self::Kms(credential, ..) => credential,
        }
    }

    pub(super) fn signer(&self) -> Arc<dyn Signer> {
        match self {
            Self::Here(key) => Arc::new(key.clone()),
            Self::Kms(.., signer) => signer.clone(),
        }
    }

    /// The same key under another algorithm of its kind.
    pub(super) fn with_algorithm(&self, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        match self {
            Self::Here(key) => key.with_algorithm(algorithm).map(Self::Here),
            Self::Kms(credential, key, _) => {
                Self::of_kms(key, credential.certificate().clone(), algorithm)
            }
        }
    }
}

pub(super) fn read(section: &Section<'_>, sources: &dyn Sources) -> Option<Keys> {
    let ring = section
        .required("id_token", "a list of references to RSA private keys; the first one signs")
        .and_then(|value| ring(value, sources));
    let saml_signing = section
        .required("saml_signing", "a list of key: and certificate: references; the first signs")
        .and_then(|value| each(value, |section| signing(section, sources)));
    let saml_encryption = section
        .required("saml_encryption", "a list of key: and certificate: references; all decrypt")
        .and_then(|value| each(value, |section| decryption(section, sources)));
    let seal = section
        .required("seal", "a list of references to 32 octets in base64; the first one seals")
        .and_then(|value| {
            let keys = value.list().iter().map(|one| secret::key32(one, sources)).collect();
            non_empty(value, keys)
        });
    let subject = section
        .required("subject", "a reference to 32 octets in base64; it must never change")
        .and_then(|value| secret::key32(value, sources));
    section.refuse_unknown();

    let (seal, subject) = (seal?, subject?.current);
    let mut seal = seal.into_iter().flat_map(Staged::all);
    let (active, retired) = (seal.next()?, seal.collect::<Vec<_>>());
    if active == subject || retired.contains(&subject) {
        // Whoever may see one must not have the other.
        return section.value().wrong("seal and subject are the same secret", "make two of them");
    }
    let (ring, signer) = ring?;
    let (saml_signing, saml_encryption) = (saml_signing?, saml_encryption?);
    let place = |key| section.optional(key).unwrap_or(section.value()).place();
    let at = place("saml_signing");
    let mut certificates =
        in_use(&saml_signing, "signing", &at, |key| key.credential().certificate());
    let at = place("saml_encryption");
    certificates.extend(in_use(&saml_encryption, "encryption", &at, DecryptionKey::certificate));
    Some(Keys {
        ring,
        signer,
        certificates,
        saml_signing: saml_signing.into_iter().flat_map(Staged::all).collect(),
        saml_encryption: saml_encryption.into_iter().flat_map(Staged::all).collect(),
        seal: SealKey::new(active),
        seal_retired: retired.into_iter().map(SealKey::new).collect(),
        subject: SubjectKey::new(subject),
        subject_digest: sha256(&subject),
    })
}

fn in_use<T>(
    keys: &[Staged<T>],
    usage: &'static str,
    at: &Place,
    certificate: impl Fn(&T) -> &Certificate,
) -> Vec<NamedCertificate> {
    let keys = keys.iter().flat_map(Staged::iter);
    let keys = keys.filter(|(stage, _)| *stage != Some(Stage::Retired));
    let certificates: Vec<_> = keys.map(|(_, key)| certificate(key).clone()).collect();
    NamedCertificate::all(NamedCertificate::OURS, usage, at, &certificates)
}

type IdTokenKey = (PublicKey, Arc<dyn Signer>);

fn ring(value: &Value<'_>, sources: &dyn Sources) -> Option<(KeyRing, Arc<dyn Signer>)> {
    let keys = value.list().iter().map(|one| id_token(one, sources)).collect();
    let mut keys = non_empty(value, keys)?.into_iter().flat_map(Staged::all);
    let (active, signer) = keys.next()?;
    Some((KeyRing::new(active, keys.map(|(public, _)| public).collect()), signer))
}

fn id_token(value: &Value<'_>, sources: &dyn Sources) -> Option<Staged<IdTokenKey>> {
    if value.begins_with(aws::KEY) {
        let key = secret::kms(value, sources)?;
        return match PublicKey::from_der(key.public_der()) {
            Ok(public) => {
                let signer = key.signer(SignatureAlgorithm::RsaSha256)?;
                Some(Staged::only((public, signer)))
            }
            Err(fault) => value.wrong_fault(&fault),
        };
    }
    secret::read_staged(value, pem::follow(value, Wanted::PrivateKey, sources)?, |pem| {
        let key = silta_oidc::SigningKey::from_pem(pem.expose_secret().as_bytes())?;
        Ok::<IdTokenKey, silta_oidc::SigningKeyError>((key.public().clone(), Arc::new(key)))
    })
}

fn signing(section: &Section<'_>, sources: &dyn Sources) -> Option<Staged<SamlKey>> {
    let algorithm = section.optional("algorithm").map_or(Some(None), |value| {
        let words = SignatureAlgorithm::ALL.map(|one| (one.name(), one));
        value.one_of(&words).map(Some)
    });
    let key = section.required("key", "a reference to the private key in PEM, or aws-kms:KEY");
    if let Some(value) = key.filter(|value| value.begins_with(aws::KEY)) {
        let key = secret::kms(value, sources);
        let certificate = certificate(section, sources);
        section.refuse_unknown();
        let (key, certificate, algorithm) = (key?, certificate?.current, algorithm?);
        let algorithm = algorithm.unwrap_or(SignatureAlgorithm::RsaSha256);
        let read = Certificate::from_pem(certificate.expose_secret().as_bytes())
            .and_then(|certificate| SamlKey::of_kms(&key, certificate, algorithm));
        return match read {
            Ok(key) => Some(Staged::only(key)),
            Err(KeyError::Algorithm) => section.value().wrong(
                "at KMS only RSA keys sign",
                "refer to an RSA key, with an rsa algorithm or none",
            ),
            Err(fault) => section.value().wrong_fault(&fault),
        };
    }
    let key = key.and_then(|value| pem::follow(value, Wanted::PrivateKey, sources));
    let certificate = certificate(section, sources);
    section.refuse_unknown();
    let (pair, algorithm) = (key?.zip(certificate?), algorithm?);
    secret::read_staged(section.value(), pair, |(key, certificate)| {
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
        signing.map(SamlKey::Here)
    })
}

fn decryption(section: &Section<'_>, sources: &dyn Sources) -> Option<Staged<DecryptionKey>> {
    let key = section.required("key", "a reference to the private key in PEM");
    let key = key.and_then(|value| pem::follow(value, Wanted::PrivateKey, sources));
    let certificate = certificate(section, sources);
    section.refuse_unknown();
    secret::read_staged(section.value(), key?.zip(certificate?), |(key, certificate)| {
        DecryptionKey::from_pem(octets(key), octets(certificate))
    })
}

fn certificate(section: &Section<'_>, sources: &dyn Sources) -> Option<Staged<SecretString>> {
    let value = section.required("certificate", "a reference to its certificate")?;
    pem::follow(value, Wanted::Certificate, sources)
}

fn octets(pem: &SecretString) -> &[u8] {
    pem.expose_secret().as_bytes()
}

/// Reads every item of a list of sections, so that the mistakes of all are found.
pub(super) fn each<T>(
    value: &Value<'_>,
    read: impl Fn(&Section<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let items = value.list().iter().map(|one| read(&one.section()?)).collect();
    non_empty(value, items)
}

/// All of a list, if there is at least one and every one could be read.
pub(super) fn non_empty<T>(value: &Value<'_>, items: Vec<Option<T>>) -> Option<Vec<T>> {
    if items.is_empty() {
        return value.wrong("the list is empty", "write at least one");
    }
    items.into_iter().collect()
}
