//! An audit port whose events a test can read.

use std::fmt::Display;
use std::sync::Mutex;

use silta_broker::ports::Audit;
use silta_broker::{Event, LogoutParty, OutboxError, RelyingParty, RevokedTokens};

/// Records one line for each event, without the reference; and each event as `Debug` prints it.
#[derive(Default)]
pub(crate) struct RecordingAudit(Mutex<Vec<Entry>>);

struct Entry {
    reference: Option<String>,
    line: String,
    printed: String,
}

impl RecordingAudit {
    /// The lines, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.each(|entry| entry.line.clone())
    }

    /// The last line.
    pub(crate) fn last(&self) -> String {
        self.lines().pop().unwrap()
    }

    /// The references of the logins that the events belong to.
    pub(crate) fn references(&self) -> Vec<Option<String>> {
        self.each(|entry| entry.reference.clone())
    }

    /// Every event as `Debug` prints it.
    pub(crate) fn printed(&self) -> String {
        self.each(|entry| entry.printed.clone()).join("\n")
    }

    fn each<T>(&self, look: impl Fn(&Entry) -> T) -> Vec<T> {
        self.0.lock().unwrap().iter().map(look).collect()
    }
}

fn nobody() -> String {
    "nobody".to_owned()
}

impl Audit for RecordingAudit {
    fn record(&self, event: Event<'_>) {
        let (login, line) = match event {
            Event::LoginStarted { login, client, upstream } => {
                (Some(login), format!("{client} started at {upstream}"))
            }
            Event::LoginAskedAgain { login, client, upstream } => {
                (Some(login), format!("{client} asked again at {upstream}"))
            }
            Event::ClaimLeftOut { login, client, upstream, error } => {
                (Some(login), format!("{client} is not told at {upstream}: {error}"))
            }
            Event::AttributesArrived { login, client, upstream, names } => {
                (Some(login), format!("{client} misses an attribute at {upstream}: {names}"))
            }
            Event::AttributesNotKept { login, client, upstream, error } => {
                (Some(login), format!("{client} began no session to share at {upstream}: {error}"))
            }
            Event::LoginFinished { login, client, upstream, acr, .. } => {
                (Some(login), format!("{client} finished at {upstream} with {acr}"))
            }
            Event::LoginFromSession { login, client, upstream, acr, .. } => {
                (Some(login), format!("{client} answered from a session of {upstream} with {acr}"))
            }
            Event::LoginRefused { login, client, upstream, error } => {
                let client = client.map_or_else(nobody, ToString::to_string);
                let upstream = upstream.map_or_else(nobody, ToString::to_string);
                (Some(login), format!("{client} refused at {upstream}: {}", error.reason()))
            }
            Event::RefusalNotSent { login, client, error } => {
                (Some(login), format!("{client} not told: {}", error.reason()))
            }
            Event::LoginAbandoned { login, client, upstream } => {
                (Some(login), format!("{client} abandoned at {upstream}"))
            }
            Event::HintIgnored { client } => (None, format!("{client} sent a hint in vain")),
            Event::TokensIssued { login, client } => (Some(login), format!("{client} got tokens")),
            Event::TokensRefreshed { login, client } => {
                (Some(login), format!("{client} refreshed its tokens"))
            }
            Event::RefreshTokenReused { login, client } => {
                (Some(login), format!("{client} reused a refresh token"))
            }
            Event::CodeReused { login, client } => (Some(login), format!("{client} reused a code")),
            Event::TokensRevoked { login, client, what } => {
                (Some(login), format!("{client} revoked {}", revoked(what)))
            }
            Event::RevocationRefused { client, error } => {
                (None, refused(client, "revoked nothing", (error.error_code(), error.reason())))
            }
            Event::IntrospectionRefused { client, error } => {
                (None, refused(client, "was told nothing", (error.error_code(), error.reason())))
            }
            Event::TokensRefused { client, login, error } => {
                let what = (error.error_code(), error.reason());
                (login, refused(client, "got no tokens", what))
            }
            Event::PushRefused { client, error } => {
                let what = (error.error_code(), error.reason());
                (None, refused(client, "pushed nothing", what))
            }
            Event::ClientKeysNotFetched { client, error } => {
                (None, format!("no keys of {client}: {}", error.cause()))
            }
            Event::SessionEnded { login, why } => {
                (Some(login), format!("session ended: {}", why.reason()))
            }
            Event::UpstreamLogoutReceived { upstream, outcome, .. } => {
                (None, format!("{upstream} logged out: {}", outcome.word()))
            }
            Event::UpstreamLogoutAsked { login, upstream } => {
                (Some(login), format!("asked {upstream} to log out"))
            }
            Event::UpstreamLogoutAnswered { login, upstream, outcome } => {
                (Some(login), format!("{upstream} answered: {}", outcome.word()))
            }
            Event::LogoutRefused { reference, party, error } => {
                let party = name_of(party);
                (Some(reference), format!("{party} logout refused: {}", error.reason()))
            }
            Event::ClientLogout { login, client, end } => {
                let client = client.map_or_else(nobody, ToString::to_string);
                (login, format!("{client} logged out: {}", end.word()))
            }
            Event::ClientNotified { login, client } => {
                (Some(login), format!("{client} told of logout"))
            }
            Event::ClientNotNotified { login, client, error, again } => {
                let then = if again { "tried again" } else { "given up" };
                (Some(login), format!("{client} not told of logout: {}, {then}", error.reason()))
            }
            Event::LogoutNotKept { error } => (None, outbox("logout not kept", *error)),
            Event::OutboxNotRead { error } => (None, outbox("outbox not read", *error)),
            Event::UpstreamLogoutNotAsked { login, upstream, error } => {
                (Some(login), format!("{upstream} not asked to log out: {}", error.reason()))
            }
            Event::UserInfoRefused { error } => (None, format!("no userinfo: {error}")),
            Event::ControlAnswered { command } => (None, format!("told: {}", command.word())),
            Event::ControlRefused { reason } => (None, format!("not told: {}", reason.word())),
        };
        let reference = login.map(ToString::to_string);
        self.0.lock().unwrap().push(Entry { reference, line, printed: format!("{event:?}") });
    }
}

fn refused<C: Display>(
    client: Option<&RelyingParty>,
    what: &str,
    (code, why): (C, &str),
) -> String {
    let client = client.map_or_else(nobody, ToString::to_string);
    format!("{client} {what}: {code} {why}")
}

fn outbox(what: &str, error: OutboxError) -> String {
    format!("{what}: {}", error.reason())
}

fn name_of(party: LogoutParty<'_>) -> String {
    match party {
        LogoutParty::Upstream(upstream) => upstream.to_string(),
        LogoutParty::RelyingParty(Some(client)) => client.to_string(),
        LogoutParty::RelyingParty(None) => "nobody".to_owned(),
    }
}

fn revoked(what: RevokedTokens) -> &'static str {
    match what {
        RevokedTokens::Access => "an access token",
        RevokedTokens::Refresh => "its refresh tokens",
    }
}
