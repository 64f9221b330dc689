//! Answers userinfo requests.

use silta_oidc::{Params, UserInfoRequestError, UserInfoResponse, bearer_token};
use thiserror::Error;

use crate::audit::Event;
use crate::broker::Broker;
use crate::error::{FormBodyError, UnavailableError};
use crate::ports::Key;
use crate::sealed_store::SealedStoreError;
use crate::state::Record;

impl Broker {
    /// Answers a userinfo request, by GET or by POST with a form [OIDC Core §5.3.1].
    ///
    /// # Errors
    /// [`UserInfoError`].
    pub async fn userinfo(
        &self,
        authorization: Option<&str>,
        form: Option<Result<&str, FormBodyError>>,
    ) -> Result<UserInfoResponse, UserInfoError> {
        let shown = self.show_claims(authorization, form).await;
        if let Err(error) = &shown {
            self.ports.audit.record(Event::UserInfoRefused { error });
        }
        shown
    }

    async fn show_claims(
        &self,
        authorization: Option<&str>,
        form: Option<Result<&str, FormBodyError>>,
    ) -> Result<UserInfoResponse, UserInfoError> {
        let form = form.transpose()?.map(Params::parse);
        let form = form.transpose().map_err(UserInfoRequestError::from)?;
        let token = bearer_token(authorization, form.as_ref())?;
        let key = Key::new("access", &token.digest());
        match self.ports.store.peek(&key).await? {
            Some(seen) => match seen.record {
                Record::AccessToken(access) => {
                    let person = access.person;
                    Ok(UserInfoResponse::new(person.sub, person.acr, person.claims.into_map()))
                }
                _ => Err(UnavailableError::RecordUnreadable.into()),
            },
            None => Err(UserInfoRequestError::InvalidToken.into()),
        }
    }
}

/// Why a userinfo request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UserInfoError {
    /// The body cannot be read.
    #[error(transparent)]
    Body(#[from] FormBodyError),
    /// The token or the request is at fault.
    #[error(transparent)]
    Request(#[from] UserInfoRequestError),
    /// The store did not do it, or a record could not be opened.
    #[error("the login service is temporarily unavailable; try again")]
    Unavailable(#[from] UnavailableError),
}

impl From<SealedStoreError> for UserInfoError {
    fn from(error: SealedStoreError) -> Self {
        Self::Unavailable(error.into())
    }
}
