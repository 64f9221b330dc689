//! References to secrets and files: a configuration refers to them, and never holds them.

use std::error::Error;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use silta_config::Value;
use silta_config::secrets::Reference;

use super::file::{FileError, FileText, Files, Readers};
use super::json_secret::JsonSecret;
use super::secret_format::{self, SecretFormatIssue};
use crate::aws::{AwsError, KmsKey, Unavailable, VersionStage, Versions};

/// Resolves references.
pub(crate) trait Resolver {
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
    /// [`AwsError`].
    fn secret(&self, _name: &str) -> Result<Versions<SecretString>, AwsError> {
        Err(AwsError::Unavailable(Unavailable::NoAnswer))
    }

    /// A key that stays at AWS, by id, ARN or alias.
    ///
    /// # Errors
    /// [`AwsError`].
    fn key(&self, _id: &str) -> Result<KmsKey, AwsError> {
        Err(AwsError::Unavailable(Unavailable::NoAnswer))
    }
}

/// Resolves references to files and variables of this machine.
pub(crate) struct LocalResolver(Files);

impl LocalResolver {
    /// Paths are relative to `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self(Files::below(folder))
    }
}

impl Resolver for LocalResolver {
    fn file(&self, path: &str) -> Result<FileText, FileError> {
        self.0.text(path)
    }

    fn variable(&self, name: &str) -> Option<SecretString> {
        std::env::var(name).ok().map(SecretString::from)
    }
}

/// Resolves a reference to its current value.
pub(super) fn resolve(value: Value<'_>, resolver: &dyn Resolver) -> Option<SecretString> {
    resolve_versions(value, resolver).map(|versions| versions.current)
}

/// Resolves a reference to a secret: its current value, and the next and previous ones while it is
/// rotated.
pub(super) fn resolve_versions(
    value: Value<'_>,
    resolver: &dyn Resolver,
) -> Option<Versions<SecretString>> {
    if let Ok(Reference::File(path)) = Reference::parse(value.text()?)
        && let Ok(file) = resolver.file(path)
    {
        warn_of_readers(value, path, file.readers);
    }
    resolve_public(value, resolver)
}

fn warn_of_readers(value: Value<'_>, path: &str, readers: Readers) {
    let who = match readers {
        Readers::Owner => return,
        Readers::Group => "its whole group",
        Readers::Everybody => "everybody on this machine",
    };
    value.warn(
        format!("the file {path} can be read or changed by {who}"),
        format!("make it the user's that Silta runs as, and chmod 600 {path}"),
    );
}

/// The same for a public value.
pub(super) fn resolve_public(
    value: Value<'_>,
    resolver: &dyn Resolver,
) -> Option<Versions<SecretString>> {
    // What is no reference is refused by the description.
    match Reference::parse(value.text()?).ok()? {
        Reference::File(path) => match resolver.file(path) {
            Ok(content) => Some(Versions::only(content.text)),
            Err(error) => {
                let (what, instead) = error.messages(path);
                value.refuse(what, instead)
            }
        },
        Reference::Variable(name) => match resolver.variable(name) {
            Some(content) => Some(Versions::only(content)),
            None => value.refuse(
                format!("the environment variable {name} is not set"),
                "set it, or refer to another place",
            ),
        },
        Reference::Stored { name, member, .. } => stored(value, name, member, resolver),
        Reference::Key { .. } => None,
    }
}

/// A secret at AWS, or one member of it.
fn stored(
    value: Value<'_>,
    name: &str,
    member: Option<&str>,
    resolver: &dyn Resolver,
) -> Option<Versions<SecretString>> {
    let versions = match resolver.secret(name) {
        Ok(versions) => versions,
        Err(refused) => return refuse_unavailable(value, name, &refused),
    };
    for (stage, refused) in &versions.refused {
        let (what, _) = refused.messages();
        value.warn(format!("{name} at {} cannot be had: {what}", stage.label()), LEFT_OUT);
    }
    match member {
        Some(member) => select_member(value, name, member, &versions),
        None if JsonSecret::read(&versions.current).is_some() => value.refuse(
            format!("the secret {name} is a JSON object"),
            "say which of its members is meant: aws-sm:NAME#MEMBER",
        ),
        None => Some(versions),
    }
}

