//! Structured logs on standard output: one JSON object a line, no personal data.

use silta_broker::ports::Audit;
use silta_broker::{Class, Event, LoginFault};
use silta_oidc::ClientId;
use tracing::{Level, error, info, warn};
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging to standard output; called once, before anything else happens.
pub(crate) fn start(level: Level) {
    start_on(level, std::io::stdout);
}

/// The same to standard error, for commands whose output is something else.
pub(crate) fn start_on_stderr(level: Level) {
    start_on(level, std::io::stderr);
}

fn start_on<W>(level: Level, writer: W)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_max_level(level)
        .with_writer(writer)
        .init();
}

/// Writes events of logins to the log, under the target `silta::audit`.
pub(crate) struct LogAudit;

impl Audit for LogAudit {
    fn record(&self, event: Event<'_>) {
        match event {
            Event::LoginStarted { login, client, upstream } => {
                info!(target: AUDIT, %login, %client, %upstream, "login started");
            }
            Event::LoginFinished { login, client, upstream, acr } => {
                info!(target: AUDIT, %login, %client, %upstream, acr, "login finished");
            }
            Event::LoginRefused { login, client, upstream, fault } => {
                let client = client.map_or("", ClientId::as_str);
                let upstream = upstream.map_or("", silta_broker::UpstreamName::as_str);
                refused(login.as_str(), client, upstream, fault);
            }
            Event::TokensIssued { login, client } => {
                info!(target: AUDIT, %login, %client, "tokens issued");
            }
            Event::CodeReused { login, client } => {
                warn!(target: AUDIT, %login, %client, "code used again, its tokens are revoked");
            }
            Event::TokensRefused { client, fault } => {
                let client = client.map_or("", ClientId::as_str);
                let error = fault.code().as_str();
                warn!(target: AUDIT, client, error, detail = %fault, "tokens refused");
            }
        }
    }
}

/// The level says whose move it is: an operator is only woken for what an operator can mend.
fn refused(login: &str, client: &str, upstream: &str, fault: &LoginFault) {
    let (reason, detail) = (fault.reason(), fault.to_string());
    match fault.class() {
        Class::User => {
            info!(target: AUDIT, login, client, upstream, reason, detail, "login refused");
        }
        Class::Client | Class::Idp => {
            warn!(target: AUDIT, login, client, upstream, reason, detail, "login refused");
        }
        Class::Operator => {
            error!(target: AUDIT, login, client, upstream, reason, detail, "login refused");
        }
    }
}

const AUDIT: &str = "silta::audit";
