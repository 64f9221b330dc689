//! Why a body cannot be read as a form.

use thiserror::Error;

/// Why a body cannot be read as a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FormBodyError {
    /// Another media type than `application/x-www-form-urlencoded`.
    #[error("the body is not a form; send application/x-www-form-urlencoded")]
    NotAForm,
    /// A form in another charset than UTF-8.
    #[error("the body is not in UTF-8; send it in UTF-8, and charset=UTF-8 or none")]
    Charset,
    /// More than the endpoint can need.
    #[error("the body is too large; send less")]
    TooLarge,
    /// It did not arrive in time.
    #[error("the body did not arrive in time; send it at once")]
    TooSlow,
    /// The connection broke, or the octets are not UTF-8.
    #[error("the body could not be read; send it again as UTF-8")]
    Unreadable,
}

impl FormBodyError {
    /// A short stable word for logs and metrics.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotAForm => "body_not_a_form",
            Self::Charset => "body_charset",
            Self::TooLarge => "body_too_large",
            Self::TooSlow => "body_too_slow",
            Self::Unreadable => "body_unreadable",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::NotAForm | Self::Charset => 415,
            Self::TooLarge => 413,
            Self::TooSlow => 408,
            Self::Unreadable => 400,
        }
    }
}
