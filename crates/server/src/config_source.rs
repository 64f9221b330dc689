//! The source of the configuration: its text, read once, and the secrets that it refers to.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use crate::aws::{Aws, AwsReference, Fetched};
use crate::config::{self, Config, LocalSource, Problems, Sources};
use crate::{EX_UNAVAILABLE, EX_USAGE};

/// A configuration that can be loaded again. Its text, files and variables stay as they were at the
/// start; its secrets and keys at AWS may change.
pub(crate) struct ConfigSource {
    name: String,
    text: String,
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
        let (name, text) = (path.display().to_string(), Self::text(path)?);
        let local = LocalSource::new(path.parent().unwrap_or(Path::new("")).to_owned());
        let references = config::references(&text);
        let references: BTreeSet<_> =
            references.iter().filter_map(|text| AwsReference::parse(text)).collect();
        let aws = if references.is_empty() { None } else { Some(Aws::new().await) };
        Ok(Self { name, text, local, references, aws })
    }

    /// The text alone, with nothing that it refers to.
    ///
    /// # Errors
    /// [`ConfigError`] when it cannot be read.
    pub(crate) fn text(path: &Path) -> Result<String, ConfigError> {
        let name = path.display().to_string();
        let octets = match name.strip_prefix("env:") {
            Some(variable) => std::env::var_os(variable)
                .map(OsString::into_vec)
                .ok_or_else(|| "it is not set".to_owned()),
            None => std::fs::read(path).map_err(|error| error.kind().to_string()),
        };
        let octets = octets.map_err(|why| ConfigError {
            message: format!("{name}: cannot be read: {why}\n"),
            problems: None,
            exit_code: EX_USAGE,
        })?;
        silta_config::decode(&name, octets).map_err(|problems| ConfigError {
            message: problems.to_string(),
            problems: Some(problems),
            exit_code: EX_USAGE,
        })
    }

    /// The text.
    pub(crate) fn contents(&self) -> &str {
        &self.text
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
            Ok((config, warnings)) => {
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
