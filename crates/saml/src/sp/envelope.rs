//! Who sent a Response, where to, and in answer to what: what its envelope says.

use roxmltree::Node;

use crate::message_error::Part;
use crate::namespace::{DS, SAML};
use crate::sp::expectation::{Expectation, check_issuer};
use crate::sp::identity_provider::IdentityProvider;
use crate::sp::mismatch::Mismatch;
use crate::sp::peer_profile::SignedParts;
use crate::sp::response_error::ResponseError;
use crate::status;
use crate::xml;

/// Whether a Response must say for itself who sends it, and where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// It must have `Issuer` and `Destination`.
    Addressed,
    /// It may leave them out: nobody signed it, so they would prove nothing, and the signed assertion
    /// inside is read as it is [SAML2Prof §4.1.4.2, SAML2Bind §3.5.5.2].
    Bare,
}

impl Envelope {
    /// Bare is an unsigned Response around a signed plain assertion, where no signature of the
    /// Response is promised.
    pub(crate) fn of(response: Node<'_, '_>, idp: &IdentityProvider) -> Self {
        let has = |parent, namespace, name| xml::child(parent, namespace, name).is_some();
        let signed_inside = xml::child(response, SAML, "Assertion")
            .is_some_and(|assertion| has(assertion, DS, "Signature"));
        let bare = idp.profile.signed == SignedParts::Assertion
            && signed_inside
            && !has(response, DS, "Signature")
            && !has(response, SAML, "EncryptedAssertion");
        if bare { Self::Bare } else { Self::Addressed }
    }
}

/// The address that the Response was sent to [SAML2Core §3.2.2]. What a bare envelope does not say, the
/// assertion's recipient and audience do.
pub(crate) fn check_destination(
    response: Node<'_, '_>,
    (envelope, is_signed): (Envelope, bool),
    expect: &Expectation<'_>,
) -> Result<(), ResponseError> {
    let acs_url = &expect.provider.acs_url;
    match (xml::attribute(response, "Destination"), envelope) {
        (None, Envelope::Bare) => Ok(()),
        (Some(destination), _) if destination == acs_url => Ok(()),
        (destination, _) => Err(ResponseError::WrongDestination(if is_signed {
            Mismatch::signed([acs_url.clone()], destination)
        } else {
            Mismatch::unproven(acs_url)
        })),
    }
}

/// Who sent the Response [SAML2Prof §4.1.4.2]. What a bare envelope does not say, the assertion's issuer
/// does.
pub(crate) fn check_response_issuer(
    response: Node<'_, '_>,
    (envelope, is_signed): (Envelope, bool),
    expect: &Expectation<'_>,
) -> Result<(), ResponseError> {
    match (xml::child(response, SAML, "Issuer"), envelope) {
        (None, Envelope::Bare) => Ok(()),
        (Some(_) | None, _) => check_issuer(response, (Part::Response, is_signed), expect.idp),
    }
}

/// The request that the Response answers [SAML2Prof §4.1.4.3].
pub(crate) fn check_request(
    response: Node<'_, '_>,
    expect: &Expectation<'_>,
) -> Result<(), ResponseError> {
    match xml::attribute(response, "InResponseTo") {
        None => Err(unsolicited(response)),
        Some(id) if id != expect.request.as_str() => {
            Err(ResponseError::NotOurRequest { part: Part::Response })
        }
        Some(_) => Ok(()),
    }
}

/// A Response that answers no request, with the failure that it claims, if it does.
fn unsolicited(response: Node<'_, '_>) -> ResponseError {
    match status::read(response) {
        Ok(Some(claims)) => ResponseError::UnsolicitedFailure { claims },
        Ok(None) | Err(_) => ResponseError::Unsolicited { part: Part::Response },
    }
}
