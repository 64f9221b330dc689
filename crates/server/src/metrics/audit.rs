//! How logins, tokens and userinfo requests are counted: by what the broker reports of them.

use silta_broker::ports::Audit;
use silta_broker::{Event, RelyingParty, UpstreamName, UserInfoError};
use silta_oidc::OAuthErrorCode;

use super::Metrics;
use super::labels::{Ended, Login, Refused, Tokens, UserInfoRefused};

impl Audit for Metrics {
    fn record(&self, event: Event<'_>) {
        match event {
            Event::LoginStarted { client, upstream, .. } => {
                let labels = Login::of(Some(client), Some(upstream));
                self.started.get_or_create(&labels).inc();
                let now = self.clock.now();
                // Here too, or what waits would only grow where nobody reads metrics.
                self.not_due.settle(now, |login, count| self.are_due(login, count));
                self.not_due.started(labels, now);
            }
            Event::LoginFinished { client, upstream, took, .. } => {
                self.ended(Some(client), Some(upstream), "finished", "");
                let labels = Login::of(Some(client), Some(upstream));
                self.took.get_or_create(&labels).observe(took.as_secs_f64());
            }
            Event::LoginRefused { client, upstream, error, .. } => {
                self.ended(client, upstream, "refused", error.reason());
                self.refused.get_or_create(&Refused::of(error.class())).inc();
            }
            Event::LoginAbandoned { client, upstream, .. } => {
                self.abandoned(client, upstream);
            }
            Event::TokensIssued { client, .. } => {
                let client = client.as_str().to_owned();
                self.tokens.get_or_create(&Tokens { client, outcome: "issued" }).inc();
            }
            Event::TokensRefused { client, error, .. } => {
                let client = client.map_or("", RelyingParty::as_str).to_owned();
                let outcome = error.error_code().as_str();
                self.tokens.get_or_create(&Tokens { client, outcome }).inc();
            }
            // It is one login, which was counted when it started.
            Event::LoginAskedAgain { .. } => {}
            Event::CodeReused { .. } => {
                self.reused.inc();
            }
            Event::UserInfoRefused { error } => {
                let error = match error {
                    UserInfoError::Body(_) => OAuthErrorCode::InvalidRequest.as_str(),
                    UserInfoError::Request(error) => {
                        error.error_code().map_or("no_token", OAuthErrorCode::as_str)
                    }
                    UserInfoError::Unavailable(_) => {
                        OAuthErrorCode::TemporarilyUnavailable.as_str()
                    }
                };
                self.userinfo_refused.get_or_create(&UserInfoRefused { error }).inc();
            }
        }
    }
}

impl Metrics {
    /// Shows what these logins would be counted by before there is one: an alarm sees how a series
    /// grows, not what it begins with.
    pub(crate) fn expect<'a>(
        &self,
        logins: impl IntoIterator<Item = (&'a RelyingParty, &'a UpstreamName)>,
    ) {
        for (client, upstream) in logins {
            let login = Login::of(Some(client), Some(upstream));
            for family in [&self.started, &self.due, &self.abandoned] {
                family.get_or_create_owned(&login);
            }
            let Login { client, upstream } = login;
            let ended = Ended { client, upstream, outcome: "finished", reason: "" };
            self.ended.get_or_create_owned(&ended);
        }
    }

    /// Counts a login that nobody answered, and all of its age as due.
    pub(crate) fn abandoned(&self, client: &RelyingParty, upstream: &UpstreamName) {
        self.not_due.one_was_abandoned(self.clock.now(), |login, count| self.are_due(login, count));
        self.abandoned.get_or_create(&Login::of(Some(client), Some(upstream))).inc();
    }

    pub(super) fn are_due(&self, login: &Login, count: u64) {
        self.due.get_or_create(login).inc_by(count);
    }

    fn ended(
        &self,
        client: Option<&RelyingParty>,
        upstream: Option<&UpstreamName>,
        outcome: &'static str,
        reason: &'static str,
    ) {
        let Login { client, upstream } = Login::of(client, upstream);
        self.ended.get_or_create(&Ended { client, upstream, outcome, reason }).inc();
    }
}
