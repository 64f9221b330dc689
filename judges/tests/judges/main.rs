//! Silta and the judges, over what is made up here.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests; their figures are printed"
)]

mod canonicalization;
mod decryption;
mod signatures;
