//! References to secrets and files: a configuration names them, and never holds them.

use std::error::Error;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::file::{FileError, FileText, Files, Readers};
use super::json_secret::Object;
use super::shape::{self, Oddity};
use super::yaml::Value;
use crate::aws::{self, Away, KmsKey, Refused, Stage, Staged};

/// Where references lead.
pub(crate) trait Sources {
    /// The content of a file, relative to the configuration.
    ///
    /// # Errors
    /// [`FileError`].
    fn file(&self, path: &str) -> Result<FileText, FileError>;

    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<SecretString>;

    /// A secret at AWS, by name or ARN.
    ///
    /// # Errors
    /// [`Refused`].
    fn secret(&self, _name: &str) -> Result<Staged<SecretString>, Refused> {
        Err(Refused::Away(Away::NoAnswer))
    }

    /// A key that stays at AWS, by id, ARN or alias.
    ///
    /// # Errors
    /// [`Refused`].
    fn key(&self, _id: &str) -> Result<KmsKey, Refused> {
        Err(Refused::Away(Away::NoAnswer))
    }
}

/// The machine that Silta runs on.
pub(crate) struct Machine(Files);

impl Machine {
    /// Paths start at `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self(Files::below(folder))
    }
}

impl Sources for Machine {
    fn file(&self, path: &str) -> Result<FileText, FileError> {
        self.0.text(path)
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

/// Follows a reference to a secret value and those beside it while it is rotated.
pub(super) fn staged(value: &Value<'_>, sources: &dyn Sources) -> Option<Staged<SecretString>> {
    if let Some(path) = value.text()?.strip_prefix("file:")
        && let Ok(file) = sources.file(path)
    {
        warn_of_readers(value, path, file.readers);
    }
    public(value, sources)
}

fn warn_of_readers(value: &Value<'_>, path: &str, readers: Readers) {
    let who = match readers {
        Readers::Owner => return,
        Readers::Group => "its whole group",
        Readers::Everybody => "everybody on this machine",
    };
    value.doubt(
        format!("the file {path} can be read or changed by {who}"),
        format!("make it the user's that Silta runs as, and chmod 600 {path}"),
    );
}

/// The same for a value that anybody may know.
pub(super) fn public(value: &Value<'_>, sources: &dyn Sources) -> Option<Staged<SecretString>> {
    let reference = value.text()?;
    if let Some(path) = reference.strip_prefix("file:") {
        return match sources.file(path) {
            Ok(content) => Some(Staged::only(content.text)),
            Err(error) => {
                let (what, instead) = error.words(path);
                value.wrong(what, instead)
            }
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
                    None if Object::read(&staged.current).is_some() => value.wrong(
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
    let Some(whole) = Object::read(&staged.current) else {
        return value.wrong(
            format!("the secret {name} is not a JSON object"),
            "write its value as one, or leave out # and what follows",
        );
    };
    if whole.repeats {
        return value.wrong(
            format!("the JSON object of the secret {name} has a member twice"),
            "which of the two counts is not certain: remove one",
        );
    }
    let Some(current) = whole.text(member) else {
        let instead = if whole.nearly(member) {
            "it has one whose name differs only in case or blanks, or whose value is no text"
        } else {
            "add it to the secret's JSON object, as a text in quotes"
        };
        return value.wrong(format!("the secret {name} has no text named {member}"), instead);
    };
    let mut found = Staged::only(SecretString::from(current));
    for (stage, text) in &staged.others {
        let whole = Object::read(text);
        if whole.as_ref().is_some_and(|whole| whole.repeats) {
            let at = stage.label();
            value.doubt(format!("the JSON object of {name} has a member twice at {at}"), LEFT_OUT);
            continue;
        }
        match whole.as_ref().and_then(|whole| whole.text(member)) {
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

/// Follows a reference to 32 random octets in base64.
pub(super) fn key32(value: &Value<'_>, sources: &dyn Sources) -> Option<Staged<[u8; 32]>> {
    let staged = staged(value, sources)?;
    read_staged(value, staged, |content| shape::key32(content.expose_secret()))
}

/// Warns of what perhaps happened to a client's secret on its way to us.
pub(super) fn warn_of_oddity(value: &Value<'_>, secret: &str) {
    if let Some(oddity) = Oddity::of(secret) {
        value.doubt_fault(&oddity);
    }
}

/// What becomes of a stage that cannot be used.
const LEFT_OUT: &str = "it is left out";