/// Resolves a reference to a key that stays at KMS.
pub(super) fn resolve_kms_key(
    value: Value<'_>,
    id: &str,
    resolver: &dyn Resolver,
) -> Option<KmsKey> {
    match resolver.key(id) {
        Ok(key) => Some(key),
        Err(refused) => refuse_unavailable(value, id, &refused),
    }
}

/// The id of the key that a reference leads to, if it leads to one that stays at KMS.
pub(super) fn key_id(value: Value<'_>) -> Option<&str> {
    match Reference::parse(value.text()?) {
        Ok(Reference::Key { id, .. }) => Some(id),
        Ok(_) | Err(_) => None,
    }
}

fn refuse_unavailable<T>(value: Value<'_>, name: &str, refused: &AwsError) -> Option<T> {
    let (what, instead) = refused.messages();
    value.refuse(format!("{name} cannot be had: {what}"), instead)
}

/// One member of a secret that is a JSON object. A previous version may lack the member.
fn select_member(
    value: Value<'_>,
    name: &str,
    member: &str,
    versions: &Versions<SecretString>,
) -> Option<Versions<SecretString>> {
    let Some(whole) = JsonSecret::read(&versions.current) else {
        return value.refuse(
            format!("the secret {name} is not a JSON object"),
            "write its value as one, or leave out # and what follows",
        );
    };
    if whole.has_duplicates {
        return value.refuse(
            format!("the JSON object of the secret {name} has a member twice"),
            "which of the two counts is not certain: remove one",
        );
    }
    let Some(current) = whole.text(member) else {
        let instead = if whole.has_similar(member) {
            "it has one whose name differs only in case or blanks, or whose value is no text"
        } else {
            "add it to the secret's JSON object, as a text in quotes"
        };
        return value.refuse(format!("the secret {name} has no text named {member}"), instead);
    };
    let mut found = Versions::only(SecretString::from(current));
    for (stage, text) in &versions.others {
        let whole = JsonSecret::read(text);
        if whole.as_ref().is_some_and(|whole| whole.has_duplicates) {
            let at = stage.label();
            value.warn(format!("the JSON object of {name} has a member twice at {at}"), LEFT_OUT);
            continue;
        }
        match whole.as_ref().and_then(|whole| whole.text(member)) {
            // Another member is rotated.
            Some(other) if other == current => {}
            Some(other) => found.others.push((*stage, SecretString::from(other))),
            None if *stage == VersionStage::Next => {
                let at = stage.label();
                value.warn(format!("{name} has no text named {member} at {at}"), LEFT_OUT);
            }
            None => {}
        }
    }
    Some(found)
}

/// Reads every version of a value. The current one must be valid. Another one that cannot be used is
/// left out with a warning, so that a rotation that goes wrong stops no start.
pub(super) fn read_versions<T, U, E: Error + 'static>(
    value: Value<'_>,
    versions: Versions<T>,
    read: impl Fn(&T) -> Result<U, E>,
) -> Option<Versions<U>> {
    let mut others = vec![];
    for (stage, other) in versions.others {
        match read(&other) {
            Ok(other) => others.push((stage, other)),
            Err(error) => value.warn(
                format!("what {} refers to cannot be used: {error}", stage.label()),
                LEFT_OUT,
            ),
        }
    }
    match read(&versions.current) {
        Ok(current) => Some(Versions { current, others, refused: vec![] }),
        Err(error) => value.refuse_with(&error),
    }
}

/// Resolves a reference to 32 random octets in base64.
pub(super) fn key32(value: Value<'_>, resolver: &dyn Resolver) -> Option<Versions<[u8; 32]>> {
    let versions = resolve_versions(value, resolver)?;
    read_versions(value, versions, |content| secret_format::key32(content.expose_secret()))
}

/// Warns of a client's secret whose format looks wrong.
pub(super) fn warn_of_format(value: Value<'_>, secret: &str) {
    if let Some(oddity) = SecretFormatIssue::of(secret) {
        value.warn_with(&oddity);
    }
}

/// The advice about a version that cannot be used.
const LEFT_OUT: &str = "it is left out";
