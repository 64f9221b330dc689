//! Identity providers that nobody here wrote, set up as an administrator sets them up: by a file of metadata in each
//! direction.

use std::path::{Path, PathBuf};

use crate::test_dir::TestDir;

/// All that is done at an identity provider by hand.
pub trait ForeignIdp {
    /// The address of its own metadata.
    fn metadata(&self) -> String;

    /// Gives it the file with our metadata. Those that read [`our_metadata`] at each request need nothing.
    fn register(&self, metadata: &Path) -> impl Future<Output = ()> {
        let _ = metadata;
        async {}
    }
}

/// The file with our metadata, as `silta metadata sp` prints it.
#[must_use]
pub fn our_metadata(dir: &TestDir) -> PathBuf {
    dir.folder().join("silta-metadata.xml")
}
