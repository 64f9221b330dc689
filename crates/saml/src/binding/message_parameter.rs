//! The parameter that carries a message, by either binding.

use crate::message_error::Part;

/// The parameter that carries a message [SAML2Bind §3.4.4.1, §3.5.4]. A signature by redirect covers its
/// name, so a signed request counts as no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageParameter {
    /// `SAMLRequest`.
    Request,
    /// `SAMLResponse`.
    Response,
}

impl MessageParameter {
    /// Its name in a query or in a form.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }

    /// The one that may not stand beside it.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }

    /// What errors call its message.
    pub(crate) const fn part(self) -> Part {
        match self {
            Self::Request => Part::Request,
            Self::Response => Part::Response,
        }
    }
}
