//! The ways in which an agreement on a key is not read.

use thiserror::Error;

/// Why an agreement by ECDH-ES was refused before any private operation: each is seen in the message and in
/// what our metadata publishes, so it tells nothing of our keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AgreementError {
    /// A parameter of ConcatKDF that is no string of bits, or a long one [XMLEnc11 §5.4.1].
    #[error("a parameter of the key derivation is not a string of bits, or a long one")]
    BitString,
    /// The parameters of ConcatKDF together are no number of octets, which nobody could hash.
    #[error("the parameters of the key derivation together are no number of octets")]
    PartOfOctet,
    /// The originator's key is not a point on a named curve, but a certificate, a name, or parameters of a curve.
    #[error("the originator's key is not given as a point on a named curve")]
    Originator,
    /// A curve on which nothing is agreed here.
    #[error("the originator's key is on a curve that is not known here")]
    Curve,
    /// A compressed point, the one at infinity, or none: only an uncompressed one is read.
    #[error("the originator's key is not an uncompressed point")]
    PointForm,
    /// A point elsewhere (an invalid-curve attack) [SP 800-56A §5.6.2.3.3].
    #[error("the originator's key is not on the curve that it names")]
    NotOnCurve,
    /// The wrapped session key has not the length that the cipher of the content needs [RFC 3394 §2.2].
    #[error("the wrapped session key does not fit the cipher of the content")]
    WrappedLength,
    /// No key of ours is on its curve.
    #[error("none of our keys is on the curve of the originator's key")]
    NoKeyOnCurve,
}

impl AgreementError {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::BitString => "agreement_bit_string",
            Self::PartOfOctet => "agreement_part_of_octet",
            Self::Originator => "agreement_originator",
            Self::Curve => "agreement_curve",
            Self::PointForm => "agreement_point_form",
            Self::NotOnCurve => "agreement_not_on_curve",
            Self::WrappedLength => "agreement_wrapped_length",
            Self::NoKeyOnCurve => "agreement_no_key",
        }
    }
}
