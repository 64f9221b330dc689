//! The request that sends a person to an identity provider [SAML2Core §3.4.1].

use std::fmt;

use jiff::Timestamp;
use silta_xml_security::Element;

use crate::binding::POST_BINDING;
use crate::comparison::Comparison;
use crate::extensions::extensions;
use crate::instant;
use crate::name_id::{ENTITY, TRANSIENT};
use crate::namespace::{SAML, SAMLP};
use crate::sp::eidas_request::EidasRequest;
use crate::sp::encrypted_extension::EncryptedExtension;
use crate::sp::encrypted_subject::EncryptedSubject;
use crate::sp::extension_template::ExtensionTemplate;
use crate::sp::request_profile::{AcsReference, IssuerForm, RequestProfile};
use crate::sp::sign_message::SignMessage;
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
    /// The authentication contexts asked for, or none.
    pub context: Option<RequestedAuthnContext<'a>>,
    /// The language of the identity provider's pages (`fi`, `sv`, `en`), in Suomi.fi's signed
    /// `vetuma` extension.
    pub vetuma_language: Option<&'a str>,
    /// What every request to this identity provider says.
    pub profile: &'a RequestProfile,
    /// What is encrypted for it.
    pub encrypted: Option<&'a EncryptedExtension>,
    /// What a relying party takes for who is about to log in, where the profile has a place for it.
    pub hint: Option<&'a str>,
    /// Who is about to log in.
    pub subject: Option<&'a EncryptedSubject>,
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
        let RequestProfile { acs, acs_index, provider_name, .. } = self.profile;
        let by_url = *acs == AcsReference::Url;
        let index = (*acs == AcsReference::Index).then(|| acs_index.0.to_string());
        let set = self.profile.attribute_consuming_service.map(|set| set.to_string());
        let mut request = Element::new("samlp:AuthnRequest")
            .namespace("samlp", SAMLP)
            .namespace("saml", SAML)
            .attribute("ID", self.id.as_str())
            .attribute("Version", "2.0")
            .attribute("IssueInstant", &instant::write(self.issued))
            .attribute("Destination", self.destination)
            .attribute_if("ForceAuthn", self.force_authn.then_some("true"))
            .attribute_if("IsPassive", self.is_passive())
            .attribute_if("AssertionConsumerServiceIndex", index.as_deref())
            .attribute_if("ProtocolBinding", by_url.then_some(POST_BINDING))
            .attribute_if("AssertionConsumerServiceURL", by_url.then_some(self.acs_url))
            .attribute_if("AttributeConsumingServiceIndex", set.as_deref())
            .attribute_if("ProviderName", provider_name.as_deref())
            .child(self.issuer());
        request = request.children(extensions(self.extensions()));
        request = request.children(self.subject.map(|one| one.0.clone()));
        if let Some(format) = &self.profile.name_id_format {
            request = request.child(name_id_policy(format));
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
        request.children(scoping(self.profile)).to_xml()
    }

    fn extensions(&self) -> Vec<Element> {
        let eidas = self.profile.eidas.iter().flat_map(EidasRequest::to_elements);
        let vetuma = self.vetuma_language.map(vetuma::to_element);
        let encrypted = self.encrypted.map(|one| one.0.clone());
        let principal = self.profile.principal_selection.to_element(self.hint);
        let message = self.profile.sign_message.as_ref().map(SignMessage::to_element);
        let swedish = principal.into_iter().chain(message);
        let templates = self.profile.extensions.iter().map(ExtensionTemplate::to_element);
        let own = vetuma.into_iter().chain(eidas).chain(swedish);
        own.chain(templates).chain(encrypted).collect()
    }

    /// An eIDAS node wants to read that it may ask the person [eIDAS SAML Message Format 1.4].
    fn is_passive(&self) -> Option<&'static str> {
        match (self.is_passive, &self.profile.eidas) {
            (true, _) => Some("true"),
            (false, Some(_)) => Some("false"),
            (false, None) => None,
        }
    }

    fn issuer(&self) -> Element {
        let (format, qualifier) = match self.profile.issuer {
            IssuerForm::Plain => (None, None),
            IssuerForm::Entity => (Some(ENTITY), None),
            IssuerForm::Qualified => (Some(ENTITY), Some(self.issuer)),
        };
        Element::new("saml:Issuer")
            .attribute_if("Format", format)
            .attribute_if("NameQualifier", qualifier)
            .text(self.issuer)
    }
}

/// Nothing is created that could outlive the login where the name is transient, so that `AllowCreate` must
/// not be said of it [SAML2Core §3.4.1.1, erratum E14].
fn name_id_policy(format: &str) -> Element {
    Element::new("samlp:NameIDPolicy")
        .attribute("Format", format)
        .attribute_if("AllowCreate", (format != TRANSIENT).then_some("true"))
}

/// `Scoping`, if there is anything to say in it [SAML2Core §3.4.1.2].
fn scoping(profile: &RequestProfile) -> Option<Element> {
    let entries = profile.idp_list.iter();
    let entries = entries.map(|one| Element::new("samlp:IDPEntry").attribute("ProviderID", one));
    let list = Element::new("samlp:IDPList").children(entries);
    let list = (!profile.idp_list.is_empty()).then_some(list);
    let requester = profile.requester_id.as_ref();
    let requester = requester.map(|one| Element::new("samlp:RequesterID").text(one));
    let said = list.is_some() || requester.is_some();
    said.then(|| Element::new("samlp:Scoping").children(list).children(requester))
}
