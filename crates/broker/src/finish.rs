//! Finishes a login: judges the callback once, and issues an authorization code.

use std::time::Duration;

use openssl::sha::Sha256;
use silta_oidc::{AuthorizationCode, ClientId, Location, Params};

use crate::audit::Event;
use crate::broker::{Broker, ClientPolicy};
use crate::error::{FailedLogin, LoginError};
use crate::login::{BrowserBinding, RelayState, answered_key, pending_key};
use crate::open_logins::MARK_OUTLIVES_LOGIN;
use crate::ports::Key;
use crate::sealed_store::SealedStoreError;
use crate::state::{CODE_LIFE, LOGIN_LIFE, PendingLogin, Person, Record};
use crate::upstream::{Callback, Identity, UpstreamName};

/// The form that the browser posted to our ACS. Only [`Broker::read_callback`] makes one.
///
/// ```compile_fail,E0451
/// # fn forge(relay_state: silta_broker::RelayState, callback: silta_broker::Callback) {
/// let unread = silta_broker::CallbackForm { relay_state, callback };
/// # }
/// ```
#[derive(Debug)]
pub struct CallbackForm {
    relay_state: RelayState,
    callback: Callback,
}

impl CallbackForm {
    /// The RelayState of the form: it names the cookie to look for.
    #[must_use]
    pub fn relay_state(&self) -> &RelayState {
        &self.relay_state
    }
}

/// An identity whose replay key is claimed, so that its assertion is not accepted again
/// [SAML2Prof §4.1.4.5].
struct UnreplayedIdentity(Identity);

impl Broker {
    /// Reads the form that the browser posted [SAML2Bind §3.5.4].
    ///
    /// # Errors
    /// A [`FailedLogin`] to show as a page: the client is not known yet.
    pub fn read_callback(&self, body: &str) -> Result<CallbackForm, FailedLogin> {
        read_form(body).map_err(|error| self.fail_with_page(error))
    }

    /// Finishes a login at the callback address of `upstream`, for the browser that holds `browser`.
    ///
    /// # Errors
    /// A [`FailedLogin`], with a redirect to the client once the pending login is found.
    pub async fn finish_login(
        &self,
        upstream: &UpstreamName,
        callback_form: CallbackForm,
        browser: Option<BrowserBinding>,
    ) -> Result<Location, FailedLogin> {
        let browser = browser.ok_or_else(|| self.fail_with_page(LoginError::CookieMissing))?;
        let answered = answered_key(&callback_form.relay_state, &browser);
        let pending_login =
            self.take_pending(&pending_key(&callback_form.relay_state, &browser), &answered).await;
        let pending_login = pending_login.map_err(|error| self.fail_with_page(error))?;
        let login = pending_login.login.clone();
        let (binding, state) = (pending_login.binding.clone(), pending_login.state.clone());
        match self.authenticate(upstream, pending_login, &callback_form.callback, &answered).await {
            Ok(code) => Ok(binding.redirect().success(self.issuer(), &code, state.as_ref())),
            Err(error) => {
                let target = (binding.redirect(), state.as_ref());
                Err(self.fail_to_client(login, binding.client_id(), target, error))
            }
        }
    }

    /// Takes the pending login out of the store, before the broker looks at the callback: a second
    /// callback finds nothing, at any replica.
    async fn take_pending(
        &self,
        pending: &Key,
        answered: &Key,
    ) -> Result<PendingLogin, LoginError> {
        let found = self.ports.store.take(pending).await;
        if matches!(found, Ok(Some(_)) | Err(SealedStoreError::Unreadable)) {
            self.ports.open_logins.close(answered);
        }
        match found? {
            Some(Record::PendingLogin(pending_login)) => Ok(*pending_login),
            Some(_) => Err(LoginError::RecordUnreadable),
            None => match self.ports.store.peek(answered).await? {
                Some(_) => Err(LoginError::AlreadyUsed),
                None => Err(LoginError::LoginExpired),
            },
        }
    }

