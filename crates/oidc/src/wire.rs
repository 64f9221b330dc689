//! What goes over the wire and means the same at a provider and at a relying party.

pub(crate) mod client_id;
pub(crate) mod oauth_error;
pub(crate) mod params;
pub(crate) mod pkce;
pub(crate) mod scope;
pub(crate) mod url;
