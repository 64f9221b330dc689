//! Responses of the authorization endpoint [RFC 6749 §4.1.2].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    op::{
        authorization_code::AuthorizationCode,
        issuer::Issuer,
        redirect::{State, ValidRedirect},
    },
    wire::{oauth_error::OAuthErrorCode, query::with_query},
};

/// How a response travels to the client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query of a redirect [OAuth Multiple Response Types §2.1].
    #[default]
    #[serde(rename = "query")]
    Query,
    /// In a form that submits itself [OAuth Form Post §2].
    #[serde(rename = "form_post")]
    FormPost,
}

impl ResponseMode {
    /// Every mode.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The value of `response_mode`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// A response for the browser to carry to a redirect URI that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorizeResponse {
    /// Redirect the browser here.
    Redirect(Location),
    /// Show the browser a form that submits itself.
    Form(ResponseForm),
}

impl ValidRedirect {
    /// The response that carries `code` to the client [RFC 6749 §4.1.2].
    #[must_use]
    pub fn success(
        &self,
        mode: ResponseMode,
        issuer: &Issuer,
        code: &AuthorizationCode,
        state: Option<&State>,
    ) -> AuthorizeResponse {
        self.respond(mode, issuer, &[("code", code.as_str())], state)
    }

    /// The error response to the client [RFC 6749 §4.1.2.1]. The `description` is one of our
    /// own sentences, perhaps with a reference, and never text from a peer.
    #[must_use]
    pub fn error(
        &self,
        mode: ResponseMode,
        issuer: &Issuer,
        (code, description): (OAuthErrorCode, &str),
        state: Option<&State>,
    ) -> AuthorizeResponse {
        let facts = [("error", code.as_str()), ("error_description", description)];
        self.respond(mode, issuer, &facts, state)
    }

    fn respond(
        &self,
        mode: ResponseMode,
        issuer: &Issuer,
        facts: &[(&'static str, &str)],
        state: Option<&State>,
    ) -> AuthorizeResponse {
        // `iss` stops mix-up attacks, in errors too [RFC 9207 §2].
        let facts = facts.iter().copied().chain([("iss", issuer.as_str())]);
        let facts = facts.chain(state.map(|state| ("state", state.as_str())));
        match mode {
            // A registered query is kept, and added to [RFC 6749 §3.1.2].
            ResponseMode::Query => {
                AuthorizeResponse::Redirect(Location(with_query(self.as_str(), facts)))
            }
            ResponseMode::FormPost => AuthorizeResponse::Form(ResponseForm {
                redirect: self.clone(),
                fields: facts.map(|(name, value)| (name, value.to_owned())).collect(),
            }),
        }
    }
}

/// The value of a `Location` header: printable ASCII. It holds a code, so `Debug` does not show it.
///
/// ```compile_fail
/// let open = silta_oidc::Location("https://evil.example/".to_owned());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Location(String);

impl Location {
    /// The URL to send the browser to.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Location(redacted)")
    }
}

/// The form of a response by `form_post`. It holds a code, so `Debug` does not show its fields.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseForm {
    redirect: ValidRedirect,
    fields: Vec<(&'static str, String)>,
}

impl ResponseForm {
    /// Where it goes.
    #[must_use]
    pub fn action(&self) -> &ValidRedirect {
        &self.redirect
    }

    /// Its hidden fields: any text without control characters, so escape it.
    #[must_use]
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.fields
    }
}

