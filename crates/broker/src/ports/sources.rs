//! Where time and randomness come from.

use jiff::Timestamp;

/// The only source of time for the broker.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The only source of randomness: cryptographically secure in production, seeded in tests.
pub trait Entropy: Send + Sync {
    /// Fills `buf` with random bytes.
    fn fill(&self, buf: &mut [u8]);
}
