//! The names of one login: for people, for the identity provider, for the browser.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use openssl::sha::{Sha256, sha256};

use crate::hex::hex;
use crate::ports::Entropy;
use crate::record::{Answered, PassiveLogin, PendingLogin, RecordKey};

/// The handle that travels through the identity provider: 256 random bits in 43 characters, never a
/// URL. It is the `RelayState` of SAML, where 80 octets are allowed [SAML2Bind §3.5.3], and the `state`
/// of OpenID Connect, where some providers want 32 at least. The previous release made 22.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayState(String);

impl RelayState {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 32];
        entropy.fill(&mut random);
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The handle of a login that may show no page. Its record is found by the handle alone, so the
    /// handle says so; beside the mark it has 208 random bits.
    pub(crate) fn passive(entropy: &dyn Entropy) -> Self {
        let Self(random) = Self::new(entropy);
        let rest = random.get(PASSIVE.len()..).unwrap_or_default();
        Self(format!("{PASSIVE}{rest}"))
    }

    /// Whether it says that its login may show no page. Nothing proves it.
    pub(crate) fn is_passive(&self) -> bool {
        self.0.starts_with(PASSIVE)
    }

    /// A handle as it came back; `None` for anything that we cannot have made.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let made_here = matches!(text.len(), 22 | 43)
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

    /// What a cookie holds of it. It leads back to nothing: the handle is 128 random bits.
    fn digest(&self) -> [u8; 16] {
        let mut half = [0; 16];
        half.copy_from_slice(sha256(self.0.as_bytes()).split_at(16).0);
        half
    }
}

impl fmt::Debug for RelayState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayState(redacted)")
    }
}

/// The half of a login that only one browser holds, in a cookie: 256 random bits. Beside them stand
/// when the login began, so that the oldest can go first, and a digest of its handle, so that the
/// cookie alone tells whether the login still waits. Only with the handle itself it finishes one.
///
/// The value is base64url of 53 octets: seconds of Unix time (5, the first one highest), the first
/// 16 of SHA-256 over the handle, and the random ones (32); a login that may show no page has one more,
/// which is 1. Until 2026-11 it was the latter alone,
/// in 43 characters; such a cookie still finishes its login.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserBinding(String);

/// What a cookie of today says.
struct CookieParts {
    started_at: u64,
    handle: [u8; 16],
    secret: [u8; 32],
    /// Whether its login may show no page.
    passive: bool,
}

impl BrowserBinding {
    pub(crate) fn new(entropy: &dyn Entropy, relay: &RelayState, now: Timestamp) -> Self {
        let mut random = [0; 32];
        entropy.fill(&mut random);
        // Before 1970 nobody logs in; 5 octets last for 34,000 years.
        let seconds = u64::try_from(now.as_second()).unwrap_or_default().to_be_bytes();
        let (_, seconds) = seconds.split_at(3);
        let mark: &[u8] = if relay.is_passive() { &[PASSIVE_MARK] } else { &[] };
        let octets = [seconds, relay.digest().as_slice(), random.as_slice(), mark].concat();
        Self(URL_SAFE_NO_PAD.encode(octets))
    }

    /// When its login began, in seconds of Unix time, as the browser says: 0 for a cookie that does
    /// not say. It decides which cookies go first, and nothing else.
    #[must_use]
    pub fn started_at(&self) -> u64 {
        self.parts().map_or(0, |parts| parts.started_at)
    }

    /// Whether it can be a cookie of the previous release, which does not say which login it is of.
    #[must_use]
    pub fn is_previous_format(&self) -> bool {
        self.0.len() == 43
    }

    fn parts(&self) -> Option<CookieParts> {
        let octets = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let (seconds, rest) = octets.split_at_checked(5)?;
        let (handle, rest) = rest.split_at_checked(16)?;
        let (secret, mark) = rest.split_at_checked(32)?;
        let passive = match mark {
            [] => false,
            [PASSIVE_MARK] => true,
            _ => return None,
        };
        let started_at =
            seconds.iter().fold(0, |started_at, octet| started_at << 8 | u64::from(*octet));
        Some(CookieParts {
            started_at,
            handle: handle.try_into().ok()?,
            secret: secret.try_into().ok()?,
            passive,
        })
    }

