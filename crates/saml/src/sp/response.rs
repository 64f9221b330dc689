//! From an unverified Response to a verified assertion: the whole judgement, in its order.

use jiff::Timestamp;
use roxmltree::{Document, Node};
use silta_xml_security::{Decryption, DecryptionStep, Plaintext, SignedElement, verify_enveloped};

use crate::binding::post::read_post_value;
use crate::message;
use crate::message_error::{MessageError, Part};
use crate::namespace::{DS, SAML, SAMLP, XENC};
use crate::sp::advice;
use crate::sp::assertion::{self, PartlyReadAssertion, ReadAssertion, VerifiedAssertion};
use crate::sp::check::{Check, During as _, RefusedAt};
use crate::sp::encrypted_content;
use crate::sp::envelope::{self, Envelope};
use crate::sp::expectation::Expectation;
use crate::sp::identity_provider::IdentityProvider;
use crate::sp::peer_profile::{EncryptionRule, SignedParts};
use crate::sp::response_error::ResponseError;
use crate::sp::weak_assertion::WeakAssertion;
use crate::status;
use crate::unverified::Unverified;
use crate::xml::{self, Input, Occurs};

/// Marks an [`Unverified`] as a Response.
#[derive(Debug)]
pub enum Response {}

impl Unverified<Response> {
    /// Takes the value of the form field `SAMLResponse` [SAML2Bind §3.5.4].
    ///
    /// # Errors
    /// [`ResponseError::Message`].
    pub fn from_post(saml_response: &str) -> Result<Self, ResponseError> {
        Ok(Self::new(read_post_value(saml_response)?))
    }

    /// Judges the response in one piece: [`Unverified::verify_in_steps`] and all its steps.
    ///
    /// # Errors
    /// As there.
    pub fn verify(
        self,
        expect: &Expectation<'_>,
        now: Timestamp,
    ) -> Result<VerifiedAssertion, ResponseError> {
        let mut step = self.verify_in_steps(expect, now)?;
        loop {
            match step {
                VerificationStep::Verified(assertion) => return Ok(assertion),
                VerificationStep::TooWeak(weak) => return Err(weak.into_error()),
                VerificationStep::Further(rest) => step = rest.step()?,
            }
        }
    }

    /// Judges the response. There is no way to ask for less. Each step costs one private operation at
    /// most, and an honest message, which is encrypted once to the key that it names or to our first one,
    /// is judged in the first.
    ///
    /// # Errors
    /// The first [`ResponseError`] in this order: shape, outer signature, addressing, status,
    /// decryption, inner signature, everything the assertion says of itself, then what is encrypted in it.
    pub fn verify_in_steps<'e>(
        self,
        expect: &'e Expectation<'e>,
        now: Timestamp,
    ) -> Result<VerificationStep<'e>, ResponseError> {
        Ok(judge(self.into_text().as_str(), expect, now)?)
    }
}

/// The whole judgement, whose every line names its [`Check`], in their order.
pub(crate) fn judge<'e>(
    text: &str,
    expect: &'e Expectation<'e>,
    now: Timestamp,
) -> Result<VerificationStep<'e>, RefusedAt> {
    let input = Input::of(text);
    let document = message::parse(&input, Part::Response).during(Check::Xml)?;
    let response = document.root_element();
    let envelope = Envelope::of(response, expect.idp);
    check_shape(response, envelope).during(Check::Shape)?;
    expect.idp.profile.require.check_response(response).during(Check::Shape)?;
    let outer = verify_response_signature(response, expect.idp).during(Check::ResponseSignature)?;
    let is_signed = outer.is_some();
    envelope::check_destination(response, (envelope, is_signed), expect)
        .during(Check::Destination)?;
    envelope::check_response_issuer(response, (envelope, is_signed), expect)
        .during(Check::ResponseIssuer)?;
    envelope::check_request(response, expect).during(Check::ResponseRequest)?;
    message::check_issued(response, Part::Response, expect.idp.profile.skew, now)
        .during(Check::ResponseAge)?;
    check_status(response, is_signed, expect).during(Check::Status)?;
    match only_assertion(response).during(Check::OneAssertion)? {
        AssertionElement::Plain(assertion) => {
            check_plain(expect.idp).during(Check::Encryption)?;
            let signed = verify_plain_assertion(assertion, outer, expect.idp)
                .during(Check::AssertionSignature)?;
            // No private operation has been made yet, so one may be.
            match assertion::read(signed, expect, now)?.finish() {
                Ok(read) => Ok(read.into()),
                Err(partly) => partly.step().map(VerificationStep::from),
            }
        }
        AssertionElement::Encrypted(encrypted) => {
            let signed = outer.and_then(|response| response.child(SAML, "EncryptedAssertion"));
            let decryption = Decryption::of(
                encrypted,
                signed,
                &expect.provider.decryption_rules(&expect.idp.profile),
            )
            .during(Check::Encryption)?;
            UndecidedResponse(Undecided::Assertion { decryption, expect, now }).judge()
        }
    }
}

