//! Us as an identity provider: reading a service provider's request, and answering it.

pub(crate) mod authn_request;
pub(crate) mod authn_request_error;
pub(crate) mod response;
pub(crate) mod service_provider;
pub(crate) mod wishes;
