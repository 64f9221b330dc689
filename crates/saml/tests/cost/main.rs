//! What a message may cost: a search for the dearest one, and the dearest that it has found, kept.
//!
//! A message is dear when it costs much more than an honest one of its size and form. Both are
//! measured in one run, on one thread, in the CPU time of that thread, several times in turn; the
//! least of each counts, so that other work on the machine changes nothing.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a panic is how a test fails, and the figures are printed"
)]

mod agreement;
mod form;
mod genes;
mod kept;
mod meter;
mod random;
mod search;
mod shape;
