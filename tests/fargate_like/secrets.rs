//! What is in Secrets Manager under `silta/keys`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use silta_testkit::keys::{self, KeyPair};

/// One version of the secret: a JSON object, whose members the configuration refers to.
#[derive(Debug)]
pub(super) struct Keys {
    version: u8,
    signing_certificate: String,
    members: Map<String, Value>,
}

impl Keys {
    /// The first version. The key of `signing_certificate` is elsewhere.
    pub(super) fn first(signing_certificate: String) -> Self {
        Self::of(1, signing_certificate)
    }

    /// The next one, in which everything differs that can be rotated here: all but `subject`, by
    /// which everybody would become somebody else, and what belongs to a key elsewhere.
    pub(super) fn next(&self) -> Self {
        Self::of(self.version + 1, self.signing_certificate.clone())
    }

    fn of(version: u8, signing_certificate: String) -> Self {
        let (id_token, encryption) = (KeyPair::rsa("id token"), KeyPair::rsa("sp encryption"));
        let text = |pem: Vec<u8>| String::from_utf8(pem).expect("PEM is ASCII");
        let members = [
            ("id_token", text(id_token.key_pem())),
            ("saml_signing_certificate", signing_certificate.clone()),
            ("saml_encryption_key", text(encryption.key_pem())),
            ("saml_encryption_certificate", text(encryption.certificate_pem())),
            ("idp_certificates", text(keys::IDP.certificate_pem())),
            ("seal", STANDARD.encode([version; 32])),
            ("subject", STANDARD.encode([99; 32])),
            ("cognito", format!("secret {version} of the client cognito")),
            ("alb", format!("secret {version} of the client alb")),
        ];
        let members = members.map(|(name, value)| (name.to_owned(), value.into()));
        Self { version, signing_certificate, members: Map::from_iter(members) }
    }

    /// The secret of a client.
    pub(super) fn of_client(&self, client: &str) -> String {
        self.members[client].as_str().expect("a text").to_owned()
    }

    /// As it is put into Secrets Manager.
    pub(super) fn json(&self) -> String {
        Value::Object(self.members.clone()).to_string()
    }
}
