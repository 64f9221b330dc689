//! The `silta` binary.
fn main() {}
