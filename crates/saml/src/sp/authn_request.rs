//! The request that sends a person to an identity provider [SAML2Core §3.4.1].

use std::fmt;

use jiff::Timestamp;
use silta_xml_security::Element;

use crate::binding::POST_BINDING;
use crate::comparison::Comparison;
use crate::instant;
use crate::namespace::{SAML, SAMLP};
use crate::vetuma;

/// The ID of an AuthnRequest: 128 random bits as an NCName [SAML2Core §1.3.4].
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// Makes an ID of random octets. The leading underscore makes it an NCName.
    #[must_use]
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(format!("_{}", base16ct::lower::encode_string(&random)))
    }

    /// Takes back an ID that was kept as text since the request was made.
    #[must_use]
    pub fn from_stored(id: String) -> Self {
        Self(id)
    }

    /// The ID as it stands in messages.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What we ask of an identity provider.
#[derive(Debug, Clone)]
pub struct AuthnRequest<'a> {
    /// Our ID for it.
    pub id: &'a RequestId,
    /// When it was made; written with whole seconds.
    pub issued: Timestamp,
    /// The identity provider's endpoint for the binding that is used.
    pub destination: &'a str,
    /// Our entityID.
    pub issuer: &'a str,
    /// Where the answer is to be posted.
    pub acs_url: &'a str,
    /// Whether the person must be authenticated anew.
    pub force_authn: bool,
    /// Whether no page may be shown to the person: without a session there is no login.
    pub is_passive: bool,
    /// `NameIDPolicy/@Format`, or none: then the peer chooses.
    pub name_id_format: Option<&'a str>,
    /// The authentication contexts asked for, or none.
    pub context: Option<RequestedAuthnContext<'a>>,
    /// The language of the identity provider's pages (`fi`, `sv`, `en`), in Suomi.fi's signed
    /// `vetuma` extension.
    pub vetuma_language: Option<&'a str>,
}

/// `RequestedAuthnContext` [SAML2Core §3.3.2.2.1].
#[derive(Debug, Clone, Copy)]
pub struct RequestedAuthnContext<'a> {
    /// How the list is to be compared.
    pub comparison: Comparison,
    /// `AuthnContextClassRef` URIs.
    pub classes: &'a [String],
}

impl AuthnRequest<'_> {
    /// The message, unsigned; [`sign_enveloped`](crate::sign_enveloped) signs it for POST,
    /// [`redirect_url`](crate::redirect_url) for Redirect.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let policy = Element::new("samlp:NameIDPolicy")
            .attribute_if("Format", self.name_id_format)
            .attribute("AllowCreate", "true");
        let mut request = Element::new("samlp:AuthnRequest")
            .namespace("samlp", SAMLP)
            .namespace("saml", SAML)
            .attribute("ID", self.id.as_str())
            .attribute("Version", "2.0")
            .attribute("IssueInstant", &instant::write(self.issued))
            .attribute("Destination", self.destination)
            .attribute_if("ForceAuthn", self.force_authn.then_some("true"))
            .attribute_if("IsPassive", self.is_passive.then_some("true"))
            .attribute("ProtocolBinding", POST_BINDING)
            .attribute("AssertionConsumerServiceURL", self.acs_url)
            .child(Element::new("saml:Issuer").text(self.issuer));
        if let Some(language) = self.vetuma_language {
            request = request.child(vetuma::extensions(language));
        }
        if self.name_id_format.is_some() {
            request = request.child(policy);
        }
        if let Some(context) = self.context {
            let classes = context
                .classes
                .iter()
                .map(|uri| Element::new("saml:AuthnContextClassRef").text(uri));
            request = request.child(
                Element::new("samlp:RequestedAuthnContext")
                    .attribute("Comparison", context.comparison.name())
                    .children(classes),
            );
        }
        request.to_xml()
    }
}
