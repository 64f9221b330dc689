//! References to secrets and files: a configuration refers to them, and never holds them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use openssl::sha::sha256;
use secrecy::{ExposeSecret, SecretString};
use silta_broker::UpstreamName;
use silta_config::secrets::{Reference, Stage, Versions, form_of};
use silta_config::{Value, quotable};

use super::file::{FileError, Readers};
use super::json_secret::JsonSecret;
use super::secret_format::{self, SecretFormatIssue};
use super::source::{RemoteKey, SourceError, Sources, StoredSecret};

/// Resolves a reference to its current value.
pub(super) fn resolve(value: Value<'_>, sources: &Sources<'_>) -> Option<SecretString> {
    resolve_versions(value, sources).map(|versions| versions.current)
}

/// Resolves a reference to a secret: its current value, and the next and previous ones while it is
/// rotated.
pub(super) fn resolve_versions(
    value: Value<'_>,
    sources: &Sources<'_>,
) -> Option<Versions<SecretString>> {
    if let Ok(Reference::File(path)) = Reference::parse(value.text()?)
        && let Ok(file) = sources.files.file(path)
    {
        warn_of_readers(value, path, file.readers);
    }
    resolve_public(value, sources)
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
    sources: &Sources<'_>,
) -> Option<Versions<SecretString>> {
    // What is no reference is refused by the description.
    match Reference::parse(value.text()?).ok()? {
        Reference::File(path) => match sources.files.file(path) {
            Ok(content) => Some(Versions::only(content.text)),
            Err(error) => {
                let tried = sources.files.tried(path);
                let is_content = matches!(error, FileError::Binary(_) | FileError::TooLarge);
                let (what, instead) = error.messages(if is_content { path } else { &tried });
                value.refuse(what, instead)
            }
        },
        Reference::Variable(name) => match sources.variables.variable(name) {
            Some(content) => Some(Versions::only(content)),
            None => value.refuse(
                format!("the environment variable {} is not set", shown(name)),
                "set it, or refer to another place",
            ),
        },
        Reference::Stored { scheme, name, member } => {
            stored(value, (scheme, name, member), sources)
        }
        Reference::Key { .. } => None,
    }
}

/// A secret that others keep, or one member of it.
fn stored(
    value: Value<'_>,
    (scheme, name, member): (&str, &str, Option<&str>),
    sources: &Sources<'_>,
) -> Option<Versions<SecretString>> {
    let StoredSecret { versions, refused } = match sources.secrets.secret(name) {
        Ok(secret) => secret,
        Err(refused) => return refuse_unavailable(value, name, &refused),
    };
    for (stage, SourceError { what, .. }) in refused {
        let stage = stage.name();
        value.warn(format!("the {stage} version of {name} cannot be had: {what}"), LEFT_OUT);
    }
    match member {
        Some(member) => select_member(value, name, member, &versions),
        None if JsonSecret::read(&versions.current).is_some() => value.refuse(
            format!("the secret {name} is a JSON object"),
            format!("say which of its members is meant: {}", form_of(scheme)),
        ),
        None => Some(versions),
    }
}

/// Resolves a reference to a key that stays where it is.
pub(super) fn resolve_remote_key(
    value: Value<'_>,
    id: &str,
    sources: &Sources<'_>,
) -> Option<Arc<dyn RemoteKey>> {
    match sources.keys.key(id) {
        Ok(key) => Some(key),
        Err(refused) => refuse_unavailable(value, id, &refused),
    }
}

/// A name that may be repeated: a value that was put where it belongs has other characters.
fn shown(name: &str) -> &str {
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if name.chars().all(is_name) { name } else { "that it names" }
}

/// The id of the key that a reference leads to, if it leads to one that stays where it is.
pub(super) fn key_id(value: Value<'_>) -> Option<&str> {
    match Reference::parse(value.text()?) {
        Ok(Reference::Key { id, .. }) => Some(id),
        Ok(_) | Err(_) => None,
    }
}

