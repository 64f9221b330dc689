//! The names of a session: for clients, and for the browser that holds it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::memcmp;
use openssl::sha::sha256;
use serde::{Deserialize, Serialize};

use crate::hmac::hmac;
use crate::octets::Octets;
use crate::ports::Entropy;

/// The name of a session, or of a relying party's part in one: 128 random bits in 22 characters. It
/// opens nothing. A client knows it as the `sid` of its ID tokens, a service provider as the
/// `SessionIndex` of its assertions.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 16];
        entropy.fill(&mut random);
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// A name as it came back; `None` for anything that we cannot have made.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let octets = (text.len() == ID_CHARACTERS).then(|| URL_SAFE_NO_PAD.decode(text).ok())?;
        (octets?.len() == 16).then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What its record's key is made of.
    pub(crate) fn digest(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(redacted)")
    }
}

/// A session that a browser says it holds: its name, and 256 random bits that only this browser has.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct HeldSession {
    pub(crate) id: SessionId,
    secret: [u8; 32],
}

impl HeldSession {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let id = SessionId::new(entropy);
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        Self { id, secret }
    }

    /// What the record keeps of the secret.
    pub(crate) fn secret_digest(&self) -> Octets<16> {
        Octets::first_of(&sha256(&self.secret))
    }

    /// Whether the record of this session keeps the digest of this secret; in constant time.
    pub(crate) fn opens(&self, kept: &Octets<16>) -> bool {
        memcmp::eq(&self.secret_digest().0, &kept.0)
    }

    /// A hash of these parts that only who holds the session, or its cookie, can make.
    pub(crate) fn keyed_hash(&self, parts: &[&str]) -> [u8; 32] {
        hmac(&self.secret, parts)
    }

    fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        let secret = URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        Some(Self { id: SessionId::parse(id)?, secret })
    }
}

/// What a session is kept for, the least first: of several for which there is no room, the least goes, and
/// of these the oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeptFor {
    /// Its logout alone: nobody was let in. It takes the place of its like, and of no other.
    Logout,
    /// What its login gave, which ends before it.
    Login,
    /// Later uses: single sign-on, or a refresh.
    LaterUse,
}

/// A session of a browser.
pub(crate) struct RankedSession {
    pub(crate) held: HeldSession,
    pub(crate) kept_for: KeptFor,
    /// Whether a code of it may be on its way to a relying party.
    pub(crate) is_young: bool,
}

/// The sessions of one browser as its cookies have them, the newest first. `Debug` shows only how many
/// there are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeldSessions(Vec<HeldSession>);

impl HeldSessions {
    /// The sessions that these values of cookies name, the newest first, each behind a tilde. What we cannot
    /// have written there is left out.
    #[must_use]
    pub fn from_cookie(value: &str) -> Self {
        Self(value.split('~').take(MAX_READ).filter_map(HeldSession::parse).collect())
    }

    /// The values of the cookies: `name.secret`, and the next one behind a tilde.
    #[must_use]
    pub fn to_cookie(&self) -> String {
        let one = |held: &HeldSession| {
            format!("{}.{}", held.id.as_str(), URL_SAFE_NO_PAD.encode(held.secret))
        };
        self.0.iter().map(one).collect::<Vec<_>>().join("~")
    }

    /// These sessions, the newest first.
    pub(crate) fn of(held: impl IntoIterator<Item = HeldSession>) -> Self {
        Self(held.into_iter().take(MAX_READ).collect())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &HeldSession> {
        self.0.iter()
    }

    /// `newest` before the others, and those for which there is no room: none that began a moment ago. `None`
    /// where it is `newest` for which there is none: it is kept for its logout alone, or all are too young.
    pub(crate) fn with(
        newest: RankedSession,
        mut earlier: Vec<RankedSession>,
    ) -> Option<(Self, Vec<HeldSession>)> {
        let mut forgotten = vec![];
        let is_for_logout = newest.kept_for == KeptFor::Logout;
        while earlier.len() >= MAX_HELD {
            // Whoever has several pages open may log in in all of them at once, and gets into each.
            let lasting = |one: &RankedSession| one.is_young && one.kept_for > KeptFor::Logout;
            let from_oldest = earlier.iter().enumerate().rev().filter(|(_, one)| !lasting(one));
            match from_oldest.min_by_key(|(_, one)| one.kept_for) {
                Some((least, one)) if !is_for_logout || one.kept_for == KeptFor::Logout => {
                    forgotten.push(earlier.remove(least).held);
                }
                None if !is_for_logout && earlier.len() < MAX_READ => break,
                Some(_) | None => return None,
            }
        }
        let all = std::iter::once(newest).chain(earlier).map(|one| one.held);
        Some((Self(all.collect()), forgotten))
    }
}

impl fmt::Debug for HeldSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HeldSessions({})", self.0.len())
    }
}

