//! What we publish of ourselves, and what identity providers publish of themselves
//! [SAML2Meta §2].

mod algorithms;
pub(crate) mod changes;
pub(crate) mod contact_extensions;
pub(crate) mod description;
mod encryption_keys;
pub(crate) mod encryption_methods;
pub(crate) mod endpoint;
mod entities;
mod hint;
pub(crate) mod identity_provider;
mod key_descriptor;
pub(crate) mod metadata_error;
pub(crate) mod read;
mod role;
pub(crate) mod self_description;
pub(crate) mod service_provider;
mod signing_keys;
pub(crate) mod trust;
mod validity;
