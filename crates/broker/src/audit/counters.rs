//! What is counted and measured of events.

use crate::audit::description::{Counter, Timer};

/// Logins that left towards an upstream.
pub const LOGINS_STARTED: Counter = Counter {
    name: "logins_started",
    help: "Logins that left towards an upstream",
    labels: &["client", "upstream"],
};
/// Logins whose half hour ended without an answer.
pub const LOGINS_ABANDONED: Counter = Counter {
    name: "logins_abandoned",
    help: "Logins whose half hour ended without an answer",
    labels: &["client", "upstream"],
};
/// Logins that were refused.
pub const LOGINS_REFUSED: Counter = Counter {
    name: "logins_refused",
    help: "Logins that were refused, by who can act",
    labels: &["class"],
};
/// Logins that ended: `outcome` is `finished` or `refused`, `reason` the word that the log has too.
pub const LOGINS_ENDED: Counter = Counter {
    name: "logins_ended",
    help: "Logins that ended, by outcome and reason",
    labels: &["client", "upstream", "outcome", "reason"],
};
/// They neither start nor end elsewhere, and take no person's time.
pub(super) const LOGINS_FROM_SESSION: Counter = Counter {
    name: "logins_from_session",
    help: "Logins that were answered from a session, without asking an upstream",
    labels: &["client", "upstream"],
};
/// `outcome` is `issued`, `refreshed` or the OAuth error.
pub(super) const TOKEN_REQUESTS: Counter = Counter {
    name: "token_requests",
    help: "Token requests, by outcome",
    labels: &["client", "outcome"],
};
/// `outcome` is `access_token`, `refresh_tokens` or the OAuth error.
pub(super) const REVOCATIONS: Counter = Counter {
    name: "revocations",
    help: "Revocations by clients, by outcome",
    labels: &["client", "outcome"],
};
/// `error` is the OAuth error.
pub(super) const INTROSPECTIONS_REFUSED: Counter = Counter {
    name: "introspections_refused",
    help: "Introspection requests that were refused, by error",
    labels: &["client", "error"],
};
/// `error` is the OAuth error, or `no_token` where none is told.
pub(super) const USERINFO_REFUSED: Counter = Counter {
    name: "userinfo_refused",
    help: "Userinfo requests that were refused, by error",
    labels: &["error"],
};
/// `event` is `received` (the upstream ended sessions), `asked` (it was asked to), `not_asked` (it could not be),
/// `answered` or `refused`;
/// `reason` what became of it, or the word that the log has too.
pub(super) const LOGOUTS: Counter = Counter {
    name: "logouts",
    help: "Logouts that upstreams ask for or are asked for, by what became of them",
    labels: &["upstream", "event", "reason"],
};
/// `error` is the OAuth error.
pub(super) const PUSHES_REFUSED: Counter = Counter {
    name: "pushed_requests_refused",
    help: "Pushed authorization requests that were refused, by error",
    labels: &["client", "error"],
};
/// `reason` is what became of it here, or the word that the log has too where it was refused.
pub(super) const CLIENT_LOGOUTS: Counter = Counter {
    name: "client_logouts",
    help: "Logouts that relying parties ask for, by what became of them here",
    labels: &["client", "reason"],
};
/// `outcome` is `confirmed`, `again` where a client is tried again, or `given_up`.
pub(super) const CLIENTS_NOTIFIED: Counter = Counter {
    name: "clients_told_of_logout",
    help: "Logout tokens that clients were sent, by what became of them",
    labels: &["client", "outcome", "reason"],
};
pub(super) const CODES_REUSED: Counter =
    Counter { name: "codes_reused", help: "Codes that were presented again", labels: &[] };

pub(super) const REFRESH_TOKENS_REUSED: Counter = Counter {
    name: "refresh_tokens_reused",
    help: "Refresh tokens that were presented again",
    labels: &[],
};

/// Bank credentials take half a minute, reading letters half an hour.
pub(super) const LOGIN_DURATION: Timer = Timer {
    name: "login_duration_seconds",
    help: "Seconds from leaving to the accepted answer, the person's own time included",
    labels: &["client", "upstream"],
    buckets: &[1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0],
};

/// Every timer that an event can name.
pub const TIMERS: [Timer; 1] = [LOGIN_DURATION];

/// Every counter that an event can name.
pub const COUNTERS: [Counter; 15] = [
    LOGINS_STARTED,
    LOGINS_ABANDONED,
    LOGINS_REFUSED,
    LOGINS_ENDED,
    LOGINS_FROM_SESSION,
    TOKEN_REQUESTS,
    REVOCATIONS,
    INTROSPECTIONS_REFUSED,
    USERINFO_REFUSED,
    CODES_REUSED,
    PUSHES_REFUSED,
    REFRESH_TOKENS_REUSED,
    LOGOUTS,
    CLIENT_LOGOUTS,
    CLIENTS_NOTIFIED,
];
