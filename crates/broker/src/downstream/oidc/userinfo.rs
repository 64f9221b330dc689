//! Answers userinfo requests.

use silta_oidc::{Params, UserInfoRequestError, UserInfoResponse, bearer_token};

use crate::audit::Event;
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::userinfo_error::UserInfoError;
use crate::form_body_error::FormBodyError;
use crate::record::AccessTokenRecord;

impl OidcProvider {
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
        let found = self.find_access_token(&token).await?;
        let AccessTokenRecord { person, .. } = found.ok_or(UserInfoRequestError::InvalidToken)?;
        Ok(UserInfoResponse::new(person.sub, person.acr, person.claims.into_map()))
    }
}
