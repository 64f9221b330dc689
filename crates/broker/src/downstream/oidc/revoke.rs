//! Revokes tokens that their client has no use for any more.

use silta_oidc::{Client, PresentedToken};

use crate::audit::{Event, RevokedTokens};
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::redeem::party;
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::form_body_error::FormBodyError;
use crate::model::login_id::LoginId;
use crate::record::{access_key, family_key};

impl OidcProvider {
    /// Revokes the token that a client presents [RFC 7009]: an access token alone, a refresh token with all
    /// that came of the same code. A token that is not known is gone already, which is success [RFC 7009
    /// §2.2]. So is that of another client, to which nothing happens: an error would tell a client which
    /// tokens of others are good.
    ///
    /// # Errors
    /// [`RedeemError`].
    pub async fn revoke(
        &self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
    ) -> Result<(), RedeemError> {
        let revoked = self.revoke_presented(form, authorization).await;
        if let Err(error) = &revoked {
            let client = self.claimed(form, authorization).map(party);
            self.ports.audit.record(Event::RevocationRefused { client: client.as_ref(), error });
        }
        revoked
    }

    async fn revoke_presented(
        &self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
    ) -> Result<(), RedeemError> {
        let (request, client) = self.read_status_request(form, authorization).await?;
        match request.token() {
            Some(PresentedToken::Access(token)) => {
                self.revoke_access_token(&token.digest(), client).await
            }
            Some(PresentedToken::Refresh(token)) => {
                let found = self.find_own_family(token, client).await?;
                let Some(family) = found else { return Ok(()) };
                self.ports.store.take(&family_key(&token.family_digest())).await?;
                self.record_revoked(&family.login, client, RevokedTokens::Refresh);
                Ok(())
            }
            None => Ok(()),
        }
    }

    async fn revoke_access_token(
        &self,
        digest: &[u8; 32],
        client: &Client,
    ) -> Result<(), RedeemError> {
        let key = access_key(digest);
        let Some(seen) = self.ports.store.peek(&key).await? else { return Ok(()) };
        // The release before the previous one did not keep whose it is; it ends by itself.
        if seen.record.client != Some(party(client)) {
            return Ok(());
        }
        self.ports.store.take(&key).await?;
        self.record_revoked(&seen.record.login, client, RevokedTokens::Access);
        Ok(())
    }

    fn record_revoked(&self, login: &LoginId, client: &Client, what: RevokedTokens) {
        let client = &party(client);
        self.ports.audit.record(Event::TokensRevoked { login, client, what });
    }
}