/// What became of one step of a judgement.
#[derive(Debug)]
pub enum VerificationStep<'e> {
    /// It is over.
    Verified(VerifiedAssertion),
    /// It is over, and nobody is let in.
    TooWeak(Box<WeakAssertion>),
    /// A private operation was made, and another one has to be.
    Further(UndecidedResponse<'e>),
}

impl From<ReadAssertion> for VerificationStep<'_> {
    fn from((assertion, too_weak): ReadAssertion) -> Self {
        match too_weak {
            None => Self::Verified(assertion),
            Some(error) => Self::TooWeak(Box::new(WeakAssertion::new(assertion, error))),
        }
    }
}

impl<'e> From<PartlyReadAssertion<'e>> for VerificationStep<'e> {
    fn from(assertion: PartlyReadAssertion<'e>) -> Self {
        match assertion.finish() {
            Ok(read) => read.into(),
            Err(partly) => Self::Further(UndecidedResponse(Undecided::Parts(partly))),
        }
    }
}

/// A response of which all is accepted that can be read, and of which something is not opened yet.
#[derive(Debug)]
pub struct UndecidedResponse<'e>(Undecided<'e>);

#[derive(Debug)]
enum Undecided<'e> {
    /// The assertion is encrypted.
    Assertion { decryption: Decryption<'e>, expect: &'e Expectation<'e>, now: Timestamp },
    /// The assertion holds, and parts of it are encrypted.
    Parts(Box<PartlyReadAssertion<'e>>),
}

impl<'e> UndecidedResponse<'e> {
    /// Tries one more pair of keys, and judges what that opens.
    ///
    /// # Errors
    /// The rest of what [`Unverified::verify_in_steps`] names.
    pub fn step(self) -> Result<VerificationStep<'e>, ResponseError> {
        Ok(self.judge()?)
    }

    /// The same, whose refusals name their check.
    pub(crate) fn judge(self) -> Result<VerificationStep<'e>, RefusedAt> {
        let (decryption, expect, now) = match self.0 {
            Undecided::Assertion { decryption, expect, now } => (decryption, expect, now),
            Undecided::Parts(partly) => return partly.step().map(VerificationStep::from),
        };
        match decryption.step().during(Check::Decryption)? {
            DecryptionStep::Opened(plaintext) => {
                read_plaintext(&plaintext, expect, now).map(VerificationStep::from)
            }
            DecryptionStep::Further(decryption) => {
                let undecided = Undecided::Assertion { decryption, expect, now };
                Ok(VerificationStep::Further(Self(undecided)))
            }
        }
    }
}

fn read_plaintext<'e>(
    plaintext: &Plaintext,
    expect: &'e Expectation<'e>,
    now: Timestamp,
) -> Result<PartlyReadAssertion<'e>, RefusedAt> {
    let text = plaintext.text().ok_or(MessageError::NotUtf8).during(Check::OpenedXml)?;
    let input = Input::of(text);
    let document = message::parse(&input, Part::Assertion).during(Check::OpenedXml)?;
    check_opened(document.root_element()).during(Check::OpenedXml)?;
    let signed = verify_decrypted_assertion(&document, plaintext, expect.idp)
        .during(Check::AssertionSignature)?;
    assertion::read(signed, expect, now)
}

