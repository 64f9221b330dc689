//! What Silta canonicalizes, verifies and opens, judged by implementations that others wrote: bergshamra
//! and samael, libxml2 and xmlsec1's library, the `xmlsec1` tool and signxml. It never ships.
//!
//! A test generates what may be judged, asks Silta and the judges, and fails when they disagree for a
//! reason that [`explained`] does not list.

#![expect(
    clippy::missing_panics_doc,
    reason = "only tests use this crate, and a panic is how a test fails"
)]

pub mod bergshamra_judge;
pub mod change;
pub mod count;
pub mod document;
pub mod explained;
pub mod libxml2;
pub mod random;
pub mod signature;
pub mod signxml_judge;
pub mod silta_judge;
pub mod vectors;
pub mod verdict;
pub mod xmlsec_judge;
pub mod xmlsec_opener;
