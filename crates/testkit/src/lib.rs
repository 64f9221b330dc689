//! Peers, forgeries, clocks and conformance suites for tests. It never ships.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests use this crate, and a panic is how a test fails"
)]

pub mod bench;
pub mod deadline;
pub mod deflate;
pub mod forge;
pub mod guide;
pub mod installed;
pub mod keys;
#[cfg(feature = "programs")]
mod programs;
pub mod this_process;

#[cfg(feature = "programs")]
pub use programs::*;
