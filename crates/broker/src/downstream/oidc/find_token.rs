//! Finds access tokens that open something.

use silta_oidc::AccessToken;

use crate::downstream::oidc::OidcProvider;
use crate::octets::Octets;
use crate::record::{AccessTokenRecord, access_key, family_key};
use crate::sealed_store::{SealedStoreError, StoredRecord};

impl OidcProvider {
    /// The record of this access token until its end, while its session and its refresh family last, and the configuration
    /// of today has its client and accepts its login.
    pub(super) async fn find_access_token(
        &self,
        token: &AccessToken,
    ) -> Result<Option<AccessTokenRecord>, SealedStoreError> {
        let seen = self.ports.store.peek(&access_key(&token.digest())).await?;
        let Some(StoredRecord { record: found, .. }) = seen else { return Ok(None) };
        // A store that is late with its ends prolongs no token.
        let has_ended = found.expires_at.is_some_and(|end| end <= self.ports.clock.now());
        // What the previous release issued names no client.
        let client = found.client.as_ref();
        if has_ended || client.is_some_and(|party| self.clients.find(party.as_str()).is_none()) {
            return Ok(None);
        }
        if let Some(id) = &found.session {
            let Some(session) = self.ports.lasting_session(id).await? else { return Ok(None) };
            if client.is_some_and(|party| self.accepted_logins.refuse(party, &session.record)) {
                return Ok(None);
            }
        }
        match &found.family {
            Some(Octets(digest)) if self.ports.store.peek(&family_key(digest)).await?.is_none() => {
                Ok(None)
            }
            Some(_) | None => Ok(Some(found)),
        }
    }
}
