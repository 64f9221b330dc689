//! The search: what is dearer than the others is changed again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use silta_saml::MESSAGE_LIMIT;

use crate::form::{self, FIXTURE, Form};
use crate::genes::Genes;
use crate::kept;
use crate::meter;
use crate::random::Random;

/// The dearest messages of each form after so long a search, dearest first.
pub(crate) fn search(seed: u64, long: Duration) -> Vec<(f64, Genes)> {
    let mut random = Random(seed);
    let mut prices = Prices::new();
    let mut best: BTreeMap<Form, Vec<(f64, Genes)>> = BTreeMap::new();
    let (end, mut judged) = (Instant::now() + long, 0_u32);
    while Instant::now() < end {
        let pool: Vec<&Genes> = best.values().flatten().map(|(_, genes)| genes).collect();
        let genes = if pool.len() < 8 || random.below(8) == 0 {
            Genes::any(&mut random)
        } else {
            let at = random.below(pool.len());
            pool[at].changed(&mut random)
        };
        judged += 1;
        let post = form::post(&genes);
        if post.len() > MESSAGE_LIMIT {
            continue;
        }
        let kept = best.entry(genes.form).or_default();
        let full = kept.len() == KEPT;
        let least = kept.last().filter(|_| full).map_or(0.0, |(ratio, _)| *ratio);
        // What looks dear is measured again beside an honest one.
        let encrypted = genes.form.encrypted();
        let dear = |ratio: f64| Some(ratio).filter(|ratio| *ratio > least);
        if let Some(ratio) = dear(prices.guess(encrypted, &post))
            .and_then(|_| dear(prices.ratio(encrypted, &post, 3)))
            .and_then(|_| dear(prices.ratio(encrypted, &post, 12)))
            && kept.iter().all(|(_, one)| *one != genes)
        {
            kept.push((ratio, genes));
            kept.sort_by(|one, other| other.0.total_cmp(&one.0));
            kept.truncate(KEPT);
        }
    }
    let mut all: Vec<_> = best.into_values().flatten().collect();
    all.sort_by(|one, other| other.0.total_cmp(&one.0));
    println!("{judged} messages judged");
    all
}

/// What honest messages cost.
struct Prices {
    /// A part that is always there, and a part for each octet: for a first look.
    plain: (f64, f64),
    encrypted: (f64, f64),
    /// Honest messages by form and thousands of characters, to be measured in turn with others.
    honest: BTreeMap<(bool, usize), String>,
}

impl Prices {
    fn new() -> Self {
        let line = |encrypted| {
            let [small, large] = [8_000, 98_000].map(|octets| {
                let post = form::honest(encrypted, octets);
                (length(&post), nanos(meter::cost(&post, &FIXTURE, 40)))
            });
            let slope = (large.1 - small.1) / (large.0 - small.0);
            (small.1 - slope * small.0, slope)
        };
        Self { plain: line(false), encrypted: line(true), honest: BTreeMap::new() }
    }

    /// About how much dearer than an honest message of its size and form.
    fn guess(&self, encrypted: bool, post: &str) -> f64 {
        let (fixed, slope) = if encrypted { self.encrypted } else { self.plain };
        nanos(meter::cost(post, &FIXTURE, 1)) / (fixed + slope * length(post))
    }

    /// The same, measured in turn with such a message, so that a busy machine slows both.
    fn ratio(&mut self, encrypted: bool, post: &str, times: usize) -> f64 {
        let thousands = post.len() / 1_000;
        let honest = self.honest.entry((encrypted, thousands));
        let honest = honest.or_insert_with(|| form::honest(encrypted, thousands * 750));
        let [hostile, honest] =
            meter::costs([(post, &FIXTURE), (honest.as_str(), &FIXTURE)], times);
        nanos(hostile) / nanos(honest)
    }
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of seconds fit")]
fn nanos(time: Duration) -> f64 {
    time.as_nanos() as f64
}

#[expect(clippy::cast_precision_loss, reason = "lengths of messages fit")]
fn length(post: &str) -> f64 {
    post.len() as f64
}

/// Ten seconds of it, long enough to find again what has no bound: there a quarter more is allowed, as
/// what so short a search finds is luck. `just search-cost` takes `SEARCH_MINUTES`, allows nothing more,
/// and takes `SEARCH_SEED` to begin elsewhere. What it finds is kept, and bounded in every run.
#[test]
fn a_search_finds_no_message_that_costs_three_honest_ones() {
    let given = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let long = given("SEARCH_MINUTES").map_or(Duration::from_secs(10), Duration::from_mins);
    let bound = if given("SEARCH_MINUTES").is_some() { kept::BOUND } else { kept::BOUND * 1.25 };
    judged(&search(given("SEARCH_SEED").unwrap_or(SEED), long), bound);
}

/// Shows the dearest of each form, and measures those that look too dear beside honest ones.
fn judged(found: &[(f64, Genes)], bound: f64) {
    for form in Form::ALL {
        for (ratio, genes) in found.iter().filter(|(_, genes)| genes.form == form).take(3) {
            println!("{ratio:.2} {genes:?}");
        }
    }
    for (_, genes) in found.iter().take(KEPT) {
        let ratio = kept::ratio(&format!("{genes:?}"), genes.form.encrypted(), &form::post(genes));
        assert!(ratio <= bound, "{ratio:.2}: {genes:?}");
    }
}

const KEPT: usize = 12;
const SEED: u64 = 7;
