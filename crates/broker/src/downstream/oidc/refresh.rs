//! Exchanges a refresh token for new tokens, and for the next refresh token.

use std::time::Duration;

use silta_oidc::{Client, RefreshRequest, RefreshToken, TokenRequestError, TokenResponse};

use crate::audit::Event;
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::issue::{IssuedTokens, TokensFor};
use crate::downstream::oidc::redeem::{AuditContext, party};
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::model::session_part::SessionPart;
use crate::octets::Octets;
use crate::record::{
    FIRST_NUMBER, Grant, RecordKey, RefreshFamily, SessionRecord, TokenStanding, family_key,
};
use crate::sealed_store::StoredRecord;

impl OidcProvider {
    /// Begins a family of refresh tokens in the session of a grant, which lasts for this `life` if nothing
    /// uses it again. Gives its first token, if its client gets such.
    pub(super) async fn begin_family(
        &self,
        grant: &Grant,
        session: &SessionPart,
        life: Duration,
        client: &Client,
    ) -> Result<Option<RefreshToken>, RedeemError> {
        if !client.may_refresh() {
            return Ok(None);
        }
        let secret = self.ports.random();
        let token = RefreshToken::new(&self.ports.random(), FIRST_NUMBER, &secret);
        let family = RefreshFamily {
            login: grant.login.clone(),
            client: party(client),
            session: session.clone(),
            scopes: grant.scopes.clone(),
            person: grant.person.clone(),
            secret: Octets(secret),
            number: FIRST_NUMBER,
            rotated_at: self.ports.clock.now(),
        };
        self.ports.store.put(&family_key(&token.family_digest()), &family, life).await?;
        Ok(Some(token))
    }

    /// Exchanges a refresh token, while its session lasts. Of any number of requests that present the same
    /// one within a minute, each gets the same next one; whoever presents it later has stolen it, or has
    /// been stolen from, and ends the family.
    pub(super) async fn refresh(
        &self,
        request: &RefreshRequest,
        client: &Client,
        context: &mut AuditContext<'_>,
    ) -> Result<TokenResponse, RedeemError> {
        let token = request.token()?;
        let digest = token.family_digest();
        let key = family_key(&digest);
        let seen = self.ports.store.peek(&key).await?;
        let seen = seen.ok_or(TokenRequestError::UnknownRefreshToken)?;
        // Whoever knows the name of the family has no token of it yet.
        if !token.is_proved_by(&seen.record.secret.0) {
            return Err(TokenRequestError::UnknownRefreshToken.into());
        }
        context.login = Some(seen.record.login.clone());
        if seen.record.client != party(client) {
            // It was stolen, like a code in another client's hands.
            self.ports.store.take(&key).await?;
            return Err(TokenRequestError::WrongClient.into());
        }
        let known_next = match self.standing(&seen.record, token) {
            TokenStanding::Newest => None,
            TokenStanding::JustExchanged => {
                Some(token.of_number(seen.record.number, &seen.record.secret.0))
            }
            TokenStanding::Reused => return Err(self.end_reused(&key, &seen.record).await),
        };
        // A theft has been noticed by now, whatever else is wrong with the request.
        if !client.may_refresh() {
            return Err(TokenRequestError::UnauthorizedClient.into());
        }
        request.check_scopes(&seen.record.scopes)?;
        let id = &seen.record.session.session;
        let session = self.ports.lasting_session(id).await?;
        if session.as_ref().is_some_and(|found| !self.accepts(client, &found.record)) {
            return Err(TokenRequestError::LoginNotAccepted.into());
        }
        let life = match &session {
            Some(found) => self.ports.use_found_session(id, found).await?,
            None => None,
        };
        let Some(life) = life else {
            // Nothing can use what it keeps of the person.
            self.ports.store.take(&key).await?;
            return Err(TokenRequestError::SessionEnded.into());
        };
        let RefreshFamily { login, session, scopes, person, .. } = &seen.record;
        let tokens = TokensFor {
            login,
            session: Some(session),
            scopes,
            person,
            nonce: None,
            family: Some(digest),
        };
        let IssuedTokens { access_token, id_token } = self.issue_tokens(client, &tokens).await?;
        let next = match known_next {
            Some(next) => next,
            None => self.exchange(&key, &seen, token, life).await?,
        };
        self.ports.audit.record(Event::TokensRefreshed { login, client: &party(client) });
        let life = client.access_token_life();
        let response = TokenResponse::new(access_token, life, id_token, &seen.record.scopes);
        Ok(response.with_refresh_token(next))
    }

    /// Whether the configuration of today accepts the login of this session for the client.
    pub(super) fn accepts(&self, client: &Client, session: &SessionRecord) -> bool {
        self.accepted_logins.accept(&party(client), session)
    }

    /// The token that follows the newest one. It is exchanged after its access token was issued: an error
    /// before costs nothing, and what was issued opens nothing once the family has ended.
    async fn exchange(
        &self,
        key: &RecordKey<RefreshFamily>,
        seen: &StoredRecord<RefreshFamily>,
        token: &RefreshToken,
        life: Duration,
    ) -> Result<RefreshToken, RedeemError> {
        let unknown = TokenRequestError::UnknownRefreshToken;
        // A new login is due long before four thousand million of them.
        let number = token.number().checked_add(1).ok_or(unknown)?;
        let rotated_at = self.ports.clock.now();
        let next = RefreshFamily { number, rotated_at, ..seen.record.clone() };
        if self.ports.store.swap(key, seen, &next, life).await? {
            return Ok(token.of_number(number, &next.secret.0));
        }
        // Another request has exchanged it at the same moment, or ended the family.
        let now = self.ports.store.peek(key).await?.ok_or(unknown)?.record;
        match self.standing(&now, token) {
            TokenStanding::JustExchanged => Ok(token.of_number(now.number, &now.secret.0)),
            TokenStanding::Reused => Err(self.end_reused(key, &now).await),
            // Only a store that failed over at that moment says so.
            TokenStanding::Newest => Err(unknown.into()),
        }
    }

    /// What this token is in its family now.
    pub(super) fn standing(&self, family: &RefreshFamily, token: &RefreshToken) -> TokenStanding {
        family.standing(token.number(), self.ports.clock.now())
    }

    /// Ends a family of which a token came again [RFC 9700 §4.14.2].
    async fn end_reused(
        &self,
        key: &RecordKey<RefreshFamily>,
        family: &RefreshFamily,
    ) -> RedeemError {
        if let Err(error) = self.ports.store.take(key).await {
            return error.into();
        }
        let RefreshFamily { login, client, .. } = family;
        self.ports.audit.record(Event::RefreshTokenReused { login, client });
        TokenRequestError::RefreshTokenReused.into()
    }
}
