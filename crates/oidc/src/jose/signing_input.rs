//! What is signed here with a key that may be anywhere.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::jose::keys::PublicKey;

/// The JWS Signing Input [RFC 7515 §2] of a JWT. It has no printable form: it may hold a
/// person's data.
pub(crate) struct SigningInput(String);

impl SigningInput {
    /// The input over `claims`, to be signed by `key`; `kind` is the `typ` of its header.
    pub(crate) fn new(key: &PublicKey, kind: &'static str, claims: Map<String, Value>) -> Self {
        let algorithm = key.algorithm().as_str();
        let header = json!({ "alg": algorithm, "kid": key.kid(), "typ": kind });
        let encoded = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        Self(format!("{}.{}", encoded(header), encoded(Value::Object(claims))))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The compact serialisation [RFC 7515 §3.1].
    pub(crate) fn with_signature(self, signature: &[u8]) -> String {
        self.0 + "." + &URL_SAFE_NO_PAD.encode(signature)
    }
}
