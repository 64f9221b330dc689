//! What we publish of ourselves [SAML2Meta §2].

pub(crate) mod identity_provider;
mod key_descriptor;
pub(crate) mod service_provider;
