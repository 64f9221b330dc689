//! What the application gets, and how it checks that.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use openssl::ec::{EcGroup, EcKey};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use serde_json::{Map, Value, json};

use crate::jws;

/// The three headers of a request to the application. `Debug` shows none.
pub struct Forwarded {
    /// `x-amzn-oidc-identity`: userinfo's `sub`.
    pub identity: String,
    /// `x-amzn-oidc-accesstoken`.
    pub access_token: String,
    /// `x-amzn-oidc-data`: userinfo's claims, signed by the load balancer.
    pub data: String,
}

/// The load balancer's key on P-256, which everybody can ask for by its `kid`.
pub(super) struct Signer {
    key: PKey<Private>,
}

impl Signer {
    pub(super) fn new() -> Self {
        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Self { key: PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap() }
    }

    pub(super) fn sign(
        &self,
        issuer: &str,
        client: &str,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> String {
        let exp = (now + LIFE).as_second();
        let header = json!({
            "typ": "JWT", "kid": KID, "alg": "ES256", "iss": issuer, "client": client,
            "signer": ARN, "exp": exp
        });
        jws::padded_es256(header.as_object().unwrap(), claims, &self.key)
    }

    /// Signature, algorithm, key, signer and expiry, as an application is told to check them.
    pub(super) fn read(&self, data: &str, now: Timestamp) -> Option<Map<String, Value>> {
        let public = PKey::public_key_from_pem(&self.key.public_key_to_pem().unwrap()).unwrap();
        let token = jws::read_padded_es256(data, &public)?;
        let says = |name, value| token.header(name) == Some(value);
        let alive = token.header.get("exp")?.as_i64()? > now.as_second();
        let good = says("alg", "ES256") && says("kid", KID) && says("signer", ARN) && alive;
        good.then_some(token.claims)
    }
}

impl fmt::Debug for Forwarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Forwarded({} octets of data)", self.data.len())
    }
}

const KID: &str = "7e1d0d2a-6f0b-4f0c-9a53-0d5d3c2b1a90";
const ARN: &str =
    "arn:aws:elasticloadbalancing:eu-north-1:111122223333:loadbalancer/app/test/0123456789abcdef";
/// Not documented; the header is made anew for every request.
const LIFE: SignedDuration = SignedDuration::from_mins(2);
