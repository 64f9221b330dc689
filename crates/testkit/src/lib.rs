//! Peers, forgeries, clocks and conformance suites for tests. It never ships.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests use this crate, and a panic is how a test fails"
)]

pub mod alb;
pub mod at_once;
pub mod authority;
pub mod back_channel;
pub mod balancer;
pub mod browser;
pub mod client_vpn;
pub mod clock;
pub mod cognito;
pub mod collector;
pub mod deadline;
pub mod deflate;
pub mod entropy;
pub mod forge;
pub mod id_token;
pub mod jws;
pub mod keycloak;
pub mod keys;
mod listening;
pub mod login_runner;
pub mod ministack;
pub mod moto;
pub mod oidc_provider;
pub mod op;
pub mod peers;
pub mod program;
pub mod proxy;
pub mod quick_idp;
pub mod redis_connection;
pub mod redis_server;
pub mod rp_server;
pub mod scripted_server;
pub mod seal;
pub mod silta;
pub mod simplesamlphp;
pub mod slow_front;
pub mod spid;
pub mod store_suite;
pub mod tcp_front;
pub mod test_dir;
pub mod this_process;
mod tls;
pub mod unheard_audit;
pub mod unseen_steps;