    /// The value of the cookie as it came back.
    #[must_use]
    pub fn from_cookie(value: &str) -> Self {
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

/// The key of a pending login. It needs both halves: the RelayState alone, or the cookie of another
/// login, finds nothing.
pub(crate) fn pending_key(relay: &RelayState, browser: &BrowserBinding) -> RecordKey<PendingLogin> {
    RecordKey::of(&login_digest("waiting", relay, browser))
}

/// The key of the mark that a response was judged, so that a second one is recognised.
pub(crate) fn answered_key(relay: &RelayState, browser: &BrowserBinding) -> RecordKey<Answered> {
    RecordKey::of(&login_digest("answered", relay, browser))
}

/// [`pending_key`] from the cookie alone, for looking only; nothing for one that does not say which
/// login it is of, or that it may show no page.
pub(crate) fn pending_key_of(browser: &BrowserBinding) -> Option<RecordKey<PendingLogin>> {
    browser
        .parts()
        .filter(|parts| !parts.passive)
        .map(|parts| RecordKey::of(&parts_digest("waiting", &parts.handle, &parts.secret)))
}

/// The key of a login that may show no page. The handle alone finds it, because a browser may withhold
/// our cookie in a frame, and the relying party must be told even then.
pub(crate) fn passive_key(relay: &RelayState) -> RecordKey<PassiveLogin> {
    RecordKey::of(&passive_digest(&relay.digest()))
}

/// [`passive_key`] from the cookie of such a login, for looking only.
pub(crate) fn passive_key_of(browser: &BrowserBinding) -> Option<RecordKey<PassiveLogin>> {
    let parts = browser.parts().filter(|parts| parts.passive)?;
    Some(RecordKey::of(&passive_digest(&parts.handle)))
}

fn passive_digest(handle: &[u8; 16]) -> [u8; 32] {
    parts_digest("passive", handle, &[0; 32])
}

/// The same of [`answered_key`].
pub(crate) fn answered_key_of(browser: &BrowserBinding) -> Option<RecordKey<Answered>> {
    let digest = |parts: CookieParts| parts_digest("answered", &parts.handle, &parts.secret);
    browser.parts().map(|parts| RecordKey::of(&digest(parts)))
}

fn login_digest(purpose: &str, relay: &RelayState, browser: &BrowserBinding) -> [u8; 32] {
    // The handle that came counts, not the one that the cookie speaks of.
    if let Some(parts) = browser.parts() {
        return parts_digest(purpose, &relay.digest(), &parts.secret);
    }
    let mut hash = Sha256::new();
    // The handle has a fixed length, so no two pairs run together into the same text.
    for part in [purpose, "\0", &relay.0, "\0", &browser.0] {
        hash.update(part.as_bytes());
    }
    hash.finish()
}

fn parts_digest(purpose: &str, handle: &[u8; 16], secret: &[u8; 32]) -> [u8; 32] {
    let mut hash = Sha256::new();
    // Two zeros: a key of the previous form has one there, and then a letter.
    for part in [purpose.as_bytes(), b"\0\0", handle, secret] {
        hash.update(part);
    }
    hash.finish()
}

/// How the handle of a login begins that may show no page: 48 bits, so that no other handle does.
const PASSIVE: &str = "passive-";
/// What the cookie of such a login ends with.
const PASSIVE_MARK: u8 = 1;

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
        let (mine, theirs) =
            (BrowserBinding::from_cookie("mine"), BrowserBinding::from_cookie("theirs"));
        let keys = [
            pending_key(&one, &mine),
            pending_key(&one, &theirs),
            pending_key(&other, &mine),
            pending_key(&one, &BrowserBinding::from_cookie("")),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().map(RecordKey::digest).collect();
        assert_eq!(distinct.len(), keys.len());
        assert_ne!(answered_key(&one, &mine).digest(), pending_key(&one, &mine).digest());
    }

    #[test]
    fn a_cookie_says_when_its_login_began_and_where_to_look_for_it() {
        let handle = relay("AAAAAAAAAAAAAAAAAAAAAA");
        let cookie = BrowserBinding::new(&Counting, &handle, Timestamp::constant(1_795_262_400, 0));
        assert_eq!(cookie.as_str().len(), 71);
        assert_eq!(cookie.started_at(), 1_795_262_400);
        let from_cookie = BrowserBinding::from_cookie(cookie.as_str());
        let (pending, answered) = (pending_key(&handle, &cookie), answered_key(&handle, &cookie));
        assert_eq!(pending_key_of(&from_cookie).unwrap().key(), pending.key());
        assert_eq!(answered_key_of(&from_cookie).unwrap().key(), answered.key());
        assert!(!cookie.as_str().contains(handle.as_str()));
    }

    #[test]
    fn a_cookie_finishes_nothing_with_another_handle_than_its_own() {
        let (own, other) = (relay(&"A".repeat(22)), relay(&"B".repeat(22)));
        let cookie = BrowserBinding::new(&Counting, &own, Timestamp::UNIX_EPOCH);
        assert_ne!(pending_key(&other, &cookie).key(), pending_key(&own, &cookie).key());
        // Nor does it help to change what the cookie says of its handle.
        let claims = BrowserBinding::new(&Counting, &other, Timestamp::UNIX_EPOCH);
        assert_eq!(pending_key(&own, &claims).key(), pending_key(&own, &cookie).key());
        let of = |cookie| pending_key_of(cookie).unwrap().key().clone();
        assert_ne!(of(&claims), of(&cookie));
    }

    #[test]
    fn a_cookie_of_the_previous_release_finds_its_login_as_before() {
        let cookie = BrowserBinding::from_cookie(&"b".repeat(43));
        assert!(cookie.is_previous_format());
        assert_eq!(cookie.started_at(), 0);
        assert!(pending_key_of(&cookie).is_none());
        // Computed by that release.
        let key = pending_key(&relay(&"A".repeat(22)), &cookie);
        assert_eq!(
            key.key().as_str(),
            "silta:login:75b0af4959109eee3d08433ca66be00a2cdf43799946da2f5194dce6b88f28e9"
        );
    }

    #[test]
    fn the_name_of_a_cookie_gives_nothing_of_the_handle_away() {
        let handle = relay("AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(handle.cookie_suffix().len(), 8);
        assert_ne!(handle.cookie_suffix(), relay("AAAAAAAAAAAAAAAAAAAAAB").cookie_suffix());
        assert!(handle.cookie_suffix().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
