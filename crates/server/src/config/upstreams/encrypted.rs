//! What of requests to a SAML identity provider is encrypted, and to which key.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;
use silta_broker::upstream::EncryptedRequest;
use silta_config::description::{RequestLanguage, upstreams};
use silta_config::{Section, Value};
use silta_saml::algorithm::RsaOaep;
use silta_saml::{
    Certificate, EcdhEs, EncryptionKey, EncryptionMethods, EsamlAttribute, EsamlRequest,
    PeerEncryptionKey, RequestEncryption, SignMessage,
};

use super::request::country;
use super::{fit, name_ids, owned};
use crate::config::ReadContext;
use crate::config::pem::{self, PemKind};

/// By which algorithms parts of requests are encrypted.
pub(super) fn algorithms(section: &Section<'_>) -> Option<RequestEncryption> {
    let section =
        section.value(&upstreams::REQUEST_ENCRYPTION)?.section(&upstreams::REQUEST_ENCRYPTION)?;
    let cipher = section.value(&upstreams::CIPHER).and_then(|value| value.choice());
    let digest = section.value(&upstreams::OAEP_DIGEST).and_then(|value| value.choice());
    let mgf = section.value(&upstreams::OAEP_MGF).and_then(|value| value.choice());
    let wrap = section.value(&upstreams::KEY_WRAP).and_then(|value| value.choice());
    let kdf = section.value(&upstreams::KDF_DIGEST).and_then(|value| value.choice());
    Some(RequestEncryption {
        cipher: cipher?,
        oaep: RsaOaep { digest: digest?, mgf: mgf? },
        agreement: EcdhEs { digest: kdf?, wrap: wrap? },
    })
}

/// What is encrypted in requests.
#[derive(Clone)]
pub(super) struct Encrypted {
    pub(super) esaml: Option<EsamlRequest>,
    pub(super) sign_message: Option<SignMessage>,
    pub(super) login_hint_format: Option<String>,
}

impl Encrypted {
    /// Whether no request can be made without a key.
    pub(super) fn needs_key(&self) -> bool {
        self.esaml.is_some() || self.sign_message.is_some()
    }

    /// Whether the parties know each other's keys, and send none [BSI TR-03130-1 §4.9.2].
    pub(super) fn is_unnamed(&self) -> bool {
        self.esaml.is_some()
    }

    /// What requests say to the first of these keys that may be used so.
    pub(super) fn for_one_of(
        &self,
        keys: &[PeerEncryptionKey],
        encryption: RequestEncryption,
    ) -> Option<EncryptedRequest> {
        let recipient = encryption.to_one_of(keys)?;
        Some(EncryptedRequest {
            recipient: if self.is_unnamed() { recipient.unnamed() } else { recipient },
            esaml: self.esaml.clone(),
            sign_message: self.sign_message.clone(),
            login_hint_format: self.login_hint_format.clone(),
        })
    }
}

/// Reads what is encrypted.
pub(super) fn parts(section: &Section<'_>) -> Option<Encrypted> {
    let esaml =
        section.optional(&upstreams::ESAML).map_or(Some(None), |one| esaml(section, one).map(Some));
    let login_hint_format = section
        .optional(&upstreams::LOGIN_HINT_FORMAT)
        .map_or(Some(None), |value| login_hint_format(section, value).map(Some));
    Some(Encrypted { esaml: esaml?, sign_message: None, login_hint_format: login_hint_format? })
}

fn login_hint_format(section: &Section<'_>, value: Value<'_>) -> Option<String> {
    if section.optional(&upstreams::ESAML).is_some() {
        return value.refuse("an eID-Server is told no subject", "leave it out");
    }
    fit::expect_key(section, value)?;
    name_ids::accepted(value)
}

