//! Redeems an authorization code for tokens, once.

use silta_oidc::{
    AccessToken, Client, IdToken, Params, TokenRequest, TokenRequestError, TokenResponse,
    claimed_client,
};

use crate::audit::Event;
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::form_body_error::FormBodyError;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::octets::Octets;
use crate::our_key_error::OurKey;
use crate::record::{AccessTokenRecord, CodeRecord, Grant, RecordKey, SpentCode};
use crate::sealed_store::StoredRecord;
use crate::unavailable_error::UnavailableError;

impl OidcProvider {
    /// Answers a token request, whose body is `form` or could not be read. No SAML happens here: the
    /// ALB waits five seconds and no longer.
    ///
    /// # Errors
    /// [`RedeemError`].
    pub async fn redeem(
        &self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
    ) -> Result<TokenResponse, RedeemError> {
        let mut context = AuditContext::default();
        let redeemed = self.redeem_code(form, authorization, &mut context).await;
        if let Err(error) = &redeemed {
            let claimed = || claimed_client(form.unwrap_or(""), authorization, &self.clients);
            let client = context.client.or_else(claimed).map(party);
            let client = client.as_ref();
            let login = context.login.as_ref();
            self.ports.audit.record(Event::TokensRefused { client, login, error });
        }
        redeemed
    }

    /// Records that a token response took longer than its client waits. The code stays redeemable.
    pub fn record_timeout(&self, form: &str, authorization: Option<&str>) -> RedeemError {
        let error = RedeemError::from(UnavailableError::TooSlow);
        let client = claimed_client(form, authorization, &self.clients).map(party);
        let client = client.as_ref();
        self.ports.audit.record(Event::TokensRefused { client, login: None, error: &error });
        error
    }

    async fn redeem_code<'a>(
        &'a self,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
        context: &mut AuditContext<'a>,
    ) -> Result<TokenResponse, RedeemError> {
        let form = Params::parse(form?).map_err(TokenRequestError::from)?;
        let request = TokenRequest::parse(&form, authorization)?;
        let client = self.authenticate(request.credentials()).await?;
        context.client = Some(client);
        let key = RecordKey::of(&request.code()?.digest());
        let seen = self.ports.store.peek(&key).await?.ok_or(TokenRequestError::UnknownCode)?;
        let grant = match &seen.record {
            CodeRecord::Issued(grant) => grant.as_ref().clone(),
            CodeRecord::Spent(spent) => {
                context.login = Some(spent.login.clone());
                return Err(self.revoke_reused(client, spent).await);
            }
        };
        context.login = Some(grant.login.clone());
        let session = grant.session.as_ref().map(|part| &part.session);
        if !self.ports.session_lasts(session).await? {
            return Err(TokenRequestError::SessionEnded.into());
        }
        if let Err(error) = grant.binding.check(&request, client) {
            // A client with a wrong redirect URI or verifier has stolen the code, so it is spent.
            let spent = self.spend(&key, &seen, &grant, client, None).await?;
            return Err(if spent { error.into() } else { self.lost_race(&key, client).await });
        }
        self.issue(&key, &seen, grant, client).await
    }

    /// Writes the access token before it spends the code, so that a later reuse of the code finds the
    /// token to revoke.
    async fn issue(
        &self,
        key: &RecordKey<CodeRecord>,
        seen: &StoredRecord<CodeRecord>,
        grant: Grant,
        client: &Client,
    ) -> Result<TokenResponse, RedeemError> {
        let access_token = AccessToken::new(&self.ports.random());
        let digest = access_token.digest();
        let id_token = self.id_token(&grant, client, &access_token).await?;
        let access = AccessTokenRecord {
            login: grant.login.clone(),
            client: Some(party(client)),
            family: None,
            session: grant.session.as_ref().map(|part| part.session.clone()),
            person: grant.person.clone(),
        };
        let life = client.access_token_life();
        let token_key = RecordKey::of(&digest);
        self.ports.store.put(&token_key, &access, life).await?;
        if !self.spend(key, seen, &grant, client, Some(digest)).await? {
            self.ports.store.take(&token_key).await?;
            return Err(self.lost_race(key, client).await);
        }
        let login = &grant.login;
        self.ports.audit.record(Event::TokensIssued { login, client: &party(client) });
        Ok(TokenResponse::new(access_token, life, id_token, &grant.scopes))
    }

    async fn id_token(
        &self,
        grant: &Grant,
        client: &Client,
        access_token: &AccessToken,
    ) -> Result<String, RedeemError> {
        let now = self.ports.clock.now();
        let token = IdToken {
            issuer: self.issuer.clone(),
            subject: grant.person.sub.clone(),
            audience: client.id().clone(),
            issued_at: now,
            expires_at: now.saturating_add(client.id_token_life()).unwrap_or(now),
            auth_time: grant.person.auth_time,
            acr: grant.person.acr.clone(),
            nonce: grant.nonce.clone(),
            sid: grant.session.as_ref().map(|part| part.sid().as_str().to_owned()),
            claims: grant.person.claims.as_map().clone(),
        };
        let (key, signer) = self.signing_key(client).map_err(UnavailableError::from)?;
        let unsigned = token.unsigned(key, access_token);
        let signature = signer.sign(unsigned.signing_input()).await;
        let signature = signature.map_err(|error| OurKey::IdTokens.failed(error));
        Ok(unsigned.with_signature(&signature.map_err(UnavailableError::from)?))
    }

    /// Marks the code as spent; `false` when another request was first. The mark outlives the token,
    /// so that a late second use still revokes it.
    async fn spend(
        &self,
        key: &RecordKey<CodeRecord>,
        seen: &StoredRecord<CodeRecord>,
        grant: &Grant,
        client: &Client,
        access_token: Option<[u8; 32]>,
    ) -> Result<bool, RedeemError> {
        let spent = CodeRecord::Spent(SpentCode {
            login: grant.login.clone(),
            access_token: access_token.map(Octets),
            family: None,
        });
        Ok(self.ports.store.swap(key, seen, &spent, client.access_token_life()).await?)
    }

    /// Another request spent the code after this one had read it.
    async fn lost_race(&self, key: &RecordKey<CodeRecord>, client: &Client) -> RedeemError {
        match self.ports.store.peek(key).await {
            Ok(Some(StoredRecord { record: CodeRecord::Spent(spent), .. })) => {
                self.revoke_reused(client, &spent).await
            }
            Ok(_) => TokenRequestError::UnknownCode.into(),
            Err(error) => error.into(),
        }
    }

    /// Revokes the access token of a code that comes twice [RFC 6749 §4.1.2]: it was stolen, or its
    /// client is confused.
    async fn revoke_reused(&self, client: &Client, spent: &SpentCode) -> RedeemError {
        if let Some(Octets(digest)) = &spent.access_token
            && let Err(error) = self.ports.store.take(&access_key(digest)).await
        {
            return error.into();
        }
        self.ports.audit.record(Event::CodeReused { login: &spent.login, client: &party(client) });
        TokenRequestError::UnknownCode.into()
    }
}

fn access_key(digest: &[u8; 32]) -> RecordKey<AccessTokenRecord> {
    RecordKey::of(digest)
}

fn party(client: &Client) -> RelyingParty {
    RelyingParty::from(client.id())
}

/// The facts of a token request for its audit event, as far as the request got.
#[derive(Default)]
struct AuditContext<'a> {
    /// The authenticated client.
    client: Option<&'a Client>,
    /// The login that issued the code.
    login: Option<LoginId>,
}
