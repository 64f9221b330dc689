//! What flows over HTTP against the built binary share with the programs in `examples/`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests and examples use this crate, and a panic is how they fail"
)]

pub mod fargate_like;
pub mod person;
pub mod search;
pub mod user_pool;

use jiff::Timestamp;

/// The time, as the replicas see it too.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the broker's process has a clock of its own")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
