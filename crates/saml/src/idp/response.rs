//! Answering a service provider [SAML2Core §3.3.3].

use jiff::{SignedDuration, Timestamp};
use silta_xml_security::{
    Element, EncryptionError, EncryptionParameters, SignError, SigningCredential, SigningKey,
    ToBeSigned,
};
use thiserror::Error;

use crate::attribute::Attribute;
use crate::encryption::encrypt_assertion;
use crate::instant;
use crate::name_id::NameId;
use crate::namespace::{SAML, SAMLP};
use crate::signing::{enveloped_signature, sign_enveloped};
use crate::status::{self, StatusError};

/// Why a Response could not be signed and encrypted.
#[derive(Debug, Error)]
pub enum SignAndEncryptError {
    /// It could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// It could not be encrypted.
    #[error(transparent)]
    Encrypt(#[from] EncryptionError),
}

/// What an identity provider says about a person.
#[derive(Debug, Clone)]
pub struct AssertionContent<'a> {
    /// The subject's name.
    pub name_id: &'a NameId,
    /// When the person was authenticated.
    pub authn_instant: Timestamp,
    /// How: an `AuthnContextClassRef` URI.
    pub authn_context: &'a str,
    /// The session here.
    pub session_index: &'a str,
    /// What is released.
    pub attributes: &'a [Attribute],
}

/// The envelope of an answer: who answers whom, when.
#[derive(Debug, Clone, Copy)]
pub struct ResponseHeader<'a> {
    /// The identity provider's entityID.
    pub issuer: &'a str,
    /// The service provider's entityID.
    pub audience: &'a str,
    /// The service provider's ACS.
    pub acs_url: &'a str,
    /// The ID of the request.
    pub in_response_to: &'a str,
    /// When it is made.
    pub issued: Timestamp,
}

