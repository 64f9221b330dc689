//! Us as an identity provider: reading a service provider's request, and answering it.

pub(crate) mod authn_request;
pub(crate) mod response;
