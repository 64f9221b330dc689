//! The source of the configuration: its text, read once, and the secrets that it refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use silta_config::{Document, MAX_OCTETS, Position, Problem};

use crate::aws::{Aws, AwsReference, Fetched};
use crate::config::writers::{self, Writers};
use crate::config::{self, Config, LocalSource, Problems, SeenFile, Sources, read_octets};
use crate::summarize::summary;
use crate::{EX_UNAVAILABLE, EX_USAGE, console, unreadable_file};

/// A configuration that can be loaded again. Its text, files and variables stay as they were when it was read; its
/// secrets and keys at AWS may change.
pub(crate) struct ConfigSource {
    name: String,
    text: String,
    /// What was seen of its file, if it is in one.
    file: Option<(PathBuf, SeenFile)>,
    local: LocalSource,
    references: BTreeSet<AwsReference>,
    aws: Option<Aws>,
}

/// A valid configuration.
pub(crate) struct LoadedConfig {
    pub(crate) config: Config,
    /// The warnings about it.
    pub(crate) warnings: Problems,
    /// A fingerprint of the values that were fetched from AWS.
    pub(crate) digest: [u8; 32],
}

/// Why the configuration cannot be loaded.
#[derive(PartialEq, Eq)]
pub(crate) struct ConfigError {
    /// Every problem, one line each.
    pub(crate) message: String,
    /// The same, if it is about the content.
    pub(crate) problems: Option<Problems>,
    /// The exit code of the process.
    pub(crate) exit_code: u8,
}

impl ConfigSource {
    /// Reads the text from a file or, as containers have it, from `env:NAME`.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read.
    pub(crate) async fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::read_of(path, Writers::Anybody).await
    }

    /// The same for whoever serves it: no file counts that others than its owner can change.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read.
    pub(crate) async fn read_to_serve(path: &Path) -> Result<Self, ConfigError> {
        Self::read_of(path, Writers::OwnerAlone).await
    }

    async fn read_of(path: &Path, writers: Writers) -> Result<Self, ConfigError> {
        let (text, seen) = text_of(path, writers)?;
        let (name, file) = (path.display().to_string(), seen.map(|seen| (path.to_owned(), seen)));
        let local = LocalSource::new(path.parent().unwrap_or(Path::new("")).to_owned(), writers);
        let references = config::references(&text);
        let references: BTreeSet<_> =
            references.iter().filter_map(|text| AwsReference::parse(text)).collect();
        let aws = if references.is_empty() { None } else { Some(Aws::new().await) };
        Ok(Self { name, text, file, local, references, aws })
    }

    /// The configuration that a command needs. Where it cannot be used, why is told, and this is the exit code.
    ///
    /// # Errors
    /// The exit code of the process.
    pub(crate) async fn config(path: &Path) -> Result<Config, ExitCode> {
        let source = Self::read(path).await.map_err(|failed| failed.tell(""))?;
        let loaded = source.load().await.map_err(|failed| failed.tell(source.contents()))?;
        Ok(loaded.config)
    }

    /// The text alone, with nothing that it refers to.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read.
    pub(crate) fn text(path: &Path) -> Result<String, ConfigError> {
        Ok(text_of(path, Writers::Anybody)?.0)
    }

    /// What was seen of each file that was read or looked for so far, the text's among them.
    pub(crate) fn seen(&self) -> BTreeMap<PathBuf, SeenFile> {
        self.local.seen().into_iter().chain(self.file.clone()).collect()
    }

    /// A warning for each file that others can change, so that `silta serve` does not take it or perhaps should not, and
    /// for each folder in which they can put another in its place.
    pub(crate) fn changeable_by_others(&self) -> Vec<Problem> {
        let seen = self.seen();
        let of_file = |(path, seen): (&PathBuf, &SeenFile)| {
            let others = seen.rights?.others_here()?;
            let (what, instead) = others.messages(&path.display().to_string());
            let not_taken = ", so silta serve does not take it";
            let what = if others.are_refused() { what + not_taken } else { what };
            Some(warning(what, instead))
        };
        let files = seen.iter().filter_map(of_file);
        let there = seen.iter().filter(|(_, seen)| seen.rights.is_some());
        let folders: BTreeSet<_> = there.flat_map(|(path, _)| writers::folders_of(path)).collect();
        let open = folders.iter().filter_map(|folder| writers::open_folder(folder));
        files.chain(open.map(|(what, instead)| warning(what, instead))).collect()
    }

    /// The text.
    pub(crate) fn contents(&self) -> &str {
        &self.text
    }

    /// The text with the profiles that it names, without its secrets.
    ///
    /// # Errors
    /// [`Problems`] when it is no YAML.
    pub(crate) fn document(&self) -> Result<Document<'_>, Problems> {
        config::document(&self.name, &self.text, &self.local)
    }

    /// Whether a secret or key that it refers to may change while the process runs.
    pub(crate) fn changes(&self) -> bool {
        self.aws.is_some()
    }

    /// Resolves every reference, and reads the configuration.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem.
    pub(crate) async fn load(&self) -> Result<LoadedConfig, ConfigError> {
        self.read_with(&self.fetch().await)
    }

    /// The same, or `None` when the fetched values still have this `digest`.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem.
    pub(crate) async fn load_after(
        &self,
        digest: &[u8; 32],
    ) -> Result<Option<LoadedConfig>, ConfigError> {
        let fetched = self.fetch().await;
        if fetched.is_complete() && fetched.digest() == *digest {
            return Ok(None);
        }
        self.read_with(&fetched).map(Some)
    }

    async fn fetch(&self) -> Fetched {
        match &self.aws {
            Some(aws) => aws.fetch(&self.references).await,
            None => Fetched::default(),
        }
    }

    fn read_with(&self, fetched: &Fetched) -> Result<LoadedConfig, ConfigError> {
        let (files, variables) = (&self.local, &self.local);
        let sources = Sources { files, variables, secrets: fetched, keys: fetched };
        match config::load(&self.name, &self.text, &sources) {
            Ok((mut config, warnings)) => {
                if config.control.is_some() {
                    let document = self.document().map_err(|problems| ConfigError {
                        message: problems.to_string(),
                        problems: Some(problems),
                        exit_code: EX_USAGE,
                    })?;
                    config.summary = Some(summary(&document, &config));
                }
                Ok(LoadedConfig { config, warnings, digest: fetched.digest() })
            }
            Err(problems) => {
                let exit_code = if fetched.is_unavailable() { EX_UNAVAILABLE } else { EX_USAGE };
                let message = problems.to_string();
                Err(ConfigError { message, problems: Some(problems), exit_code })
            }
        }
    }
}

