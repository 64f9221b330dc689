//! How much a benchmark does.

/// So many rounds, or a tenth of them where the environment says `BENCH=short`: the same work, measured less exactly.
#[must_use]
pub fn rounds(many: u32) -> u32 {
    if std::env::var("BENCH").is_ok_and(|how| how == "short") { many / 10 } else { many }
}
