//! Peers, forgeries, clocks and conformance suites for tests. It never ships.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests use this crate, and a panic is how a test fails"
)]

pub mod clock;
pub mod entropy;
pub mod redis_server;
pub mod store_suite;
