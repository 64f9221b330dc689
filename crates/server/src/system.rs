//! The machine's clock and randomness: the one place that asks for either.

use jiff::Timestamp;
use silta_broker::ports::{Clock, Entropy};

/// The operating system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// OpenSSL's generator, seeded by the operating system.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the randomness that everybody else is given"
    )]
    fn fill(&self, buf: &mut [u8]) {
        if openssl::rand::rand_bytes(buf).is_err() {
            // A guessable code is worse than a dead process.
            std::process::abort();
        }
    }
}
