//! The authorization code.

use crate::wire::opaque_token::OpaqueToken;

/// An authorization code: 43 characters, to be spent once [RFC 6749 §4.1.2].
#[derive(Debug, Clone)]
pub struct AuthorizationCode(OpaqueToken);

impl AuthorizationCode {
    /// The code of 32 cryptographically random bytes.
    #[must_use]
    pub fn new(random: &[u8; 32]) -> Self {
        Self(OpaqueToken::new(random))
    }

    /// A code as a client sent it; `None` when we cannot have issued it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OpaqueToken::parse(text).map(Self)
    }

    /// SHA-256 of the code: the name of its record in the store.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.0.digest()
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_code_comes_back_as_the_same_record() {
        let code = AuthorizationCode::new(&[0xFB; 32]);
        assert_eq!(code.as_str().len(), 43);
        assert_eq!(AuthorizationCode::parse(code.as_str()).unwrap().digest(), code.digest());
        assert_ne!(AuthorizationCode::new(&[0xFA; 32]).digest(), code.digest());
    }

    #[test]
    fn refuses_text_that_is_not_32_bytes_of_base64url() {
        let good = AuthorizationCode::new(&[0xFB; 32]).as_str().to_owned();
        let short = &good[..42];
        // The last character of 43 carries four bits; F has two more.
        for bad in ["", short, &format!("{good}="), &format!("{short}+"), &format!("{short}F")] {
            assert!(AuthorizationCode::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn never_prints_a_code() {
        assert_eq!(
            format!("{:?}", AuthorizationCode::new(&[1; 32])),
            "AuthorizationCode(redacted)"
        );
    }
}
