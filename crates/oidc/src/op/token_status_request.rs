//! Requests about one token: to revoke it, or to say whether it is of any use.

use crate::{
    op::{
        client_authentication::ClientCredentials, refresh_token::RefreshToken,
        token_request::TokenRequestError, token_response::AccessToken,
    },
    wire::params::Params,
};

/// A request about one token, whose client is not authenticated yet [RFC 7009 §2.1] [RFC 7662 §2.1].
#[derive(Debug, Clone)]
pub struct TokenStatusRequest {
    credentials: ClientCredentials,
    token: Option<PresentedToken>,
}

/// A token that a client presents.
#[derive(Debug, Clone)]
pub enum PresentedToken {
    /// An access token.
    Access(AccessToken),
    /// A refresh token.
    Refresh(RefreshToken),
}

impl TokenStatusRequest {
    /// Reads the form of the request and its `Authorization` header. `token_type_hint` is not needed: a
    /// token shows its kind by its length.
    ///
    /// # Errors
    /// Every [`TokenRequestError`] that can be seen without knowing the client or the token.
    pub fn parse(params: &Params, authorization: Option<&str>) -> Result<Self, TokenRequestError> {
        let credentials = ClientCredentials::read(params, authorization)?;
        let token = params.one("token")?.ok_or(TokenRequestError::Missing("token"))?;
        params.one("token_type_hint")?;
        Ok(Self { credentials, token: PresentedToken::parse(token) })
    }

    /// What the client authenticates with.
    #[must_use]
    pub fn credentials(&self) -> &ClientCredentials {
        &self.credentials
    }

    /// The token, unless it cannot be one of ours; read it only after the client has authenticated.
    #[must_use]
    pub fn token(&self) -> Option<&PresentedToken> {
        self.token.as_ref()
    }
}

impl PresentedToken {
    fn parse(text: &str) -> Option<Self> {
        let access = || AccessToken::parse(text).map(Self::Access);
        RefreshToken::parse(text).map(Self::Refresh).or_else(access)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::samples::{SECRET, access_token, clients, params};
    use crate::wire::params::RepeatedParamError;

    fn parse(changes: &[(&str, &str)]) -> Result<TokenStatusRequest, TokenRequestError> {
        let usual = [("client_id", "shop"), ("client_secret", SECRET)];
        TokenStatusRequest::parse(&params(usual.into_iter().chain(changes.iter().copied())), None)
    }

    #[test]
    fn a_token_shows_its_kind_whatever_the_hint_says() {
        let refresh = RefreshToken::new(&[1; 16], 1, &[2; 32]);
        let text = refresh.to_text();
        for hint in ["", "access_token", "refresh_token", "unknown"] {
            let request = |token| parse(&[("token", token), ("token_type_hint", hint)]).unwrap();
            let token = access_token();
            let access = request(token.as_str());
            assert!(matches!(access.token(), Some(PresentedToken::Access(_))), "{hint}");
            let refresh = request(text.expose_secret());
            assert!(matches!(refresh.token(), Some(PresentedToken::Refresh(_))), "{hint}");
        }
    }

    #[test]
    fn a_token_that_cannot_be_ours_is_none_and_its_client_authenticates_all_the_same() {
        let request = parse(&[("token", "e.y.J")]).unwrap();
        assert!(request.token().is_none());
        assert!(request.credentials().authenticate(&clients()).is_ok());
    }

    #[test]
    fn refuses_a_request_without_one_token() {
        assert_eq!(parse(&[]).unwrap_err(), TokenRequestError::Missing("token"));
        for twice in ["token", "token_type_hint"] {
            let error = parse(&[("token", "a"), (twice, "b"), (twice, "c")]).unwrap_err();
            assert_eq!(error, TokenRequestError::Repeated(RepeatedParamError(twice)));
        }
    }

    #[test]
    fn never_prints_a_token() {
        let printed = format!("{:?}", parse(&[("token", access_token().as_str())]).unwrap());
        assert!(!printed.contains(access_token().as_str()), "{printed}");
    }
}
