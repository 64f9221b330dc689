//! Peers, forgeries, clocks and conformance suites for tests. It never ships.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests use this crate, and a panic is how a test fails"
)]

#[cfg(feature = "programs")]
pub mod alb;
#[cfg(feature = "programs")]
pub mod at_once;
#[cfg(feature = "programs")]
pub mod authority;
#[cfg(feature = "programs")]
pub mod back_channel;
#[cfg(feature = "programs")]
pub mod balancer;
#[cfg(feature = "programs")]
pub mod browser;
#[cfg(feature = "programs")]
pub mod client_vpn;
#[cfg(feature = "programs")]
pub mod clock;
#[cfg(feature = "programs")]
pub mod cognito;
#[cfg(feature = "programs")]
pub mod collector;
pub mod deadline;
pub mod deflate;
#[cfg(feature = "programs")]
pub mod entropy;
pub mod forge;
#[cfg(feature = "programs")]
pub mod id_token;
#[cfg(feature = "programs")]
pub mod jws;
#[cfg(feature = "programs")]
pub mod keycloak;
pub mod keys;
#[cfg(feature = "programs")]
mod listening;
#[cfg(feature = "programs")]
pub mod login_runner;
#[cfg(feature = "programs")]
pub mod ministack;
#[cfg(feature = "programs")]
pub mod moto;
#[cfg(feature = "programs")]
pub mod oidc_provider;
#[cfg(feature = "programs")]
pub mod op;
#[cfg(feature = "programs")]
pub mod peers;
#[cfg(feature = "programs")]
pub mod program;
#[cfg(feature = "programs")]
pub mod proxy;
#[cfg(feature = "programs")]
pub mod quick_idp;
#[cfg(feature = "programs")]
pub mod redis_connection;
#[cfg(feature = "programs")]
pub mod redis_server;
#[cfg(feature = "programs")]
pub mod rp_server;
#[cfg(feature = "programs")]
pub mod scripted_server;
#[cfg(feature = "programs")]
pub mod seal;
#[cfg(feature = "programs")]
pub mod silta;
#[cfg(feature = "programs")]
pub mod simplesamlphp;
#[cfg(feature = "programs")]
pub mod slow_front;
#[cfg(feature = "programs")]
pub mod spid;
#[cfg(feature = "programs")]
pub mod store_suite;
#[cfg(feature = "programs")]
pub mod tcp_front;
#[cfg(feature = "programs")]
pub mod test_dir;
pub mod this_process;
#[cfg(feature = "programs")]
mod tls;
#[cfg(feature = "programs")]
pub mod unheard_audit;
#[cfg(feature = "programs")]
pub mod unseen_steps;

/// YAML as a tree, for tests that read templates.
#[cfg(feature = "programs")]
pub use saphyr as yaml;
