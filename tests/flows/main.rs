//! Whole logins over HTTP: the built binary as two replicas over one Redis, and peers that others
//! wrote. Nothing here knows what is inside of Silta.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod advice;
mod alb;
mod allocator;
mod at_aws;
mod attributes;
mod back_channel;
mod bad_authn_request;
mod bad_authorize;
mod bad_callback;
mod bad_id_token;
mod bad_provider;
mod bad_provider_answer;
mod bad_response;
mod bad_token;
mod bad_url;
mod check;
mod check_against;
mod check_effective;
mod check_provider;
mod check_schema;
mod check_service_providers;
mod client_keys;
mod client_vpn;
mod cloud;
mod cognito;
mod conformance;
mod conformance_tokens;
mod connections;
mod control;
mod cors;
mod demo;
mod explain;
mod fargate_like;
mod fixture;
mod floods;
mod form_post;
mod hanging_provider;
mod hostile_bodies;
mod hostile_provider;
mod http;
mod language;
mod leaks;
mod leaks_of_logouts;
mod life;
mod logging_out_idp;
mod logout;
mod logout_browser;
mod logout_conformance;
mod logout_fixture;
mod logout_hostile_uris;
mod many_tabs;
mod metadata;
mod metadata_rollover;
mod ministack;
mod oidc_upstream;
mod once;
mod op_fixture;
mod outage;
mod own_profile;
mod passive;
mod presets;
mod provider_logout;
mod provider_telemetry;
mod public_client;
mod pushed_request;
mod pysaml2_logout;
mod redis_clients;
mod redis_faults;
mod redis_tls;
mod reload;
mod relying_parties;
mod relying_party_servers;
mod replicas;
mod requests;
mod rotation;
mod rush;
mod saml_from_oidc;
mod scheme_fixture;
mod scheme_messages;
mod schemes;
mod scripted_idps;
mod sent_messages;
mod service_provider;
mod service_provider_logins;
mod service_provider_wishes;
mod shop;
mod simplesamlphp;
mod single_logout;
mod single_sign_on;
mod slow_redis;
mod smuggling;
mod spid;
mod stopping;
mod subject_source;
mod suomifi_guide;
mod suomifi_logout;
mod suomifi_people;
mod telemetry;
mod token_races;
mod token_status;
mod tutorial;
mod unread_log;
mod upgrade;

use silta_tests::person;
