//! Whole logins by thousands: quick enough to measure what they cost a replica.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use reqwest::Client;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::Value;
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, Oaep, SignatureAlgorithm};
use silta_saml::{
    Answer, Attribute, EncryptionChoice, NameId, ReceivedAuthnRequest, RedirectMessage, SigningKey,
    Statement, VerificationKey, post_value,
};
use tokio::task::JoinSet;

use crate::keys;
use crate::silta::Silta;
use crate::workplace::{CALLBACK, LOA, OTHER_SECRET, Workplace};

/// The world around one replica: a relying party, a browser and an identity provider in one.
#[derive(Debug)]
pub struct Logins {
    http: Client,
    base: String,
    idp: SigningKey,
    broker: VerificationKey,
}

impl Logins {
    /// At this replica, which was configured by [`Workplace::configure`] with [`Plan::alone`].
    ///
    /// [`Plan::alone`]: crate::workplace::Plan::alone
    #[must_use]
    pub fn at(silta: &Silta, place: &Workplace) -> Self {
        let certificate = std::fs::read(place.folder().join("saml-signing.crt")).unwrap();
        Self {
            http: Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            base: format!("http://{}", silta.address()),
            idp: keys::IDP.signing(SignatureAlgorithm::RsaSha256),
            broker: VerificationKey::from_certificate_pem(&certificate).unwrap(),
        }
    }

    /// So many logins, eight at a time.
    ///
    /// # Panics
    /// When one of them fails.
    pub async fn many(self, logins: u32) {
        let (this, begun) = (Arc::new(self), Arc::new(AtomicU32::new(0)));
        let mut browsers = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (this, begun) = (this.clone(), begun.clone());
            browsers.spawn(async move {
                loop {
                    let turn = begun.fetch_add(1, Ordering::Relaxed);
                    if turn >= logins {
                        break;
                    }
                    this.one(turn).await;
                }
            });
        }
        browsers.join_all().await;
    }

    /// The login of the invented person `turn`, to what userinfo tells of them.
    ///
    /// # Panics
    /// When it fails.
    pub async fn one(&self, turn: u32) -> Value {
        let authorize = format!(
            "{}/authorize?client_id=other&redirect_uri={CALLBACK}&response_type=code&scope=openid&state=s",
            self.base
        );
        let left = self.http.get(authorize).send().await.unwrap();
        let header = |name| left.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let cookie = header(SET_COOKIE).split(';').next().unwrap().to_owned();
        let (response, relay_state) = self.answer(&header(LOCATION), turn);

        let form = [("SAMLResponse", response), ("RelayState", relay_state)];
        let acs = self.http.post(format!("{}/saml/idp/acs", self.base));
        let back = acs.header(COOKIE, cookie).form(&form).send().await.unwrap();
        let location = back.headers().get(LOCATION).unwrap().to_str().unwrap();
        let code = location.split("code=").nth(1).expect("a code").split('&').next().unwrap();

        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "other"),
            ("client_secret", OTHER_SECRET),
            ("redirect_uri", CALLBACK),
            ("code", code),
        ];
        let tokens = self.http.post(format!("{}/token", self.base)).form(&form);
        let tokens: Value = tokens.send().await.unwrap().json().await.unwrap();
        let userinfo = self.http.get(format!("{}/userinfo", self.base));
        let userinfo = userinfo.bearer_auth(tokens["access_token"].as_str().unwrap());
        let told = userinfo.send().await.unwrap();
        assert!(told.status().is_success());
        told.json().await.unwrap()
    }

    /// What the identity provider answers to the request in `url`, and the RelayState.
    fn answer(&self, url: &str, turn: u32) -> (String, String) {
        let query = url.split_once('?').unwrap().1;
        let keys = std::slice::from_ref(&self.broker);
        let message = RedirectMessage::verify(query, keys, &SignatureAlgorithm::ALL).unwrap();
        let request = ReceivedAuthnRequest::read(&message).unwrap();
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
        let statement = Statement {
            name_id: &name_id,
            authn_instant: now,
            authn_context: LOA,
            session_index: "_session",
            attributes: &attributes,
        };
        let certificate = keys::SP.certificate();
        let encryption = EncryptionChoice {
            recipient: &certificate,
            cipher: DataCipher::Aes256Gcm,
            oaep: Oaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 },
        };
        let answer = Answer {
            issuer: "https://idp.example/metadata",
            audience: &request.issuer,
            acs_url: request.acs_url.as_deref().unwrap(),
            in_response_to: &request.id,
            issued: now,
        };
        let ids = [format!("_response{turn}"), format!("_assertion{turn}")];
        let ids = [ids[0].as_str(), ids[1].as_str()];
        let response = answer.sealed(ids, &statement, &self.idp, encryption, [3; 48]).unwrap();
        (post_value(&response), request.relay_state.unwrap())
    }
}

const AT_ONCE: u32 = 8;
