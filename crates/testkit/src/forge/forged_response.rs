//! One Response in the making: facts that may be false, steps that may be skipped, and a hook after
//! each of them.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use silta_saml::algorithm::{DataCipher, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AssertionContent, Attribute, EcdhEs, NameId, Response, ResponseHeader, SigningKey, Unverified,
    post_value, sign_enveloped,
};

use crate::forge::encryption::Encryption;
use crate::forge::{
    ACS, ASSERTION_ID, AUTHN_CONTEXTS, IDP_ENTITY, NOON, REQUEST, RESPONSE_ID, SP_ENTITY,
    TRANSIENT, Wrapping, resigned, text,
};
use crate::keys::{self, KeyPair};

/// What an edit is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditPoint {
    /// The `Assertion` before it is signed.
    Assertion,
    /// The `Assertion` after it was signed: in the encrypted form, the plaintext.
    SignedAssertion,
    /// The `EncryptedAssertion`; there is none in the plain form.
    Encrypted,
    /// The `Response` before it is signed.
    Response,
    /// The `Response` as it is posted.
    SignedResponse,
}

type Edit = Box<dyn Fn(&str) -> String>;

/// A response in the making. See [`FakeIdp`](crate::forge::FakeIdp).
pub struct ForgedResponse {
    issuer: String,
    audience: String,
    acs_url: String,
    in_response_to: String,
    issued: Timestamp,
    authn_instant: Timestamp,
    authn_context: String,
    name_id: NameId,
    attributes: Vec<Attribute>,
    inner: Option<SigningKey>,
    outer: Option<SigningKey>,
    encryption: Option<Encryption>,
    wrapping: Option<Wrapping>,
    edits: Vec<(EditPoint, Edit)>,
}

impl ForgedResponse {
    pub(super) fn new(signer: SigningKey) -> Self {
        let attribute = |name: &str, value: &str| Attribute::of_texts(name, vec![value.to_owned()]);
        Self {
            issuer: IDP_ENTITY.to_owned(),
            audience: SP_ENTITY.to_owned(),
            acs_url: ACS.to_owned(),
            in_response_to: REQUEST.to_owned(),
            issued: NOON,
            authn_instant: NOON - SignedDuration::from_mins(1),
            authn_context: AUTHN_CONTEXTS[1].to_owned(),
            name_id: NameId {
                value: "person-7".to_owned(),
                format: Some(TRANSIENT.to_owned()),
                name_qualifier: Some(IDP_ENTITY.to_owned()),
                sp_name_qualifier: Some(SP_ENTITY.to_owned()),
            },
            attributes: vec![
                attribute("urn:oid:1.2.246.21", "010190-999X"),
                attribute("urn:oid:2.5.4.4", "Meikäläinen"),
            ],
            inner: Some(signer.clone()),
            outer: Some(signer),
            encryption: Some(Encryption::default()),
            wrapping: None,
            edits: vec![],
        }
    }

