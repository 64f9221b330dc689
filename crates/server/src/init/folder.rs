//! Writes new files, never over another, and for nobody but their owner. What was written is taken back when something else
//! cannot be; where the process is killed between, it stays, and the next run names it.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

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

    /// Says which of these is there already, or that the folder is not ours alone.
    pub(super) fn check_free(&self, paths: &[&str]) -> Result<(), String> {
        self.check_ours()?;
        // A link that leads nowhere is there, too.
        let is_there = |path: &&&str| self.folder.join(path).symlink_metadata().is_ok();
        match paths.iter().find(is_there) {
            None => Ok(()),
            Some(path) => Err(self.is_there(path)),
        }
    }

    /// Whoever else can write to a folder can put links into it, and other files in the place of ours.
    fn check_ours(&self) -> Result<(), String> {
        // What is no folder, or not there yet, is told when it is made.
        let Ok(found) = fs::metadata(self.path()) else { return Ok(()) };
        let folder = self.folder.display();
        if found.uid() != geteuid().as_raw() {
            return Err(format!("{folder} belongs to another user; name a folder of your own"));
        }
        if found.is_dir() && found.mode() & 0o022 != 0 {
            return Err(format!(
                "{folder} can be written to by others; name another folder, or take that from them: chmod go-w {folder}"
            ));
        }
        Ok(())
    }

    /// The folder, for the operating system.
    fn path(&self) -> &Path {
        if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder }
    }

    fn is_there(&self, path: &str) -> String {
        let shown = self.shown(path);
        format!(
            "{shown} is there already, and nothing is written over it; name a folder without one"
        )
    }

    /// Writes all of them, or takes back what it wrote.
    pub(super) fn write(&self, files: &[NewFile]) -> Result<(), String> {
        let mut made = Written::default();
        let written = self.write_all(files, &mut made);
        if written.is_err() {
            made.take_back();
        }
        written
    }

    fn write_all(&self, files: &[NewFile], made: &mut Written) -> Result<(), String> {
        made.folders(&self.folder).map_err(|error| self.failed(&error, ""))?;
        // From here on nobody else writes there.
        self.check_ours()?;
        for file in files {
            let below =
                Path::new(&file.path).parent().filter(|below| !below.as_os_str().is_empty());
            if let Some(below) = below {
                let failed = |error: io::Error| self.failed(&error, &below.display().to_string());
                made.new_folder(&self.folder.join(below)).map_err(failed)?;
            }
            self.write_one(file, made).map_err(|error| self.failed(&error, &file.path))?;
        }
        Ok(())
    }

    /// A link in its place is not followed [POSIX, open: `O_CREAT` and `O_EXCL`].
    fn write_one(&self, file: &NewFile, made: &mut Written) -> io::Result<()> {
        let path = self.folder.join(&file.path);
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

/// What was written so far.
#[derive(Default)]
struct Written {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Written {
    /// Makes a folder and those above it that are missing.
    fn folders(&mut self, folder: &Path) -> io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.folders(above)?;
        }
        self.new_folder(folder).map_err(|error| match error.kind() {
            // A file.
            ErrorKind::AlreadyExists => ErrorKind::NotADirectory.into(),
            _ => error,
        })
    }

    /// Makes a folder that nobody has made but this run.
    fn new_folder(&mut self, folder: &Path) -> io::Result<()> {
        if self.folders.iter().any(|made| made == folder) {
            return Ok(());
        }
        DirBuilder::new().mode(0o700).create(folder)?;
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
