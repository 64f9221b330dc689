//! `keys`: what we sign, decrypt, seal and hash with.

use secrecy::ExposeSecret;
use silta_broker::{SealKey, SubjectKey};
use silta_oidc::KeyRing;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{DecryptionKey, KeyFault, SigningKey};

use super::NamedCertificate;
use super::secret::{self, Sources};
use super::yaml::{Section, Value};

/// The keys of this provider.
pub(super) struct Keys {
    pub(super) ring: KeyRing,
    /// Active first; the others are only published.
    pub(super) saml_signing: Vec<SigningKey>,
    pub(super) saml_encryption: Vec<DecryptionKey>,
    pub(super) seal: SealKey,
    pub(super) seal_retired: Vec<SealKey>,
    pub(super) subject: SubjectKey,
}

impl Keys {
    /// Our own certificates.
    pub(super) fn certificates(&self) -> Vec<NamedCertificate> {
        let signing: Vec<_> =
            self.saml_signing.iter().map(|key| key.certificate().clone()).collect();
        let encryption: Vec<_> =
            self.saml_encryption.iter().map(|key| key.certificate().clone()).collect();
        let mut all = NamedCertificate::all("silta", "signing", &signing);
        all.extend(NamedCertificate::all("silta", "encryption", &encryption));
        all
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

    let (seal, subject) = (seal?, subject?);
    if seal.contains(&subject) {
        // Whoever may see one must not have the other.
        return section.value().wrong("seal and subject are the same secret", "make two of them");
    }
    let mut seal = seal.into_iter().map(SealKey::new);
    Some(Keys {
        ring: ring?,
        saml_signing: saml_signing?,
        saml_encryption: saml_encryption?,
        seal: seal.next()?,
        seal_retired: seal.collect(),
        subject: SubjectKey::new(subject),
    })
}

fn ring(value: &Value<'_>, sources: &dyn Sources) -> Option<KeyRing> {
    let keys: Vec<Option<_>> = value
        .list()
        .iter()
        .map(|one| {
            let pem = secret::pem(one, sources)?;
            match silta_oidc::SigningKey::from_pem(pem.expose_secret().as_bytes()) {
                Ok(key) => Some(key),
                Err(fault) => one.wrong_fault(&fault),
            }
        })
        .collect();
    let mut keys = non_empty(value, keys)?.into_iter();
    Some(KeyRing::new(keys.next()?, keys.collect()))
}

fn signing(section: &Section<'_>, sources: &dyn Sources) -> Option<SigningKey> {
    let (key, certificate) = pair(section, sources);
    let algorithm = section.optional("algorithm").map_or(Some(None), |value| {
        let words = SignatureAlgorithm::ALL.map(|one| (one.name(), one));
        value.one_of(&words).map(Some)
    });
    section.refuse_unknown();
    let (key, certificate) = (key?, certificate?);
    let algorithm = algorithm?;
    let (key, certificate) =
        (key.expose_secret().as_bytes(), certificate.expose_secret().as_bytes());
    // Without a word, the algorithm follows the kind of key.
    let read = |algorithm| SigningKey::from_pem(key, certificate, algorithm);
    let signing = match algorithm {
        Some(algorithm) => read(algorithm),
        None => match read(SignatureAlgorithm::RsaSha256) {
            Err(KeyFault::Algorithm) => read(SignatureAlgorithm::EcdsaSha256),
            read => read,
        },
    };
    match signing {
        Ok(key) => Some(key),
        Err(fault) => section.value().wrong_fault(&fault),
    }
}

fn decryption(section: &Section<'_>, sources: &dyn Sources) -> Option<DecryptionKey> {
    let (key, certificate) = pair(section, sources);
    section.refuse_unknown();
    let (key, certificate) = (key?, certificate?);
    let (key, certificate) =
        (key.expose_secret().as_bytes(), certificate.expose_secret().as_bytes());
    match DecryptionKey::from_pem(key, certificate) {
        Ok(key) => Some(key),
        Err(fault) => section.value().wrong_fault(&fault),
    }
}

type Pem = Option<secrecy::SecretString>;

fn pair(section: &Section<'_>, sources: &dyn Sources) -> (Pem, Pem) {
    let read = |value: Option<&Value<'_>>| secret::pem(value?, sources);
    let key = read(section.required("key", "a reference to the private key in PEM"));
    let certificate = read(section.required("certificate", "a reference to its certificate"));
    (key, certificate)
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
