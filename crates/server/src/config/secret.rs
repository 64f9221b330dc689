//! References to secrets and files: a configuration names them, and never holds them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json};

use super::yaml::Value;
use crate::aws::{self, KmsKey, Refused, Stage, Staged};

/// Where references lead.
pub(crate) trait Sources {
    /// The content of a file, relative to the configuration.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn file(&self, path: &str) -> Result<SecretString, String>;

    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<SecretString>;

    /// A secret at AWS, by name or ARN.
    ///
    /// # Errors
    /// [`Refused`].
    fn secret(&self, _name: &str) -> Result<Staged<SecretString>, Refused> {
        Err(Refused::Away)
    }

    /// A key that stays at AWS, by id, ARN or alias.
    ///
    /// # Errors
    /// [`Refused`].
    fn key(&self, _id: &str) -> Result<KmsKey, Refused> {
        Err(Refused::Away)
    }
}

/// The machine that Silta runs on. What was read once is not read again: a file that changes while
/// the process runs counts from the next start.
pub(crate) struct Machine {
    folder: PathBuf,
    read: RefCell<HashMap<String, SecretString>>,
}

impl Machine {
    /// Paths start at `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, read: RefCell::default() }
    }
}

impl Sources for Machine {
    fn file(&self, path: &str) -> Result<SecretString, String> {
        if let Some(content) = self.read.borrow().get(path) {
            return Ok(content.clone());
        }
        let content = std::fs::read_to_string(self.folder.join(path)).map(SecretString::from);
        let content = content.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            other => other.to_string(),
        })?;
        self.read.borrow_mut().insert(path.to_owned(), content.clone());
        Ok(content)
    }

    fn variable(&self, name: &str) -> Option<SecretString> {
        std::env::var(name).ok().map(SecretString::from)
    }
}

/// Follows a reference to the one value that counts. A value that is no reference is refused, so
/// that no secret ever stands in the file.
pub(super) fn follow(value: &Value<'_>, sources: &dyn Sources) -> Option<SecretString> {
    staged(value, sources).map(|staged| staged.current)
}

/// Follows a reference to a value and those beside it while it is rotated.
pub(super) fn staged(value: &Value<'_>, sources: &dyn Sources) -> Option<Staged<SecretString>> {
    let reference = value.text()?;
    if let Some(path) = reference.strip_prefix("file:") {
        return match sources.file(path) {
            Ok(content) => Some(Staged::only(content)),
            Err(why) => value.wrong(
                format!("the file {path} cannot be read: {why}"),
                "give a path relative to this file, and check its permissions",
            ),
        };
    }
    if let Some(name) = reference.strip_prefix("env:") {
        return match sources.variable(name) {
            Some(content) => Some(Staged::only(content)),
            None => value.wrong(
                format!("the environment variable {name} is not set"),
                "set it, or refer to another place",
            ),
        };
    }
    if let Some(secret) = reference.strip_prefix(aws::SECRET) {
        let (name, member) = match secret.split_once('#') {
            Some((name, member)) => (name, Some(member)),
            None => (secret, None),
        };
        if name.is_empty() || member.is_some_and(str::is_empty) {
            return value
                .wrong("it is half a reference", "write aws-sm:NAME or aws-sm:NAME#MEMBER");
        }
        return match sources.secret(name) {
            Ok(staged) => {
                for (stage, refused) in &staged.refused {
                    let (what, _) = refused.words();
                    value.doubt(
                        format!("{name} at {} cannot be had: {what}", stage.label()),
                        LEFT_OUT,
                    );
                }
                match member {
                    Some(member) => members(value, name, member, &staged),
                    None if object(&staged.current).is_some() => value.wrong(
                        format!("the secret {name} is a JSON object"),
                        "say which of its members is meant: aws-sm:NAME#MEMBER",
                    ),
                    None => Some(staged),
                }
            }
            Err(refused) => not_given(value, name, &refused),
        };
    }
    if reference.starts_with(aws::KEY) {
        return value.wrong(
            "a key at KMS never leaves it, so it can only sign",
            "keep this one in Secrets Manager: aws-sm:NAME#MEMBER",
        );
    }
    value.wrong(
        "it is not a reference",
        "write file:PATH, env:NAME or aws-sm:NAME#MEMBER, never the secret itself",
    )
}

