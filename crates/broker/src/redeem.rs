//! A code becomes tokens, once.

use silta_oidc::{
    AccessToken, Client, IdToken, OAuthCode, Params, TokenFault, TokenRequest, TokenResponse,
    claimed_client,
};
use thiserror::Error;

use crate::audit::Event;
use crate::broker::Broker;
use crate::fault::{BodyFault, Unavailable};
use crate::login::LoginId;
use crate::ports::Key;
use crate::state::{Access, Digest, Grant, Record, Spent};
use crate::vault::{Seen, VaultFault};

impl Broker {
    /// Answers a token request with this `form`, or one whose body could not even be read. No SAML
    /// happens here: the ALB waits five seconds and no longer.
    ///
    /// # Errors
    /// [`RedeemFault`].
    pub async fn redeem(
        &self,
        form: Result<&str, BodyFault>,
        authorization: Option<&str>,
    ) -> Result<TokenResponse, RedeemFault> {
        let mut known = Known::default();
        let redeemed = self.redeemed(form, authorization, &mut known).await;
        if let Err(fault) = &redeemed {
            let claimed = || claimed_client(form.unwrap_or(""), authorization, &self.clients);
            let client = known.client.or_else(claimed).map(Client::id);
            let login = known.login.as_ref();
            self.ports.audit.record(Event::TokensRefused { client, login, fault });
        }
        redeemed
    }

    /// Writes down that an answer took longer than its client waits; the code is not lost by it.
    pub fn give_up(&self, form: &str, authorization: Option<&str>) -> RedeemFault {
        let fault = RedeemFault::from(Unavailable::TooSlow);
        let client = claimed_client(form, authorization, &self.clients).map(Client::id);
        self.ports.audit.record(Event::TokensRefused { client, login: None, fault: &fault });
        fault
    }

