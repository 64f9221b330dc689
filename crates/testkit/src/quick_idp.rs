//! An identity provider that answers in a millisecond: as good as Suomi.fi's answers in what a broker
//! has to do with them, and without a person in front of it.

mod logout;

use std::fs;

use jiff::Timestamp;
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AssertionContent, Attribute, EncryptionParameters, MessageParameter, NameId, RedirectMessage,
    ResponseHeader, SigningKey, VerificationKey, post_value,
};

pub use logout::QuickLogout;

use crate::forge::{SentRequest, TRANSIENT};
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

    /// The request that a browser is redirected with.
    ///
    /// # Panics
    /// When it is none, or the broker did not sign it.
    #[must_use]
    pub fn request(&self, url: &str) -> SentRequest {
        let query = url.split_once('?').unwrap().1;
        SentRequest::read(query, &self.broker).unwrap()
    }

    /// The value of `SAMLResponse` that lets the invented person `turn` in, signed, encrypted and
    /// signed again.
    ///
    /// # Panics
    /// When the request names no ACS.
    #[must_use]
    pub fn answer(&self, request: &SentRequest, turn: u32) -> String {
        let name_id = name_of(request, turn);
        let attribute = |name: &str, value: &str| Attribute {
            name: name.to_owned(),
            values: vec![value.to_owned()],
        };
        let attributes = [
            attribute("urn:oid:1.2.246.21", &format!("invented-{turn}")),
            attribute("urn:oid:2.5.4.42", "Väinö"),
            attribute("urn:oid:2.5.4.4", "Meikäläinen"),
        ];
        #[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
        let now = Timestamp::now();
        let statement = AssertionContent {
            name_id: &name_id,
            authn_instant: now,
            authn_context: LOA,
            session_index: &session_of(turn),
            attributes: &attributes,
        };
        let certificate = keys::SP.certificate();
        let encryption = EncryptionParameters {
            recipient: &certificate,
            cipher: DataCipher::Aes256Gcm,
            oaep: RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 },
        };
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
