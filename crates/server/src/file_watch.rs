//! Watches the configuration and every file that it refers to, by their content: Kubernetes swaps a symbolic link above
//! them, editors write another file in their place, and of neither would a watch of the file itself tell.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use openssl::sha::sha256;
use silta_saml::METADATA_LIMIT;

use crate::config::SeenFile;

/// What was used last, and what is there now.
pub(crate) struct FileWatch {
    /// The SHA-256 of each file that was read or looked for at the last attempt; `None` of one that could not be read.
    used: BTreeMap<PathBuf, Option<[u8; 32]>>,
    /// What was there at the last look, where it was something else.
    found: Option<BTreeMap<PathBuf, Option<[u8; 32]>>>,
}

impl FileWatch {
    /// Watches what was seen when the configuration was read.
    pub(crate) fn of(seen: &BTreeMap<PathBuf, SeenFile>) -> Self {
        // A pipe has nothing to read a second time.
        let files = seen.iter().filter(|(_, seen)| seen.digest.is_none() || seen.mode != 0);
        let used = files.map(|(path, seen)| (path.clone(), seen.digest)).collect();
        Self { used, found: None }
    }

    /// Whether it is time to read the configuration anew: something has changed since it was read last, and nothing
    /// since the last look. A file that is being written is therefore never read in its middle, where it might mean
    /// something.
    pub(crate) fn has_changed(&mut self) -> bool {
        let now: BTreeMap<_, _> =
            self.used.keys().map(|path| (path.clone(), digest(path))).collect();
        if now == self.used {
            self.found = None;
            return false;
        }
        if self.found.as_ref() == Some(&now) {
            self.used = now;
            self.found = None;
            return true;
        }
        self.found = Some(now);
        false
    }

    /// Watches what was seen when the configuration was read anew, whatever became of that.
    pub(crate) fn was_read(&mut self, seen: &BTreeMap<PathBuf, SeenFile>) {
        *self = Self::of(seen);
    }
}

fn digest(path: &Path) -> Option<[u8; 32]> {
    // Whatever else stands there by now could keep its reader waiting.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut octets = vec![];
    File::open(path).ok()?.take(MOST_OCTETS).read_to_end(&mut octets).ok()?;
    Some(sha256(&octets))
}

/// Of the longest file that is read, a document with metadata, so much is read.
const MOST_OCTETS: u64 = METADATA_LIMIT as u64 + 1;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::os::unix::fs::symlink;

    use silta_testkit::test_dir::TestDir;

    use super::*;

    fn watch(paths: &[&Path]) -> FileWatch {
        let seen = paths
            .iter()
            .map(|path| (path.to_path_buf(), SeenFile { digest: digest(path), mode: 0o600 }));
        FileWatch::of(&seen.collect())
    }

    #[test]
    fn a_change_is_told_once_and_when_it_is_complete() {
        let dir = TestDir::new();
        let path = dir.write("silta.yaml", "a");
        let mut watch = watch(&[&path]);
        assert!(!watch.has_changed());
        dir.write("silta.yaml", "half");
        assert!(!watch.has_changed(), "it may still be written");
        dir.write("silta.yaml", "half and half");
        assert!(!watch.has_changed(), "it was");
        assert!(watch.has_changed());
        assert!(!watch.has_changed(), "it is used");
        dir.write("silta.yaml", "another");
        assert!(!watch.has_changed());
        dir.write("silta.yaml", "half and half");
        assert!(!watch.has_changed() && !watch.has_changed(), "it was taken back");
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_a_change() {
        let dir = TestDir::new();
        for (folder, text) in [("first", "a"), ("second", "b")] {
            fs::create_dir(dir.folder().join(folder)).unwrap();
            dir.write(&format!("{folder}/silta.yaml"), text);
        }
        let (data, path) = (dir.folder().join("..data"), dir.folder().join("silta.yaml"));
        symlink("first", &data).unwrap();
        symlink("..data/silta.yaml", &path).unwrap();
        let mut watch = watch(&[&path]);
        let next = dir.folder().join("..data_tmp");
        symlink("second", &next).unwrap();
        fs::rename(&next, &data).unwrap();
        assert!(!watch.has_changed());
        assert!(watch.has_changed());
    }

    #[test]
    fn a_file_that_was_missing_and_one_that_goes_are_changes() {
        let dir = TestDir::new();
        let (there, missing) = (dir.write("there", "a"), dir.folder().join("missing"));
        let mut watch = watch(&[&there, &missing]);
        assert!(!watch.has_changed());
        dir.write("missing", "b");
        assert!(!watch.has_changed());
        assert!(watch.has_changed());
        fs::remove_file(&there).unwrap();
        assert!(!watch.has_changed());
        assert!(watch.has_changed());
    }
}
