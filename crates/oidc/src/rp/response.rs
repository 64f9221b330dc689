//! The answer of a provider to a request of ours over HTTP.

use std::fmt;

use serde_json::{Map, Value};

use crate::wire::json::{JsonError, read_object};

/// What a provider answered. `Debug` shows only the status and the length.
pub struct ProviderResponse<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`, where there is one.
    pub content_type: Option<&'a str>,
    /// The body, decompressed.
    pub body: &'a [u8],
}

impl ProviderResponse<'_> {
    /// The media type in lower case, without its parameters [RFC 9110 §8.3.1].
    pub(super) fn media_type(&self) -> String {
        let written = self.content_type.unwrap_or_default();
        let media_type = written.split(';').next().unwrap_or_default();
        media_type.trim_matches([' ', '\t']).to_ascii_lowercase()
    }

    /// The body as a JSON object of at most 128 KiB.
    pub(super) fn json(&self) -> Result<Map<String, Value>, JsonError> {
        read_object(self.body, MAX_BYTES)
    }
}

impl fmt::Debug for ProviderResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderResponse")
            .field("status", &self.status)
            .field("octets", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Metadata is some 5 KiB, a token response with two tokens some 10, and userinfo less.
const MAX_BYTES: usize = 128 * 1024;
