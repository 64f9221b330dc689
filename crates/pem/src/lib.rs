//! Private keys in PEM, for every crate that holds one. What a key must be beyond that is theirs to
//! say.

use openssl::pkey::{PKey, Private};
use thiserror::Error;

/// Reads a private key in PEM: PKCS#8, PKCS#1 or SEC1.
///
/// # Errors
/// [`PemError`].
pub fn private_key(pem: &[u8]) -> Result<PKey<Private>, PemError> {
    let mut asked_for_passphrase = false;
    // Without a callback OpenSSL would ask for the passphrase on the terminal.
    let key = PKey::private_key_from_pem_callback(pem, |_| {
        asked_for_passphrase = true;
        Ok(0)
    });
    if asked_for_passphrase {
        return Err(PemError::Encrypted);
    }
    key.map_err(|_| PemError::NotPem)
}

/// Why a text is no private key in PEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PemError {
    /// OpenSSL finds no private key in it.
    #[error("there is no private key in PEM")]
    NotPem,
    /// It is encrypted, and nobody is asked for a passphrase.
    #[error("the private key is encrypted; give it without a passphrase")]
    Encrypted,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use openssl::ec::{EcGroup, EcKey};
    use openssl::nid::Nid;
    use openssl::symm::Cipher;

    use super::*;

    #[test]
    fn reads_a_key_and_says_why_it_cannot() {
        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let ec = EcKey::generate(&curve).unwrap();
        let key = PKey::from_ec_key(ec.clone()).unwrap();
        for pem in [key.private_key_to_pem_pkcs8().unwrap(), ec.private_key_to_pem().unwrap()] {
            assert!(private_key(&pem).unwrap().public_eq(&key));
        }
        let error = |pem: &[u8]| private_key(pem).unwrap_err();
        let locked = key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"secret");
        assert_eq!(error(&locked.unwrap()), PemError::Encrypted);
        assert_eq!(error(&key.public_key_to_pem().unwrap()), PemError::NotPem);
        assert_eq!(error(b""), PemError::NotPem);
    }
}
