//! Where the configuration comes from: its text, read once, and what it refers to.

use std::collections::BTreeSet;
use std::path::Path;

use secrecy::SecretString;

use crate::aws::{Aws, Fetched, KmsKey, Reference, Refused, Staged};
use crate::config::{self, Config, FileError, FileText, Machine, Problems, Sources};
use crate::{EX_UNAVAILABLE, EX_USAGE};

/// A configuration that can be loaded again and again. Its text, files and variables stay as they
/// were at the start; what lies at AWS may change.
pub(crate) struct Origin {
    name: String,
    text: String,
    machine: Machine,
    references: BTreeSet<Reference>,
    aws: Option<Aws>,
}

/// A configuration that fits together.
pub(crate) struct Loaded {
    pub(crate) config: Config,
    /// What is doubtful about it.
    pub(crate) doubts: Problems,
    /// A fingerprint of what was fetched.
    pub(crate) digest: [u8; 32],
}

/// Why there is no configuration.
#[derive(PartialEq, Eq)]
pub(crate) struct Failed {
    /// Everything that is wrong, a line each.
    pub(crate) said: String,
    /// What the process ends with.
    pub(crate) code: u8,
}

impl Origin {
    /// Reads the text from a file or, as containers have it, from `env:NAME`.
    ///
    /// # Errors
    /// [`Failed`] when there is none.
    pub(crate) async fn read(path: &Path) -> Result<Self, Failed> {
        let (name, text) = (path.display().to_string(), Self::text(path)?);
        let machine = Machine::new(path.parent().unwrap_or(Path::new("")).to_owned());
        let references = config::references(&text);
        let aws = if references.is_empty() { None } else { Some(Aws::new().await) };
        Ok(Self { name, text, machine, references, aws })
    }

    /// The text alone, with nothing that it refers to.
    ///
    /// # Errors
    /// [`Failed`] when there is none.
    pub(crate) fn text(path: &Path) -> Result<String, Failed> {
        let name = path.display().to_string();
        let text = match name.strip_prefix("env:") {
            Some(variable) => std::env::var(variable).map_err(|_| "it is not set".to_owned()),
            None => std::fs::read_to_string(path).map_err(|error| error.kind().to_string()),
        };
        text.map_err(|why| Failed {
            said: format!("{name}: cannot be read: {why}\n"),
            code: EX_USAGE,
        })
    }

    /// Whether anything that it refers to may change while the process runs.
    pub(crate) fn changes(&self) -> bool {
        self.aws.is_some()
    }

    /// Follows every reference, and reads the configuration.
    ///
    /// # Errors
    /// [`Failed`]: everything that is wrong.
    pub(crate) async fn load(&self) -> Result<Loaded, Failed> {
        self.read_with(&self.fetch().await)
    }

    /// The same, or nothing when all is as it was at `digest`.
    ///
    /// # Errors
    /// [`Failed`]: everything that is wrong.
    pub(crate) async fn load_after(&self, digest: &[u8; 32]) -> Result<Option<Loaded>, Failed> {
        let fetched = self.fetch().await;
        if fetched.complete() && fetched.digest() == *digest {
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

    fn read_with(&self, fetched: &Fetched) -> Result<Loaded, Failed> {
        let sources = Followed { machine: &self.machine, fetched };
        match config::load(&self.name, &self.text, &sources) {
            Ok((config, doubts)) => Ok(Loaded { config, doubts, digest: fetched.digest() }),
            Err(problems) => {
                let code = if fetched.away() { EX_UNAVAILABLE } else { EX_USAGE };
                Err(Failed { said: problems.to_string(), code })
            }
        }
    }
}

struct Followed<'f> {
    machine: &'f Machine,
    fetched: &'f Fetched,
}

impl Sources for Followed<'_> {
    fn file(&self, path: &str) -> Result<FileText, FileError> {
        self.machine.file(path)
    }

    fn variable(&self, name: &str) -> Option<SecretString> {
        self.machine.variable(name)
    }

    fn secret(&self, name: &str) -> Result<Staged<SecretString>, Refused> {
        self.fetched.secret(name)
    }

    fn key(&self, id: &str) -> Result<KmsKey, Refused> {
        self.fetched.key(id)
    }
}
