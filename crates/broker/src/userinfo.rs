//! Answers userinfo requests.

use silta_oidc::{Params, UserInfoRequestError, UserInfoResponse, bearer_token};

use crate::audit::Event;
use crate::broker::Broker;
use crate::error::{FormBodyError, UnavailableError};
use crate::ports::Key;
use crate::state::Record;
use crate::userinfo_error::UserInfoError;

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
