//! Randomness that is the same in every run.

use std::sync::Mutex;

use openssl::sha::Sha256;
use silta_broker::ports::Entropy;

/// Bytes that look random and depend only on the seed and on what was drawn before.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: Mutex<u64>,
}

impl SeededEntropy {
    /// A fresh stream: equal seeds give equal bytes, different seeds different ones.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self { seed, drawn: Mutex::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buf: &mut [u8]) {
        let mut drawn = self.drawn.lock().unwrap();
        for chunk in buf.chunks_mut(32) {
            let mut block = Sha256::new();
            block.update(&self.seed.to_be_bytes());
            block.update(&drawn.to_be_bytes());
            *drawn += 1;
            chunk.copy_from_slice(&block.finish()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(entropy: &SeededEntropy) -> [u8; 40] {
        let mut buf = [0; 40];
        entropy.fill(&mut buf);
        buf
    }

    #[test]
    fn equal_seeds_give_equal_bytes() {
        assert_eq!(draw(&SeededEntropy::from_seed(7)), draw(&SeededEntropy::from_seed(7)));
    }

    #[test]
    fn other_seeds_and_later_draws_give_other_bytes() {
        let entropy = SeededEntropy::from_seed(7);
        let first = draw(&entropy);
        assert_ne!(first, draw(&entropy));
        assert_ne!(first, draw(&SeededEntropy::from_seed(8)));
    }
}