/// The signature of `element`, if it has one, by a key and an algorithm of this peer.
fn verify_signature<'a, 'i>(
    element: Node<'a, 'i>,
    part: Part,
    idp: &IdentityProvider,
) -> Result<Option<SignedElement<'a, 'i>>, ResponseError> {
    verify_enveloped(element, "ID", &idp.keys, &idp.profile.signature_algorithms)
        .map_err(|cause| ResponseError::Message(MessageError::Signature { part, cause }))
}

/// Root, version, and children exactly as the schema has them, before any cryptography
/// [SAML2Core §3.3.3].
fn check_shape(response: Node<'_, '_>, envelope: Envelope) -> Result<(), ResponseError> {
    message::check_root(response, "Response", Part::Response)?;
    let issuer = match envelope {
        Envelope::Addressed => Occurs::Once,
        Envelope::Bare => Occurs::Optional,
    };
    let children = [
        (SAML, "Issuer", issuer),
        (DS, "Signature", Occurs::Optional),
        (SAMLP, "Extensions", Occurs::Optional),
        (SAMLP, "Status", Occurs::Once),
        (SAML, "EncryptedAssertion", Occurs::Many),
        (SAML, "Assertion", Occurs::Many),
        (SAML, "EncryptedAssertion", Occurs::Many),
    ];
    xml::sequence(response, &children)?;
    check_positions(response)
}

/// Assertions, signatures and ciphertexts may stand only where they are looked for: wrapping needs
/// a second one somewhere else. Only the Advice of the one assertion may hold any, because nothing of
/// it is read.
fn check_positions(response: Node<'_, '_>) -> Result<(), ResponseError> {
    let mut assertions = xml::children(response, SAML, "Assertion");
    let advice = match (assertions.next(), assertions.next()) {
        (Some(one), None) => advice::of(one),
        _ => None,
    };
    for node in advice::elements_outside(response, advice) {
        let parent = node.parent();
        let inside = |namespace, name| {
            parent.is_some_and(|parent| {
                xml::is(parent, namespace, name)
                    && (parent == response || parent.parent() == Some(response))
            })
        };
        let at_root = parent == Some(response);
        if xml::is(node, SAML, "Assertion") || xml::is(node, SAML, "EncryptedAssertion") {
            if !at_root {
                return Err(ResponseError::AssertionCount);
            }
        } else if xml::is(node, DS, "Signature") {
            if !at_root && !inside(SAML, "Assertion") {
                return Err(ResponseError::StraySignature);
            }
        } else if xml::is(node, XENC, "EncryptedData")
            && !inside(SAML, "EncryptedAssertion")
            && !encrypted_content::holds(node)
        {
            return Err(ResponseError::EncryptedContent);
        }
    }
    Ok(())
}

/// The outer signature, before decryption and before anything is believed.
fn verify_response_signature<'a, 'i>(
    response: Node<'a, 'i>,
    idp: &IdentityProvider,
) -> Result<Option<SignedElement<'a, 'i>>, ResponseError> {
    let outer = verify_signature(response, Part::Response, idp)?;
    match (outer, idp.profile.signed) {
        (None, SignedParts::Both | SignedParts::Response) => Err(unsigned(response)),
        // Without a signature a failure could be anybody's, and there is nothing else to accept.
        (None, SignedParts::Either)
            if xml::child(response, SAML, "EncryptedAssertion").is_none() =>
        {
            Err(unsigned(response))
        }
        (outer, _) => Ok(outer),
    }
}

/// A Response that must be signed and is not, with the failure that it claims, if it does.
fn unsigned(response: Node<'_, '_>) -> ResponseError {
    match status::read(response) {
        Ok(Some(claims)) => ResponseError::UnsignedFailure { claims },
        Ok(None) | Err(_) => MessageError::Unsigned { part: Part::Response }.into(),
    }
}