    async fn redeemed<'a>(
        &'a self,
        form: Result<&str, BodyFault>,
        authorization: Option<&str>,
        known: &mut Known<'a>,
    ) -> Result<TokenResponse, RedeemFault> {
        let form = Params::parse(form?).map_err(TokenFault::from)?;
        let request = TokenRequest::parse(&form, authorization)?;
        let client = request.authenticate(&self.clients)?;
        known.client = Some(client);
        let key = Key::new("code", &request.code()?.digest());
        let seen = self.ports.vault.peek(&key).await?.ok_or(TokenFault::UnknownCode)?;
        let grant = match &seen.record {
            Record::Grant(grant) => grant.as_ref().clone(),
            Record::Spent(spent) => {
                known.login = Some(spent.login.clone());
                return Err(self.reused(client, spent).await);
            }
            _ => return Err(Unavailable::RecordUnreadable.into()),
        };
        known.login = Some(grant.login.clone());
        if let Err(fault) = grant.binding.check(&request, client) {
            // Whoever holds a code without its other half has stolen it: it buys nothing any more.
            let burnt = self.spend(&key, &seen, &grant, client, None).await?;
            return Err(if burnt { fault.into() } else { self.outrun(&key, client).await });
        }
        self.issue(&key, &seen, grant, client).await
    }

    /// The access token is written before the code is spent, so that whoever finds the code spent
    /// also finds what there is to revoke.
    async fn issue(
        &self,
        key: &Key,
        seen: &Seen,
        grant: Grant,
        client: &Client,
    ) -> Result<TokenResponse, RedeemFault> {
        let access_token = AccessToken::new(&self.random());
        let digest = access_token.digest();
        let id_token = self.id_token(&grant, client, &access_token).await?;
        let access = Access { login: grant.login.clone(), person: grant.person.clone() };
        let life = client.access_token_life();
        let token_key = Key::new("access", &digest);
        self.ports.vault.put(&token_key, &Record::Access(Box::new(access)), life).await?;
        if !self.spend(key, seen, &grant, client, Some(digest)).await? {
            self.ports.vault.take(&token_key).await?;
            return Err(self.outrun(key, client).await);
        }
        let login = &grant.login;
        self.ports.audit.record(Event::TokensIssued { login, client: client.id() });
        Ok(TokenResponse::new(access_token, life, id_token, &grant.scopes))
    }

    async fn id_token(
        &self,
        grant: &Grant,
        client: &Client,
        access_token: &AccessToken,
    ) -> Result<String, RedeemFault> {
        let now = self.now();
        let token = IdToken {
            issuer: self.issuer().clone(),
            subject: grant.person.sub.clone(),
            audience: client.id().clone(),
            issued_at: now,
            expires_at: now.saturating_add(client.id_token_life()).unwrap_or(now),
            auth_time: grant.person.auth_time,
            acr: grant.person.acr.clone(),
            nonce: grant.nonce.clone(),
            claims: grant.person.claims.as_map().clone(),
        };
        let to_sign = token.to_sign(self.ports.ring.active(), access_token);
        let signature = self.ports.signer.sign(to_sign.octets()).await;
        Ok(to_sign.signed(&signature.map_err(|_| Unavailable::KeyUnavailable)?))
    }

    /// Marks the code as spent; `false` when somebody else was first. The mark outlives the token,
    /// so that a late second use still revokes it.
    async fn spend(
        &self,
        key: &Key,
        seen: &Seen,
        grant: &Grant,
        client: &Client,
        access_token: Option<[u8; 32]>,
    ) -> Result<bool, RedeemFault> {
        let spent = Record::Spent(Spent {
            login: grant.login.clone(),
            access_token: access_token.map(Digest),
        });
        Ok(self.ports.vault.swap(key, seen, &spent, client.access_token_life()).await?)
    }

    /// Somebody else spent the code between our look and our turn.
    async fn outrun(&self, key: &Key, client: &Client) -> RedeemFault {
        match self.ports.vault.peek(key).await {
            Ok(Some(Seen { record: Record::Spent(spent), .. })) => {
                self.reused(client, &spent).await
            }
            Ok(_) => TokenFault::UnknownCode.into(),
            Err(fault) => fault.into(),
        }
    }

    /// A code that comes twice was stolen, or its owner is confused; either way what it bought is
    /// taken back [RFC 6749 §4.1.2].
    async fn reused(&self, client: &Client, spent: &Spent) -> RedeemFault {
        if let Some(Digest(digest)) = &spent.access_token
            && let Err(fault) = self.ports.vault.take(&Key::new("access", digest)).await
        {
            return fault.into();
        }
        self.ports.audit.record(Event::CodeReused { login: &spent.login, client: client.id() });
        TokenFault::UnknownCode.into()
    }
}

/// What a refusal can tell of its request, as far as it got.
#[derive(Default)]
struct Known<'a> {
    /// Who proved to be a client.
    client: Option<&'a Client>,
    /// The login that the code came from.
    login: Option<LoginId>,
}

/// Every way a token request can be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RedeemFault {
    /// The body cannot be read.
    #[error(transparent)]
    Body(#[from] BodyFault),
    /// The request, its client or its code is at fault.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// The store did not do it, a record could not be opened, or a key could not be used.
    #[error("the login service is temporarily unavailable; try again")]
    Unavailable(#[from] Unavailable),
}

impl RedeemFault {
    /// The `error` to tell.
    #[must_use]
    pub fn code(self) -> OAuthCode {
        match self {
            Self::Body(_) => OAuthCode::InvalidRequest,
            Self::Token(fault) => fault.code(),
            Self::Unavailable(_) => OAuthCode::TemporarilyUnavailable,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Body(fault) => fault.status(),
            Self::Token(fault) => fault.status(),
            Self::Unavailable(_) => 503,
        }
    }
}

impl From<VaultFault> for RedeemFault {
    fn from(fault: VaultFault) -> Self {
        Self::Unavailable(fault.into())
    }
}