/// Follows a reference to a key that stays at KMS.
pub(super) fn kms(value: &Value<'_>, sources: &dyn Sources) -> Option<KmsKey> {
    let id = value.text()?.strip_prefix(aws::KEY)?;
    match sources.key(id) {
        Ok(key) => Some(key),
        Err(refused) => not_given(value, id, &refused),
    }
}

fn not_given<T>(value: &Value<'_>, name: &str, refused: &Refused) -> Option<T> {
    let (what, instead) = refused.words();
    value.wrong(format!("{name} cannot be had: {what}"), instead)
}

/// One member of a secret that is a JSON object. A retired value may be of before the member existed.
fn members(
    value: &Value<'_>,
    name: &str,
    member: &str,
    staged: &Staged<SecretString>,
) -> Option<Staged<SecretString>> {
    let Some(whole) = object(&staged.current) else {
        return value.wrong(
            format!("the secret {name} is not a JSON object"),
            "write its value as one, or leave out # and what follows",
        );
    };
    let Some(Json::String(current)) = whole.get(member) else {
        return value.wrong(
            format!("the secret {name} has no text named {member}"),
            "add it to the secret's JSON object, as a text in quotes",
        );
    };
    let mut found = Staged::only(SecretString::from(current.as_str()));
    for (stage, text) in &staged.others {
        let whole = object(text);
        match whole.as_ref().and_then(|whole| whole.get(member)).and_then(Json::as_str) {
            // Another member is rotated.
            Some(other) if other == current => {}
            Some(other) => found.others.push((*stage, SecretString::from(other))),
            None if *stage == Stage::Next => {
                let at = stage.label();
                value.doubt(format!("{name} has no text named {member} at {at}"), LEFT_OUT);
            }
            None => {}
        }
    }
    Some(found)
}

fn object(text: &SecretString) -> Option<Map<String, Json>> {
    serde_json::from_str(text.expose_secret()).ok()
}

/// Reads every stage of a value. The current one must be good; of the others, one that cannot be
/// used is left out and doubted, so that a rotation that goes wrong stops nobody.
pub(super) fn read_staged<T, U, E: Error + 'static>(
    value: &Value<'_>,
    staged: Staged<T>,
    read: impl Fn(&T) -> Result<U, E>,
) -> Option<Staged<U>> {
    let mut others = vec![];
    for (stage, other) in staged.others {
        match read(&other) {
            Ok(other) => others.push((stage, other)),
            Err(fault) => value.doubt(
                format!("what {} refers to cannot be used: {fault}", stage.label()),
                LEFT_OUT,
            ),
        }
    }
    match read(&staged.current) {
        Ok(current) => Some(Staged { current, others, refused: vec![] }),
        Err(fault) => value.wrong_fault(&fault),
    }
}

/// Follows a reference to PEM text.
pub(super) fn pem(value: &Value<'_>, sources: &dyn Sources) -> Option<Staged<SecretString>> {
    let content = staged(value, sources)?;
    if content.current.expose_secret().contains("-----BEGIN ") {
        Some(content)
    } else {
        value.wrong("what it refers to is not PEM", "it must contain a line -----BEGIN …-----")
    }
}

/// Follows a reference to 32 random octets in base64.
pub(super) fn key32(value: &Value<'_>, sources: &dyn Sources) -> Option<Staged<[u8; 32]>> {
    let staged = staged(value, sources)?;
    read_staged(value, staged, |content| {
        let decoded = STANDARD.decode(content.expose_secret().trim()).ok();
        decoded.and_then(|octets| <[u8; 32]>::try_from(octets).ok()).ok_or(NotKey32)
    })
}

/// Not a key for sealing or for hashing.
#[derive(Debug, thiserror::Error)]
#[error("what it refers to is not 32 octets in base64; use the output of: openssl rand -base64 32")]
struct NotKey32;

/// What becomes of a stage that cannot be used.
const LEFT_OUT: &str = "it is left out";
