//! What happens in a login, step by step, whatever the protocols on its two sides.

mod abandoned;
mod find_login;
pub(crate) mod finish;
mod finish_passive;
mod replay;
pub(crate) mod start;