impl ResponseHeader<'_> {
    /// An unsigned `Assertion`; `id` must be fresh and an NCName.
    #[must_use]
    pub fn assertion(&self, id: &str, statement: &AssertionContent<'_>) -> String {
        let end = instant::write(instant::later(self.issued, ASSERTION_LIFETIME));
        let confirmation = Element::new("saml:SubjectConfirmationData")
            .attribute("InResponseTo", self.in_response_to)
            .attribute("Recipient", self.acs_url)
            .attribute("NotOnOrAfter", &end);
        let subject = Element::new("saml:Subject").child(statement.name_id.to_element()).child(
            Element::new("saml:SubjectConfirmation")
                .attribute("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
                .child(confirmation),
        );
        let audience = Element::new("saml:AudienceRestriction")
            .child(Element::new("saml:Audience").text(self.audience));
        let conditions = Element::new("saml:Conditions")
            .attribute("NotBefore", &instant::write(self.issued))
            .attribute("NotOnOrAfter", &end)
            .child(audience);
        let context = Element::new("saml:AuthnContext")
            .child(Element::new("saml:AuthnContextClassRef").text(statement.authn_context));
        let authn = Element::new("saml:AuthnStatement")
            .attribute("AuthnInstant", &instant::write(statement.authn_instant))
            .attribute("SessionIndex", statement.session_index)
            .child(context);
        let attributes = statement.attributes.iter().map(|attribute| {
            let value = || Element::new("saml:AttributeValue");
            let names = attribute.name_ids.iter().map(|one| value().child(one.to_element()));
            Element::new("saml:Attribute")
                .attribute("Name", &attribute.name)
                .attribute("NameFormat", name_format(&attribute.name))
                .children(attribute.values.iter().map(|one| value().text(one)))
                .children(names)
        });
        let mut assertion = Element::new("saml:Assertion")
            .namespace("saml", SAML)
            .attribute("ID", id)
            .attribute("Version", "2.0")
            .attribute("IssueInstant", &instant::write(self.issued))
            .child(Element::new("saml:Issuer").text(self.issuer))
            .child(subject)
            .child(conditions)
            .child(authn);
        if !statement.attributes.is_empty() {
            assertion =
                assertion.child(Element::new("saml:AttributeStatement").children(attributes));
        }
        assertion.to_xml()
    }

    /// An unsigned success `Response` around an assertion that is already written.
    #[must_use]
    pub fn response(&self, id: &str, assertion: &str) -> String {
        self.envelope(id, status::to_element("Success", None)).raw_child(assertion).to_xml()
    }

    /// An unsigned `Response` that says why nobody was logged in. Nobody may be logged in by it, yet
    /// it is to be signed as any other: [`enveloped_signature`].
    #[must_use]
    pub fn error_response(&self, id: &str, status: StatusError) -> String {
        let (top, second) = status.codes();
        self.envelope(id, status::to_element(top, second)).to_xml()
    }

    /// Begins a success `Response` in which the assertion and the Response are both signed. The
    /// private key may be anywhere: what it must sign comes out twice, the assertion first.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn to_sign(
        &self,
        ids: ResponseIds<'_>,
        content: &AssertionContent<'_>,
        credential: &SigningCredential,
    ) -> Result<AssertionToSign<'_>, SignError> {
        let assertion = self.assertion(ids.assertion, content);
        Ok(AssertionToSign {
            header: *self,
            response_id: ids.response.to_owned(),
            assertion: enveloped_signature(&assertion, credential)?,
            credential: credential.clone(),
        })
    }

    /// A signed Response around a signed and encrypted assertion: what Suomi.fi sends.
    ///
    /// # Errors
    /// [`SignAndEncryptError`] when a key refuses.
    pub fn signed_and_encrypted(
        &self,
        ids: [&str; 2],
        statement: &AssertionContent<'_>,
        key: &SigningKey,
        encryption: EncryptionParameters<'_>,
        random: [u8; 48],
    ) -> Result<String, SignAndEncryptError> {
        let [response_id, assertion_id] = ids;
        let assertion = sign_enveloped(&self.assertion(assertion_id, statement), key)?;
        let encrypted = encrypt_assertion(&assertion, encryption, random)?;
        Ok(sign_enveloped(&self.response(response_id, &encrypted.to_xml()), key)?)
    }

    fn envelope(&self, id: &str, status: Element) -> Element {
        Element::new("samlp:Response")
            .namespace("samlp", SAMLP)
            .attribute("ID", id)
            .attribute("Version", "2.0")
            .attribute("IssueInstant", &instant::write(self.issued))
            .attribute("Destination", self.acs_url)
            .attribute("InResponseTo", self.in_response_to)
            .child(Element::new("saml:Issuer").namespace("saml", SAML).text(self.issuer))
            .child(status)
    }
}

/// Fresh IDs of a Response and of its assertion, each an NCName.
#[derive(Debug, Clone, Copy)]
pub struct ResponseIds<'a> {
    /// Of the Response.
    pub response: &'a str,
    /// Of the assertion.
    pub assertion: &'a str,
}

/// A Response whose assertion lacks its signature, and which lacks its own. There is no other way
/// out than through both.
#[derive(Debug)]
pub struct AssertionToSign<'a> {
    header: ResponseHeader<'a>,
    response_id: String,
    assertion: ToBeSigned,
    credential: SigningCredential,
}

impl AssertionToSign<'_> {
    /// What the assertion's signature must cover.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.assertion.octets()
    }

    /// The Response around the signed assertion, which lacks only its own signature.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn signed(self, signature: &[u8]) -> Result<ToBeSigned, SignError> {
        let assertion = self.assertion.signed(signature);
        let response = self.header.response(&self.response_id, &assertion);
        enveloped_signature(&response, &self.credential)
    }
}

/// A name with a colon is a URI; others are plain names, as AWS wants them [SAML2Core §8.2].
fn name_format(name: &str) -> &'static str {
    if name.contains(':') {
        "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
    } else {
        "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
    }
}

/// Long enough for a redirect on a slow phone, as short as Suomi.fi's.
const ASSERTION_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
