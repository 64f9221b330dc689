//! The metadata that we publish as an identity provider [SAML2Meta §2.4.3].

use silta_xml_security::{Certificate, Element};

use crate::binding::{POST_BINDING, REDIRECT_BINDING};
use crate::metadata::key_descriptor::key_descriptor;
use crate::namespace::{DS, MD, SAMLP};

/// What an identity provider says of itself.
#[derive(Debug, Clone)]
pub struct IdentityProviderMetadata<'a> {
    /// Our entityID.
    pub entity_id: &'a str,
    /// Where requests come to, by redirect and by POST.
    pub sso_url: &'a str,
    /// Certificates we sign with, active one first.
    pub signing: &'a [Certificate],
    /// Whether every service provider must sign its requests.
    pub want_authn_requests_signed: bool,
    /// The NameID formats we can give.
    pub name_id_formats: &'a [&'a str],
}

impl IdentityProviderMetadata<'_> {
    /// The document, unsigned; children in the order of the schema.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let signing = self.signing.iter().map(|one| key_descriptor("signing", one));
        let formats =
            self.name_id_formats.iter().map(|format| Element::new("md:NameIDFormat").text(format));
        let services = [REDIRECT_BINDING, POST_BINDING].map(|binding| {
            Element::new("md:SingleSignOnService")
                .attribute("Binding", binding)
                .attribute("Location", self.sso_url)
        });
        let role = Element::new("md:IDPSSODescriptor")
            .attribute("WantAuthnRequestsSigned", &self.want_authn_requests_signed.to_string())
            .attribute("protocolSupportEnumeration", SAMLP)
            .children(signing)
            .children(formats)
            .children(services);
        let entity = Element::new("md:EntityDescriptor")
            .namespace("md", MD)
            .namespace("ds", DS)
            .attribute("entityID", self.entity_id)
            .child(role);
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", entity.to_xml())
    }
}