const ID_CHARACTERS: usize = 22;
/// Each login of a person begins a session, and the browser holds the latest; the one before them ends. More
/// clients than one person uses in a day, who are logged out one by one. Each is one look-up when a login ends,
/// and some 100 octets of every request, beside the 6 KiB of logins that are open.
const MAX_HELD: usize = 16;
/// Logins that end at one moment each see the sessions from before, and none of a moment ago is pushed out, so
/// there can be more for a while.
const MAX_READ: usize = 2 * MAX_HELD;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// Draws this octet, again and again.
    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, buf: &mut [u8]) {
            buf.fill(self.0);
        }
    }

    fn held(octet: u8) -> HeldSession {
        HeldSession::new(&Constant(octet))
    }

    fn ranked(octet: u8, letter: char) -> RankedSession {
        let kept_for = match letter {
            'o' => KeptFor::Logout,
            'i' => KeptFor::Login,
            _ => KeptFor::LaterUse,
        };
        RankedSession { held: held(octet), kept_for, is_young: false }
    }

    /// The sessions of the octets from 1 on, each for as much as its letter says, the newest first, and behind
    /// it twelve more that something uses.
    fn with(kept_for: &str) -> Option<(HeldSessions, Vec<HeldSession>)> {
        let mut all = (1..).zip(kept_for.chars()).map(|(octet, letter)| ranked(octet, letter));
        let newest = all.next().unwrap();
        HeldSessions::with(newest, MORE.map(|octet| ranked(octet, 'u')).chain(all).collect())
    }

    const MORE: std::ops::Range<u8> = 101..113;

    fn only(one: HeldSession) -> HeldSessions {
        HeldSessions(vec![one])
    }

    #[test]
    fn a_name_that_we_made_is_taken_back_and_no_other_text() {
        let made = SessionId::new(&Constant(0xFB));
        assert_eq!(made.as_str().len(), 22);
        assert_eq!(SessionId::parse(made.as_str()), Some(made.clone()));
        let short = made.as_str().split_at(21).0;
        // The last character of 22 carries two bits; B has four more.
        for bad in ["", short, &format!("{short}B"), &format!("{short}+"), &format!("{short}AA")] {
            assert_eq!(SessionId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_cookie_holds_the_newest_sixteen_sessions() {
        let (sessions, forgotten) = with("uuuuu").unwrap();
        assert!(forgotten == [held(5)]);
        let kept: Vec<_> = [1].into_iter().chain(MORE).chain([2, 3, 4]).map(held).collect();
        assert!(sessions.iter().eq(&kept));
        let cookie = sessions.to_cookie();
        assert_eq!(cookie.len(), 16 * 67 - 1);
        assert_eq!(HeldSessions::from_cookie(&cookie), sessions);
        let more = HeldSessions::from_cookie(&format!("{cookie}~{cookie}~{cookie}"));
        assert_eq!(more.iter().count(), 32, "no further one is looked up");
    }

    #[test]
    fn sessions_that_nothing_uses_go_before_those_that_something_does() {
        for (kept_for, gone) in [
            ("iuuuu", 5),
            ("iiiii", 5),
            ("iuuiu", 4),
            ("iiuiu", 4),
            ("uiuuu", 2),
            ("uouii", 2),
            ("iooui", 3),
        ] {
            let (_, forgotten) = with(kept_for).unwrap();
            assert!(forgotten == [held(gone)], "{kept_for}");
        }
    }

    #[test]
    fn a_session_that_is_kept_for_its_logout_alone_takes_the_place_of_its_like_or_none() {
        for (kept_for, gone) in [
            ("ouuuu", None),
            ("oiiii", None),
            ("ouoou", Some(4)),
            ("ooiui", Some(2)),
            ("ooooo", Some(5)),
        ] {
            let forgotten = with(kept_for).map(|(_, forgotten)| forgotten);
            assert!(forgotten == gone.map(|gone| vec![held(gone)]), "{kept_for}");
        }
        let (sessions, forgotten) = with("ouuu").unwrap();
        assert_eq!((sessions.iter().count(), forgotten.len()), (16, 0), "there is room");
    }

    #[test]
    fn a_session_that_began_a_moment_ago_goes_before_none_and_there_is_an_end_to_that() {
        let young = |octet| RankedSession { is_young: true, ..ranked(octet, 'i') };
        let with = |newest, others: std::ops::Range<u8>, old: Option<u8>| {
            let old = old.map(|octet| ranked(octet, 'u'));
            let with = HeldSessions::with(newest, others.map(young).chain(old).collect());
            with.map(|(sessions, forgotten)| (sessions.iter().count(), forgotten))
        };
        assert!(with(young(1), 2..17, Some(17)) == Some((16, vec![held(17)])), "an older one goes");
        assert!(with(young(1), 2..18, None) == Some((17, vec![])));
        assert!(with(young(1), 2..33, None) == Some((32, vec![])));
        assert!(with(young(1), 2..34, None).is_none());
        assert!(with(ranked(1, 'o'), 2..18, None).is_none(), "nobody was let in");
    }

    #[test]
    fn what_a_browser_invents_is_no_session() {
        let good = only(held(1)).to_cookie();
        for bad in ["", ".", "~", &good[1..], &good[..60], &good.replace('.', ""), "a.b~c.d"] {
            assert_eq!(HeldSessions::from_cookie(bad), HeldSessions::default(), "{bad}");
        }
        // And hides none beside it.
        let beside = HeldSessions::from_cookie(&format!("x.y~{good}"));
        assert_eq!(beside.to_cookie(), good);
    }

    #[test]
    fn only_the_secret_of_a_session_opens_it() {
        let kept = held(1).secret_digest();
        assert!(held(1).opens(&kept));
        assert!(!held(2).opens(&kept));
    }

    #[test]
    fn never_prints_a_name_or_a_secret() {
        let printed = format!("{:?} {:?}", held(1).id, only(held(1)));
        assert_eq!(printed, "SessionId(redacted) HeldSessions(1)");
    }
}
