//! What happens in a login, step by step, whatever the protocols on its two sides.

mod abandoned;
mod find_login;
mod finish;
pub(crate) mod start;
