//! What a message names as an algorithm, and what it may name, in words of ours.

use std::fmt;

use crate::algorithm::{DataCipher, DigestAlgorithm, RSA_OAEP, RSA_OAEP_MGF1P, SignatureAlgorithm};
use crate::key_agreement::KeyWrap;

/// What a message names as an algorithm. A closed list, because no text of a peer reaches a log. To know
/// a name is not to accept the algorithm: what is weak stands here alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedAlgorithm {
    /// One that is known, by its short name.
    Known(&'static str),
    /// One that would be accepted, with a parameter, which none takes.
    WithParameter(&'static str),
    /// Another text.
    Unknown,
    /// None.
    Absent,
}

impl NamedAlgorithm {
    /// The one of this URI.
    #[must_use]
    pub fn of(uri: Option<&str>) -> Self {
        let Some(uri) = uri else { return Self::Absent };
        let known = SignatureAlgorithm::by_uri(uri).map(SignatureAlgorithm::name);
        let known = known.or_else(|| DataCipher::by_uri(uri).map(DataCipher::name));
        let known = known.or_else(|| DigestAlgorithm::by_uri(uri).map(DigestAlgorithm::name));
        let known = known.or_else(|| DigestAlgorithm::by_mgf_uri(uri).map(DigestAlgorithm::name));
        let known = known.or_else(|| KeyWrap::by_uri(uri).map(KeyWrap::name));
        let others = OTHERS.iter().find(|(other, _)| *other == uri).map(|(_, name)| *name);
        known.or(others).map_or(Self::Unknown, Self::Known)
    }

    /// The same of an element that has parameters.
    pub(crate) fn with_parameter(self) -> Self {
        match self {
            Self::Known(name) => Self::WithParameter(name),
            other => other,
        }
    }
}

impl fmt::Display for NamedAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(name) => f.write_str(name),
            Self::WithParameter(name) => write!(f, "{name} with a parameter"),
            Self::Unknown => f.write_str("an algorithm that is not known here"),
            Self::Absent => f.write_str("none"),
        }
    }
}

/// The algorithms of one kind that a peer may use at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllowedAlgorithms {
    kind: Kind,
    /// One bit for each, in the order of its kind.
    bits: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signature,
    SignedDigest,
    Cipher,
    KeyTransport,
    KeyAgreement,
    KeyDerivation,
    OaepDigest,
}

impl AllowedAlgorithms {
    /// Signature algorithms.
    #[must_use]
    pub fn signatures(allowed: &[SignatureAlgorithm]) -> Self {
        Self::of(Kind::Signature, SignatureAlgorithm::ALL.iter().map(|one| allowed.contains(one)))
    }

    /// Digests of what is signed.
    #[must_use]
    pub fn signed_digests() -> Self {
        let sha1 = DigestAlgorithm::Sha1;
        Self::of(Kind::SignedDigest, DigestAlgorithm::ALL.iter().map(|one| *one != sha1))
    }

    /// Ciphers of content.
    #[must_use]
    pub fn ciphers(allowed: &[DataCipher]) -> Self {
        Self::of(Kind::Cipher, DataCipher::ALL.iter().map(|one| allowed.contains(one)))
    }

    /// Key transports: RSA-OAEP by both its names.
    #[must_use]
    pub fn key_transports() -> Self {
        Self::key_transports_and(&[])
    }

    /// Digests inside RSA-OAEP, for the label and for MGF1.
    #[must_use]
    pub fn oaep_digests(allowed: &[DigestAlgorithm]) -> Self {
        Self::of(Kind::OaepDigest, DigestAlgorithm::ALL.iter().map(|one| allowed.contains(one)))
    }

    /// Key transports where these wraps may follow an agreement by ECDH-ES.
    #[must_use]
    pub fn key_transports_and(wraps: &[KeyWrap]) -> Self {
        let wraps = KeyWrap::ALL.into_iter().map(|one| wraps.contains(&one));
        Self::of(Kind::KeyTransport, [true, true].into_iter().chain(wraps))
    }

    /// Agreements on a key.
    #[must_use]
    pub fn key_agreements() -> Self {
        Self::of(Kind::KeyAgreement, [true].into_iter())
    }

    /// Derivations of a key that is agreed on.
    #[must_use]
    pub fn key_derivations() -> Self {
        Self::of(Kind::KeyDerivation, [true].into_iter())
    }

    fn of(kind: Kind, allowed: impl Iterator<Item = bool>) -> Self {
        let bits = allowed.zip(0..u16::BITS).filter(|(allowed, _)| *allowed);
        Self { kind, bits: bits.fold(0, |bits, (_, place)| bits | (1 << place)) }
    }

    fn names(self) -> Vec<&'static str> {
        let all: Vec<_> = match self.kind {
            Kind::Signature => SignatureAlgorithm::ALL.map(SignatureAlgorithm::name).to_vec(),
            Kind::Cipher => DataCipher::ALL.map(DataCipher::name).to_vec(),
            Kind::KeyTransport => ["rsa-oaep-mgf1p", "rsa-oaep"]
                .into_iter()
                .chain(KeyWrap::ALL.map(KeyWrap::name))
                .collect(),
            Kind::KeyAgreement => vec!["ecdh-es"],
            Kind::KeyDerivation => vec!["concat-kdf"],
            Kind::SignedDigest | Kind::OaepDigest => {
                DigestAlgorithm::ALL.map(DigestAlgorithm::name).to_vec()
            }
        };
        let allowed = all.into_iter().zip(0..u16::BITS);
        allowed.filter(|(_, place)| self.bits & (1 << place) != 0).map(|(name, _)| name).collect()
    }
}

