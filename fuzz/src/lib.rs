//! Fuzz targets. Each takes any octets, gives them to the code that strangers reach, and panics
//! when something is true that must never be.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a target says that it found something"
)]

mod authn_request;
mod authorize;
mod c14n;
mod clients;
mod cookies;
mod credentials;
mod extensions;
mod form;
mod id_token;
mod inflate;
mod logout;
mod logout_request;
mod logout_response;
mod mapping;
mod metadata;
mod openid_provider;
mod redirect;
mod response;
mod service_providers;
mod signed_id_token;
mod signed_response;
mod trust;
mod xml;
mod yaml_file;

pub use logout::{SLO, logout_request, logout_response};
pub use metadata::{metadata, signed_metadata};
pub use openid_provider::{claims, sign};
pub use redirect::RELAY_STATE;
pub use service_providers::{SSO, request};
pub use trust::{IDP_KEY, SP_AGREEMENT_KEY, SP_ENCRYPTION_KEY, SP_KEY, answer};

/// A target and its name, which is that of its folder of seeds.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name.
    pub name: &'static str,
    /// Gives the target some octets.
    pub run: fn(&[u8]) -> Verdict,
}

/// What became of the octets. It tells whether a seed still reaches what it is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They were taken.
    Accepted,
    /// They were refused, as they should be.
    Refused,
}

impl Verdict {
    fn of<T, E>(result: &Result<T, E>) -> Self {
        if result.is_ok() { Self::Accepted } else { Self::Refused }
    }
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "authn_request", run: authn_request::run },
    Target { name: "authorize", run: authorize::run },
    Target { name: "c14n", run: c14n::run },
    Target { name: "cookies", run: cookies::run },
    Target { name: "credentials", run: credentials::run },
    Target { name: "extensions", run: extensions::run },
    Target { name: "form", run: form::run },
    Target { name: "id_token", run: id_token::run },
    Target { name: "inflate", run: inflate::run },
    Target { name: "logout_request", run: logout_request::run },
    Target { name: "logout_response", run: logout_response::run },
    Target { name: "mapping", run: mapping::run },
    Target { name: "metadata", run: metadata::run },
    Target { name: "redirect", run: redirect::run },
    Target { name: "response", run: response::run },
    Target { name: "signed_id_token", run: signed_id_token::run },
    Target { name: "signed_response", run: signed_response::run },
    Target { name: "xml", run: xml::run },
    Target { name: "yaml", run: yaml_file::run },
];
