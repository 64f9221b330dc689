//! A request as an identity provider sees it that believes whatever the right key signed.

use roxmltree::Document;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::namespace::SAML;
use silta_saml::{MessageError, MessageParameter, RedirectMessage, VerificationKey};

/// An AuthnRequest that a service provider sent by redirect, its signature verified and nothing else
/// judged.
#[derive(Debug, Clone)]
pub struct SentRequest {
    /// Its ID, for `InResponseTo`.
    pub id: String,
    /// The entityID of the service provider.
    pub issuer: String,
    /// Where it wants the answer.
    pub acs_url: Option<String>,
    /// What to hand back unchanged.
    pub relay_state: Option<String>,
}

impl SentRequest {
    /// Reads the query of a redirect that `key` signed.
    ///
    /// # Errors
    /// [`MessageError`] when the message cannot be read, or another key signed it.
    ///
    /// # Panics
    /// When what was signed is no AuthnRequest with an ID and an issuer.
    pub fn read(query: &str, key: &VerificationKey) -> Result<Self, MessageError> {
        let keys = std::slice::from_ref(key);
        let (parameter, allowed) = (MessageParameter::Request, &SignatureAlgorithm::ALL);
        let message = RedirectMessage::verify(parameter, query, keys, allowed)?;
        let document = Document::parse(message.xml()).expect("XML");
        let request = document.root_element();
        assert_eq!(request.tag_name().name(), "AuthnRequest");
        let attribute = |name: &str| {
            let mut attributes = request.attributes();
            attributes.find(|one| one.name() == name).map(|one| one.value().to_owned())
        };
        let issuer = request.children().find(|child| child.has_tag_name((SAML, "Issuer")));
        Ok(Self {
            id: attribute("ID").expect("an ID"),
            issuer: issuer.and_then(|issuer| issuer.text()).expect("an Issuer").to_owned(),
            acs_url: attribute("AssertionConsumerServiceURL"),
            relay_state: message.relay_state().map(str::to_owned),
        })
    }
}
