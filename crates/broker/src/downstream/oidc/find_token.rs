//! Finds access tokens that open something.

use silta_oidc::AccessToken;

use crate::downstream::oidc::OidcProvider;
use crate::octets::Octets;
use crate::record::{AccessTokenRecord, RecordKey, family_key};
use crate::sealed_store::SealedStoreError;

impl OidcProvider {
    /// The record of this access token, while its session and its refresh family last.
    pub(super) async fn find_access_token(
        &self,
        token: &AccessToken,
    ) -> Result<Option<AccessTokenRecord>, SealedStoreError> {
        let key = RecordKey::<AccessTokenRecord>::of(&token.digest());
        let Some(seen) = self.ports.store.peek(&key).await? else { return Ok(None) };
        let found = seen.record;
        if !self.ports.session_lasts(found.session.as_ref()).await? {
            return Ok(None);
        }
        match &found.family {
            Some(Octets(digest)) if self.ports.store.peek(&family_key(digest)).await?.is_none() => {
                Ok(None)
            }
            Some(_) | None => Ok(Some(found)),
        }
    }
}
