//! What an identity provider says, or we say as one, when a login did not succeed [SAML2Core
//! §3.2.2.2].

use roxmltree::Node;
use silta_xml_security::Element;
use thiserror::Error;

use crate::message_error::MessageError;
use crate::namespace::SAMLP;
use crate::xml::{self, Occurs};

/// The closed set of failures: every second-level code of the standard, and what is left when there is
/// none of them. A peer's message text is never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatusError {
    /// `AuthnFailed`: the person cancelled, or could not be authenticated.
    #[error("the login was cancelled or failed")]
    AuthnFailed,
    /// `InvalidAttrNameOrValue`: an attribute of the request has an unexpected name or value.
    #[error("an attribute in the request has a name or a value that it does not accept")]
    InvalidAttrNameOrValue,
    /// `InvalidNameIDPolicy`: no NameID of the format asked for.
    #[error("the requested NameID format is not available")]
    InvalidNameIdPolicy,
    /// `NoAuthnContext`: no way to authenticate at the level asked for.
    #[error("the requested authentication context is not available")]
    NoAuthnContext,
    /// `NoAvailableIDP`: an intermediary reaches none of the identity providers behind it.
    #[error("none of the identity providers behind it is available")]
    NoAvailableIdp,
    /// `NoPassive`: a passive request needed a person.
    #[error("the person is not logged in, and the request was passive")]
    NoPassive,
    /// `NoSupportedIDP`: an intermediary supports none of the identity providers that were listed.
    #[error("it supports none of the identity providers that the request names")]
    NoSupportedIdp,
    /// `PartialLogout`: of a logout alone; no login has it.
    #[error("a logout did not reach everybody, which is no answer to a login")]
    PartialLogout,
    /// `ProxyCountExceeded`: it cannot authenticate the person itself, and may ask nobody else.
    #[error("it would have to ask another identity provider, and may not")]
    ProxyCountExceeded,
    /// `RequestDenied`: the request was understood and refused.
    #[error("the identity provider denied the request")]
    RequestDenied,
    /// `RequestUnsupported`: the request is of a kind that it does not support.
    #[error("it does not support such a request")]
    RequestUnsupported,
    /// `RequestVersionDeprecated`: the version of the request is no longer supported.
    #[error("it does not accept the SAML version of the request any more")]
    RequestVersionDeprecated,
    /// `RequestVersionTooHigh`: the version of the request is newer than what it supports.
    #[error("the SAML version of the request is too high for it")]
    RequestVersionTooHigh,
    /// `RequestVersionTooLow`: the version of the request is older than what it supports.
    #[error("the SAML version of the request is too low for it")]
    RequestVersionTooLow,
    /// `ResourceNotRecognized`: a resource that the request names is not known.
    #[error("it does not know the resource that the request names")]
    ResourceNotRecognized,
    /// `TooManyResponses`: the answer would hold more than it can return.
    #[error("its answer would hold more elements than it can return")]
    TooManyResponses,
    /// `UnknownAttrProfile`: an attribute of the request is of a profile that is not known.
    #[error("it does not know the attribute profile that the request uses")]
    UnknownAttrProfile,
    /// `UnknownPrincipal`: the person is not known there.
    #[error("it does not know the person")]
    UnknownPrincipal,
    /// `UnsupportedBinding`: it cannot answer by the binding that was asked for.
    #[error("it cannot answer by the binding that the request asks for")]
    UnsupportedBinding,
    /// `Requester` and whatever else puts the fault at our request.
    #[error("the identity provider found the request at fault")]
    Requester,
    /// `Responder`, `VersionMismatch` or a code that is not known here.
    #[error("the identity provider could not answer")]
    Responder,
}

impl StatusError {
    /// Every failure.
    pub const ALL: [Self; 21] = [
        Self::AuthnFailed,
        Self::InvalidAttrNameOrValue,
        Self::InvalidNameIdPolicy,
        Self::NoAuthnContext,
        Self::NoAvailableIdp,
        Self::NoPassive,
        Self::NoSupportedIdp,
        Self::PartialLogout,
        Self::ProxyCountExceeded,
        Self::RequestDenied,
        Self::RequestUnsupported,
        Self::RequestVersionDeprecated,
        Self::RequestVersionTooHigh,
        Self::RequestVersionTooLow,
        Self::ResourceNotRecognized,
        Self::TooManyResponses,
        Self::UnknownAttrProfile,
        Self::UnknownPrincipal,
        Self::UnsupportedBinding,
        Self::Requester,
        Self::Responder,
    ];

