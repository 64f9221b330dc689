//! What runs beside a test: servers, peers, a browser; and what they are made of.

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
pub mod dictionary;
pub mod entropy;
pub mod foreign_idp;
pub mod id_token;
pub mod jws;
pub mod keycloak;
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
pub mod scripted_idp;
pub mod scripted_server;
pub mod seal;
pub mod silta;
pub mod simplesamlphp;
pub mod slow_front;
pub mod spid;
pub mod store_suite;
pub mod tcp_front;
pub mod test_dir;
mod tls;
pub mod unheard_audit;
pub mod unseen_steps;

/// YAML as a tree, for tests that read templates.
pub use saphyr as yaml;
