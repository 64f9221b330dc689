//! Logging out at an upstream, in both directions: what only some upstreams can do.

pub(crate) mod error;
pub(crate) mod from_upstream;
pub(crate) mod pending_logout;
pub(crate) mod to_upstream;
pub(crate) mod upstream_logout;
