//! The browser comes back with an answer: it is judged once, and becomes a code.

use std::time::Duration;

use openssl::sha::Sha256;
use silta_oidc::{ClientId, Code, Location, Params};

use crate::audit::Event;
use crate::broker::{Broker, Service};
use crate::fault::{Fault, LoginFault};
use crate::login::{BrowserBinding, RelayState, answered_key, waiting_key};
use crate::open_logins::MARK_OUTLIVES;
use crate::ports::Key;
use crate::state::{AwaitingIdp, CODE_LIFE, LOGIN_LIFE, Person, Record};
use crate::upstream::{Identity, Posted, UpstreamName};
use crate::vault::VaultFault;

/// What the browser posted. Only [`Broker::read_return`] makes one.
///
/// ```compile_fail,E0451
/// # fn forge(relay_state: silta_broker::RelayState, posted: silta_broker::Posted) {
/// let unread = silta_broker::Return { relay_state, posted };
/// # }
/// ```
#[derive(Debug)]
pub struct Return {
    relay_state: RelayState,
    posted: Posted,
}

impl Return {
    /// The handle that came back: it says which cookie to look for.
    #[must_use]
    pub fn relay_state(&self) -> &RelayState {
        &self.relay_state
    }
}

/// An identity whose assertion has been counted, so that nobody presents it again
/// [SAML2Prof §4.1.4.5].
struct Accepted(Identity);

impl Broker {
    /// Reads the form that the browser posted [SAML2Bind §3.5.4].
    ///
    /// # Errors
    /// A [`Fault`] to be shown as a page: whose login this is, is not known yet.
    pub fn read_return(&self, body: &str) -> Result<Return, Fault> {
        read(body).map_err(|fault| self.stranded(fault))
    }

    /// Finishes a login at the address of `upstream`, for the browser that holds `browser`.
    ///
    /// # Errors
    /// A [`Fault`] with a way back to the client as soon as the login was found.
    pub async fn finish(
        &self,
        upstream: &UpstreamName,
        back: Return,
        browser: Option<BrowserBinding>,
    ) -> Result<Location, Fault> {
        let browser = browser.ok_or_else(|| self.stranded(LoginFault::CookieMissing))?;
        let answered = answered_key(&back.relay_state, &browser);
        let waiting = self.taken(&waiting_key(&back.relay_state, &browser), &answered).await;
        let waiting = waiting.map_err(|fault| self.stranded(fault))?;
        let login = waiting.login.clone();
        let (binding, state) = (waiting.binding.clone(), waiting.state.clone());
        match self.answer(upstream, waiting, &back.posted, &answered).await {
            Ok(code) => Ok(binding.redirect().success(self.issuer(), &code, state.as_ref())),
            Err(fault) => {
                let way = (binding.redirect(), state.as_ref());
                Err(self.sent_back(login, binding.client_id(), way, fault))
            }
        }
    }

    /// Takes the waiting login out of the store, before anything of the answer is looked at: a
    /// second answer finds nothing, at whichever replica.
    async fn taken(&self, waiting: &Key, answered: &Key) -> Result<AwaitingIdp, LoginFault> {
        let found = self.ports.vault.take(waiting).await;
        if matches!(found, Ok(Some(_)) | Err(VaultFault::Unreadable)) {
            self.ports.open_logins.close(answered);
        }
        match found? {
            Some(Record::AwaitingIdp(waiting)) => Ok(*waiting),
            Some(_) => Err(LoginFault::RecordUnreadable),
            None => match self.ports.vault.peek(answered).await? {
                Some(_) => Err(LoginFault::AlreadyUsed),
                None => Err(LoginFault::LoginExpired),
            },
        }
    }