impl ConfigError {
    /// Tells why, with what stands at each place of the `text`; the exit code of the process.
    pub(crate) fn tell(&self, text: &str) -> ExitCode {
        match &self.problems {
            Some(problems) => console::tell_problems(problems, text),
            None => console::tell(&self.message),
        }
        ExitCode::from(self.exit_code)
    }
}

/// The text of a file that nobody but these can change, with what was seen of it, or of an environment variable.
fn text_of(path: &Path, writers: Writers) -> Result<(String, Option<SeenFile>), ConfigError> {
    let name = path.display().to_string();
    let octets = match name.strip_prefix("env:") {
        Some(variable) => {
            let octets = std::env::var_os(variable).map(OsString::into_vec);
            octets.map(|octets| (octets, None)).ok_or_else(|| {
                let instead = "set it to the text of the configuration, or name a file";
                format!("this environment variable is not set; {instead}")
            })
        }
        None => octets_of(path, writers).map(|(octets, seen)| (octets, Some(seen))),
    };
    let (octets, seen) = octets.map_err(|why| ConfigError {
        message: format!("{name}: cannot be read: {why}\n"),
        problems: None,
        exit_code: EX_USAGE,
    })?;
    let text = silta_config::decode(&name, octets).map_err(|problems| ConfigError {
        message: problems.to_string(),
        problems: Some(problems),
        exit_code: EX_USAGE,
    })?;
    Ok((text, seen))
}

/// The octets of a file: of one that is too long, enough to say so.
fn octets_of(path: &Path, writers: Writers) -> Result<(Vec<u8>, SeenFile), String> {
    let read = read_octets(path, ENOUGH).map_err(|error| unreadable_file::why(&error, path))?;
    let seen = SeenFile::of(Some(&read), ENOUGH);
    if let Some(rights) = seen.rights {
        writers.allow(rights).map_err(|others| {
            let (what, instead) = others.messages(&path.display().to_string());
            format!("{what}; {instead}")
        })?;
    }
    Ok((read.0, seen))
}

/// A warning about no place of the text.
fn warning(what: String, instead: String) -> Problem {
    let (start, path) = (Position { line: 1, column: 1 }, String::new());
    Problem { start, width: 1, path, what, instead, is_warning: true }
}

/// One more than the reader of configurations takes, so that it says so; a path to a device has no end.
const ENOUGH: u64 = MAX_OCTETS as u64 + 1;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use silta_testkit::test_dir::TestDir;

    use super::*;

    #[test]
    fn a_configuration_that_cannot_be_read_is_told_where_it_was_looked_for_and_what_to_do() {
        let dir = TestDir::new();
        let empty = dir.write("empty.yaml", "# nothing yet\n");
        let utf16: Vec<_> = "a: b".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16 = dir.write("utf16.yaml", utf16);
        let latin = dir.write("latin.yaml", b"# \xE4\n");
        let here = std::env::current_dir().unwrap().display().to_string();
        let said = |path: &Path| match ConfigSource::text(path) {
            Ok(text) => Document::parse("f", &text).err().unwrap().to_string(),
            Err(error) => error.message,
        };
        for (path, wanted) in [
            (
                Path::new("nowhere.yaml"),
                &*format!("there is no file {here}/nowhere.yaml; name one"),
            ),
            (Path::new("~/silta.yaml"), "~/silta.yaml: cannot be read: a ~ is expanded by a shell"),
            (dir.folder(), "is a folder; name the file in it"),
            (Path::new("env:SILTA_NO_SUCH_VARIABLE"), "is not set; set it to the text"),
            (Path::new("/dev/zero"), "UTF-16"),
            (&utf16, "the file is UTF-16"),
            (&latin, "another code, such as Latin-1; save the file as UTF-8"),
            (&empty, "the file is empty; begin with public_url:"),
        ] {
            assert!(said(path).contains(wanted), "{}", said(path));
        }
    }
}
