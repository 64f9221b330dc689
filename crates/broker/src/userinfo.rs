//! An access token shows the claims.

use silta_oidc::{Params, UserInfo, UserInfoFault, bearer_token};
use thiserror::Error;

use crate::audit::Event;
use crate::broker::Broker;
use crate::fault::{BodyFault, Unavailable};
use crate::ports::Key;
use crate::state::Record;
use crate::vault::VaultFault;

impl Broker {
    /// Answers a userinfo request, by GET or by POST with a form [OIDC Core §5.3.1].
    ///
    /// # Errors
    /// [`UserInfoRefusal`].
    pub async fn userinfo(
        &self,
        authorization: Option<&str>,
        form: Option<Result<&str, BodyFault>>,
    ) -> Result<UserInfo, UserInfoRefusal> {
        let shown = self.shown(authorization, form).await;
        if let Err(fault) = &shown {
            self.ports.audit.record(Event::UserInfoRefused { fault });
        }
        shown
    }

    async fn shown(
        &self,
        authorization: Option<&str>,
        form: Option<Result<&str, BodyFault>>,
    ) -> Result<UserInfo, UserInfoRefusal> {
        let form = form.transpose()?.map(Params::parse);
        let form = form.transpose().map_err(UserInfoFault::from)?;
        let token = bearer_token(authorization, form.as_ref())?;
        let key = Key::new("access", &token.digest());
        match self.ports.vault.peek(&key).await? {
            Some(seen) => match seen.record {
                Record::Access(access) => {
                    let person = access.person;
                    Ok(UserInfo::new(person.sub, person.acr, person.claims.into_map()))
                }
                _ => Err(Unavailable::RecordUnreadable.into()),
            },
            None => Err(UserInfoFault::InvalidToken.into()),
        }
    }
}

/// Every way a userinfo request can be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UserInfoRefusal {
    /// The body cannot be read.
    #[error(transparent)]
    Body(#[from] BodyFault),
    /// The token or the request is at fault.
    #[error(transparent)]
    UserInfo(#[from] UserInfoFault),
    /// The store did not do it, or a record could not be opened.
    #[error("the login service is temporarily unavailable; try again")]
    Unavailable(#[from] Unavailable),
}

impl From<VaultFault> for UserInfoRefusal {
    fn from(fault: VaultFault) -> Self {
        Self::Unavailable(fault.into())
    }
}
