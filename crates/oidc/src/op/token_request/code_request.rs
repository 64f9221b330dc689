//! The request for the tokens of an authorization code.

use secrecy::SecretString;

use super::error::TokenRequestError;
use crate::{op::authorization_code::AuthorizationCode, wire::params::Params};

/// A code, and what proves that it came to the right client [RFC 6749 §4.1.3].
#[derive(Debug, Clone)]
pub struct CodeRequest {
    /// `None` when it cannot be one of ours.
    code: Option<AuthorizationCode>,
    pub(super) redirect_uri: String,
    pub(super) verifier: Option<SecretString>,
}

impl CodeRequest {
    pub(super) fn read(params: &Params) -> Result<Self, TokenRequestError> {
        let required = |name| params.one(name)?.ok_or(TokenRequestError::Missing(name));
        Ok(Self {
            code: AuthorizationCode::parse(required("code")?),
            redirect_uri: required("redirect_uri")?.to_owned(),
            verifier: params.one("code_verifier")?.map(SecretString::from),
        })
    }

    /// The code to redeem; read it only after the client has authenticated.
    ///
    /// # Errors
    /// [`TokenRequestError::UnknownCode`] when it cannot be one of ours.
    pub fn code(&self) -> Result<&AuthorizationCode, TokenRequestError> {
        self.code.as_ref().ok_or(TokenRequestError::UnknownCode)
    }
}
