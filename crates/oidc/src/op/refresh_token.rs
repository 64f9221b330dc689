//! Refresh tokens: the tokens of one family follow each other, and none of them is kept.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{
    memcmp,
    sha::{Sha256, sha256},
};
use secrecy::SecretString;

/// A refresh token: 48 characters, short because the ALB keeps it in a cookie. It has the id of its
/// family, its number in it, and a proof that only the holder of the family's secret can make.
#[derive(Clone)]
pub struct RefreshToken {
    family: [u8; ID],
    number: u32,
    proof: [u8; PROOF],
}

impl RefreshToken {
    /// The token of this number in the family of this id and `secret`, both random.
    #[must_use]
    pub fn new(family: &[u8; ID], number: u32, secret: &[u8; 32]) -> Self {
        Self { family: *family, number, proof: proof(number, secret) }
    }

    /// The token of another number in the same family.
    #[must_use]
    pub fn of_number(&self, number: u32, secret: &[u8; 32]) -> Self {
        Self::new(&self.family, number, secret)
    }

    /// A token as a client sent it; `None` when we cannot have issued it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Before it is decoded: what is longer is not ours, whatever it says.
        let octets = (text.len() == CHARACTERS).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        let (family, rest) = octets.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        Some(Self {
            family: *family,
            number: u32::from_be_bytes(*number),
            proof: rest.try_into().ok()?,
        })
    }

    /// SHA-256 of the id of its family: the name of the family's record in the store.
    #[must_use]
    pub fn family_digest(&self) -> [u8; 32] {
        sha256(&self.family)
    }

    /// Its number in its family.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whether the holder of this secret made it; in constant time.
    #[must_use]
    pub fn is_proved_by(&self, secret: &[u8; 32]) -> bool {
        memcmp::eq(&self.proof, &proof(self.number, secret))
    }

    /// The octets of the access token that is issued beside it, in the family of this `secret`.
    #[must_use]
    pub fn access_token(&self, secret: &[u8; 32]) -> [u8; 32] {
        block(self.number, secret, ACCESS_TOKEN)
    }

    pub(crate) fn to_text(&self) -> SecretString {
        let number = self.number.to_be_bytes();
        URL_SAFE_NO_PAD.encode([self.family.as_slice(), &number, &self.proof].concat()).into()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(redacted)")
    }
}

/// The first half of a block.
fn proof(number: u32, secret: &[u8; 32]) -> [u8; PROOF] {
    let mut half = [0; PROOF];
    half.copy_from_slice(block(number, secret, REFRESH_TOKEN).split_at(PROOF).0);
    half
}

/// A block that is derived from the secret, with the number as counter [SP 800-56C §4.1]: whoever has seen
/// any number of them cannot make another.
fn block(number: u32, secret: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(&number.to_be_bytes());
    hash.update(secret);
    hash.update(purpose);
    hash.finish()
}

const REFRESH_TOKEN: &[u8] = b"silta refresh token";
const ACCESS_TOKEN: &[u8] = b"silta access token";
/// 128 random bits cannot be guessed, and no two families have the same [RFC 6749 §10.10].
const ID: usize = 16;
/// 128 bits that nobody else can compute.
const PROOF: usize = 16;
/// Of id, number and proof in base64url.
const CHARACTERS: usize = (ID + 4 + PROOF) / 3 * 4;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use secrecy::ExposeSecret as _;

    use super::*;

    const SECRET: [u8; 32] = [5; 32];

    fn token(number: u32) -> RefreshToken {
        RefreshToken::new(&[0xFB; 16], number, &SECRET)
    }

    fn text(token: &RefreshToken) -> String {
        token.to_text().expose_secret().to_owned()
    }

    #[test]
    fn a_token_comes_back_with_its_family_and_its_number() {
        let sent = token(7);
        let came = RefreshToken::parse(&text(&sent)).unwrap();
        assert_eq!((came.family_digest(), came.number()), (sent.family_digest(), 7));
        assert!(came.is_proved_by(&SECRET));
        assert_eq!(text(&came), text(&sent));
        assert_eq!(text(&sent).len(), 48);
    }

    #[test]
    fn each_number_has_a_token_and_always_the_same() {
        assert_eq!(text(&token(7).of_number(8, &SECRET)), text(&token(8)));
        assert_ne!(text(&token(7)), text(&token(8)));
    }

    #[test]
    fn each_number_has_an_access_token_of_its_own_and_always_the_same() {
        let beside = |number, secret| token(number).access_token(secret);
        assert_eq!(beside(7, &SECRET), beside(7, &SECRET));
        assert_ne!(beside(7, &SECRET), beside(8, &SECRET));
        assert_ne!(beside(7, &SECRET), beside(7, &[6; 32]));
        // Whoever sees one of the two does not know the other.
        assert!(!beside(7, &SECRET).starts_with(&proof(7, &SECRET)));
    }

    #[test]
    fn whoever_does_not_hold_the_secret_makes_no_token() {
        assert!(!token(7).is_proved_by(&[6; 32]));
        let (seven, eight) = (text(&token(7)), text(&token(8)));
        let parts = |text: &str| {
            let mut octets = URL_SAFE_NO_PAD.decode(text).unwrap();
            let proof = octets.split_off(20);
            [octets, proof]
        };
        // The next number with the proof of this one.
        let ([named, _], [_, proof]) = (parts(&eight), parts(&seven));
        let spliced = [named, proof].concat();
        let spliced = RefreshToken::parse(&URL_SAFE_NO_PAD.encode(spliced)).unwrap();
        assert_eq!(spliced.number(), 8);
        assert!(!spliced.is_proved_by(&SECRET));
    }

    #[test]
    fn refuses_text_that_is_not_36_octets_of_base64url() {
        let good = text(&token(7));
        let short = good.get(..47).unwrap();
        for bad in ["", short, &format!("{good}="), &format!("{short}+"), &format!("{good}A")] {
            assert!(RefreshToken::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn never_prints_a_token() {
        assert_eq!(format!("{:?}", token(7)), "RefreshToken(redacted)");
    }
}
