//! The names of one login: for people, for the identity provider, for the browser.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::sha::{Sha256, sha256};
use serde::{Deserialize, Serialize};

use crate::hex::hex;
use crate::open_logins::ANSWERED;
use crate::ports::{Entropy, Key};

/// The reference that a person can read aloud and an operator can search for: eight characters,
/// without those that look or sound alike. It opens nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginId(String);

impl LoginId {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 8];
        entropy.fill(&mut random);
        let character = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied();
        Self(random.iter().filter_map(character).map(char::from).collect())
    }

    /// The reference.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The handle that travels through the identity provider: 128 random bits in 22 characters, never
/// a URL [SAML2Bind §3.5.3 allows 80 bytes].
#[derive(Clone, PartialEq, Eq)]
pub struct RelayState(String);

impl RelayState {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 16];
        entropy.fill(&mut random);
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// A handle as it came back; `None` for anything that we cannot have made.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let made_here = text.len() == 22
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        made_here.then(|| Self(text.to_owned()))
    }

    /// The handle.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the cookie of this login is called, after a prefix: every login has a cookie of its
    /// own, so that two tabs do not disturb each other.
    #[must_use]
    pub fn cookie_suffix(&self) -> String {
        let digest = sha256(self.0.as_bytes());
        hex(digest.split_at(4).0)
    }
}

impl fmt::Debug for RelayState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayState(redacted)")
    }
}

/// The half of a login that only one browser holds, in a cookie: 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserBinding(String);

impl BrowserBinding {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 32];
        entropy.fill(&mut random);
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The value of the cookie as it came back.
    #[must_use]
    pub fn kept(value: &str) -> Self {
        Self(value.to_owned())
    }

    /// The value of the cookie.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BrowserBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserBinding(redacted)")
    }
}

/// The record that waits for an answer is found only with both halves: the handle alone, or the
/// cookie of another login, finds nothing.
pub(crate) fn waiting_key(relay: &RelayState, browser: &BrowserBinding) -> Key {
    Key::new("login", &both("waiting", relay, browser))
}

/// Marks that the answer has been looked at, so that a second one can be told so.
pub(crate) fn answered_key(relay: &RelayState, browser: &BrowserBinding) -> Key {
    Key::new(ANSWERED, &both("answered", relay, browser))
}

fn both(purpose: &str, relay: &RelayState, browser: &BrowserBinding) -> [u8; 32] {
    let mut hash = Sha256::new();
    // The handle has a fixed length, so no two pairs run together into the same text.
    for part in [purpose, "\0", &relay.0, "\0", &browser.0] {
        hash.update(part.as_bytes());
    }
    hash.finish()
}

/// Crockford's base32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Draws the octets 0, 1, 2, … in every draw.
    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, buf: &mut [u8]) {
            buf.iter_mut().zip(0..).for_each(|(octet, number)| *octet = number);
        }
    }

    fn relay(text: &str) -> RelayState {
        RelayState::parse(text).unwrap()
    }

    #[test]
    fn a_reference_is_eight_characters_that_can_be_read_aloud() {
        assert_eq!(LoginId::new(&Counting).as_str(), "01234567");
        for confusing in b"ILOUilou" {
            assert!(!ALPHABET.contains(confusing));
        }
    }

    #[test]
    fn a_handle_that_we_made_is_taken_back_and_no_other_text() {
        let made = RelayState::new(&Counting);
        assert_eq!(RelayState::parse(made.as_str()), Some(made.clone()));
        let short = made.as_str().split_at(21).0;
        for bad in ["", short, &format!("{short}+"), &format!("{short}ä"), &format!("{short}AA")] {
            assert_eq!(RelayState::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_login_is_found_with_both_halves_and_under_one_purpose() {
        let (one, other) = (relay(&"A".repeat(22)), relay(&"B".repeat(22)));
        let (mine, theirs) = (BrowserBinding::kept("mine"), BrowserBinding::kept("theirs"));
        let keys = [
            waiting_key(&one, &mine),
            waiting_key(&one, &theirs),
            waiting_key(&other, &mine),
            waiting_key(&one, &BrowserBinding::kept("")),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
        let digest = |key: &Key| key.as_str().rsplit(':').next().map(str::to_owned);
        assert_ne!(digest(&answered_key(&one, &mine)), digest(&waiting_key(&one, &mine)));
    }

    #[test]
    fn the_name_of_a_cookie_gives_nothing_of_the_handle_away() {
        let handle = relay("AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(handle.cookie_suffix().len(), 8);
        assert_ne!(handle.cookie_suffix(), relay("AAAAAAAAAAAAAAAAAAAAAB").cookie_suffix());
        assert!(handle.cookie_suffix().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
