//! The stand-ins for Cognito and the load balancer, each rule of which is broken once, by a
//! provider that says whatever a test wants.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod alb;
mod cognito;
mod profile;
mod provider;
mod session;
