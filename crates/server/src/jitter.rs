//! Pauses between checks.

use std::time::Duration;

use silta_broker::ports::Entropy;

/// `every`, up to a fifth shorter or longer, so that replicas that started together do not ask
/// together.
pub(crate) fn jittered(every: Duration, entropy: &dyn Entropy) -> Duration {
    let mut random = [0; 1];
    entropy.fill(&mut random);
    every.mul_f64(0.8 + 0.4 * f64::from(random[0]) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, buf: &mut [u8]) {
            buf.fill(self.0);
        }
    }

    #[test]
    fn the_pause_is_a_fifth_shorter_to_a_fifth_longer() {
        let minute = Duration::from_mins(1);
        assert_eq!(jittered(minute, &Constant(0)), Duration::from_secs(48));
        assert_eq!(jittered(minute, &Constant(255)), Duration::from_secs(72));
    }
}