    /// The codes that say so: who could mend it, and what it is, if more is known.
    pub(crate) fn codes(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::AuthnFailed => ("Responder", Some("AuthnFailed")),
            Self::InvalidAttrNameOrValue => ("Requester", Some("InvalidAttrNameOrValue")),
            Self::InvalidNameIdPolicy => ("Requester", Some("InvalidNameIDPolicy")),
            Self::NoAuthnContext => ("Requester", Some("NoAuthnContext")),
            Self::NoAvailableIdp => ("Responder", Some("NoAvailableIDP")),
            Self::NoPassive => ("Responder", Some("NoPassive")),
            Self::NoSupportedIdp => ("Responder", Some("NoSupportedIDP")),
            Self::PartialLogout => ("Responder", Some("PartialLogout")),
            Self::ProxyCountExceeded => ("Responder", Some("ProxyCountExceeded")),
            Self::RequestDenied => ("Responder", Some("RequestDenied")),
            Self::RequestUnsupported => ("Responder", Some("RequestUnsupported")),
            Self::RequestVersionDeprecated => ("VersionMismatch", Some("RequestVersionDeprecated")),
            Self::RequestVersionTooHigh => ("VersionMismatch", Some("RequestVersionTooHigh")),
            Self::RequestVersionTooLow => ("VersionMismatch", Some("RequestVersionTooLow")),
            Self::ResourceNotRecognized => ("Requester", Some("ResourceNotRecognized")),
            Self::TooManyResponses => ("Responder", Some("TooManyResponses")),
            Self::UnknownAttrProfile => ("Requester", Some("UnknownAttrProfile")),
            Self::UnknownPrincipal => ("Requester", Some("UnknownPrincipal")),
            Self::UnsupportedBinding => ("Responder", Some("UnsupportedBinding")),
            Self::Requester => ("Requester", None),
            Self::Responder => ("Responder", None),
        }
    }

    /// The most specific code that says so, as the standard spells it.
    #[must_use]
    pub fn code(self) -> &'static str {
        let (top, second) = self.codes();
        second.unwrap_or(top)
    }

    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::AuthnFailed => "status_authn_failed",
            Self::InvalidAttrNameOrValue => "status_invalid_attr_name_or_value",
            Self::InvalidNameIdPolicy => "status_invalid_name_id_policy",
            Self::NoAuthnContext => "status_no_authn_context",
            Self::NoAvailableIdp => "status_no_available_idp",
            Self::NoPassive => "status_no_passive",
            Self::NoSupportedIdp => "status_no_supported_idp",
            Self::PartialLogout => "status_partial_logout",
            Self::ProxyCountExceeded => "status_proxy_count_exceeded",
            Self::RequestDenied => "status_request_denied",
            Self::RequestUnsupported => "status_request_unsupported",
            Self::RequestVersionDeprecated => "status_request_version_deprecated",
            Self::RequestVersionTooHigh => "status_request_version_too_high",
            Self::RequestVersionTooLow => "status_request_version_too_low",
            Self::ResourceNotRecognized => "status_resource_not_recognized",
            Self::TooManyResponses => "status_too_many_responses",
            Self::UnknownAttrProfile => "status_unknown_attr_profile",
            Self::UnknownPrincipal => "status_unknown_principal",
            Self::UnsupportedBinding => "status_unsupported_binding",
            Self::Requester => "status_requester",
            Self::Responder => "status_responder",
        }
    }

    /// The failure of this second-level code.
    fn of_second_level(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.codes().1 == Some(code))
    }
}

/// Reads `Status`: nothing for success, otherwise the most specific code that is known. A second-level
/// code that stands alone at the top is invalid, and says what it says all the same.
pub(crate) fn read(response: Node<'_, '_>) -> Result<Option<StatusError>, MessageError> {
    let (top, second) = match codes(response)? {
        (Some("Success"), _) => return Ok(None),
        (Some(top), second) => (top, second),
        (None, _) => return Ok(Some(StatusError::Responder)),
    };
    let told = second.and_then(StatusError::of_second_level);
    let told = told.or_else(|| StatusError::of_second_level(top));
    let whose = if top == "Requester" { StatusError::Requester } else { StatusError::Responder };
    Ok(Some(told.unwrap_or(whose)))
}

/// The top-level code and the one inside it, each where it is a code of the standard.
pub(crate) fn codes<'a>(
    response: Node<'a, '_>,
) -> Result<(Option<&'a str>, Option<&'a str>), MessageError> {
    let (top, second) = values(response)?;
    let code = |value: Option<&'a str>| value?.strip_prefix(STATUS_PREFIX);
    Ok((code(top), code(second)))
}

/// The values of the top-level code and of the one inside it.
pub(crate) fn values<'a>(
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
    let value = |code: Node<'a, '_>| xml::attribute(code, "Value");
    Ok((value(top), xml::child(top, SAMLP, "StatusCode").and_then(value)))
}

/// `Status` with a code and, perhaps, a more specific one inside it.
pub(crate) fn to_element(top: &str, second: Option<&str>) -> Element {
    let code = |local: &str| {
        Element::new("samlp:StatusCode").attribute("Value", &format!("{STATUS_PREFIX}{local}"))
    };
    Element::new("samlp:Status").child(code(top).children(second.map(code)))
}

/// What the codes of the standard begin with.
pub(crate) const STATUS_PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";
