//! Says whether a token is good.

use silta_oidc::{
    AccessToken, ActiveToken, Client, ClientAuthenticationError, Introspection, PresentedToken,
    RefreshToken, TokenRequestError,
};

use crate::audit::Event;
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::redeem::party;
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::form_body_error::FormBodyError;
use crate::record::TokenStanding;

impl OidcProvider {
    /// Says whether the token that a client presents is good, and whose it is [RFC 7662]. Of tokens of other
    /// clients, and of whatever is no token, it is said alike that they are not. Nothing is used by it.
    ///
    /// # Errors
    /// [`RedeemError`].
    pub async fn introspect(
        &self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
    ) -> Result<serde_json::Value, RedeemError> {
        let looked = self.look_at_presented(form, authorization).await;
        if let Err(error) = &looked {
            let client = self.claimed(form, authorization).map(party);
            self.ports.audit.record(Event::IntrospectionRefused { client: client.as_ref(), error });
        }
        Ok(looked?.body(&self.issuer))
    }

    async fn look_at_presented(
        &self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
    ) -> Result<Introspection, RedeemError> {
        let (request, client) = self.read_status_request(form, authorization).await?;
        // It has proved nothing, so that anybody could ask in its name [RFC 7662 §2.1].
        if client.is_public() {
            return Err(TokenRequestError::from(ClientAuthenticationError::Failed).into());
        }
        let found = match request.token() {
            Some(PresentedToken::Access(token)) => self.look_at_access(token, client).await?,
            Some(PresentedToken::Refresh(token)) => self.look_at_refresh(token, client).await?,
            None => None,
        };
        Ok(found.map_or(Introspection::Inactive, Introspection::Active))
    }

    async fn look_at_access(
        &self,
        token: &AccessToken,
        client: &Client,
    ) -> Result<Option<ActiveToken>, RedeemError> {
        let found = self.find_access_token(token).await?;
        let found = found.filter(|found| found.client == Some(party(client)));
        Ok(found.map(|found| ActiveToken {
            token_type: Some("Bearer"),
            client: client.id().clone(),
            scopes: found.scopes,
            subject: found.person.sub,
            acr: found.person.acr,
            auth_time: found.person.auth_time,
            expires_at: found.expires_at,
        }))
    }

    async fn look_at_refresh(
        &self,
        token: &RefreshToken,
        client: &Client,
    ) -> Result<Option<ActiveToken>, RedeemError> {
        let Some(family) = self.find_own_family(token, client).await? else { return Ok(None) };
        let is_old = self.standing(&family, token) == TokenStanding::Reused;
        if is_old || !client.may_refresh() {
            return Ok(None);
        }
        let session = self.ports.lasting_session(&family.session.session).await?;
        if !session.is_some_and(|found| self.accepts(client, &found.record)) {
            return Ok(None);
        }
        Ok(Some(ActiveToken {
            token_type: None,
            client: client.id().clone(),
            scopes: family.scopes,
            subject: family.person.sub,
            acr: family.person.acr,
            auth_time: family.person.auth_time,
            // It ends with the session, which others prolong.
            expires_at: None,
        }))
    }
}
