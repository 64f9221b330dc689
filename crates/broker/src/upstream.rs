//! Adapters for upstreams: identity providers, by protocol.

pub(crate) mod saml;
