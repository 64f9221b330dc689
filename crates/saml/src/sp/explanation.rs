//! A judgement told check by check, for the operator who looks at a saved response.

use std::fmt;

use jiff::Timestamp;
use roxmltree::Node;
use silta_xml_security::{Certificate, Fingerprint, decode_base64};

use crate::attribute::Attribute;
use crate::binding::post::read_post_value;
use crate::message;
use crate::message_error::Part;
use crate::name_id::NameId;
use crate::namespace::{DS, SAML};
use crate::sp::assertion::VerifiedAssertion;
use crate::sp::authn_request::RequestId;
use crate::sp::check::{Check, During as _, RefusedAt};
use crate::sp::encrypted_parts::EncryptedParts;
use crate::sp::expectation::Expectation;
use crate::sp::response::{VerificationStep, judge};
use crate::sp::response_error::ResponseError;
use crate::xml::{self, Input};

/// What became of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It passed.
    Passed,
    /// It refused the message.
    Failed,
    /// An earlier one did.
    NotReached,
    /// The message has nothing for it: what is plain is not decrypted.
    NotNeeded,
    /// It could not be made: nobody said which request the message must answer.
    NotJudged,
}

/// A judgement of a response, check by check. It lets nobody in: what it says of an accepted assertion is
/// no [`VerifiedAssertion`].
#[derive(Debug)]
pub struct Explanation {
    /// Every check with its outcome, in order.
    pub checks: Vec<(Check, CheckOutcome)>,
    /// The certificates that the message carries, at most four. Nothing is proven by them.
    pub carried: Vec<Fingerprint>,
    /// What the message says, or why it is refused.
    pub judged: Result<ExplainedAssertion, ResponseError>,
}

/// What an assertion says that would be accepted. `Debug` shows no value.
pub struct ExplainedAssertion {
    /// The level.
    pub authn_context: String,
    /// When the person was authenticated.
    pub authn_instant: Timestamp,
    /// Until when it could be presented.
    pub valid_until: Timestamp,
    /// When the session there must end.
    pub session_not_on_or_after: Option<Timestamp>,
    /// The NameID.
    pub name_id: Option<NameId>,
    /// The attributes.
    pub attributes: Vec<Attribute>,
    /// What of name and attributes was encrypted by itself.
    pub encrypted_parts: EncryptedParts,
}

impl fmt::Debug for ExplainedAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExplainedAssertion")
            .field("authn_context", &self.authn_context)
            .field("attributes", &self.attributes.len())
            .finish_non_exhaustive()
    }
}

impl From<&VerifiedAssertion> for ExplainedAssertion {
    fn from(assertion: &VerifiedAssertion) -> Self {
        Self {
            authn_context: assertion.authn_context().to_owned(),
            authn_instant: assertion.authn_instant(),
            valid_until: assertion.valid_until(),
            session_not_on_or_after: assertion.session_not_on_or_after(),
            name_id: assertion.name_id().cloned(),
            attributes: assertion.attributes().to_vec(),
            encrypted_parts: assertion.encrypted_parts(),
        }
    }
}

/// Which request a response must answer, to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplainedRequest {
    /// The expected one, as in a login.
    Expected,
    /// Whichever the Response names: its confirmation must name the same.
    Whichever,
}

impl Explanation {
    /// Judges what would stand in the form field `SAMLResponse`, by the very checks of a login.
    #[must_use]
    pub fn of(
        saml_response: &str,
        expect: &Expectation<'_>,
        request: ExplainedRequest,
        now: Timestamp,
    ) -> Self {
        let text = read_post_value(saml_response).during(Check::Encoding);
        let look = text.as_ref().map_or_else(|_| Look::default(), |text| Look::at(text));
        let whichever = look.request.as_ref().filter(|_| request == ExplainedRequest::Whichever);
        let expect = Expectation { request: whichever.unwrap_or(expect.request), ..*expect };
        let judged = text.and_then(|text| judge_whole(&text, &expect, now));
        let failed = judged.as_ref().err().map(|refused| refused.check);
        let opened = judged.as_ref().is_ok_and(|read| !read.encrypted_parts().opened.is_none());
        let outcome = |check: Check| match failed {
            Some(failed) if check == failed => CheckOutcome::Failed,
            Some(failed) if check > failed => CheckOutcome::NotReached,
            _ if check.is_of_encryption() && !look.is_encrypted => CheckOutcome::NotNeeded,
            _ if check == Check::EncryptedParts && !opened => CheckOutcome::NotNeeded,
            _ if check == Check::ResponseRequest && request == ExplainedRequest::Whichever => {
                CheckOutcome::NotJudged
            }
            _ => CheckOutcome::Passed,
        };
        Self {
            checks: Check::ALL.into_iter().map(|check| (check, outcome(check))).collect(),
            carried: look.carried,
            judged: judged.map(|assertion| (&assertion).into()).map_err(ResponseError::from),
        }
    }
}

/// What has to be seen of a response before it is judged. Nothing of it is believed.
#[derive(Default)]
struct Look {
    /// Which request it says that it answers.
    request: Option<RequestId>,
    /// Whether an encrypted assertion stands in it.
    is_encrypted: bool,
    /// The certificates beside its signatures.
    carried: Vec<Fingerprint>,
}

impl Look {
    fn at(text: &str) -> Self {
        let input = Input::of(text);
        let Ok(document) = message::parse(&input, Part::Response) else { return Self::default() };
        let response = document.root_element();
        let request = xml::attribute(response, "InResponseTo");
        Self {
            request: request.map(|id| RequestId::from_stored(id.to_owned())),
            is_encrypted: xml::child(response, SAML, "EncryptedAssertion").is_some(),
            carried: carried(response),
        }
    }
}

/// The first certificates in its signatures, each once.
fn carried(response: Node<'_, '_>) -> Vec<Fingerprint> {
    let signatures = response.descendants().filter(|node| xml::is(*node, DS, "Signature"));
    let texts = signatures.flat_map(|signature| signature.descendants()).filter_map(|node| {
        xml::is(node, DS, "X509Certificate").then(|| xml::text(node).ok()).flatten()
    });
    let mut all = vec![];
    for text in texts.take(CARRIED) {
        let der = decode_base64(text);
        let certificate = der.and_then(|der| Certificate::from_der(&der).ok());
        if let Some(one) = certificate.map(|one| one.fingerprint())
            && !all.contains(&one)
        {
            all.push(one);
        }
    }
    all
}

fn judge_whole(
    text: &str,
    expect: &Expectation<'_>,
    now: Timestamp,
) -> Result<VerifiedAssertion, RefusedAt> {
    let mut step = judge(text, expect, now)?;
    loop {
        match step {
            VerificationStep::Verified(assertion) => return Ok(assertion),
            VerificationStep::TooWeak(weak) => {
                return Err(weak.into_error()).during(Check::Authentication);
            }
            VerificationStep::Further(rest) => step = rest.judge()?,
        }
    }
}

/// A Response and its assertion carry one each, or a short chain.
const CARRIED: usize = 4;
