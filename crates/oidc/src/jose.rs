//! Keys and what they sign [RFC 7515, RFC 7517].

pub(crate) mod algorithm;
pub(crate) mod jwk_set;
pub(crate) mod jws;
pub(crate) mod key_ring;
pub(crate) mod keys;
pub(crate) mod numeric_date;
pub(crate) mod signing_input;
pub(crate) mod verification_key;

/// The `typ` of a JWT that is told from no other kind [RFC 7519 §5.1].
pub(crate) const PLAIN_JWT: &str = "JWT";
