//! Messages that travel by the browser.

use std::fmt;

use silta_oidc::rp::AuthorizationUrl;
use silta_oidc::{AuthorizeResponse, Params, ParamsError, RepeatedParamError};
use silta_saml::SignedRedirect;

/// A relying party's request as it arrived: nothing of it is read yet.
#[derive(Clone, Copy)]
pub enum InboundRequest<'a> {
    /// The query of a GET, without its `?`.
    Query(&'a str),
    /// The form of a POST.
    Form(&'a str),
}

impl fmt::Debug for InboundRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, text) = match self {
            Self::Query(text) => ("Query", text),
            Self::Form(text) => ("Form", text),
        };
        write!(f, "InboundRequest::{name}({} characters)", text.len())
    }
}

/// An upstream's answer as the browser brought it: decoded, and otherwise unread.
#[derive(Debug)]
pub struct Callback {
    method: CallbackMethod,
    params: Params,
}

/// How a callback came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackMethod {
    /// By a redirect, in the query.
    Get,
    /// By a form that submitted itself.
    Post,
}

impl Callback {
    /// Takes the query of a GET, without its `?`.
    ///
    /// # Errors
    /// [`ParamsError`].
    pub fn from_query(query: &str) -> Result<Self, ParamsError> {
        Ok(Self { method: CallbackMethod::Get, params: Params::parse(query)? })
    }

    /// Takes the form of a POST.
    ///
    /// # Errors
    /// [`ParamsError`].
    pub fn from_form(form: &str) -> Result<Self, ParamsError> {
        let params = Params::parse_up_to(form, FORM_LIMIT)?;
        Ok(Self { method: CallbackMethod::Post, params })
    }

    /// How it came.
    #[must_use]
    pub fn method(&self) -> CallbackMethod {
        self.method
    }

    /// All its parameters.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The value of one parameter; nothing of it is verified.
    ///
    /// # Errors
    /// [`RepeatedParamError`] when it came more than once.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, RepeatedParamError> {
        self.params.one(name)
    }
}

/// A message for an upstream or for a relying party, which the browser carries there.
#[derive(Clone, PartialEq, Eq)]
pub enum OutboundMessage {
    /// A redirect.
    Redirect(RedirectUrl),
    /// A form that submits itself.
    Post {
        /// The destination.
        url: String,
        /// Its hidden fields.
        fields: Vec<(&'static str, String)>,
        /// Fields beside the message, which no signature covers.
        beside: Vec<(String, String)>,
        /// The origins whose pages may show it in a frame.
        framed_by: Vec<String>,
    },
    /// The same for an answer that no other origin may get.
    PostToOrigin {
        /// The destination.
        url: String,
        /// Its origin.
        origin: String,
        /// Its hidden fields.
        fields: Vec<(&'static str, String)>,
        /// The origins whose pages may show it in a frame.
        framed_by: Vec<String>,
    },
}

impl OutboundMessage {
    /// The same with these fields, where it is a form for an upstream.
    #[must_use]
    pub(crate) fn beside(mut self, more: Vec<(String, String)>) -> Self {
        if let Self::Post { beside, .. } = &mut self {
            *beside = more;
        }
        self
    }

    /// The same, where pages of these origins may show it in a frame.
    #[must_use]
    pub(crate) fn framed_by(mut self, origins: Vec<String>) -> Self {
        match &mut self {
            // A redirect shows nothing.
            Self::Redirect(_) => {}
            Self::Post { framed_by, .. } | Self::PostToOrigin { framed_by, .. } => {
                *framed_by = origins;
            }
        }
        self
    }
}

impl From<AuthorizeResponse> for OutboundMessage {
    fn from(response: AuthorizeResponse) -> Self {
        match response {
            AuthorizeResponse::Redirect(location) => {
                Self::Redirect(RedirectUrl(location.as_str().to_owned()))
            }
            AuthorizeResponse::Form(form) => Self::PostToOrigin {
                url: form.action().as_str().to_owned(),
                origin: form.action().origin().to_owned(),
                fields: form.fields().to_vec(),
                framed_by: vec![],
            },
        }
    }
}

impl fmt::Debug for OutboundMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Redirect(_) => "OutboundMessage::Redirect",
            Self::Post { .. } => "OutboundMessage::Post",
            Self::PostToOrigin { .. } => "OutboundMessage::PostToOrigin",
        })
    }
}

/// Where a redirect leads. It is made of the URLs alone that the protocols write for a checked destination,
/// each encoded by its own rules, and never of another text.
#[derive(Clone, PartialEq, Eq)]
pub struct RedirectUrl(String);

impl RedirectUrl {
    /// The value of a `Location` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<AuthorizationUrl> for RedirectUrl {
    fn from(url: AuthorizationUrl) -> Self {
        Self(url.as_str().to_owned())
    }
}

impl From<SignedRedirect> for RedirectUrl {
    fn from(url: SignedRedirect) -> Self {
        Self(url.as_str().to_owned())
    }
}

/// It holds a handle or a code, so `Debug` does not show it.
impl fmt::Debug for RedirectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedirectUrl(redacted)")
    }
}

/// The limit of a SAML message in base64, with every character escaped as a form may.
const FORM_LIMIT: usize = 3 * silta_saml::MESSAGE_LIMIT + 1024;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_callback_says_how_it_came_and_what_it_holds_once() {
        let query = Callback::from_query("code=a%20b&state=x&state=y").unwrap();
        assert_eq!(query.method(), CallbackMethod::Get);
        assert_eq!(query.one("code"), Ok(Some("a b")));
        assert_eq!(query.one("error"), Ok(None));
        assert_eq!(query.one("state"), Err(RepeatedParamError("state")));
        let form = Callback::from_form("code=a+b").unwrap();
        assert_eq!((form.method(), form.one("code")), (CallbackMethod::Post, Ok(Some("a b"))));
    }

    #[test]
    fn a_query_is_as_short_as_a_request_and_a_form_as_long_as_a_message() {
        let long = format!("SAMLResponse={}", "A".repeat(silta_saml::MESSAGE_LIMIT));
        assert!(Callback::from_form(&long).is_ok());
        assert_eq!(Callback::from_query(&long).err(), Some(ParamsError::TooLong));
        let longer = format!("SAMLResponse={}", "A".repeat(FORM_LIMIT));
        assert_eq!(Callback::from_form(&longer).err(), Some(ParamsError::TooLong));
    }

    #[test]
    fn never_prints_what_a_peer_said_or_is_told() {
        let hetu = "210281-9988";
        let fields = vec![("RelayState", hetu.to_owned())];
        let (url, framed_by) = ("https://idp.example".to_owned(), vec![]);
        let beside = vec![("country".to_owned(), hetu.to_owned())];
        let form = OutboundMessage::Post { url, fields, beside, framed_by };
        let url = RedirectUrl(format!("https://idp.example?{hetu}"));
        let redirect = (url.clone(), OutboundMessage::Redirect(url));
        let callback = Callback::from_form(&format!("SAMLResponse={hetu}")).unwrap();
        let request = (InboundRequest::Query(hetu), InboundRequest::Form(hetu));
        let printed = format!("{form:?} {redirect:?} {callback:?} {request:?}");
        assert!(!printed.contains(hetu), "{printed}");
        assert!(printed.contains("InboundRequest::Query(11 characters)"), "{printed}");
    }
}
