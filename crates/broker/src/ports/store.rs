//! Where records are kept.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::hex::hex;
use crate::store_error::StoreError;

/// Records with a life span, shared by every replica.
///
/// Each verb is atomic across replicas. An error never means "absent": a caller that cannot reach
/// the store must refuse, because the record may exist [SAML2Prof §4.1.4.5].
#[async_trait]
pub trait Store: Send + Sync {
    /// Writes `value` under `key` for `life`, replacing what was there.
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreError>;

    /// Reads without consuming; `None` when absent or expired.
    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError>;

    /// Reads and removes: of any number of concurrent callers, at most one gets the record.
    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError>;

    /// Writes only where nothing is: of any number of concurrent callers, at most one gets `true`.
    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError>;

    /// Replaces `seen` by `next`, only if `seen` is still what stands there, and gives it `life`.
    /// Of any number of concurrent callers that saw the same value, at most one gets `true`.
    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreError>;

    /// The usage that the store last reported; `None` when it does not report one, or has no limit.
    /// It sends no command, so it costs nothing.
    fn usage(&self) -> Option<StoreUsage>;
}

/// The octets that a store uses, and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreUsage {
    /// Octets in use, the store's own overhead included.
    pub used: u64,
    /// The octets at which it refuses more; more than zero.
    pub limit: u64,
}

/// The name of a record: a kind and a hash, so that no key holds a secret or personal data.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key {
    kind: &'static str,
    digest: [u8; 32],
    text: String,
}

impl Key {
    /// A key of this `kind` (a short lower-case word) for the already hashed `digest`.
    #[must_use]
    pub fn new(kind: &'static str, digest: &[u8; 32]) -> Self {
        Self { kind, digest: *digest, text: format!("silta:{kind}:{}", hex(digest)) }
    }

    /// The kind of record that it names.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The hash in it.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The key as the store writes it: `silta:kind:64 hex digits`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.text)
    }
}

/// A record as the store sees it: authenticated ciphertext, bound to its [`Key`].
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Wraps bytes that came out of a store or out of sealing.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The sealed bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}
