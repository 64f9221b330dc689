//! An identity provider that answers in a millisecond: as good as Suomi.fi's answers in what a broker
//! has to do with them, and without a person in front of it.

use std::fs;

use jiff::Timestamp;
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AssertionContent, Attribute, EncryptionParameters, NameId, ResponseHeader, SigningKey,
    VerificationKey, post_value,
};

use crate::forge::SentRequest;
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
        let name_id = NameId {
            value: format!("_transient{turn}"),
            format: None,
            name_qualifier: None,
            sp_name_qualifier: None,
        };
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
            session_index: "_session",
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
}
