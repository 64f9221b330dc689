//! An identity provider that answers in a millisecond: as good as Suomi.fi's answers in what a broker
//! has to do with them, and without a person in front of it.

mod logout;
mod metadata;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use silta_saml::algorithm::{DigestAlgorithm, EncryptionCipher, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AssertionContent, AssuranceLevels, Attribute, EncryptionParameters, IdentityProvider,
    LogoutExpectation, LogoutMessage, MessageParameter, NameId, PeerProfile, ReceivedLogoutRequest,
    Recipient, RedirectMessage, ResponseHeader, ServiceProvider, SigningKey, VerificationKey,
    post_value,
};

pub use logout::{QuickLogout, QuickLogoutAnswer};
pub use metadata::{MetadataServer, quick_metadata, signed_metadata};
pub use silta_saml::LogoutStatus;

use crate::browser::Form;
use crate::forge::{SentRequest, TRANSIENT, text};
use crate::keys;
use crate::test_dir::{LOA, QUICK_IDP, TestDir};

/// The identity provider of a broker that [`TestDir::configure`] configured.
#[derive(Debug)]
pub struct QuickIdp {
    key: SigningKey,
    broker: VerificationKey,
}

impl QuickIdp {
    /// The one that the configuration in this folder trusts.
    ///
    /// # Panics
    /// When the folder was not configured.
    #[must_use]
    pub fn of(place: &TestDir) -> Self {
        let certificate = fs::read(place.folder().join("saml-signing.crt")).unwrap();
        Self {
            key: keys::IDP.signing(SignatureAlgorithm::RsaSha256),
            broker: VerificationKey::from_certificate_pem(&certificate).unwrap(),
        }
    }

    /// The same, which signs with another key.
    #[must_use]
    pub fn signing_with(self, key: &keys::KeyPair) -> Self {
        Self { key: key.signing(SignatureAlgorithm::RsaSha256), ..self }
    }

    /// The request that a browser is redirected with.
    ///
    /// # Panics
    /// When it is none, or the broker did not sign it.
    #[must_use]
    pub fn request(&self, url: &str) -> SentRequest {
        let query = url.split_once('?').unwrap().1;
        SentRequest::read(query, &self.broker).unwrap()
    }

    /// The text of that request.
    ///
    /// # Panics
    /// When it is none, or the broker did not sign it.
    #[must_use]
    pub fn request_text(&self, url: &str) -> String {
        self.read(MessageParameter::Request, url).xml().to_owned()
    }

    /// The value of `SAMLResponse` that lets the invented person `turn` in, signed, encrypted and
    /// signed again.
    ///
    /// # Panics
    /// When the request names no ACS.
    #[must_use]
    pub fn answer(&self, request: &SentRequest, turn: u32) -> String {
        let number = format!("invented-{turn}");
        let attributes = [
            ("urn:oid:1.2.246.21", number.as_str()),
            ("urn:oid:2.5.4.42", "Väinö"),
            ("urn:oid:2.5.4.4", "Meikäläinen"),
        ];
        self.answer_about((LOA, &attributes), request, turn)
    }

