//! What happens in a login, step by step, whatever the protocols on its two sides.

mod abandoned;
mod answer_from_session;
mod begin_session;
pub(crate) mod end_session;
mod find_login;
pub(crate) mod find_session;
pub(crate) mod finish;
mod finish_passive;
mod map_person;
mod refused_person;
mod replay;
pub(crate) mod start;
mod upstream_sessions;
