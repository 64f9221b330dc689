//! Logging out: asked for by relying parties and by upstreams, which are asked in turn.

pub(crate) mod asked_logout;
pub(crate) mod client_logout;
pub(crate) mod confirmation;
pub(crate) mod error;
pub(crate) mod finished_logout;
pub(crate) mod from_client;
pub(crate) mod from_upstream;
pub(crate) mod notification_error;
pub(crate) mod notified_party;
pub(crate) mod outbox;
pub(crate) mod outbox_error;
pub(crate) mod party;
pub(crate) mod pending_logout;
pub(crate) mod to_upstream;
pub(crate) mod upstream_logout;
