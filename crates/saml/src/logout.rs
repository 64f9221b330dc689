//! Single logout between us as a service provider and an identity provider [SAML2Core §3.7,
//! SAML2Prof §4.4].

pub(crate) mod expectation;
pub(crate) mod logout_error;
pub(crate) mod message;
pub(crate) mod received_request;
pub(crate) mod received_response;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod status;
