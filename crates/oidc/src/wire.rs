//! What goes over the wire and means the same at a provider and at a relying party.

pub(crate) mod at_hash;
pub(crate) mod client_id;
pub(crate) mod json;
pub(crate) mod language_tags;
pub(crate) mod oauth_error;
pub(crate) mod opaque_token;
pub(crate) mod outbound_url;
pub(crate) mod params;
pub(crate) mod pkce;
pub(crate) mod query;
pub(crate) mod scope;
pub(crate) mod url;
