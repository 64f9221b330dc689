//! What `tests/peers/setup` installs.

use std::path::{Path, PathBuf};

/// A program among what `tests/peers/setup` installs.
///
/// # Panics
/// When it is missing.
#[must_use]
pub fn installed(path: &str) -> PathBuf {
    let peers =
        std::env::var_os("SILTA_PEERS").map_or_else(|| root().join("target/peers"), PathBuf::from);
    let program = peers.join(path);
    assert!(program.exists(), "{path} is missing among the peers; install them: tests/peers/setup");
    program
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
