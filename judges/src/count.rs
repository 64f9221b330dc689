//! How many cases a test makes up.

/// `JUDGES_COUNT`, or a thousand.
///
/// # Panics
/// When it is no number.
#[must_use]
pub fn cases() -> usize {
    std::env::var("JUDGES_COUNT").map_or(1000, |count| count.parse().expect("a number"))
}

/// What the cases are made of: `JUDGES_SEED`, or 1.
///
/// # Panics
/// When it is no number.
#[must_use]
pub fn seed() -> u64 {
    std::env::var("JUDGES_SEED").map_or(1, |seed| seed.parse().expect("a number"))
}
