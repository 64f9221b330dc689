//! What an identity provider says, or we say as one, when a login did not succeed [SAML2Core
//! §3.2.2.2].

use roxmltree::Node;
use silta_xml_security::Element;
use thiserror::Error;

use crate::message_error::MessageError;
use crate::namespace::SAMLP;
use crate::xml::{self, Occurs};

/// The closed set of failures a broker acts on differently. A peer's message text is never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatusError {
    /// `AuthnFailed`: the person cancelled, or could not be authenticated.
    #[error("the login was cancelled or failed")]
    AuthnFailed,
    /// `InvalidNameIDPolicy`: no NameID of the format asked for.
    #[error("the requested NameID format is not available")]
    InvalidNameIdPolicy,
    /// `NoAuthnContext`: no way to authenticate at the level asked for.
    #[error("the requested authentication context is not available")]
    NoAuthnContext,
    /// `NoPassive`: a passive request needed a person.
    #[error("the person is not logged in, and the request was passive")]
    NoPassive,
    /// `RequestDenied`: the request was understood and refused.
    #[error("the identity provider denied the request")]
    RequestDenied,
    /// `Requester` and whatever else puts the fault at our request.
    #[error("the identity provider found the request at fault")]
    Requester,
    /// `Responder`, `VersionMismatch` or a code that is not known here.
    #[error("the identity provider could not answer")]
    Responder,
}

impl StatusError {
    /// The codes that say so: who could mend it, and what it is, if more is known.
    pub(crate) fn codes(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::AuthnFailed => ("Responder", Some("AuthnFailed")),
            Self::InvalidNameIdPolicy => ("Requester", Some("InvalidNameIDPolicy")),
            Self::NoAuthnContext => ("Requester", Some("NoAuthnContext")),
            Self::NoPassive => ("Responder", Some("NoPassive")),
            Self::RequestDenied => ("Responder", Some("RequestDenied")),
            Self::Requester => ("Requester", None),
            Self::Responder => ("Responder", None),
        }
    }

    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::AuthnFailed => "status_authn_failed",
            Self::InvalidNameIdPolicy => "status_invalid_name_id_policy",
            Self::NoAuthnContext => "status_no_authn_context",
            Self::NoPassive => "status_no_passive",
            Self::RequestDenied => "status_request_denied",
            Self::Requester => "status_requester",
            Self::Responder => "status_responder",
        }
    }
}

/// Reads `Status`: nothing for success, otherwise the most specific code that is known.
pub(crate) fn read(response: Node<'_, '_>) -> Result<Option<StatusError>, MessageError> {
    Ok(match codes(response)? {
        (Some("Success"), _) => None,
        (None, _) => Some(StatusError::Responder),
        (_, Some("AuthnFailed")) => Some(StatusError::AuthnFailed),
        (_, Some("InvalidNameIDPolicy")) => Some(StatusError::InvalidNameIdPolicy),
        (_, Some("NoAuthnContext")) => Some(StatusError::NoAuthnContext),
        (_, Some("NoPassive")) => Some(StatusError::NoPassive),
        (_, Some("RequestDenied")) => Some(StatusError::RequestDenied),
        (Some("Requester"), _) => Some(StatusError::Requester),
        _ => Some(StatusError::Responder),
    })
}

/// The top-level code and the one inside it, each where it is a code of the standard.
pub(crate) fn codes<'a>(
    response: Node<'a, '_>,
) -> Result<(Option<&'a str>, Option<&'a str>), MessageError> {
    let status = xml::required(response, SAMLP, "Status")?;
    let children = [
        (SAMLP, "StatusCode", Occurs::Once),
        (SAMLP, "StatusMessage", Occurs::Optional),
        (SAMLP, "StatusDetail", Occurs::Optional),
    ];
    xml::sequence(status, &children)?;
    let top = xml::required(status, SAMLP, "StatusCode")?;
    Ok((code(top), xml::child(top, SAMLP, "StatusCode").and_then(code)))
}

/// `Status` with a code and, perhaps, a more specific one inside it.
pub(crate) fn to_element(top: &str, second: Option<&str>) -> Element {
    let code = |local: &str| {
        Element::new("samlp:StatusCode").attribute("Value", &format!("{STATUS_PREFIX}{local}"))
    };
    Element::new("samlp:Status").child(code(top).children(second.map(code)))
}

/// The local part of a core status code.
fn code<'a>(element: Node<'a, '_>) -> Option<&'a str> {
    xml::attribute(element, "Value")?.strip_prefix(STATUS_PREFIX)
}

const STATUS_PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";
