//! Who can change a file: whoever can change a key, a certificate or the configuration can be anybody.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// Whose files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writers {
    /// Anybody may be able to change them.
    Anybody,
    /// Their owner alone can change them.
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
}

impl Writers {
    /// Whether a file is read.
    ///
    /// # Errors
    /// [`OtherWriters`].
    pub(crate) fn allow(self, rights: FileRights) -> Result<(), OtherWriters> {
        match (self, rights.others()) {
            (Self::OwnerAlone, Some(others)) => Err(others),
            (Self::OwnerAlone | Self::Anybody, _) => Ok(()),
        }
    }
}

impl FileRights {
    /// Those of a file; `None` of a device or a pipe, of which somebody else decides who writes, and of a folder.
    pub(crate) fn of(opened: &Metadata) -> Option<Self> {
        opened.is_file().then(|| Self { mode: opened.mode(), owner: opened.uid() })
    }

    /// The others who can change it, beside its owner.
    pub(crate) fn others(self) -> Option<OtherWriters> {
        let mode = self.mode & 0o7777;
        (mode & 0o022 != 0).then_some(OtherWriters::ByMode { mode })
    }
}

impl OtherWriters {
    /// What is wrong with the file at `path`, and what to do.
    pub(crate) fn messages(self, path: &str) -> (String, String) {
        match self {
            Self::ByMode { mode } => (
                format!(
                    "others than its owner can change the file {path}, whose mode is {mode:04o}"
                ),
                format!("chmod go-w {path}"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_is_told() {
        let (what, instead) = OtherWriters::ByMode { mode: 0o664 }.messages("idp.crt");
        let wanted = "others than its owner can change the file idp.crt, whose mode is 0664";
        assert_eq!((what.as_str(), instead.as_str()), (wanted, "chmod go-w idp.crt"));
    }
}
