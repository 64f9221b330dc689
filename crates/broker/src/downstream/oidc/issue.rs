//! Issues an access token, and the ID token that is bound to it.

use std::time::Duration;

use silta_oidc::{AccessToken, Client, IdToken, Scope, TokenResponse};

use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::flow::find_session::UsedSession;
use crate::later::later;
use crate::model::login_id::LoginId;
use crate::model::person::Person;
use crate::model::relying_party::RelyingParty;
use crate::model::session_part::SessionPart;
use crate::octets::Octets;
use crate::our_key_error::OurKey;
use crate::record::{AccessTokenRecord, access_key};
use crate::unavailable_error::UnavailableError;

/// What tokens are issued for.
pub(super) struct TokensFor<'a> {
    pub(super) access_token: AccessToken,
    /// How long the access token is good.
    pub(super) life: Duration,
    pub(super) login: &'a LoginId,
    pub(super) session: Option<&'a SessionPart>,
    pub(super) scopes: &'a [Scope],
    pub(super) person: &'a Person,
    /// That of the authorization request; none at a refresh [OIDC Core §12.2].
    pub(super) nonce: Option<&'a str>,
    /// The digest of the refresh family that they belong to.
    pub(super) family: Option<[u8; 32]>,
}

impl OidcProvider {
    /// Issues an access token and an ID token to this client. The access token is in the store then, and
    /// opens what it opens as long as its session and its refresh family last.
    pub(super) async fn issue_tokens(
        &self,
        client: &Client,
        tokens: &TokensFor<'_>,
    ) -> Result<TokenResponse, RedeemError> {
        let id_token = self.id_token(client, tokens).await?;
        let record = AccessTokenRecord {
            login: tokens.login.clone(),
            client: Some(RelyingParty::from(client.id())),
            session: tokens.session.map(|part| part.session.clone()),
            family: tokens.family.map(Octets),
            scopes: tokens.scopes.to_vec(),
            expires_at: self.ports.clock.now().saturating_add(tokens.life).ok(),
            person: tokens.person.clone(),
        };
        let key = access_key(&tokens.access_token.digest());
        self.ports.store.put(&key, &record, tokens.life).await?;
        Ok(TokenResponse::new(tokens.access_token.clone(), tokens.life, id_token, tokens.scopes))
    }

    async fn id_token(
        &self,
        client: &Client,
        TokensFor { access_token, session, person, nonce, .. }: &TokensFor<'_>,
    ) -> Result<String, RedeemError> {
        let now = self.ports.clock.now();
        let token = IdToken {
            issuer: self.issuer.clone(),
            subject: person.sub.clone(),
            audience: client.id().clone(),
            issued_at: now,
            expires_at: later(now, client.id_token_life()),
            auth_time: person.auth_time,
            acr: person.acr.clone(),
            nonce: nonce.map(str::to_owned),
            sid: session.map(|part| part.sid().as_str().to_owned()),
            claims: person.claims.as_map().clone(),
        };
        let (key, signer) = self.signing_key(client).map_err(UnavailableError::from)?;
        let unsigned = token.unsigned(key, access_token);
        let signature = signer.sign(unsigned.signing_input()).await;
        let signature = signature.map_err(|error| OurKey::IdTokens.failed(error));
        Ok(unsigned.with_signature(&signature.map_err(UnavailableError::from)?))
    }
}

/// How long an access token of this client is good: no longer than its session can last, which is what the
/// client is told [RFC 6749 §5.1, RFC 7662 §2.2].
pub(super) fn access_token_life(client: &Client, session: &UsedSession) -> Duration {
    client.access_token_life().min(session.longest)
}
