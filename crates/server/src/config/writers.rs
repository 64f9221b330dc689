//! Who can change a file: whoever can change a key, a certificate or the configuration can be anybody.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

/// Whose files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writers {
    /// Anybody may be able to change them.
    Anybody,
    /// Nobody but this process' user and root may be able to change them.
    OwnerAlone,
}

/// What says who can change a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileRights {
    pub(crate) mode: u32,
    /// The number of its owner.
    pub(crate) owner: u32,
}

/// Why others can change a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherWriters {
    /// Its group or everybody can write it.
    ByMode {
        /// Its mode.
        mode: u32,
    },
    /// It is somebody else's.
    ByOwner {
        /// Whose.
        owner: u32,
        /// Who this process runs as.
        ours: u32,
    },
    /// Its owner has no number here. It may be the root of the machine, or anybody else of it.
    Unmapped {
        /// Who this process runs as.
        ours: u32,
    },
}

impl Writers {
    /// Whether a file is read.
    ///
    /// # Errors
    /// [`OtherWriters`].
    pub(crate) fn allow(self, rights: FileRights) -> Result<(), OtherWriters> {
        match (self, rights.others_here()) {
            (Self::OwnerAlone, Some(others)) if others.are_refused() => Err(others),
            (Self::OwnerAlone | Self::Anybody, _) => Ok(()),
        }
    }
}

impl FileRights {
    /// Those of a file; `None` of a device or a pipe, of which somebody else decides who writes, and of a folder.
    pub(crate) fn of(opened: &Metadata) -> Option<Self> {
        opened.is_file().then(|| Self { mode: opened.mode(), owner: opened.uid() })
    }

    /// The others who can change it, beside the user of this process.
    pub(crate) fn others_here(self) -> Option<OtherWriters> {
        self.others_than(geteuid().as_raw())
    }

    fn others_than(self, ours: u32) -> Option<OtherWriters> {
        match self {
            Self { mode, .. } if mode & 0o022 != 0 => {
                Some(OtherWriters::ByMode { mode: mode & 0o7777 })
            }
            Self { owner, .. } if owner == ours || owner == ROOT => None,
            Self { owner: UNMAPPED, .. } => Some(OtherWriters::Unmapped { ours }),
            Self { owner, .. } => Some(OtherWriters::ByOwner { owner, ours }),
        }
    }
}

impl OtherWriters {
    /// Whether a file that they can change is not served; otherwise there is only a warning.
    pub(crate) fn are_refused(self) -> bool {
        match self {
            Self::ByMode { .. } => true,
            // A container sees a folder of the machine as whoever's it is there, which is meant.
            Self::ByOwner { .. } | Self::Unmapped { .. } => false,
        }
    }

    /// What is wrong with the file at `path`, and what to do.
    pub(crate) fn messages(self, path: &str) -> (String, String) {
        match self {
            Self::ByMode { mode } => (
                format!(
                    "others than its owner can change the file {path}, whose mode is {mode:04o}"
                ),
                format!("chmod go-w {path}"),
            ),
            Self::ByOwner { owner, ours } => (
                format!(
                    "the file {path} is of the user {owner}, who can change it, and neither of root nor of the \
                     user {ours} that this process runs as"
                ),
                format!("chown {ours} {path}, or run as {owner}"),
            ),
            Self::Unmapped { ours } => (
                format!(
                    "the file {path} is of a user who has no number here ({UNMAPPED}): that may be root outside of \
                     this container, or somebody who is not to change it"
                ),
                format!("chown {ours} {path}, as the container sees it"),
            ),
        }
    }
}

/// The folder of a file, and where a link leads the one of what is read.
pub(crate) fn folders_of(path: &Path) -> BTreeSet<PathBuf> {
    let read = fs::canonicalize(path).ok();
    let named = std::path::absolute(path).ok();
    let folders = named.iter().chain(&read).filter_map(|path| path.parent());
    // By another name it is the same folder.
    folders.filter_map(|folder| fs::canonicalize(folder).ok()).collect()
}