/// The key of `encryption_certificate`, where the file has one. `signing` are those that the peer signs with.
pub(super) fn key(
    section: &Section<'_>,
    signing: &[Certificate],
    context: &ReadContext<'_>,
) -> Option<Vec<PeerEncryptionKey>> {
    let Some(value) = section.optional(&upstreams::ENCRYPTION_CERTIFICATE) else {
        return Some(vec![]);
    };
    let pem = pem::resolve(value, PemKind::Certificate, context.sources)?.current;
    let key = match EncryptionKey::from_certificate_pem(pem.expose_secret().as_bytes()) {
        Ok(key) => key,
        Err(error) => return value.refuse_with(&error),
    };
    if context.own.certificates.contains(&key.base64()) {
        return value.refuse("it is our own", "give the one that the peer decrypts with");
    }
    let esaml = section.optional(&upstreams::ESAML).is_some();
    if signing.iter().any(|one| one.base64() == key.base64()) {
        let what = "it signs with this certificate too";
        if esaml {
            return value.refuse(what, "ask it for another, as eSAML demands");
        }
        value.warn(what, "make sure that it is also for encryption, or ask it for another");
    }
    let others = [&upstreams::LOGIN_HINT_FORMAT, &upstreams::SIGN_MESSAGE];
    if !esaml && others.iter().all(|key| section.optional(key).is_none()) {
        value.warn("nothing in requests is encrypted", "leave it out");
    }
    Some(vec![PeerEncryptionKey { key, methods: EncryptionMethods::default() }])
}

/// What an eID-Server is asked for, each attribute once.
fn esaml(section: &Section<'_>, value: Value<'_>) -> Option<EsamlRequest> {
    let inner = value.section(&upstreams::ESAML)?;
    let flavour = inner.value(&upstreams::IDENTITY_FLAVOUR).and_then(|value| value.choice());
    let state = inner
        .optional(&upstreams::SENDING_MEMBER_STATE)
        .map_or(Some(None), |value| country(value).map(Some));
    let mut seen = BTreeSet::new();
    let mut asked = |value: Value<'_>, required| {
        value.each(|one| {
            let name = owned(one)?;
            if WRITTEN.contains(&name.as_str()) {
                return one.refuse("it is no attribute of a person", "leave it out");
            }
            if !seen.insert(name.clone()) {
                return one.refuse("it is asked for twice", "keep one of the two");
            }
            Some(EsamlAttribute { name, required })
        })
    };
    let needed = inner.value(&upstreams::ESAML_ATTRIBUTES).and_then(|value| asked(value, true));
    let wished = inner
        .optional(&upstreams::ESAML_OPTIONAL)
        .map_or(Some(vec![]), |value| asked(value, false));
    let fits = fits(section, value);
    let (flavour, sending_member_state) = (flavour?, state?);
    let attributes = [needed?, wished?].concat();
    fits?;
    Some(EsamlRequest { flavour, sending_member_state, attributes })
}

/// Whether what else the file says of the upstream goes with eSAML.
fn fits(section: &Section<'_>, esaml: Value<'_>) -> Option<()> {
    if let Some(metadata) = section.optional(&upstreams::METADATA) {
        let instead = "write entity_id, sso, signing_certificates and encryption_certificate";
        return metadata.refuse("an eID-Server has none", instead);
    }
    fit::expect_key(section, esaml)?;
    if let Some(eidas) = section.optional(&upstreams::EIDAS) {
        return eidas.refuse("an eID-Server reads no other extension than its own", LEAVE_OUT);
    }
    let language = section.value(&upstreams::REQUEST_LANGUAGE)?;
    if language.choice::<RequestLanguage>()? != RequestLanguage::None {
        return language.refuse("an eID-Server reads no other extension than its own", LEAVE_OUT);
    }
    let sso = section.value(&upstreams::SSO)?;
    if let Some(redirect) = sso.section(&upstreams::SSO)?.optional(&upstreams::REDIRECT) {
        return redirect.refuse("eSAML goes by HTTP-POST", "write post: and its URL for that");
    }
    let levels = section.value(&upstreams::LOA)?.list();
    let firsts = levels.iter().filter_map(|level| level.list().first().copied());
    for first in firsts {
        if !first.text().is_some_and(|text| LEVELS.contains(&text)) {
            let what = "an eID-Server is asked for levels of eIDAS alone";
            return first.refuse(what, format!("write one such as {} first", LEVELS[2]));
        }
    }
    Some(())
}

const LEAVE_OUT: &str = "leave it out, or esaml";
/// [BSI TR-03130-1 §3.3.12].
const LEVELS: [&str; 3] = [
    "http://eidas.europa.eu/LoA/low",
    "http://eidas.europa.eu/LoA/substantial",
    "http://eidas.europa.eu/LoA/high",
];
/// What stands in each request already, and what has no meaning without a value [§4.3.1, §5.3.1].
const WRITTEN: [&str; 9] = [
    "UseEidas",
    "EidasExtension",
    "IdentityFlavour",
    "AgeVerification",
    "PlaceVerification",
    "TransactionInfo",
    "TransactionAttestation",
    "LevelOfAssurance",
    "EIDType",
];
