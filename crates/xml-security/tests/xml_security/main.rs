//! Keys, and what is written with them, proved from outside. How messages are judged is proved where
//! messages are: in `silta-saml`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

mod ecdh_es;
mod keys;
mod structure;
mod written;
