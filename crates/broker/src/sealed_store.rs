//! The sealed store: each record is authenticated ciphertext, bound to its key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use secrecy::{ExposeSecret, SecretBox};
use thiserror::Error;

use crate::ports::{Entropy, Key, Sealed, Store, StoreError, StoreUsage};
use crate::record::{Record, RecordKey};
use crate::versioned::{self, RecordError};

/// A key that seals records: 256 random bits, the same for every replica.
pub struct SealKey(SecretBox<[u8; 32]>);

impl SealKey {
    /// Takes the key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(key)))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(redacted)")
    }
}

/// The store, with every record sealed before it is written and opened after it is read.
pub struct SealedStore {
    store: Arc<dyn Store>,
    entropy: Arc<dyn Entropy>,
    active: SealKey,
    retired: Vec<SealKey>,
}

/// Why a record could not be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum SealedStoreError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The record was not sealed by us for this key, or is not of its kind; or sealing failed.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// A record with its exact bytes in the store, for a later swap.
pub(crate) struct StoredRecord<R> {
    pub(crate) record: R,
    sealed: Sealed,
}

impl SealedStore {
    /// Seals with `active`; opens what `active` or one of `retired` sealed.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        entropy: Arc<dyn Entropy>,
        active: SealKey,
        retired: Vec<SealKey>,
    ) -> Self {
        Self { store, entropy, active, retired }
    }

    /// The usage that the store last reported.
    pub(crate) fn usage(&self) -> Option<StoreUsage> {
        self.store.usage()
    }

    pub(crate) async fn put<R: Record + Sync>(
        &self,
        key: &RecordKey<R>,
        record: &R,
        life: Duration,
    ) -> Result<(), SealedStoreError> {
        Ok(self.store.put(key.key(), self.seal(key, record)?, life).await?)
    }

    pub(crate) async fn peek<R: Record>(
        &self,
        key: &RecordKey<R>,
    ) -> Result<Option<StoredRecord<R>>, SealedStoreError> {
        let Some(sealed) = self.store.peek(key.key()).await? else { return Ok(None) };
        Ok(Some(StoredRecord { record: self.open(key, &sealed)?, sealed }))
    }

    pub(crate) async fn take<R: Record>(
        &self,
        key: &RecordKey<R>,
    ) -> Result<Option<R>, SealedStoreError> {
        let Some(sealed) = self.store.take(key.key()).await? else { return Ok(None) };
        Ok(Some(self.open(key, &sealed)?))
    }

    pub(crate) async fn claim<R: Record + Sync>(
        &self,
        key: &RecordKey<R>,
        record: &R,
        life: Duration,
    ) -> Result<bool, SealedStoreError> {
        Ok(self.store.claim(key.key(), self.seal(key, record)?, life).await?)
    }

    pub(crate) async fn swap<R: Record + Sync>(
        &self,
        key: &RecordKey<R>,
        seen: &StoredRecord<R>,
        next: &R,
        life: Duration,
    ) -> Result<bool, SealedStoreError> {
        Ok(self.store.swap(key.key(), &seen.sealed, self.seal(key, next)?, life).await?)
    }

    /// Changes what is there by compare-and-swap. `change` makes of it what is there next, for how long, and
    /// what the caller wants to know; it is called again where others came first. `None` when they did so
    /// again and again.
    ///
    /// # Errors
    /// That of `change`, after which nothing has changed, or of the store.
    pub(crate) async fn change<R: Record + Sync, T, E: From<SealedStoreError>>(
        &self,
        key: &RecordKey<R>,
        change: impl Fn(Option<R>) -> Result<(R, Duration, T), E>,
    ) -> Result<Option<T>, E> {
        for _ in 0..MAX_RACES {
            let (seen, sealed) = match self.peek(key).await? {
                Some(StoredRecord { record, sealed }) => (Some(record), Some(sealed)),
                None => (None, None),
            };
            let (next, life, changed) = change(seen)?;
            let next = self.seal(key, &next).map_err(SealedStoreError::from)?;
            let written = match &sealed {
                Some(seen) => self.store.swap(key.key(), seen, next, life).await,
                None => self.store.claim(key.key(), next, life).await,
            };
            if written.map_err(SealedStoreError::from)? {
                return Ok(Some(changed));
            }
        }
        Ok(None)
    }

    fn seal<R: Record>(&self, key: &RecordKey<R>, record: &R) -> Result<Sealed, RecordError> {
        let key = key.key();
        let plain = record.to_octets().ok_or(RecordError::Unreadable)?;
        let mut nonce = [0; NONCE];
        self.entropy.fill(&mut nonce);
        let mut tag = [0; TAG];
        let sealed = record_key(&self.active, key)
            .and_then(|record_key| {
                let name = key.as_str().as_bytes();
                encrypt_aead(
                    Cipher::aes_256_gcm(),
                    &record_key,
                    Some(&nonce),
                    name,
                    &plain,
                    &mut tag,
                )
            })
            .map_err(|_| RecordError::Unreadable)?;
        Ok(Sealed::from_bytes([&nonce, sealed.as_slice(), &tag].concat()))
    }

    fn open<R: Record>(&self, key: &RecordKey<R>, sealed: &Sealed) -> Result<R, RecordError> {
        let key = key.key();
        let keys = std::iter::once(&self.active).chain(&self.retired);
        let plain = keys.into_iter().find_map(|seal_key| {
            let (nonce, rest) = sealed.as_bytes().split_at_checked(NONCE)?;
            let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
            let record_key = record_key(seal_key, key).ok()?;
            let name = key.as_str().as_bytes();
            decrypt_aead(Cipher::aes_256_gcm(), &record_key, Some(nonce), name, body, tag).ok()
        });
        versioned::from_octets(&plain.ok_or(RecordError::Unreadable)?)
    }
}

impl fmt::Debug for SealedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedStore")
    }
}

/// Every record has a key of its own, derived from its name: random nonces then never come near the
/// number at which they would have to be feared [SP 800-38D §8.3].
fn record_key(seal_key: &SealKey, key: &Key) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    let hmac = PKey::hmac(seal_key.0.expose_secret())?;
    Signer::new(MessageDigest::sha256(), &hmac)?.sign_oneshot_to_vec(key.as_str().as_bytes())
}

/// How often others may change a record while it is changed here. Each of them has done what it came for.
const MAX_RACES: usize = 64;
const NONCE: usize = 12;
const TAG: usize = 16;
