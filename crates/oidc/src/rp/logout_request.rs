//! The request that a provider ends its session [OIDC RP-Initiated Logout §2].

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::{rp::endpoint::Endpoint, wire::client_id::ClientId};

/// A request that a provider ends a person's session, which the browser posts: the hint names the person, and
/// what stands in a URL is written down on its way.
pub struct ProviderLogoutRequest<'a> {
    /// The provider's `end_session_endpoint`.
    pub endpoint: &'a Endpoint,
    /// Our client id there.
    pub client_id: &'a ClientId,
    /// The ID token that the session began with, if it was kept.
    pub id_token: Option<&'a SecretString>,
    /// Where the browser comes back to, as it is registered there.
    pub return_uri: &'a str,
    /// What it brings back: not guessable.
    pub state: &'a str,
    /// The person's languages, best first.
    pub ui_locales: &'a [String],
}

impl ProviderLogoutRequest<'_> {
    /// The fields of the form.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let hint = self.id_token.map(|token| ("id_token_hint", token.expose_secret().to_owned()));
        let always = [
            ("client_id", self.client_id.as_str().to_owned()),
            ("post_logout_redirect_uri", self.return_uri.to_owned()),
            ("state", self.state.to_owned()),
        ];
        let languages = (!self.ui_locales.is_empty()).then(|| self.ui_locales.join(" "));
        let languages = languages.map(|languages| ("ui_locales", languages));
        hint.into_iter().chain(always).chain(languages).collect()
    }
}

/// It names the person.
impl fmt::Debug for ProviderLogoutRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProviderLogoutRequest({})", self.client_id)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::rp::samples::{client_id, issuer, verified};

    #[test]
    fn the_session_is_named_by_its_id_token_and_nothing_is_printed() {
        let endpoint = Endpoint::parse("https://op.example/logout", &issuer(), &[]).unwrap();
        let (client_id, verified) = (client_id(), verified());
        let mut request = ProviderLogoutRequest {
            endpoint: &endpoint,
            client_id: &client_id,
            id_token: Some(verified.compact()),
            return_uri: "https://login.example/oidc/op/logged_out",
            state: "a-handle",
            ui_locales: &["sv".to_owned(), "fi".to_owned()],
        };
        let token = verified.compact().expose_secret();
        let fields = [
            ("id_token_hint", token),
            ("client_id", "silta"),
            ("post_logout_redirect_uri", "https://login.example/oidc/op/logged_out"),
            ("state", "a-handle"),
            ("ui_locales", "sv fi"),
        ];
        assert_eq!(request.fields(), fields.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(format!("{request:?}"), "ProviderLogoutRequest(silta)");
        (request.id_token, request.ui_locales) = (None, &[]);
        let names: Vec<_> = request.fields().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["client_id", "post_logout_redirect_uri", "state"]);
    }
}
