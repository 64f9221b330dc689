//! One AuthnRequest in the making: facts that may be false, and edits before and after it is signed.

use std::fmt;

use jiff::Timestamp;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AcsUrl, AuthnRequest, MessageParameter, RegisteredServiceProvider, RequestId, RequestProfile,
    RequestSignature, post_value, sign_enveloped,
};

use crate::forge::{ACS, NOON, REQUEST, SP_ENTITY, signing, text};
use crate::keys::{self, KeyPair};

/// A request in the making, to us as an identity provider at [`SSO`].
pub struct ForgedRequest {
    id: String,
    issuer: String,
    issued: Timestamp,
    edits: Vec<(String, String)>,
    signer: Option<&'static KeyPair>,
    relay_state: String,
}

impl Default for ForgedRequest {
    /// A good one, which names [`ACS`] and wishes nothing, signed by [`keys::SP`].
    fn default() -> Self {
        Self {
            id: REQUEST.to_owned(),
            issuer: SP_ENTITY.to_owned(),
            issued: NOON,
            edits: vec![],
            signer: Some(&keys::SP),
            relay_state: "handle".to_owned(),
        }
    }
}

impl ForgedRequest {
    /// Sets its ID.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.id);
        self
    }

    /// Sets its issuer.
    #[must_use]
    pub fn issuer(mut self, entity_id: &str) -> Self {
        entity_id.clone_into(&mut self.issuer);
        self
    }

    /// Sets when it is issued.
    #[must_use]
    pub fn issued(mut self, instant: Timestamp) -> Self {
        self.issued = instant;
        self
    }

    /// Signs with another key.
    #[must_use]
    pub fn signed_by(mut self, key: &'static KeyPair) -> Self {
        self.signer = Some(key);
        self
    }

    /// Leaves it unsigned.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.signer = None;
        self
    }

    /// Sets what is to be handed back.
    #[must_use]
    pub fn relay_state(mut self, text: &str) -> Self {
        text.clone_into(&mut self.relay_state);
        self
    }

    /// Replaces a text before it is signed; a test whose text is not there fails.
    #[must_use]
    pub fn swap(mut self, from: &str, to: &str) -> Self {
        self.edits.push((from.to_owned(), to.to_owned()));
        self
    }

    /// Adds attributes to the root.
    #[must_use]
    pub fn with(self, attributes: &str) -> Self {
        self.swap(" Version=\"2.0\"", &format!(" Version=\"2.0\" {attributes}"))
    }

    /// Adds elements after everything else.
    #[must_use]
    pub fn holding(self, elements: &str) -> Self {
        self.swap("</samlp:AuthnRequest>", &format!("{elements}</samlp:AuthnRequest>"))
    }

    /// Names this ACS, or none.
    #[must_use]
    pub fn acs(self, attributes: &str) -> Self {
        self.swap(&format!(" AssertionConsumerServiceURL=\"{ACS}\""), attributes)
    }

    /// The request as XML, unsigned.
    ///
    /// # Panics
    /// When an edit finds nothing to edit.
    #[must_use]
    pub fn xml(&self) -> String {
        let id = RequestId::from_stored(self.id.clone());
        let request = AuthnRequest {
            id: &id,
            issued: self.issued,
            destination: SSO,
            issuer: &self.issuer,
            acs_url: ACS,
            force_authn: false,
            is_passive: false,
            context: None,
            vetuma_language: None,
            profile: &RequestProfile::default(),
            encrypted: None,
            hint: None,
            subject: None,
        };
        text::edited(&request.to_xml(), &self.edits)
    }

    /// The value of the form field `SAMLRequest`, with the signature inside.
    ///
    /// # Panics
    /// As [`ForgedRequest::xml`], or when it cannot be signed.
    #[must_use]
    pub fn post(&self) -> String {
        match self.signer {
            Some(key) => {
                let key = key.signing(SignatureAlgorithm::RsaSha256);
                post_value(&sign_enveloped(&self.xml(), &key).unwrap())
            }
            None => post_value(&self.xml()),
        }
    }

    /// The query of a redirect, with the signature in it.
    ///
    /// # Panics
    /// As [`ForgedRequest::xml`].
    #[must_use]
    pub fn query(&self) -> String {
        let xml = self.xml();
        let message = (MessageParameter::Request, xml.as_str());
        let signer = self.signer.map(|key| key.signing(SignatureAlgorithm::RsaSha256));
        signing::query(message, Some(&self.relay_state), signer.as_ref())
    }
}

impl fmt::Debug for ForgedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForgedRequest")
    }
}

/// A service provider that is registered with these ACS URLs, numbered from 1. Its requests must be
/// signed by this key; where there is none, they may be unsigned.
///
/// # Panics
/// When it cannot be registered.
#[must_use]
pub fn registered(
    entity_id: &str,
    acs_urls: &[&str],
    key: Option<&KeyPair>,
) -> RegisteredServiceProvider {
    let acs_urls = acs_urls
        .iter()
        .zip(1..)
        .map(|(url, index)| AcsUrl { url: (*url).to_owned(), index: Some(index) })
        .collect();
    let requests = RequestSignature {
        required: key.is_some(),
        keys: key.map(KeyPair::verification).into_iter().collect(),
        algorithms: SignatureAlgorithm::ALL.to_vec(),
    };
    RegisteredServiceProvider::new(entity_id, acs_urls, requests).unwrap()
}

/// Where requests to us as an identity provider come to.
pub const SSO: &str = "https://broker.example/saml/idp/sso";
