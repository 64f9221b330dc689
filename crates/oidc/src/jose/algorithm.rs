//! The signature algorithms that are accepted from a peer.

/// A signature algorithm [RFC 7518 §3.1]. There is no value for `none`, and none for the HMAC
/// algorithms: their key would be a secret that is shared with the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl SignatureAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Ps256, Self::Es256];

    /// The algorithm as the header of a token names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }

    /// The algorithm of this name. Names are compared in their own case [RFC 7515 §4.1.1].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_name_for_no_signature_and_none_for_a_shared_secret() {
        for name in ["none", "None", "", "HS256", "rs256", "RS1", "RS384", "ES256K", "EdDSA"] {
            assert_eq!(SignatureAlgorithm::parse(name), None, "{name}");
        }
        assert_eq!(SignatureAlgorithm::parse("ES256"), Some(SignatureAlgorithm::Es256));
    }
}
