//! What became of a logout [SAML2Core §3.2.2.2, §3.7.3].

use roxmltree::Node;
use silta_xml_security::Element;

use crate::message_error::MessageError;
use crate::status;

/// The closed set of outcomes that a person is told of differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutStatus {
    /// Every session that was meant is over.
    Success,
    /// `PartialLogout`: ours is over, and somebody else's may live on.
    Partial,
    /// `UnknownPrincipal`: whoever was asked knows no such session.
    UnknownPrincipal,
    /// Anything else: nobody knows what is over.
    Failed,
}

impl LogoutStatus {
    /// A success that is not the whole one says so on the second level, whatever the first is.
    pub(crate) fn read(response: Node<'_, '_>) -> Result<Self, MessageError> {
        Ok(match status::codes(response)? {
            (_, Some("PartialLogout")) => Self::Partial,
            (_, Some("UnknownPrincipal")) => Self::UnknownPrincipal,
            (Some("Success"), None) => Self::Success,
            _ => Self::Failed,
        })
    }

    /// `Status` with the codes that say so.
    pub(crate) fn to_element(self) -> Element {
        let (top, second) = match self {
            Self::Success => ("Success", None),
            Self::Partial => ("Success", Some("PartialLogout")),
            Self::UnknownPrincipal => ("Requester", Some("UnknownPrincipal")),
            Self::Failed => ("Responder", None),
        };
        status::to_element(top, second)
    }
}
