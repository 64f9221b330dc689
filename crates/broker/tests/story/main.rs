//! The login as a story, told through the broker's front doors: values in, values out.
//!
//! Each test is a good [`world::World`] with one deviation, and asserts the reason.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod begin;
mod diary;
mod finish;
mod happy;
mod idp;
mod look;
mod mapping;
mod open_logins;
mod outage;
mod probe;
mod redaction;
mod redeem;
mod saml_upstream;
mod userinfo;
mod vault;
mod wire;
mod world;