impl fmt::Debug for ResponseForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseForm({})", self.redirect.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use url::Url;

    use super::*;
    use crate::samples::{CALLBACK, code, issuer, named_client, redirect};

    const QUERY: ResponseMode = ResponseMode::Query;

    fn state(text: &str) -> State {
        State::new(text).unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    fn location(response: &AuthorizeResponse) -> &str {
        match response {
            AuthorizeResponse::Redirect(location) => location.as_str(),
            AuthorizeResponse::Form(_) => unreachable!("it is a redirect"),
        }
    }

    fn pairs(response: &AuthorizeResponse) -> Vec<(String, String)> {
        Url::parse(location(response)).unwrap().query_pairs().into_owned().collect()
    }

    fn fields(response: &AuthorizeResponse) -> Vec<(String, String)> {
        match response {
            AuthorizeResponse::Redirect(_) => unreachable!("it is a form"),
            AuthorizeResponse::Form(form) => {
                form.fields().iter().map(|(name, value)| pair(name, value)).collect()
            }
        }
    }

    #[test]
    fn carries_the_code_the_issuer_and_the_state() {
        let response = redirect().success(QUERY, &issuer(), &code(), Some(&state("xyz")));
        let start = "https://shop.example/oauth2/idpresponse?code=";
        assert!(location(&response).starts_with(start));
        let expected = [
            pair("code", code().as_str()),
            pair("iss", "https://login.example"),
            pair("state", "xyz"),
        ];
        assert_eq!(pairs(&response), expected);
        let posted =
            redirect().success(ResponseMode::FormPost, &issuer(), &code(), Some(&state("xyz")));
        assert_eq!(fields(&posted), expected);
    }

    #[test]
    fn an_error_names_the_issuer_too() {
        let told = (OAuthErrorCode::AccessDenied, "the person cancelled (reference 7Q2K)");
        let expected = [
            pair("error", "access_denied"),
            pair("error_description", told.1),
            pair("iss", "https://login.example"),
        ];
        assert_eq!(pairs(&redirect().error(QUERY, &issuer(), told, None)), expected);
        let posted = redirect().error(ResponseMode::FormPost, &issuer(), told, None);
        assert_eq!(fields(&posted), expected);
    }

    #[test]
    fn gives_the_state_back_byte_for_byte() {
        let all: String =
            (1..=0x2FF).filter_map(char::from_u32).filter(|one| !one.is_control()).collect();
        for text in [all.as_str(), "\"><script>alert(1)</script>", "a+b c%20&code=evil#x"] {
            let response = redirect().success(QUERY, &issuer(), &code(), Some(&state(text)));
            assert!(location(&response).bytes().all(|byte| byte.is_ascii_graphic()));
            assert_eq!(pairs(&response).pop().unwrap(), pair("state", text));
            assert_eq!(pairs(&response).len(), 3);
        }
    }

    #[test]
    fn a_form_goes_to_the_registered_uri_with_its_query() {
        let registered = "https://shop.example/cb?tenant=a";
        let to = ValidRedirect::matching(registered, &named_client("c", registered)).unwrap();
        let response = to.success(ResponseMode::FormPost, &issuer(), &code(), None);
        let AuthorizeResponse::Form(form) = &response else { unreachable!("it is a form") };
        assert_eq!(form.action().as_str(), registered);
    }

    #[test]
    fn adds_to_a_registered_query() {
        for (registered, start) in [
            ("https://shop.example/cb?tenant=a", "https://shop.example/cb?tenant=a&code="),
            ("https://shop.example/cb?tenant=a&", "https://shop.example/cb?tenant=a&code="),
            ("https://shop.example/cb?", "https://shop.example/cb?code="),
            ("https://shop.example", "https://shop.example?code="),
        ] {
            let to = ValidRedirect::matching(registered, &named_client("c", registered)).unwrap();
            let response = to.success(QUERY, &issuer(), &code(), None);
            assert!(location(&response).starts_with(start), "{}", location(&response));
        }
    }

    #[test]
    fn never_prints_a_code_or_a_state() {
        let [query, form] = ResponseMode::ALL
            .map(|mode| redirect().success(mode, &issuer(), &code(), Some(&state("xyz"))));
        let printed = format!("{query:?} {form:?}");
        let form = format!("Form(ResponseForm({CALLBACK}))");
        assert_eq!(printed, format!("Redirect(Location(redacted)) {form}"));
    }
}
