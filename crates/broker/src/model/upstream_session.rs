//! The session that a person has at an upstream.

use std::fmt;

use jiff::Timestamp;

use crate::model::pending::Pending;

/// The session that a person has at an upstream, as far as the verified answer told of it. `Debug` does
/// not show the person.
pub struct UpstreamSession {
    /// What its adapter needs to end it, opaque to everybody else.
    pub handle: Pending,
    /// By what a logout that the upstream starts may name it.
    pub names: Vec<UpstreamSessionName>,
    /// When the upstream ends it, clock skew included, if it says so.
    pub ends: Option<Timestamp>,
}

/// A name by which an upstream may end a session. Only the upstream's adapter makes one, for an answer
/// and for a logout alike; everybody else hashes it, because a principal may be an identity number.
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamSessionName {
    /// Whose sessions.
    pub principal: String,
    /// Which of them; in a logout, `None` means all.
    pub index: Option<String>,
}

impl fmt::Debug for UpstreamSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UpstreamSession({} names)", self.names.len())
    }
}

impl fmt::Debug for UpstreamSessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UpstreamSessionName(redacted)")
    }
}
