//! Adapters for upstreams: identity providers, by protocol.

pub(crate) mod oidc;
pub(crate) mod saml;
