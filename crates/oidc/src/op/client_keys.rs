//! The keys by which a client signs its assertions.

use crate::{jose::jwk_set::JwkSet, wire::outbound_url::OutboundUrl};

/// Where the public keys of a client are.
#[derive(Debug, Clone)]
pub enum ClientKeys {
    /// In the configuration.
    Registered(JwkSet),
    /// Where the client publishes its JWK Set (`jwks_uri`).
    Published(OutboundUrl),
}
