//! The session, which lives in the browser's cookies and nowhere else.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use silta_broker::ports::Entropy as _;

use super::AlbError;
use crate::entropy::SeededEntropy;

/// The cookies that a browser holds for the application's host: name, value.
pub type Cookies = BTreeMap<String, String>;

/// Somebody who is logged in.
#[derive(Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) sub: String,
    pub(super) claims: Map<String, Value>,
    pub(super) access_token: String,
    /// As the provider said, if it did.
    pub(super) access_token_expires: Option<Timestamp>,
    pub(super) refresh_token: Option<String>,
    pub(super) ends: Timestamp,
}

/// What all nodes of a load balancer seal with: AES-256-GCM.
pub(super) struct Seal {
    pub(super) entropy: SeededEntropy,
    key: [u8; 32],
}

impl Seal {
    pub(super) fn new() -> Self {
        let (entropy, mut key) = (SeededEntropy::from_seed(2), [0; 32]);
        entropy.fill(&mut key);
        Self { entropy, key }
    }

    /// Seals anything into base64url.
    pub(super) fn close(&self, content: &impl Serialize) -> String {
        let (mut nonce, mut tag) = ([0; NONCE], [0; TAG]);
        self.entropy.fill(&mut nonce);
        let plain = serde_json::to_vec(content).unwrap();
        let cipher = Cipher::aes_256_gcm();
        let sealed = encrypt_aead(cipher, &self.key, Some(&nonce), &[], &plain, &mut tag).unwrap();
        URL_SAFE_NO_PAD.encode([&nonce[..], &tag, &sealed].concat())
    }

    /// Opens it, unless a character of it was changed.
    pub(super) fn open<T: DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        let octets = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, rest) = octets.split_at_checked(NONCE)?;
        let (tag, sealed) = rest.split_at_checked(TAG)?;
        let cipher = Cipher::aes_256_gcm();
        let plain = decrypt_aead(cipher, &self.key, Some(nonce), &[], sealed, tag).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// Puts the session into up to four cookies of at most 4 KiB each, name included.
    pub(super) fn keep(
        &self,
        cookies: &mut Cookies,
        name: &str,
        session: &Session,
    ) -> Result<(), AlbError> {
        let sealed = self.close(session);
        let room = COOKIE - format!("{name}-0=").len();
        let shards = sealed.len().div_ceil(room);
        if shards > SHARDS {
            return Err(AlbError::SessionTooLarge { shards });
        }
        for number in 0..SHARDS {
            cookies.remove(&format!("{name}-{number}"));
        }
        for (number, shard) in sealed.as_bytes().chunks(room).enumerate() {
            let shard = String::from_utf8(shard.to_vec()).unwrap();
            cookies.insert(format!("{name}-{number}"), shard);
        }
        Ok(())
    }

    /// The session that the cookies hold, if they hold one of ours, whole.
    pub(super) fn session(&self, cookies: &Cookies, name: &str) -> Option<Session> {
        let shards = (0..SHARDS).map_while(|number| cookies.get(&format!("{name}-{number}")));
        self.open(&shards.map(String::as_str).collect::<String>())
    }
}

const COOKIE: usize = 4096;
const SHARDS: usize = 4;
const NONCE: usize = 12;
const TAG: usize = 16;
