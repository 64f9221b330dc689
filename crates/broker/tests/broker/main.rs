//! Tests of the broker through its public functions.
//!
//! Each test takes a good [`fixture::Fixture`], deviates from it once, and asserts the reason.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod back_channel;
mod claims;
mod client_assertion;
mod client_keys;
mod client_logout;
mod earlier_rules;
mod expected_person;
mod faulty_store;
mod find_login;
mod finish;
mod fixture;
mod form_post;
mod id_token_algorithm;
mod introspect;
mod language;
mod logout;
mod mapping;
mod oidc_upstream;
mod once_more;
mod open_logins;
mod outage;
mod passive;
mod policy_of_today;
mod presets;
mod public_client;
mod pushed_request;
mod recording_audit;
mod redaction;
mod redeem;
mod refresh;
mod revoke;
mod saml_upstream;
mod scripted_idp;
mod sealed_store;
mod service_provider;
mod session;
mod several_upstreams;
mod start;
mod upgrade;
mod userinfo;
mod whole_login;
mod wire;