    /// Carries the assertion as it is.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.encryption = None;
        self
    }

    /// Leaves the assertion unsigned.
    #[must_use]
    pub fn unsigned_assertion(mut self) -> Self {
        self.inner = None;
        self
    }

    /// Leaves the Response unsigned.
    #[must_use]
    pub fn unsigned_response(mut self) -> Self {
        self.outer = None;
        self
    }

    /// Signs the assertion, if it is signed at all, with another key.
    #[must_use]
    pub fn assertion_signed_by(mut self, key: &KeyPair) -> Self {
        self.inner = self.inner.map(|_| key.signing(SignatureAlgorithm::RsaSha256));
        self
    }

    /// Signs the Response, if it is signed at all, with another key.
    #[must_use]
    pub fn response_signed_by(mut self, key: &KeyPair) -> Self {
        self.outer = self.outer.map(|_| key.signing(SignatureAlgorithm::RsaSha256));
        self
    }

    /// Sets the issuer of both parts.
    #[must_use]
    pub fn issuer(mut self, entity_id: &str) -> Self {
        entity_id.clone_into(&mut self.issuer);
        self
    }

    /// Sets the one audience.
    #[must_use]
    pub fn audience(mut self, entity_id: &str) -> Self {
        entity_id.clone_into(&mut self.audience);
        self
    }

    /// Sets `Destination` and `Recipient`.
    #[must_use]
    pub fn acs_url(mut self, url: &str) -> Self {
        url.clone_into(&mut self.acs_url);
        self
    }

    /// Sets `InResponseTo` of Response and confirmation.
    #[must_use]
    pub fn in_response_to(mut self, id: &str) -> Self {
        id.clone_into(&mut self.in_response_to);
        self
    }

    /// Sets when it is issued; it lasts five minutes from there.
    #[must_use]
    pub fn issued(mut self, instant: Timestamp) -> Self {
        self.issued = instant;
        self
    }

    /// Sets when the person was authenticated.
    #[must_use]
    pub fn authenticated(mut self, instant: Timestamp) -> Self {
        self.authn_instant = instant;
        self
    }

    /// Sets how the person was authenticated.
    #[must_use]
    pub fn authn_context(mut self, class: &str) -> Self {
        class.clone_into(&mut self.authn_context);
        self
    }

    /// Sets the text of the `NameID`.
    #[must_use]
    pub fn name_id(mut self, value: &str) -> Self {
        value.clone_into(&mut self.name_id.value);
        self
    }

    /// Sets the attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: &[(&str, &[&str])]) -> Self {
        self.attributes = attributes
            .iter()
            .map(|(name, values)| {
                Attribute::of_texts(*name, values.iter().map(|value| (*value).to_owned()).collect())
            })
            .collect();
        self
    }

    /// Sets the attributes, whatever their values are.
    #[must_use]
    pub fn released(mut self, attributes: Vec<Attribute>) -> Self {
        self.attributes = attributes;
        self
    }

    /// Encrypts with another cipher.
    #[must_use]
    pub fn cipher(self, cipher: DataCipher) -> Self {
        self.encrypting(|encryption| encryption.cipher = cipher)
    }

    /// Transports the session key with other digests.
    #[must_use]
    pub fn oaep(self, oaep: RsaOaep) -> Self {
        self.encrypting(|encryption| encryption.oaep = oaep)
    }

    /// Agrees on a wrapping key in another way, with holders of keys on curves.
    #[must_use]
    pub fn ecdh_es(self, ecdh_es: EcdhEs) -> Self {
        self.encrypting(|encryption| encryption.ecdh_es = ecdh_es)
    }

    /// Wraps the session key for each of these holders, with a `Recipient` attribute or none.
    #[must_use]
    pub fn held_by(self, holders: &[(&KeyPair, Option<&str>)]) -> Self {
        self.encrypting(|encryption| encryption.hold(holders))
    }

    /// Puts every `EncryptedKey` beside the `EncryptedData` instead of inside its `KeyInfo`.
    #[must_use]
    pub fn encrypted_keys_beside(self) -> Self {
        self.encrypting(|encryption| encryption.beside = true)
    }

    /// Wraps the signature around other content.
    #[must_use]
    pub fn wrapped(mut self, wrapping: Wrapping) -> Self {
        self.wrapping = Some(wrapping);
        self
    }

    /// Edits the text at a point; edits of one point are applied in the order they are named.
    #[must_use]
    pub fn edit(mut self, point: EditPoint, edit: impl Fn(&str) -> String + 'static) -> Self {
        self.edits.push((point, Box::new(edit)));
        self
    }

    /// Replaces a text at a point; a test whose text is not there fails.
    #[must_use]
    pub fn swap(self, point: EditPoint, from: &str, to: &str) -> Self {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.edit(point, move |text| text::swapped(text, &from, &to))
    }

    /// Edits the assertion's `SignedInfo` and signs it anew with the identity provider's RSA key.
    #[must_use]
    pub fn resigned(self, from: &str, to: &str) -> Self {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.edit(EditPoint::SignedAssertion, move |signed| {
            resigned(signed, &keys::IDP, |info| text::swapped(info, &from, &to))
        })
    }

    /// Edits the octets of the encrypted assertion: initialisation vector, ciphertext, tag.
    #[must_use]
    pub fn ciphertext(self, edit: impl Fn(Vec<u8>) -> Vec<u8> + 'static) -> Self {
        self.edit(EditPoint::Encrypted, move |text| {
            let last = text.matches("<xenc:CipherValue>").count() - 1;
            let nth = if text.contains("</xenc:EncryptedData><xenc:") { 0 } else { last };
            text::octets(text, "xenc:CipherValue", nth, &edit)
        })
    }

    /// The response as XML.
    ///
    /// # Panics
    /// When an edit finds nothing to edit, or leaves nothing that can be signed.
    #[must_use]
    pub fn xml(&self) -> String {
        let answer = ResponseHeader {
            issuer: &self.issuer,
            audience: &self.audience,
            acs_url: &self.acs_url,
            in_response_to: &self.in_response_to,
            issued: self.issued,
        };
        let statement = AssertionContent {
            name_id: &self.name_id,
            authn_instant: self.authn_instant,
            authn_context: &self.authn_context,
            session_index: "session-7",
            attributes: &self.attributes,
        };
        let assertion = answer.assertion(ASSERTION_ID, &statement);
        let assertion = self.edited(EditPoint::Assertion, assertion);
        let assertion = signed(assertion, self.inner.as_ref());
        let assertion = self.edited(EditPoint::SignedAssertion, assertion);
        let content = match self.wrapping.and_then(|wrapping| wrapping.parts(&assertion)) {
            Some(parts) => parts.into_iter().map(|part| self.encrypted(part)).collect(),
            None => self.encrypted(assertion),
        };
        let response = answer.response(RESPONSE_ID, &content);
        let response = self.edited(EditPoint::Response, response);
        let response = signed(response, self.outer.as_ref());
        let response = match self.wrapping {
            Some(wrapping) => wrapping.response(response),
            None => response,
        };
        self.edited(EditPoint::SignedResponse, response)
    }

    /// The value of the form field `SAMLResponse`.
    #[must_use]
    pub fn post(&self) -> String {
        post_value(&self.xml())
    }

    /// The response as a broker receives it.
    ///
    /// # Panics
    /// As [`ForgedResponse::xml`], or when it is too large to be taken in.
    #[must_use]
    pub fn sign(&self) -> Unverified<Response> {
        Unverified::from_post(&self.post()).unwrap()
    }

    /// Encrypts what is an assertion, if assertions are encrypted here; leaves the rest as it is.
    fn encrypted(&self, part: String) -> String {
        match &self.encryption {
            Some(encryption) if !part.starts_with("<samlp:") => {
                self.edited(EditPoint::Encrypted, encryption.encrypt(&part))
            }
            _ => part,
        }
    }

    fn edited(&self, at: EditPoint, text: String) -> String {
        let edits = self.edits.iter().filter(|(point, _)| *point == at);
        edits.fold(text, |text, (_, edit)| edit(&text))
    }

    fn encrypting(mut self, change: impl FnOnce(&mut Encryption)) -> Self {
        change(self.encryption.as_mut().expect("the encrypted form"));
        self
    }
}

fn signed(xml: String, key: Option<&SigningKey>) -> String {
    match key {
        Some(key) => sign_enveloped(&xml, key).unwrap(),
        None => xml,
    }
}

impl fmt::Debug for ForgedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForgedResponse")
    }
}