    /// Marks the login as answered, verifies the callback, claims its replay key, maps the attributes
    /// and issues the code.
    async fn authenticate(
        &self,
        upstream: &UpstreamName,
        pending_login: PendingLogin,
        callback: &Callback,
        answered: &Key,
    ) -> Result<AuthorizationCode, LoginError> {
        let waited = self.now().duration_since(pending_login.since);
        let left = LOGIN_LIFE.saturating_sub(Duration::try_from(waited).unwrap_or_default());
        let life = left.saturating_add(MARK_OUTLIVES_LOGIN);
        self.ports.store.put(answered, &Record::Answered, life).await?;
        // The login names its identity provider; the message does not.
        if pending_login.upstream != *upstream {
            return Err(LoginError::WrongUpstream);
        }
        let adapter = self.settings.upstreams.get(&pending_login.upstream);
        let (adapter, subject) = adapter.ok_or(LoginError::WrongUpstream)?;
        let identity = adapter
            .finish(callback, &pending_login.pending, self.now())
            .map_err(LoginError::Upstream)?;
        let identity = self.claim_replay_key(identity).await?;
        let client = pending_login.binding.client_id().clone();
        let person = self.map_person(&client, upstream, subject, identity)?;

        let code = AuthorizationCode::new(&self.random());
        let (login, acr) = (pending_login.login.clone(), person.acr.clone());
        // A replica whose clock is behind sees no time pass.
        let took =
            Duration::try_from(self.now().duration_since(pending_login.since)).unwrap_or_default();
        let grant = Record::Grant(Box::new(pending_login.authenticated(person)));
        let key = Key::new("code", &code.digest());
        self.ports.store.put(&key, &grant, CODE_LIFE).await?;
        self.ports.audit.record(Event::LoginFinished {
            login: &login,
            client: &client,
            upstream,
            acr: &acr,
            took,
        });
        Ok(code)
    }

    /// Claims the replay key among all replicas, until the assertion has expired.
    async fn claim_replay_key(&self, identity: Identity) -> Result<UnreplayedIdentity, LoginError> {
        let mut hash = Sha256::new();
        let issuer = identity.replay_key.issuer.as_bytes();
        hash.update(&u64::try_from(issuer.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(issuer);
        hash.update(identity.replay_key.id.as_bytes());
        let key = Key::new("assertion", &hash.finish());
        let left = identity.replay_key.until.duration_since(self.now());
        let life = Duration::try_from(left).unwrap_or_default() + Duration::from_secs(1);
        if self.ports.store.claim(&key, &Record::UsedAssertion, life).await? {
            Ok(UnreplayedIdentity(identity))
        } else {
            Err(LoginError::Replayed)
        }
    }

    /// Maps the identity to the `sub` and the claims of this client.
    fn map_person(
        &self,
        client: &ClientId,
        upstream: &UpstreamName,
        subject: &[String],
        UnreplayedIdentity(identity): UnreplayedIdentity,
    ) -> Result<Person, LoginError> {
        let policy: &ClientPolicy =
            self.settings.clients.get(client).ok_or(LoginError::Misconfigured)?;
        let delivered = identity
            .attributes
            .iter()
            .map(|(name, values)| (name.as_str(), values.iter().map(String::as_str)));
        let attributes = self.settings.dictionary.recognise(delivered)?;
        // The best attribute that arrived decides, also when it has several values: a lesser one
        // would make the person somebody else. The kind of attribute is part of the hash: a foreign
        // identifier that happens to spell like a national one is another person.
        let delivered = |name: &&String| attributes.first(name).is_some();
        let attribute = subject.iter().find(delivered).ok_or(LoginError::NoSubject)?;
        let [value] = attributes.values(attribute) else { return Err(LoginError::NoSubject) };
        let sub = self
            .settings
            .subject_key
            .sub(upstream, attribute, value, policy.client.sector())
            .map_err(|_| LoginError::KeyUnavailable)?;
        let claims = policy.rules.apply(&attributes)?.claims;
        Ok(Person { sub, acr: identity.acr, auth_time: identity.authn_instant, claims })
    }
}

fn read_form(body: &str) -> Result<CallbackForm, LoginError> {
    let params = Params::parse_up_to(body, FORM_LIMIT)?;
    let response = params.one("SAMLResponse")?.ok_or(LoginError::AnswerMissing)?.to_owned();
    let relay_state = params.one("RelayState")?.and_then(RelayState::parse);
    let relay_state = relay_state.ok_or(LoginError::UnknownHandle)?;
    Ok(CallbackForm { relay_state, callback: Callback::new(response) })
}

/// The message limit in base64, with every character escaped as a form may.
const FORM_LIMIT: usize = 3 * silta_saml::MESSAGE_LIMIT + 1024;
