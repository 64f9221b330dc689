//! Redeems an authorization code for tokens, once.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use silta_oidc::{
    AccessToken, Client, CodeRequest, GrantRequest, Params, RefreshToken, TokenRequest,
    TokenRequestError, TokenResponse, ValidRedirect,
};

use crate::audit::Event;
use crate::downstream::oidc::OidcProvider;
use crate::downstream::oidc::issue::{TokensFor, access_token_life};
use crate::downstream::oidc::redeem_error::RedeemError;
use crate::form_body_error::FormBodyError;
use crate::later::later;
use crate::model::login_id::LoginId;
use crate::model::relying_party::RelyingParty;
use crate::octets::Octets;
use crate::record::{CodeRecord, Grant, RecordKey, SpentCode, access_key, family_key};
use crate::sealed_store::{SealedStoreError, StoredRecord};
use crate::unavailable_error::UnavailableError;

impl OidcProvider {
    /// Answers a token request, whose body is `form` or could not be read. No SAML happens here: the
    /// ALB waits five seconds and no longer. Its time begins with this call, also where it waits for its turn
    /// first.
    ///
    /// # Errors
    /// [`RedeemError`].
    pub fn redeem<'a>(
        self: &'a Arc<Self>,
        form: Result<&'a str, FormBodyError>,
        authorization: Option<&'a str>,
    ) -> impl Future<Output = Result<TokenResponse, RedeemError>> + Send + 'a {
        self.redeem_until(later(self.ports.clock.now(), SPEND_WITHIN), form, authorization)
    }

    async fn redeem_until(
        self: &Arc<Self>,
        spend_by: Timestamp,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
    ) -> Result<TokenResponse, RedeemError> {
        let mut context = AuditContext::default();
        let redeemed = self.answer_request(spend_by, form, authorization, &mut context).await;
        if let Err(error) = &redeemed {
            let client = context.client.or_else(|| self.claimed(form, authorization)).map(party);
            let client = client.as_ref();
            let login = context.login.as_ref();
            self.ports.audit.record(Event::TokensRefused { client, login, error });
        }
        redeemed
    }

    /// Records that a token response took longer than its client waits. The code stays redeemable: see
    /// [`SPEND_WITHIN`].
    pub fn record_timeout(&self, form: &str, authorization: Option<&str>) -> RedeemError {
        let error = RedeemError::from(UnavailableError::TooSlow);
        let client = self.claimed(Ok(form), authorization).map(party);
        let client = client.as_ref();
        self.ports.audit.record(Event::TokensRefused { client, login: None, error: &error });
        error
    }

    async fn answer_request<'a>(
        self: &'a Arc<Self>,
        spend_by: Timestamp,
        form: Result<&str, FormBodyError>,
        authorization: Option<&str>,
        context: &mut AuditContext<'a>,
    ) -> Result<TokenResponse, RedeemError> {
        let form = Params::parse(form?).map_err(TokenRequestError::from)?;
        let request = TokenRequest::parse(&form, authorization)?;
        let client = self.authenticate(request.credentials()).await?;
        context.client = Some(client);
        match request.grant() {
            GrantRequest::Code(code) => self.redeem_code(spend_by, code, client, context).await,
            GrantRequest::Refresh(refresh) => self.refresh(refresh, client, context).await,
        }
    }

    async fn redeem_code(
        self: &Arc<Self>,
        spend_by: Timestamp,
        request: &CodeRequest,
        client: &Client,
        context: &mut AuditContext<'_>,
    ) -> Result<TokenResponse, RedeemError> {
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
        if let Err(error) = grant.binding.check(request, client) {
            // A client with a wrong redirect URI or verifier has stolen the code, so it is spent.
            let spent = self.spend(&key, &seen, &grant, client, None).await?;
            return Err(if spent { error.into() } else { self.lost_race(&key, client).await });
        }
        // An address that was taken out since gets nothing, whoever asks for it.
        if ValidRedirect::matching(grant.binding.redirect().as_str(), client).is_none() {
            return Err(TokenRequestError::LoginNotAccepted.into());
        }
        let (provider, client) = (self.clone(), client.clone());
        // Whoever goes away meanwhile leaves no tokens beside a code that buys others.
        let work = async move { provider.issue(spend_by, (&key, &seen), grant, &client).await };
        self.ports.to_its_end(work).await
    }

    /// Writes the tokens before it spends the code, so that a later reuse of the code finds them to revoke.
    async fn issue(
        &self,
        spend_by: Timestamp,
        (key, seen): (&RecordKey<CodeRecord>, &StoredRecord<CodeRecord>),
        grant: Grant,
        client: &Client,
    ) -> Result<TokenResponse, RedeemError> {
        let (life, family) = match &grant.session {
            Some(part) => {
                let found = self.ports.lasting_session(&part.session).await?;
                let found = found.ok_or(TokenRequestError::SessionEnded)?;
                if self.accepted_logins.refuse(&party(client), &found.record) {
                    return Err(TokenRequestError::LoginNotAccepted.into());
                }
                let used = self.ports.use_found_session(&part.session, &found).await?;
                let used = used.ok_or(TokenRequestError::SessionEnded)?;
                let life = access_token_life(client, &used);
                (life, self.begin_family(&grant, part, used.kept, client).await?)
            }
            // What the previous release issued has no session, and nothing would end a family.
            None => (client.access_token_life(), None),
        };
        let (refresh_token, access_token) = match family {
            Some((refresh_token, access_token)) => (Some(refresh_token), access_token),
            None => (None, AccessToken::new(&self.ports.random())),
        };
        let bought = Bought {
            access_token: access_token.digest(),
            family: refresh_token.as_ref().map(RefreshToken::family_digest),
        };
        let tokens = TokensFor {
            access_token,
            life,
            login: &grant.login,
            session: grant.session.as_ref(),
            scopes: &grant.scopes,
            person: &grant.person,
            nonce: grant.nonce.as_deref(),
            family: bought.family,
        };
        let response = self.issue_tokens(client, &tokens).await?;
        if self.ports.clock.now() > spend_by {
            self.take_back(&bought).await?;
            return Err(UnavailableError::TooSlow.into());
        }
        if !self.spend(key, seen, &grant, client, Some(&bought)).await? {
            self.take_back(&bought).await?;
            return Err(self.lost_race(key, client).await);
        }
        let login = &grant.login;
        self.ports.audit.record(Event::TokensIssued { login, client: &party(client) });
        Ok(match refresh_token {
            Some(token) => response.with_refresh_token(token),
            None => response,
        })
    }

    /// Marks the code as spent; `false` when another request was first. The mark outlives the access token,
    /// so that a late second use still revokes what it bought.
    async fn spend(
        &self,
        key: &RecordKey<CodeRecord>,
        seen: &StoredRecord<CodeRecord>,
        grant: &Grant,
        client: &Client,
        bought: Option<&Bought>,
    ) -> Result<bool, RedeemError> {
        let spent = CodeRecord::Spent(SpentCode {
            login: grant.login.clone(),
            access_token: bought.map(|bought| Octets(bought.access_token)),
            family: bought.and_then(|bought| bought.family).map(Octets),
        });
        Ok(self.ports.store.swap(key, seen, &spent, client.access_token_life()).await?)
    }

    async fn take_back(&self, bought: &Bought) -> Result<(), SealedStoreError> {
        if let Some(family) = &bought.family {
            self.ports.store.take(&family_key(family)).await?;
        }
        self.ports.store.take(&access_key(&bought.access_token)).await?;
        Ok(())
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

    /// Revokes the tokens of a code that comes twice [RFC 6749 §4.1.2]: it was stolen, or its client is
    /// confused.
    async fn revoke_reused(&self, client: &Client, spent: &SpentCode) -> RedeemError {
        if let Some(Octets(access_token)) = spent.access_token {
            let family = spent.family.map(|Octets(family)| family);
            if let Err(error) = self.take_back(&Bought { access_token, family }).await {
                return error.into();
            }
        }
        self.ports.audit.record(Event::CodeReused { login: &spent.login, client: &party(client) });
        TokenRequestError::UnknownCode.into()
    }
}

/// A code is not spent later than so long after its request came. A verb of the store ends within two seconds
/// more, whatever comes of it, and until then the request is not given up: whoever is told to try again has a code
/// that is good.
pub const SPEND_WITHIN: Duration = Duration::from_secs(2);

/// The digests of what a code bought.
struct Bought {
    access_token: [u8; 32],
    /// That of its refresh family, if it has one.
    family: Option<[u8; 32]>,
}

pub(super) fn party(client: &Client) -> RelyingParty {
    RelyingParty::from(client.id())
}

/// The facts of a token request for its audit event, as far as the request got.
#[derive(Default)]
pub(super) struct AuditContext<'a> {
    /// The authenticated client.
    client: Option<&'a Client>,
    /// The login that issued the code or refresh token.
    pub(super) login: Option<LoginId>,
}
