//! Issues with the format of a secret, which come from its way to us: a
//! warning where the text may be intended, an error where it cannot be.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretSlice};
use serde_json::Value as Json;
use silta_config::secrets::SCHEMES;
use thiserror::Error;

/// An issue with the format of a secret; each sentence says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum SecretFormatIssue {
    #[error(
        "it is a whole JSON object; refer to one member of it, by # behind the name, or where the \
         variable is filled"
    )]
    Json,
    #[error(
        "it looks like a placeholder that nobody replaced; use the output of: openssl rand -hex 32"
    )]
    Placeholder,
    #[error("it stands in quotes, which count as a part of it; remove them")]
    Quotes,
    #[error("it begins or ends with a blank, which counts as a part of it; remove it")]
    Blanks,
    #[error("it begins with a byte order mark, which counts as a part of it; save it without")]
    ByteOrderMark,
    #[error("it is a reference itself, and references are followed once; write the secret there")]
    Reference,
    #[error(
        "it holds + or %, which clients encode differently in Basic; both ways are accepted, but \
         better is a secret from: openssl rand -hex 32"
    )]
    Encoding,
}

impl SecretFormatIssue {
    /// The issue with a client's secret, if there is one.
    pub(super) fn of(secret: &str) -> Option<Self> {
        Self::of_any_secret(secret)
            .or_else(|| is_placeholder(secret).then_some(Self::Placeholder))
            .or_else(|| secret.contains(['+', '%']).then_some(Self::Encoding))
    }

    /// The issue with any secret, if there is one.
    pub(super) fn of_any_secret(secret: &str) -> Option<Self> {
        if secret.starts_with('\u{FEFF}') {
            return Some(Self::ByteOrderMark);
        }
        let quoted = |quote: char| {
            secret.len() > 1 && secret.starts_with(quote) && secret.trim_end().ends_with(quote)
        };
        if quoted('"') || quoted('\'') {
            return Some(Self::Quotes);
        }
        if is_object(secret) {
            return Some(Self::Json);
        }
        if SCHEMES.iter().any(|one| secret.starts_with(one.prefix)) {
            return Some(Self::Reference);
        }
        (secret.trim_matches([' ', '\t']) != secret).then_some(Self::Blanks)
    }
}

/// Whether a text is what examples write where a secret belongs.
fn is_placeholder(secret: &str) -> bool {
    let folded = secret.to_ascii_lowercase().replace(['-', '_', ' '], "");
    let mut characters = secret.chars();
    let first = characters.next();
    let is_one_character = first.is_some() && characters.all(|c| Some(c) == first);
    is_one_character
        || (secret.starts_with('<') && secret.ends_with('>'))
        || PLACEHOLDERS.iter().any(|word| folded.contains(word))
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && matches!(serde_json::from_str(text), Ok(Json::Object(_)))
}

/// Reads 32 octets in base64.
///
/// # Errors
/// [`Key32Error`], which says what it is instead.
pub(super) fn key32(text: &str) -> Result<[u8; 32], Key32Error> {
    let text = text.trim();
    let octets = STANDARD.decode(text).map(SecretSlice::from);
    if let Ok(octets) = &octets
        && let Ok(key) = <[u8; 32]>::try_from(octets.expose_secret())
    {
        return Ok(key);
    }
    Err(Key32Error::of(text, octets.ok().as_ref().map(octets_of)))
}

fn octets_of(octets: &SecretSlice<u8>) -> usize {
    octets.expose_secret().len()
}

/// Why a text is no key of 32 octets; each sentence says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Key32Error {
    #[error("what it refers to is empty; use the output of: openssl rand -base64 32")]
    Empty,
    #[error("what it refers to cannot be used: {0}")]
    Format(SecretFormatIssue),
    #[error(
        "what it refers to is 32 octets in hexadecimal, not in base64; use the output of: openssl \
         rand -base64 32"
    )]
    Hexadecimal,
    #[error(
        "what it refers to is base64 in its form for URLs, or without =; write + for -, / for _ \
         and = at the end"
    )]
    ForUrls,
    #[error(
        "what it refers to is {0} octets in base64, not 32; use the output of: openssl rand \
         -base64 32"
    )]
    Length(usize),
    #[error(
        "what it refers to is not 32 octets in base64; use the output of: openssl rand -base64 32"
    )]
    NotBase64,
}