/// A failure that nobody signed is believed only where the profile promises no more.
fn check_status(
    response: Node<'_, '_>,
    is_signed: bool,
    expect: &Expectation<'_>,
) -> Result<(), ResponseError> {
    let promised = expect.idp.profile.signed != SignedParts::Assertion;
    let Some(failure) = status::read(response)? else { return Ok(()) };
    if promised && !is_signed {
        return Err(unsigned(response));
    }
    // A federation's own word says more than SAML's.
    Err(match expect.idp.profile.statuses.of(response)? {
        Some((meaning, name)) => ResponseError::NationalStatus { meaning, name: name.to_owned() },
        None => ResponseError::Status(failure),
    })
}

/// A plain assertion is taken only where the profile does not ask for an encrypted one.
fn check_plain(idp: &IdentityProvider) -> Result<(), ResponseError> {
    match idp.profile.encryption {
        EncryptionRule::Required => Err(ResponseError::NotEncrypted),
        EncryptionRule::Optional => Ok(()),
    }
}

/// The one assertion of a response.
enum AssertionElement<'a, 'i> {
    Plain(Node<'a, 'i>),
    Encrypted(Node<'a, 'i>),
}

fn only_assertion<'a, 'i>(
    response: Node<'a, 'i>,
) -> Result<AssertionElement<'a, 'i>, ResponseError> {
    let mut plain = xml::children(response, SAML, "Assertion");
    let mut encrypted = xml::children(response, SAML, "EncryptedAssertion");
    match (plain.next(), plain.next(), encrypted.next(), encrypted.next()) {
        (Some(one), None, None, None) => Ok(AssertionElement::Plain(one)),
        (None, None, Some(one), None) => Ok(AssertionElement::Encrypted(one)),
        _ => Err(ResponseError::AssertionCount),
    }
}

/// A plain assertion is read through its own signature, or as part of the signed Response.
fn verify_plain_assertion<'a, 'i>(
    assertion: Node<'a, 'i>,
    outer: Option<SignedElement<'a, 'i>>,
    idp: &IdentityProvider,
) -> Result<SignedElement<'a, 'i>, ResponseError> {
    let own = verify_signature(assertion, Part::Assertion, idp)?;
    let covered = outer.and_then(|response| response.child(SAML, "Assertion"));
    let needs_own = matches!(idp.profile.signed, SignedParts::Both | SignedParts::Assertion);
    match (own, covered) {
        (Some(own), _) => Ok(own),
        (None, Some(covered)) if !needs_own => Ok(covered),
        _ => Err(ResponseError::Message(MessageError::Unsigned { part: Part::Assertion })),
    }
}

/// The decrypted assertion is signed unless the profile lets a verified Response vouch for it.
fn verify_decrypted_assertion<'a, 'i>(
    document: &'a Document<'i>,
    plaintext: &Plaintext,
    idp: &IdentityProvider,
) -> Result<SignedElement<'a, 'i>, ResponseError> {
    let assertion = document.root_element();
    let own = verify_signature(assertion, Part::Assertion, idp)?;
    match (own, plaintext.signed_root(document)) {
        (Some(signed), _) => Ok(signed),
        (None, Some(covered)) if idp.profile.signed == SignedParts::Response => Ok(covered),
        (None, _) => Err(ResponseError::Message(MessageError::Unsigned { part: Part::Assertion })),
    }
}

/// The decrypted document is one Assertion, with nothing in it that is looked for elsewhere.
fn check_opened(assertion: Node<'_, '_>) -> Result<(), ResponseError> {
    if !xml::is(assertion, SAML, "Assertion") {
        return Err(ResponseError::Message(MessageError::WrongRoot { part: Part::Assertion }));
    }
    for node in advice::elements_outside(assertion, advice::of(assertion)).skip(1) {
        let signature = xml::is(node, DS, "Signature") && node.parent() != Some(assertion);
        if signature {
            return Err(ResponseError::StraySignature);
        }
        if xml::is(node, SAML, "Assertion") {
            return Err(ResponseError::AssertionCount);
        }
        if xml::is(node, XENC, "EncryptedData") && !encrypted_content::holds(node) {
            return Err(ResponseError::EncryptedContent);
        }
    }
    Ok(())
}
