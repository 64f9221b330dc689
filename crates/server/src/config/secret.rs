//! References to secrets and files: a configuration names them, and never holds them.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use super::yaml::Value;

/// Where references lead.
pub(crate) trait Sources {
    /// The content of a file, relative to the configuration.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn file(&self, path: &str) -> Result<SecretString, String>;

    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<SecretString>;
}

/// The machine that Silta runs on.
pub(crate) struct Machine {
    /// The folder of the configuration file.
    pub(crate) folder: PathBuf,
}

impl Sources for Machine {
    fn file(&self, path: &str) -> Result<SecretString, String> {
        std::fs::read_to_string(self.folder.join(path)).map(SecretString::from).map_err(|error| {
            match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                other => other.to_string(),
            }
        })
    }

    fn variable(&self, name: &str) -> Option<SecretString> {
        std::env::var(name).ok().map(SecretString::from)
    }
}

/// Follows a reference. A value that is no reference is refused, so that no secret ever stands in
/// the file.
pub(super) fn follow(value: &Value<'_>, sources: &dyn Sources) -> Option<SecretString> {
    let reference = value.text()?;
    if let Some(path) = reference.strip_prefix("file:") {
        return match sources.file(path) {
            Ok(content) => Some(content),
            Err(why) => value.wrong(
                format!("the file {path} cannot be read: {why}"),
                "give a path relative to this file, and check its permissions",
            ),
        };
    }
    if let Some(name) = reference.strip_prefix("env:") {
        return match sources.variable(name) {
            Some(content) => Some(content),
            None => value.wrong(
                format!("the environment variable {name} is not set"),
                "set it, or refer to another place",
            ),
        };
    }
    value.wrong("it is not a reference", "write file:path or env:NAME, never the secret itself")
}

/// Follows a reference to PEM text.
pub(super) fn pem(value: &Value<'_>, sources: &dyn Sources) -> Option<SecretString> {
    let content = follow(value, sources)?;
    if content.expose_secret().contains("-----BEGIN ") {
        Some(content)
    } else {
        value.wrong("what it refers to is not PEM", "it must contain a line -----BEGIN …-----")
    }
}

/// Follows a reference to 32 random octets in base64.
pub(super) fn key32(value: &Value<'_>, sources: &dyn Sources) -> Option<[u8; 32]> {
    let content = follow(value, sources)?;
    let decoded = STANDARD.decode(content.expose_secret().trim()).ok();
    match decoded.and_then(|octets| <[u8; 32]>::try_from(octets).ok()) {
        Some(key) => Some(key),
        None => value.wrong(
            "what it refers to is not 32 octets in base64",
            "use the output of: openssl rand -base64 32",
        ),
    }
}