    /// Mark, verify, accept, map, answer.
    async fn answer(
        &self,
        upstream: &UpstreamName,
        waiting: AwaitingIdp,
        posted: &Posted,
        answered: &Key,
    ) -> Result<Code, LoginFault> {
        let waited = self.now().duration_since(waiting.since);
        let left = LOGIN_LIFE.saturating_sub(Duration::try_from(waited).unwrap_or_default());
        let life = left.saturating_add(MARK_OUTLIVES);
        self.ports.vault.put(answered, &Record::Answered, life).await?;
        // The identity provider is the one that was asked, never the one that the message names.
        if waiting.upstream != *upstream {
            return Err(LoginFault::WrongUpstream);
        }
        let asked = self.settings.upstreams.get(&waiting.upstream);
        let (asked, subject) = asked.ok_or(LoginFault::WrongUpstream)?;
        let identity =
            asked.finish(posted, &waiting.begun, self.now()).map_err(LoginFault::Upstream)?;
        let accepted = self.accept(identity).await?;
        let client = waiting.binding.client_id().clone();
        let person = self.person(&client, upstream, subject, accepted)?;

        let code = Code::new(&self.random());
        let (login, acr) = (waiting.login.clone(), person.acr.clone());
        // A replica whose clock is behind sees no time pass.
        let took = Duration::try_from(self.now().duration_since(waiting.since)).unwrap_or_default();
        let grant = Record::Grant(Box::new(waiting.authenticated(person)));
        let key = Key::new("code", &code.digest());
        self.ports.vault.put(&key, &grant, CODE_LIFE).await?;
        self.ports.audit.record(Event::LoginFinished {
            login: &login,
            client: &client,
            upstream,
            acr: &acr,
            took,
        });
        Ok(code)
    }

    /// An assertion counts once among all replicas, until it has expired.
    async fn accept(&self, identity: Identity) -> Result<Accepted, LoginFault> {
        let mut hash = Sha256::new();
        let issuer = identity.once.issuer.as_bytes();
        hash.update(&u64::try_from(issuer.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(issuer);
        hash.update(identity.once.id.as_bytes());
        let key = Key::new("assertion", &hash.finish());
        let left = identity.once.until.duration_since(self.now());
        let life = Duration::try_from(left).unwrap_or_default() + Duration::from_secs(1);
        if self.ports.vault.claim(&key, &Record::UsedAssertion, life).await? {
            Ok(Accepted(identity))
        } else {
            Err(LoginFault::Replayed)
        }
    }

    /// What the client is going to know about the person.
    fn person(
        &self,
        client: &ClientId,
        upstream: &UpstreamName,
        subject: &[String],
        Accepted(identity): Accepted,
    ) -> Result<Person, LoginFault> {
        let service: &Service =
            self.settings.services.get(client).ok_or(LoginFault::Misconfigured)?;
        let delivered = identity
            .attributes
            .iter()
            .map(|(name, values)| (name.as_str(), values.iter().map(String::as_str)));
        let attributes = self.settings.dictionary.recognise(delivered)?;
        // The best attribute that arrived decides, also when it has several values: a lesser one
        // would make the person somebody else. The kind of attribute is part of the hash: a foreign
        // identifier that happens to spell like a national one is another person.
        let delivered = |name: &&String| attributes.first(name).is_some();
        let attribute = subject.iter().find(delivered).ok_or(LoginFault::NoSubject)?;
        let [value] = attributes.values(attribute) else { return Err(LoginFault::NoSubject) };
        let sub = self
            .settings
            .subject_key
            .sub(upstream, attribute, value, service.client.sector())
            .map_err(|_| LoginFault::KeyUnavailable)?;
        let claims = service.rules.apply(&attributes)?.claims;
        Ok(Person { sub, acr: identity.acr, auth_time: identity.authenticated, claims })
    }
}

fn read(body: &str) -> Result<Return, LoginFault> {
    let params = Params::parse_up_to(body, FORM_LIMIT)?;
    let posted = params.one("SAMLResponse")?.ok_or(LoginFault::AnswerMissing)?.to_owned();
    let relay_state = params.one("RelayState")?.and_then(RelayState::parse);
    let relay_state = relay_state.ok_or(LoginFault::UnknownHandle)?;
    Ok(Return { relay_state, posted: Posted::new(posted) })
}

/// The message limit in base64, with every character escaped as a form may.
const FORM_LIMIT: usize = 3 * silta_saml::MESSAGE_LIMIT + 1024;
