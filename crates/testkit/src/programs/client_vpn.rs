//! AWS Client VPN, as far as an identity provider sees it: the endpoint that asks without a signature,
//! the client that waits for the answer on the person's own machine, and every rule by which the
//! endpoint judges it.

mod client;
mod error;
mod judge;
mod metadata;

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use roxmltree::Node;
use url::form_urlencoded::Serializer;

pub use client::{PostedResponse, VpnClient};
pub use error::{ClientVpnError, MetadataError};
pub use judge::VpnSession;
use metadata::IamSamlProvider;

use crate::deflate::deflated;

/// A Client VPN endpoint with SAML authentication. It knows its identity provider by the document that
/// was uploaded to IAM, and never fetches it again.
#[derive(Debug)]
pub struct ClientVpn {
    idp: IamSamlProvider,
    asked: AtomicU32,
}

/// A request, and where it goes.
#[derive(Debug, Clone)]
pub struct VpnRequest {
    /// Its ID.
    pub id: String,
    /// Where it wants the answer.
    pub acs_url: String,
    /// The address that the client opens in the browser.
    pub url: String,
}

impl ClientVpn {
    /// Creates the IAM SAML provider and the endpoint.
    ///
    /// # Errors
    /// [`MetadataError`]: the rule of IAM or of Client VPN that the document breaks.
    pub fn create(idp_metadata: &str) -> Result<Self, MetadataError> {
        Ok(Self { idp: IamSamlProvider::create(idp_metadata)?, asked: AtomicU32::new(0) })
    }

    /// What a client opens in the browser: an unsigned AuthnRequest by HTTP-Redirect, which wants its
    /// answer at `acs_url`.
    ///
    /// # Panics
    /// Never, unless memory is short.
    #[must_use]
    pub fn request(&self, acs_url: &str, relay_state: Option<&str>, now: Timestamp) -> VpnRequest {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let id = format!("_{:016x}{number:016x}", now.as_nanosecond());
        let sso = &self.idp.sso_url;
        let xml = format!(
            "<saml2p:AuthnRequest xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"{id}\" \
             Version=\"2.0\" IssueInstant=\"{}\" Destination=\"{sso}\" \
             ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
             AssertionConsumerServiceURL=\"{acs_url}\">\
             <saml2:Issuer xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">{ENTITY_ID}\
             </saml2:Issuer></saml2p:AuthnRequest>",
            now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        );
        let mut query = Serializer::new(format!("{sso}?"));
        query.append_pair("SAMLRequest", &deflated(&xml));
        query.extend_pairs(relay_state.map(|state| ("RelayState", state)));
        VpnRequest { id, acs_url: acs_url.to_owned(), url: query.finish() }
    }

    /// Judges what the client was posted, as the endpoint does.
    ///
    /// # Errors
    /// [`ClientVpnError`]; AWS's own client shows nothing but `AUTH_FAILED` for each.
    pub fn connect(
        &self,
        request: &VpnRequest,
        posted: &PostedResponse,
        now: Timestamp,
    ) -> Result<VpnSession, ClientVpnError> {
        judge::judge(&self.idp, request, &posted.saml_response, now)
    }
}

/// An attribute that has no namespace.
fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let mut attributes = node.attributes();
    let found = attributes.find(|one| one.namespace().is_none() && one.name() == name);
    found.map(|one| one.value())
}

/// The entityID of every Client VPN endpoint, which is the audience as well.
pub const ENTITY_ID: &str = "urn:amazon:webservices:clientvpn";