impl Key32Error {
    fn of(text: &str, octets: Option<usize>) -> Self {
        if text.is_empty() {
            return Self::Empty;
        }
        if let Some(issue) = SecretFormatIssue::of_any_secret(text) {
            return Self::Format(issue);
        }
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Self::Hexadecimal;
        }
        if [STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().any(|form| {
            form.decode(text).map(SecretSlice::from).is_ok_and(|octets| octets_of(&octets) == 32)
        }) {
            return Self::ForUrls;
        }
        octets.map_or(Self::NotBase64, Self::Length)
    }
}

/// Long enough that no random text holds one by chance.
const PLACEHOLDERS: [&str; 6] =
    ["changeme", "changethis", "replaceme", "replacethis", "placeholder", "yoursecret"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_to_a_secret_on_its_way_is_told() {
        for (secret, issue) in [
            ("0123456789abcdef", None),
            ("a secret/of=octets:and\"more", None),
            ("{curly}", None),
            ("{\"secret\":\"0123456789abcdef\"}", Some(SecretFormatIssue::Json)),
            ("\"0123456789abcdef\"", Some(SecretFormatIssue::Quotes)),
            ("'0123456789abcdef'", Some(SecretFormatIssue::Quotes)),
            ("'0123456789abcdef", None),
            (" 0123456789abcdef", Some(SecretFormatIssue::Blanks)),
            ("0123456789abcdef\t", Some(SecretFormatIssue::Blanks)),
            ("\u{FEFF}0123456789abcdef", Some(SecretFormatIssue::ByteOrderMark)),
            ("aws-sm:silta/keys#shop", Some(SecretFormatIssue::Reference)),
            ("env:SHOP_SECRET_OF_MINE", Some(SecretFormatIssue::Reference)),
            ("Change-Me_change-me", Some(SecretFormatIssue::Placeholder)),
            ("<the-client-secret>", Some(SecretFormatIssue::Placeholder)),
            ("xxxxxxxxxxxxxxxx", Some(SecretFormatIssue::Placeholder)),
            ("0123456789abcdef+", Some(SecretFormatIssue::Encoding)),
            ("100%-0123456789abcdef", Some(SecretFormatIssue::Encoding)),
        ] {
            assert_eq!(SecretFormatIssue::of(secret), issue, "{secret}");
        }
    }

    #[test]
    fn a_key_of_32_octets_is_read_and_anything_else_told_apart() {
        assert_eq!(key32(&format!("{}\n", STANDARD.encode([7; 32]))), Ok([7; 32]));
        let for_urls = URL_SAFE_NO_PAD.encode([0xFB; 32]);
        for (text, error) in [
            ("", Key32Error::Empty),
            (" \n", Key32Error::Empty),
            (
                &format!("'{}'", STANDARD.encode([7; 32])),
                Key32Error::Format(SecretFormatIssue::Quotes),
            ),
            ("{\"seal\":\"x\"}", Key32Error::Format(SecretFormatIssue::Json)),
            ("aws-sm:silta/keys#seal", Key32Error::Format(SecretFormatIssue::Reference)),
            (&"0a".repeat(32), Key32Error::Hexadecimal),
            (&for_urls, Key32Error::ForUrls),
            (STANDARD.encode([7; 32]).trim_end_matches('='), Key32Error::ForUrls),
            (&STANDARD.encode([7; 16]), Key32Error::Length(16)),
            ("not base64 at all", Key32Error::NotBase64),
        ] {
            assert_eq!(key32(text), Err(error), "{text}");
            assert!(error.to_string().contains("; "), "it says what to do: {error}");
        }
    }
}
