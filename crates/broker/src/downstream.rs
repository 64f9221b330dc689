//! Adapters for downstreams: relying parties, by protocol.

pub(crate) mod oidc;
pub(crate) mod saml;
