//! A provider without a port: what it says is data, and what it is asked is kept.

use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use openssl::hash::MessageDigest;
use openssl::x509::X509;
use serde_json::{Value, json};
use silta_testkit::back_channel::{Answer, BackChannel, Call, CallError};
use silta_testkit::keys::KeyPair;

/// The provider; a clone is the same one.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Mutex<Script>>);

/// A deviation from what is good.
pub(crate) type Change = fn(&mut Script);

/// What it says.
pub(crate) struct Script {
    pub(crate) discovery: Value,
    /// The token response without the ID token, which is put in where it stands as `true`.
    pub(crate) tokens: Value,
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pub(crate) key: &'static KeyPair,
    pub(crate) jwks: Value,
    pub(crate) userinfo: Value,
    /// What the endpoint at this path does instead.
    pub(crate) instead: Option<(&'static str, Result<Answer, CallError>)>,
    pub(crate) calls: Vec<Call>,
}

impl Provider {
    /// One with which every login works.
    pub(crate) fn good() -> Self {
        let exp = (NOON + SignedDuration::from_mins(5)).as_second();
        Self(Arc::new(Mutex::new(Script {
            discovery: json!({
                "issuer": ISSUER,
                "authorization_endpoint": format!("{ISSUER}/authorize"),
                "token_endpoint": format!("{ISSUER}/token"),
                "userinfo_endpoint": format!("{ISSUER}/userinfo"),
                "jwks_uri": format!("{ISSUER}/jwks"),
            }),
            tokens: json!({
                "access_token": "at", "token_type": "Bearer", "expires_in": 300, "id_token": true
            }),
            header: json!({ "alg": "RS256", "kid": "1" }),
            claims: json!({ "iss": ISSUER, "sub": "s1", "aud": "silta-client", "exp": exp }),
            key: &KEY,
            jwks: json!({ "keys": [jwk("1", &KEY)] }),
            userinfo: json!({ "sub": "s1", "given_name": "Aino" }),
            instead: None,
            calls: vec![],
        })))
    }

    /// Changes what it says.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.0.lock().unwrap());
    }

    /// The calls so far to one path, oldest first.
    pub(crate) fn calls(&self, path: &str) -> Vec<Call> {
        let script = self.0.lock().unwrap();
        script.calls.iter().filter(|call| call.url.path() == path).cloned().collect()
    }
}

#[async_trait]
impl BackChannel for Provider {
    async fn send(&self, call: Call) -> Result<Answer, CallError> {
        let mut script = self.0.lock().unwrap();
        let path = call.url.path().to_owned();
        script.calls.push(call);
        if let Some((_, answer)) = script.instead.as_ref().filter(|(instead, _)| *instead == path) {
            return answer.clone();
        }
        match path.as_str() {
            "/.well-known/openid-configuration" => Ok(says(200, &script.discovery)),
            "/token" => {
                let mut tokens = script.tokens.clone();
                if tokens["id_token"] == true {
                    tokens["id_token"] = script.id_token().into();
                }
                Ok(says(200, &tokens))
            }
            "/jwks" => Ok(says(200, &script.jwks)),
            "/userinfo" => Ok(says(200, &script.userinfo)),
            other => panic!("nobody calls {other}"),
        }
    }
}

impl Script {
    fn id_token(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = self.key.raw_signature(MessageDigest::sha256(), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// An answer in JSON.
pub(crate) fn says(status: u16, body: &Value) -> Answer {
    let content_type = "application/json".to_owned();
    Answer { status, content_type, body: body.to_string().into_bytes() }
}

/// A member of a JWKS.
pub(crate) fn jwk(kid: &str, key: &KeyPair) -> Value {
    let certificate = X509::from_pem(&key.certificate_pem()).unwrap();
    let rsa = certificate.public_key().unwrap().rsa().unwrap();
    let [n, e] = [rsa.n(), rsa.e()].map(|number| URL_SAFE_NO_PAD.encode(number.to_vec()));
    json!({ "kty": "RSA", "kid": kid, "n": n, "e": e })
}

pub(crate) const ISSUER: &str = "https://op.example";
/// When everything here happens: 2026-06-01T12:00:00Z.
pub(crate) const NOON: Timestamp = Timestamp::constant(1_780_315_200, 0);
/// The key of another provider.
pub(crate) static OTHER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("other provider"));
static KEY: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::rsa("provider"));
