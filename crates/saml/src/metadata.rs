//! What we publish of ourselves [SAML2Meta].

pub(crate) mod service_provider;
