//! The request that asks an identity provider to end a session [SAML2Core §3.7.1].

use jiff::{SignedDuration, Timestamp};
use silta_xml_security::Element;

use crate::extensions::extensions;
use crate::instant;
use crate::name_id::NameId;
use crate::namespace::{SAML, SAMLP};
use crate::sp::authn_request::RequestId;
use crate::vetuma;

/// A request of ours to end sessions.
#[derive(Debug, Clone)]
pub struct LogoutRequest<'a> {
    /// Our ID for it.
    pub id: &'a RequestId,
    /// When it was made; written with whole seconds.
    pub issued: Timestamp,
    /// The identity provider's address for the binding that is used.
    pub destination: &'a str,
    /// Our entityID.
    pub issuer: &'a str,
    /// The person, exactly as the assertion named them.
    pub name_id: &'a NameId,
    /// The session, as the assertion named it; none asks for all of that name.
    pub session_index: Option<&'a str>,
    /// The language of the identity provider's pages (`fi`, `sv`, `en`), in Suomi.fi's signed
    /// `vetuma` extension.
    pub vetuma_language: Option<&'a str>,
}

impl LogoutRequest<'_> {
    /// The message, unsigned; [`enveloped_signature`](crate::enveloped_signature) signs it for POST,
    /// [`redirect_url`](crate::redirect_url) for Redirect.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let end = instant::later(self.issued, REQUEST_LIFETIME);
        let index = self.session_index.map(|one| Element::new("samlp:SessionIndex").text(one));
        Element::new("samlp:LogoutRequest")
            .namespace("samlp", SAMLP)
            .namespace("saml", SAML)
            .attribute("ID", self.id.as_str())
            .attribute("Version", "2.0")
            .attribute("IssueInstant", &instant::write(self.issued))
            .attribute("Destination", self.destination)
            .attribute("NotOnOrAfter", &instant::write(end))
            .attribute("Reason", USER)
            .child(Element::new("saml:Issuer").text(self.issuer))
            .children(extensions(
                self.vetuma_language.map(vetuma::to_element).into_iter().collect(),
            ))
            .child(self.name_id.to_element())
            .children(index)
            .to_xml()
    }
}

/// As long as any message may travel through the browser.
const REQUEST_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// The only reason for which we ask: the person wants it [SAML2Core §3.7.3].
const USER: &str = "urn:oasis:names:tc:SAML:2.0:logout:user";
