//! `session` of clients, service providers and upstreams.

use super::{Key, Kind, Need, Section};

pub(super) const SECTION: Section = Section {
    name: "`session`",
    before: "A session begins with each login. When it ends, what was made from it is good no more: codes and access tokens. \
             Where nothing uses or ends it later, and its upstream cannot log out, it lasts as long as these and keeps nothing \
             of the person; the keys below then say nothing.",
    keys: &[SSO, IDLE, ABSOLUTE],
    rules: &[],
    after: "",
};

pub(super) const OF_UPSTREAM: Section = Section {
    name: "`session` of an upstream",
    before: "",
    keys: &[UPSTREAM_SSO],
    rules: &[],
    after: "",
};

/// Whether sessions answer requests.
pub const SSO: Key = Key::new(
    "sso",
    Kind::Boolean,
    Need::Default("false"),
    "Whether a session answers its requests, where that is [enough](../how-to/single-sign-on.md), and the sessions of \
     its own logins those of others. One of its upstreams must allow it too. The person's attributes are kept with the \
     session.",
    "true",
);

/// Whether sessions that began there answer requests.
pub const UPSTREAM_SSO: Key = Key::new(
    "sso",
    Kind::Boolean,
    Need::Default("false"),
    "Whether a session that began with a login here answers further requests, of those who have `session: { sso: true }` \
     too ([single sign-on](../how-to/single-sign-on.md)).",
    "true",
);

/// When sessions end that nothing uses.
pub const IDLE: Key = Key::new(
    "idle",
    // With less it would end while a person reads a page.
    Kind::Duration { least: FIVE_MINUTES, most: THIRTY_DAYS },
    Need::Default("30m"),
    "A session ends when nothing has used it for so long, where something can use it. It must be 70 seconds \
     longer than `access_token_life`, as a code and the access token that it buys are together: whoever waits for the end \
     of a token comes too late otherwise. With `sso` that holds for each client whose requests it answers.",
    "30m",
);

/// When sessions end in any case.
pub const ABSOLUTE: Key = Key::new(
    "absolute",
    Kind::Duration { least: FIVE_MINUTES, most: THIRTY_DAYS },
    Need::Default("8h"),
    "A session ends so long after its login, however much it is used, and one of another client answers this one's requests for \
     no longer. It must be 70 seconds longer than `access_token_life` too.",
    "8h",
);

const FIVE_MINUTES: u64 = 5 * 60;
/// The weakest level of assurance asks for a new authentication after so long [NIST SP 800-63B-3 §4.1.3].
const THIRTY_DAYS: u64 = 30 * 24 * 3600;