impl fmt::Display for AllowedAlgorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(", "))
    }
}

/// What real messages name beside what exists here [RFC 9231, XMLEnc11 §5].
const OTHERS: [(&str, &str); 32] = [
    (RSA_OAEP_MGF1P, "rsa-oaep-mgf1p"),
    (RSA_OAEP, "rsa-oaep"),
    ("http://www.w3.org/2001/04/xmlenc#rsa-1_5", "rsa-1_5"),
    ("http://www.w3.org/2001/04/xmlenc#tripledes-cbc", "tripledes-cbc"),
    ("http://www.w3.org/2001/04/xmlenc#kw-aes192", "kw-aes192"),
    ("http://www.w3.org/2001/04/xmlenc#kw-tripledes", "kw-tripledes"),
    ("http://www.w3.org/2001/04/xmlenc#dh", "dh"),
    ("http://www.w3.org/2009/xmlenc11#dh-es", "dh-es"),
    ("http://www.w3.org/2009/xmlenc11#ECDH-ES", "ecdh-es"),
    ("http://www.w3.org/2009/xmlenc11#ConcatKDF", "concat-kdf"),
    ("http://www.w3.org/2009/xmlenc11#pbkdf2", "pbkdf2"),
    ("http://www.w3.org/2021/04/xmldsig-more#hkdf", "hkdf"),
    ("http://www.w3.org/2009/xmlenc11#mgf1sha224", "sha224"),
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", "rsa-sha1"),
    ("http://www.w3.org/2000/09/xmldsig#dsa-sha1", "dsa-sha1"),
    ("http://www.w3.org/2009/xmldsig11#dsa-sha256", "dsa-sha256"),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-md5", "rsa-md5"),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", "rsa-sha224"),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", "ecdsa-sha1"),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha224", "ecdsa-sha224"),
    ("http://www.w3.org/2007/05/xmldsig-more#rsa-pss", "rsa-pss"),
    ("http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1", "rsa-pss-sha1"),
    ("http://www.w3.org/2007/05/xmldsig-more#sha224-rsa-MGF1", "rsa-pss-sha224"),
    ("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", "eddsa-ed25519"),
    ("http://www.w3.org/2000/09/xmldsig#hmac-sha1", "hmac-sha1"),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-md5", "hmac-md5"),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", "hmac-sha256"),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha384", "hmac-sha384"),
    ("http://www.w3.org/2001/04/xmldsig-more#hmac-sha512", "hmac-sha512"),
    ("http://www.w3.org/2001/04/xmldsig-more#md5", "md5"),
    ("http://www.w3.org/2001/04/xmldsig-more#sha224", "sha224"),
    ("http://www.w3.org/2001/04/xmlenc#ripemd160", "ripemd160"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_that_exists_here_is_called_by_its_name() {
        for one in SignatureAlgorithm::ALL {
            assert_eq!(NamedAlgorithm::of(Some(one.uri())), NamedAlgorithm::Known(one.name()));
        }
        for one in DataCipher::ALL {
            assert_eq!(NamedAlgorithm::of(Some(one.uri())), NamedAlgorithm::Known(one.name()));
        }
        for one in DigestAlgorithm::ALL {
            for uri in [one.uri(), one.mgf_uri()] {
                assert_eq!(NamedAlgorithm::of(Some(uri)), NamedAlgorithm::Known(one.name()));
            }
        }
    }

    #[test]
    fn a_text_that_is_no_algorithm_is_never_repeated() {
        let sha1 = NamedAlgorithm::of(Some("http://www.w3.org/2000/09/xmldsig#rsa-sha1"));
        assert_eq!(sha1.to_string(), "rsa-sha1");
        for text in ["evil\n", "", "http://www.w3.org/2000/09/xmldsig#RSA-SHA1"] {
            let told = NamedAlgorithm::of(Some(text)).to_string();
            assert_eq!(told, "an algorithm that is not known here");
        }
        assert_eq!(NamedAlgorithm::of(None).to_string(), "none");
    }

    #[test]
    fn what_is_allowed_is_listed_by_name() {
        let two = [SignatureAlgorithm::EcdsaSha512, SignatureAlgorithm::RsaSha256];
        assert_eq!(AllowedAlgorithms::signatures(&two).to_string(), "rsa-sha256, ecdsa-sha512");
        assert_eq!(AllowedAlgorithms::signed_digests().to_string(), "sha256, sha384, sha512");
        let oaep = AllowedAlgorithms::oaep_digests(&[DigestAlgorithm::Sha1]);
        assert_eq!(oaep.to_string(), "sha1");
        assert_eq!(AllowedAlgorithms::key_transports().to_string(), "rsa-oaep-mgf1p, rsa-oaep");
        for wraps in [&[][..], &[KeyWrap::Aes256], &KeyWrap::ALL] {
            let wrapped: Vec<_> = wraps.iter().map(|one| one.name()).collect();
            let all = [&["rsa-oaep-mgf1p", "rsa-oaep"][..], &wrapped].concat().join(", ");
            assert_eq!(AllowedAlgorithms::key_transports_and(wraps).to_string(), all);
        }
        assert_eq!(AllowedAlgorithms::key_agreements().to_string(), "ecdh-es");
        assert_eq!(AllowedAlgorithms::key_derivations().to_string(), "concat-kdf");
        let cipher = AllowedAlgorithms::ciphers(&[DataCipher::Aes256Gcm]);
        assert_eq!(cipher.to_string(), "aes256-gcm");
    }
}
