//! Watches the configuration and every file that it refers to, by their content: Kubernetes swaps a symbolic link above
//! them, editors write another file in their place, and of neither would a watch of the file itself tell.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::config::{SeenFile, read_octets};

/// What was used last, and what is there now.
pub(crate) struct FileWatch {
    /// Each file that was read or looked for at the last attempt.
    used: BTreeMap<PathBuf, Look>,
    /// What was there at the last look, where it was something else.
    found: Option<BTreeMap<PathBuf, Look>>,
}

/// What of a file counts.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Look {
    /// The SHA-256 of so many of its octets at most; `None` of one that could not be read.
    digest: Option<[u8; 32]>,
    limit: u64,
    /// Which others can write it, and its owner: a file that was refused for them is read when they change.
    written_by: Option<(u32, u32)>,
}

impl FileWatch {
    /// Watches what was seen when the configuration was read.
    pub(crate) fn of(seen: &BTreeMap<PathBuf, SeenFile>) -> Self {
        // A pipe has nothing to read a second time.
        let files = seen.iter().filter(|(_, seen)| seen.digest.is_none() || seen.rights.is_some());
        let used = files.map(|(path, seen)| (path.clone(), Look::of(seen))).collect();
        Self { used, found: None }
    }

    /// Whether it is time to read the configuration anew: something has changed since it was read last, and nothing
    /// since the last look. A file that is being written is therefore never read in its middle, where it might mean
    /// something.
    pub(crate) fn has_changed(&mut self) -> bool {
        let now = |(path, used): (&PathBuf, &Look)| (path.clone(), Look::at(path, used.limit));
        let now: BTreeMap<_, _> = self.used.iter().map(now).collect();
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
        let Self { used, .. } = Self::of(seen);
        // Otherwise a look in between would count for nothing, and so would each beside tries that come often enough.
        if used != self.used {
            *self = Self { used, found: None };
        }
    }
}

impl Look {
    fn of(seen: &SeenFile) -> Self {
        let SeenFile { digest, rights, limit } = *seen;
        let written_by = rights.map(|rights| (rights.mode & 0o022, rights.owner));
        Self { digest, limit, written_by }
    }

    fn at(path: &Path, limit: u64) -> Self {
        // Whatever else stands there by now could keep its reader waiting.
        let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
        let read = if is_file { read_octets(path, limit).ok() } else { None };
        Self::of(&SeenFile::of(read.as_ref(), limit))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use silta_testkit::test_dir::TestDir;

    use super::*;

    fn watch(paths: &[&Path]) -> FileWatch {
        let seen = |path: &&Path| {
            (path.to_path_buf(), SeenFile::of(read_octets(path, LIMIT).ok().as_ref(), LIMIT))
        };
        FileWatch::of(&paths.iter().map(seen).collect())
    }

    const LIMIT: u64 = 64;

    /// How many of so many looks say that it is time.
    fn told(watch: &mut FileWatch, looks: usize) -> usize {
        (0..looks).filter(|_| watch.has_changed()).count()
    }

    #[test]
    fn a_file_that_is_refused_for_its_mode_is_told_once_and_again_when_that_changes() {
        let dir = TestDir::new();
        let path = dir.write("idp.crt", "x");
        let mut watch = watch(&[&path]);
        for mode in [0o664, 0o600, 0o646, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(told(&mut watch, 4), 1, "{mode:o}");
            let seen = SeenFile::of(read_octets(&path, LIMIT).ok().as_ref(), LIMIT);
            watch.was_read(&BTreeMap::from([(path.clone(), seen)]));
            assert_eq!(told(&mut watch, 4), 0, "{mode:o}");
        }
        // Who else can read it is nothing to a watch.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(told(&mut watch, 4), 0);
    }

    #[test]
    fn a_file_that_is_too_long_is_not_told_for_ever() {
        let dir = TestDir::new();
        let path = dir.write("long", [b'x'; 100]);
        assert_eq!(told(&mut watch(&[&path]), 4), 0);
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