/// What is wrong with a folder in which others can put a file of theirs in the place of another, and what to do. With
/// the sticky bit they can not.
pub(crate) fn open_folder(folder: &Path) -> Option<(String, String)> {
    let mode = fs::metadata(folder).ok()?.mode() & 0o7777;
    let folder = folder.display();
    (mode & 0o022 != 0 && mode & 0o1000 == 0).then(|| {
        let what = format!(
            "others than its owner can put other files in the place of those in the folder {folder}, whose mode is \
             {mode:04o}"
        );
        (what, format!("chmod go-w {folder}"))
    })
}

const ROOT: u32 = 0;
/// What Linux shows in a user namespace for every user that it does not map `user_namespaces(7)`.
const UNMAPPED: u32 = 65534;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use silta_testkit::test_dir::TestDir;

    use super::*;

    const OURS: u32 = 65532;

    fn others(mode: u32, owner: u32) -> Option<OtherWriters> {
        FileRights { mode, owner }.others_than(OURS)
    }

    #[test]
    fn a_file_is_ours_or_roots_to_write_alone() {
        for mode in [0o100_600, 0o100_644, 0o100_440] {
            assert_eq!((others(mode, OURS), others(mode, ROOT)), (None, None), "{mode:o}");
            let theirs = OtherWriters::ByOwner { owner: 1000, ours: OURS };
            assert_eq!(others(mode, 1000), Some(theirs), "{mode:o}");
            assert!(!theirs.are_refused());
        }
        for mode in [0o620, 0o602, 0o664, 0o777] {
            for owner in [OURS, ROOT, 1000, UNMAPPED] {
                let by_mode = OtherWriters::ByMode { mode };
                assert_eq!(others(0o100_000 | mode, owner), Some(by_mode), "{mode:o} {owner}");
                assert!(by_mode.are_refused());
            }
        }
    }

    #[test]
    fn an_owner_who_may_be_the_root_outside_is_only_doubtful() {
        let unmapped = others(0o100_644, UNMAPPED);
        assert_eq!(unmapped, Some(OtherWriters::Unmapped { ours: OURS }));
        assert!(unmapped.is_some_and(|others| !others.are_refused()));
        let rights = FileRights { mode: 0o100_644, owner: UNMAPPED };
        assert_eq!(rights.others_than(UNMAPPED), None, "it is ours");
    }

    #[test]
    fn a_folder_in_which_others_can_replace_files_is_doubtful_and_a_sticky_one_is_not() {
        let dir = TestDir::new();
        let folder = dir.folder();
        for (mode, doubtful) in
            [(0o755, false), (0o775, true), (0o757, true), (0o1777, false), (0o700, false)]
        {
            fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(open_folder(folder).is_some(), doubtful, "{mode:o}");
        }
    }

    #[test]
    fn the_folder_that_a_link_leads_to_counts_too() {
        let dir = TestDir::new();
        fs::create_dir(dir.folder().join("data")).unwrap();
        dir.write("data/silta.yaml", "x");
        let link = dir.folder().join("silta.yaml");
        symlink("data/silta.yaml", &link).unwrap();
        let folder = fs::canonicalize(dir.folder()).unwrap();
        assert_eq!(folders_of(&link), BTreeSet::from([folder.join("data"), folder]));
    }

    #[test]
    fn whose_it_is_and_what_to_do_is_told() {
        let (what, instead) = OtherWriters::ByOwner { owner: 1000, ours: OURS }.messages("idp.crt");
        assert!(
            what.starts_with("the file idp.crt is of the user 1000, who can change it"),
            "{what}"
        );
        assert_eq!(instead, "chown 65532 idp.crt, or run as 1000");
        let (what, instead) = OtherWriters::ByMode { mode: 0o664 }.messages("idp.crt");
        let wanted = "others than its owner can change the file idp.crt, whose mode is 0664";
        assert_eq!((what.as_str(), instead.as_str()), (wanted, "chmod go-w idp.crt"));
    }
}
