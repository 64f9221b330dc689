//! Writes new files: all of them or none, never over another, and for nobody but their owner.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// A file to be written, by its path in the folder.
#[derive(Clone)]
pub(super) struct NewFile {
    pub(super) path: String,
    pub(super) content: Vec<u8>,
}

/// The folder that files are written to.
pub(super) struct NewFiles {
    folder: PathBuf,
}

impl NewFiles {
    pub(super) fn below(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where a file is, as somebody writes it who calls the next command.
    pub(super) fn shown(&self, path: &str) -> String {
        let shown =
            if self.folder == Path::new(".") { path.into() } else { self.folder.join(path) };
        shown.display().to_string()
    }

    /// Says which of these is there already.
    pub(super) fn check_free(&self, paths: &[&str]) -> Result<(), String> {
        // A link that leads nowhere is there, too.
        let is_there = |path: &&&str| self.folder.join(path).symlink_metadata().is_ok();
        match paths.iter().find(is_there) {
            None => Ok(()),
            Some(path) => Err(self.is_there(path)),
        }
    }

    fn is_there(&self, path: &str) -> String {
        let shown = self.shown(path);
        format!(
            "{shown} is there already, and nothing is written over it; name a folder without one"
        )
    }

    /// Writes all of them, or takes back what it wrote.
    pub(super) fn write(&self, files: &[NewFile]) -> Result<(), String> {
        let mut made = Made::default();
        for file in files {
            if let Err(error) = self.write_one(file, &mut made) {
                made.take_back();
                return Err(self.failed(&error, &file.path));
            }
        }
        Ok(())
    }

    fn write_one(&self, file: &NewFile, made: &mut Made) -> io::Result<()> {
        let path = self.folder.join(&file.path);
        made.folders(path.parent().unwrap_or(&self.folder))?;
        let mut options = File::options();
        let mut opened = options.write(true).create_new(true).mode(0o600).open(&path)?;
        made.files.push(path);
        opened.write_all(&file.content)
    }

    fn failed(&self, error: &io::Error, path: &str) -> String {
        let folder = self.folder.display();
        match error.kind() {
            ErrorKind::AlreadyExists => self.is_there(path),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                format!(
                    "nothing can be written to {folder}: {}; name a folder of your own",
                    error.kind()
                )
            }
            ErrorKind::NotADirectory => {
                format!("{folder} is no folder; name one, or one to be made")
            }
            other => format!("{} cannot be written: {other}; nothing was", self.shown(path)),
        }
    }
}

/// What was made so far.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    /// Makes a folder and those above it that are missing.
    fn folders(&mut self, folder: &Path) -> io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.folders(above)?;
        }
        DirBuilder::new().mode(0o700).create(folder).map_err(|error| match error.kind() {
            // A file.
            ErrorKind::AlreadyExists => ErrorKind::NotADirectory.into(),
            _ => error,
        })?;
        self.folders.push(folder.to_owned());
        Ok(())
    }

    fn take_back(self) {
        for file in self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.into_iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}
