//! Names of certificates for people to compare.

use std::fmt;

use openssl::sha::sha256;

/// The SHA-256 of a certificate's DER, by which people tell certificates apart. Nothing is trusted
/// for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(der: &[u8]) -> Self {
        Self(sha256(der))
    }

    /// Its octets.
    #[must_use]
    pub fn octets(&self) -> &[u8; 32] {
        &self.0
    }
}

/// As `openssl x509 -noout -fingerprint -sha256` writes it.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SHA-256 ")?;
        for (at, octet) in self.0.iter().enumerate() {
            let colon = if at == 0 { "" } else { ":" };
            write!(f, "{colon}{octet:02X}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn a_fingerprint_is_written_as_openssl_writes_it() {
        let written = Fingerprint::of(b"").to_string();
        assert!(written.starts_with("SHA-256 E3:B0:C4:42:98:FC:"), "{written}");
        assert_eq!(written.len(), "SHA-256 ".len() + 32 * 3 - 1);
    }
}
