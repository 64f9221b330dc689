//! The metadata of identity providers: the shapes that real ones have, and every known way to lie in
//! one. A test is good metadata with one deviation and one reason.

mod changes;
mod comments;
mod encryption;
mod entities;
pub(crate) mod fixture;
mod hints;
mod judges;
mod keys;
mod limits;
mod reasons;
mod role;
mod shapes;
mod trust;
mod validity;
mod wrapping;
