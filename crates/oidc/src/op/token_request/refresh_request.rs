//! The request for new tokens in exchange for a refresh token.

use super::error::TokenRequestError;
use crate::{
    op::refresh_token::RefreshToken,
    wire::{params::Params, scope::Scope},
};

/// A refresh token, and the scopes that are asked for [RFC 6749 §6].
#[derive(Debug, Clone)]
pub struct RefreshRequest {
    /// `None` when it cannot be one of ours.
    token: Option<RefreshToken>,
    /// The known ones; empty where none are named, which asks for those of before.
    scopes: Vec<Scope>,
}

impl RefreshRequest {
    pub(super) fn read(params: &Params) -> Result<Self, TokenRequestError> {
        let token =
            params.one("refresh_token")?.ok_or(TokenRequestError::Missing("refresh_token"))?;
        let scopes = params.one("scope")?.map(Scope::parse_known).unwrap_or_default();
        Ok(Self { token: RefreshToken::parse(token), scopes })
    }

    /// The token to exchange; read it only after the client has authenticated.
    ///
    /// # Errors
    /// [`TokenRequestError::UnknownRefreshToken`] when it cannot be one of ours.
    pub fn token(&self) -> Result<&RefreshToken, TokenRequestError> {
        self.token.as_ref().ok_or(TokenRequestError::UnknownRefreshToken)
    }

    /// Checks that no scope is asked for beyond those `granted` [RFC 6749 §6]. Whoever asks for fewer gets
    /// those of before, and is told so by the response [RFC 6749 §3.3].
    ///
    /// # Errors
    /// [`TokenRequestError::ScopeNotGranted`].
    pub fn check_scopes(&self, granted: &[Scope]) -> Result<(), TokenRequestError> {
        // Whoever presents a refresh token has what this one asks for.
        let is_granted = |one: &Scope| *one == Scope::OfflineAccess || granted.contains(one);
        if self.scopes.iter().all(is_granted) {
            Ok(())
        } else {
            Err(TokenRequestError::ScopeNotGranted)
        }
    }
}
