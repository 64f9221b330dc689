//! Exchanges a refresh token for new tokens, and for the next refresh token.

use std::time::Duration;

use silta_oidc::{
    AccessToken, Client, RefreshRequest, RefreshToken, TokenRequestError, TokenResponse,
};

use crate::audit::Event;
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::issue::{TokensFor, access_token_life};
use crate::downstream::oidc::redeem::{AuditContext, party};
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::model::session_part::SessionPart;
use crate::octets::Octets;
use crate::record::{
    FIRST_NUMBER, Grant, RecordKey, RefreshFamily, SessionRecord, TokenStanding, access_key,
    family_key,
};
use crate::sealed_store::StoredRecord;

impl OidcProvider {
    /// Begins a family of refresh tokens in the session of a grant, for this `life` if no refresh writes it
    /// anew. Gives its first token and the access token beside it, if its client gets such.
    pub(super) async fn begin_family(
        &self,
        grant: &Grant,
        session: &SessionPart,
        life: Duration,
        client: &Client,
    ) -> Result<Option<(RefreshToken, AccessToken)>, RedeemError> {
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
        let access_token = access_token_beside(&token, &family);
        Ok(Some((token, access_token)))
    }

    /// Exchanges a refresh token, while its session lasts. Of any number of requests that present the same
    /// one within a minute, each gets the same next one, and the same access token; whoever presents it later
    /// has stolen it, or has been stolen from, and ends the family.
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
        let is_newest = match self.standing(&seen.record, token) {
            TokenStanding::Newest => true,
            TokenStanding::JustExchanged => false,
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
        let used = match &session {
            Some(found) => self.ports.use_found_session(id, found).await?,
            None => None,
        };
        let Some(used) = used else {
            // Nothing can use what it keeps of the person.
            self.ports.store.take(&key).await?;
            return Err(TokenRequestError::SessionEnded.into());
        };
        // A new login is due long before four thousand million of them.
        let number = token.number().checked_add(1);
        let number = number.ok_or(TokenRequestError::UnknownRefreshToken)?;
        let next = token.of_number(number, &seen.record.secret.0);
        if is_newest {
            self.end_access_token_before(token, &seen.record).await?;
        }
        let RefreshFamily { login, session, scopes, person, .. } = &seen.record;
        let tokens = TokensFor {
            access_token: access_token_beside(&next, &seen.record),
            life: access_token_life(client, &used),
            login,
            session: Some(session),
            scopes,
            person,
            nonce: None,
            family: Some(digest),
        };
        let response = self.issue_tokens(client, &tokens).await?;
        if is_newest {
            self.exchange(&key, &seen, (token, &next), used.kept).await?;
        }
        self.ports.audit.record(Event::TokensRefreshed { login, client: &party(client) });
        Ok(response.with_refresh_token(next))
    }

    /// Whether the configuration of today accepts the login of this session for the client.
    pub(super) fn accepts(&self, client: &Client, session: &SessionRecord) -> bool {
        self.accepted_logins.accept(&party(client), session)
    }

    /// Ends the access token that was issued before the one beside this refresh token. So a family leaves two
    /// at most, however often and at whatever step its client goes away.
    async fn end_access_token_before(
        &self,
        token: &RefreshToken,
        family: &RefreshFamily,
    ) -> Result<(), RedeemError> {
        let Some(number) = token.number().checked_sub(1) else { return Ok(()) };
        let before = access_token_beside(&token.of_number(number, &family.secret.0), family);
        self.ports.store.take(&access_key(&before.digest())).await?;
        Ok(())
    }

    /// Exchanges the newest token for the next one, after the access token beside that was issued: an error
    /// before costs nothing, and what was issued opens nothing once the family has ended.
    async fn exchange(
        &self,
        key: &RecordKey<RefreshFamily>,
        seen: &StoredRecord<RefreshFamily>,
        (token, next): (&RefreshToken, &RefreshToken),
        life: Duration,
    ) -> Result<(), RedeemError> {
        let rotated_at = self.ports.clock.now();
        let exchanged = RefreshFamily { number: next.number(), rotated_at, ..seen.record.clone() };
        if self.ports.store.swap(key, seen, &exchanged, life).await? {
            return Ok(());
        }
        // Another request has exchanged it at the same moment, or ended the family.
        let unknown = TokenRequestError::UnknownRefreshToken;
        let now = self.ports.store.peek(key).await?.ok_or(unknown)?.record;
        match self.standing(&now, token) {
            TokenStanding::JustExchanged => Ok(()),
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

/// The access token that is issued beside this refresh token of the family.
fn access_token_beside(token: &RefreshToken, family: &RefreshFamily) -> AccessToken {
    AccessToken::new(&token.access_token(&family.secret.0))
}
