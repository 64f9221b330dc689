//! Single logout: what is read, what is written, and every known way to log somebody out, or to call a
//! logout done, that nobody asked for.

mod fixture;
mod forged;
mod names;
mod peers;
mod redirects;
mod request;
mod response;
mod written;
