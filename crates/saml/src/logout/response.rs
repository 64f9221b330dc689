//! Answering an identity provider that wanted a session ended [SAML2Core §3.7.2].

use jiff::Timestamp;
use silta_xml_security::Element;

use crate::instant;
use crate::logout::status::LogoutStatus;
use crate::namespace::{SAML, SAMLP};

/// An answer of ours to a LogoutRequest.
#[derive(Debug, Clone, Copy)]
pub struct LogoutResponse<'a> {
    /// A fresh ID, an NCName.
    pub id: &'a str,
    /// When it was made; written with whole seconds.
    pub issued: Timestamp,
    /// The identity provider's address for answers: `ResponseLocation` where it has one
    /// [SAML2Meta §2.2.2].
    pub destination: &'a str,
    /// Our entityID.
    pub issuer: &'a str,
    /// The ID of the request.
    pub in_response_to: &'a str,
    /// What became of it.
    pub status: LogoutStatus,
}

impl LogoutResponse<'_> {
    /// The message, unsigned; [`enveloped_signature`](crate::enveloped_signature) signs it for POST,
    /// [`redirect_url`](crate::redirect_url) for Redirect.
    #[must_use]
    pub fn to_xml(&self) -> String {
        Element::new("samlp:LogoutResponse")
            .namespace("samlp", SAMLP)
            .namespace("saml", SAML)
            .attribute("ID", self.id)
            .attribute("Version", "2.0")
            .attribute("IssueInstant", &instant::write(self.issued))
            .attribute("Destination", self.destination)
            .attribute("InResponseTo", self.in_response_to)
            .child(Element::new("saml:Issuer").text(self.issuer))
            .child(self.status.to_element())
            .to_xml()
    }
}
