//! The identifier of a client.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A client's identifier: 1 to 255 printable ASCII characters [RFC 6749 §A.1].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClientId(String);

impl ClientId {
    /// Takes an identifier from the configuration.
    ///
    /// # Errors
    /// [`ClientIdError`].
    pub fn parse(text: &str) -> Result<Self, ClientIdError> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > 255 || !printable {
            return Err(ClientIdError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for ClientId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The identifier is empty, too long, or not printable ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the client id is not 1 to 255 printable ASCII characters; write a short name without spaces"
)]
pub struct ClientIdError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_client_ids_that_cannot_stand_in_a_request() {
        for bad in ["", "a b", "a\n", "ä", &"a".repeat(256)] {
            assert_eq!(ClientId::parse(bad), Err(ClientIdError), "{bad}");
        }
    }
}