fn refuse_unavailable<T>(value: Value<'_>, name: &str, refused: &SourceError) -> Option<T> {
    value.refuse(format!("{name} cannot be had: {}", refused.what), refused.instead)
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
    for stage in Stage::ALL {
        let Some(text) = versions.at(stage) else { continue };
        let whole = JsonSecret::read(text);
        if whole.as_ref().is_some_and(|whole| whole.has_duplicates) {
            let stage = stage.name();
            let what =
                format!("the JSON object of the {stage} version of {name} has a member twice");
            value.warn(what, LEFT_OUT);
            continue;
        }
        match whole.as_ref().and_then(|whole| whole.text(member)) {
            // Another member is rotated.
            Some(other) if other == current => {}
            Some(other) => *found.at_mut(stage) = Some(SecretString::from(other)),
            None if stage == Stage::Next => {
                let what = format!("the next version of {name} has no text named {member}");
                value.warn(what, LEFT_OUT);
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
    let other = |stage: Stage, other: Option<T>| match read(&other?) {
        Ok(other) => Some(other),
        Err(error) => {
            let what = format!("the {} version of it cannot be used: {error}", stage.name());
            value.warn(what, LEFT_OUT);
            None
        }
    };
    let next = other(Stage::Next, versions.next);
    let previous = other(Stage::Previous, versions.previous);
    match read(&versions.current) {
        Ok(current) => Some(Versions { current, next, previous }),
        Err(error) => value.refuse_with(&error),
    }
}

/// Resolves a reference to 32 random octets in base64.
pub(super) fn key32(value: Value<'_>, sources: &Sources<'_>) -> Option<Versions<[u8; 32]>> {
    let versions = resolve_versions(value, sources)?;
    read_versions(value, versions, |content| secret_format::key32(content.expose_secret()))
}

/// A secret that is a text, without the newline that a file usually ends with. What can be none is refused, and what
/// looks wrong is warned of.
pub(super) fn plain<'s>(value: Value<'_>, secret: &'s SecretString) -> Option<&'s str> {
    let secret = without_newline(secret);
    if secret.trim().is_empty() {
        return value.refuse("what it refers to is empty", "write the secret there");
    }
    if secret.contains("-----BEGIN ") {
        let what = "what it refers to is PEM: a key or a certificate, and no secret";
        return value.refuse(what, "refer to the secret that both sides know");
    }
    if let Some(oddity) = SecretFormatIssue::of(secret) {
        value.warn_with(&oddity);
    }
    Some(secret)
}

/// A file usually ends with a newline that is not part of the secret.
pub(super) fn without_newline(secret: &SecretString) -> &str {
    secret.expose_secret().trim_end_matches(['\r', '\n'])
}

/// Whoever shares a secret with us.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Party {
    /// A client, by its id.
    Client(String),
    /// An OpenID Provider.
    Upstream(UpstreamName),
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(id) => write!(f, "client {}", quotable(id).unwrap_or("above")),
            Self::Upstream(name) => write!(f, "upstream {name}"),
        }
    }
}

/// The secrets that were read so far, by their digests, and whose each is.
#[derive(Default)]
pub(super) struct KnownSecrets(RefCell<BTreeMap<[u8; 32], Party>>);

impl KnownSecrets {
    /// Notes a secret that a `party` has. One of our own keys is refused: whoever has it opens every record, or knows
    /// everybody's `sub`.
    pub(super) fn note(
        &self,
        value: Value<'_>,
        secret: &str,
        party: &Party,
        own: &[[u8; 32]],
    ) -> Option<()> {
        if secret_format::key32(secret).is_ok_and(|octets| own.contains(&sha256(&octets))) {
            let what = "it is one of keys.seal and keys.subject, which nobody else may have";
            return value.refuse(what, "make one of its own: openssl rand -hex 32");
        }
        let digest = sha256(secret.as_bytes());
        match self.0.borrow_mut().insert(digest, party.clone()) {
            Some(first) if first == *party => {
                let instead = "leave it out until there is a second one";
                value.warn("it is the same as its secret", instead);
            }
            Some(first) => {
                let what = format!("{first} has the same secret");
                value.warn(what, "give each its own, so that one cannot act as the other");
            }
            None => {}
        }
        Some(())
    }
}

/// The advice about a version that cannot be used.
const LEFT_OUT: &str = "it is left out";