    /// The same about a person of this level, of whom this is told.
    ///
    /// # Panics
    /// When the request names no ACS.
    #[must_use]
    pub fn answer_about(
        &self,
        (level, attributes): (&str, &[(&str, &str)]),
        request: &SentRequest,
        turn: u32,
    ) -> String {
        let name_id = name_of(request, turn);
        let attributes: Vec<_> = attributes
            .iter()
            .map(|(name, value)| Attribute::of_texts(*name, vec![(*value).to_owned()]))
            .collect();
        #[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
        let now = Timestamp::now();
        let statement = AssertionContent {
            name_id: &name_id,
            authn_instant: now,
            authn_context: level,
            session_index: &session_of(turn),
            attributes: &attributes,
        };
        let oaep = RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 };
        let recipient = Recipient::by_rsa_oaep(&keys::SP.encryption(), oaep).unwrap();
        let encryption =
            EncryptionParameters { recipient: &recipient, cipher: EncryptionCipher::Aes256Gcm };
        let answer = ResponseHeader {
            issuer: QUICK_IDP,
            audience: &request.issuer,
            acs_url: request.acs_url.as_deref().unwrap(),
            in_response_to: &request.id,
            issued: now,
        };
        let ids = [format!("_response{turn}"), format!("_assertion{turn}")];
        let ids = [ids[0].as_str(), ids[1].as_str()];
        post_value(
            &answer.signed_and_encrypted(ids, &statement, &self.key, encryption, [3; 48]).unwrap(),
        )
    }

    /// A request to end the session that `request` began for the person `turn`, to be spoilt: the name
    /// and the session exactly as they were asserted.
    #[must_use]
    pub fn logout(&self, request: &SentRequest, turn: u32, slo_url: &str) -> QuickLogout {
        QuickLogout {
            id: format!("_logout{turn}"),
            slo_url: slo_url.to_owned(),
            name_id: name_of(request, turn),
            session: Some(session_of(turn)),
            key: self.key.clone(),
        }
    }

    /// The answer to a request of the broker to end a session, which went there by redirect.
    ///
    /// # Panics
    /// When the broker did not sign the request.
    #[must_use]
    pub fn answer_logout(
        &self,
        request: &str,
        slo_url: &str,
        status: LogoutStatus,
    ) -> QuickLogoutAnswer {
        let request = self.logout_request(request);
        let (_, id) = request.xml().split_once(" ID=\"").expect("an ID");
        let id = id.split_once('"').expect("its end").0.to_owned();
        self.logout_answer_to(id, slo_url, status)
    }

    /// The same for a request that went there by POST.
    ///
    /// # Panics
    /// When the broker did not sign the request for the address that the form goes to.
    #[must_use]
    pub fn answer_posted_logout(
        &self,
        request: &Form,
        slo_url: &str,
        status: LogoutStatus,
    ) -> QuickLogoutAnswer {
        let id = self.posted_logout_request(request).id().to_owned();
        self.logout_answer_to(id, slo_url, status)
    }

    /// A request of the broker to end a session, by POST. What verifies it is what the broker verifies
    /// requests with that come to itself.
    ///
    /// # Panics
    /// When the broker did not sign it for the address that the form goes to.
    #[must_use]
    pub fn posted_logout_request(&self, form: &Form) -> ReceivedLogoutRequest {
        let message = form.field("SAMLRequest");
        let posted = LogoutMessage::from_post(Some(message), None, None);
        let Ok(LogoutMessage::Request(request)) = posted else { panic!("a request") };
        self.as_peer_of(message, form, |expect, now| request.verify(expect, now))
            .expect("what the broker signed")
    }

    /// The status codes in the broker's answer to a logout, by POST, verified likewise.
    ///
    /// # Panics
    /// When the broker did not sign it for the address that the form goes to.
    #[must_use]
    pub fn posted_logout_answer(&self, form: &Form) -> String {
        let message = form.field("SAMLResponse");
        let posted = LogoutMessage::from_post(None, Some(message), None);
        let Ok(LogoutMessage::Response(response)) = posted else { panic!("a response") };
        self.as_peer_of(message, form, |expect, now| response.verify(expect, now))
            .expect("what the broker signed");
        text::status_codes(&decoded(message)).join(" ")
    }

    /// Judges a posted message of the broker by what the broker judges messages by that come to itself.
    fn as_peer_of<T>(
        &self,
        message: &str,
        form: &Form,
        judge: impl FnOnce(&LogoutExpectation<'_>, Timestamp) -> T,
    ) -> T {
        let xml = decoded(message);
        let issuer = text::element(&xml, "saml:Issuer");
        let issuer = issuer.split(['>', '<']).nth(2).expect("an issuer");
        let levels = AssuranceLevels::new(vec![vec![LOA.to_owned()]]).expect("a level");
        let keys = vec![self.broker.clone()];
        let broker = IdentityProvider::new(issuer, keys, levels, PeerProfile::default());
        let us = ServiceProvider {
            entity_id: QUICK_IDP.to_owned(),
            acs_url: String::new(),
            decryption_keys: vec![],
        };
        let expect = LogoutExpectation {
            provider: &us,
            idp: &broker.expect("a key"),
            slo_url: form.action.as_str(),
        };
        #[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
        let now = Timestamp::now();
        judge(&expect, now)
    }

    fn logout_answer_to(
        &self,
        in_response_to: String,
        slo_url: &str,
        status: LogoutStatus,
    ) -> QuickLogoutAnswer {
        let (slo_url, key) = (slo_url.to_owned(), self.key.clone());
        QuickLogoutAnswer { in_response_to, slo_url, status, key }
    }

    /// The broker's answer to a logout, by redirect, with its signature verified.
    ///
    /// # Panics
    /// When the broker did not sign it.
    #[must_use]
    pub fn logout_answer(&self, url: &str) -> RedirectMessage {
        self.read(MessageParameter::Response, url)
    }

    /// The broker's own request to end a session, likewise.
    ///
    /// # Panics
    /// When the broker did not sign it.
    #[must_use]
    pub fn logout_request(&self, url: &str) -> RedirectMessage {
        self.read(MessageParameter::Request, url)
    }

    fn read(&self, parameter: MessageParameter, url: &str) -> RedirectMessage {
        let query = url.split_once('?').expect("a query").1;
        let (keys, allowed) = (std::slice::from_ref(&self.broker), &SignatureAlgorithm::ALL);
        RedirectMessage::verify(parameter, query, keys, allowed).expect("what the broker signed")
    }
}

fn decoded(message: &str) -> String {
    String::from_utf8(STANDARD.decode(message).expect("base64")).expect("text")
}

/// As Suomi.fi names people: anew at each login, with both qualifiers.
fn name_of(request: &SentRequest, turn: u32) -> NameId {
    NameId {
        value: format!("_transient{turn}"),
        format: Some(TRANSIENT.to_owned()),
        name_qualifier: Some(QUICK_IDP.to_owned()),
        sp_name_qualifier: Some(request.issuer.clone()),
    }
}

fn session_of(turn: u32) -> String {
    format!("_session{turn}")
}
