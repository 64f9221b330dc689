//! How messages travel through the browser [SAML2Bind §3.4, §3.5].

pub(crate) mod bound_message;
pub(crate) mod form_fields;
pub(crate) mod message_parameter;
pub(crate) mod post;
pub(crate) mod redirect;
pub(crate) mod relay_state;
pub(crate) mod unsigned_parameters;
mod url_text;

/// HTTP-POST [SAML2Bind §3.5.1].
pub(crate) const POST_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// HTTP-Redirect [SAML2Bind §3.4.1].
pub(crate) const REDIRECT_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
