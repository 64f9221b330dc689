//! The search: what is dearer than the others is changed again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use silta_saml::MESSAGE_LIMIT;

use crate::form::{self, Form, WORLD};
use crate::genes::Genes;
use crate::kept;
use crate::meter;
use crate::random::Random;

/// The dearest messages of each form after so long a search, dearest first.
pub(crate) fn search(seed: u64, long: Duration) -> Vec<(f64, Genes)> {
    let mut random = Random(seed);
    let prices = Prices::new();
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
        // What looks dear is measured again, so that a busy moment of the machine is not bred.
        let dear = |times| {
            let ratio = prices.ratio(&genes, &post, times);
            Some(ratio).filter(|ratio| *ratio > least)
        };
        if let Some(ratio) = dear(1).and_then(|_| dear(3)).and_then(|_| dear(12))
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

/// What honest messages cost: a part that is always there, and a part for each octet.
struct Prices {
    plain: (f64, f64),
    encrypted: (f64, f64),
}

impl Prices {
    fn new() -> Self {
        let line = |encrypted| {
            let [small, large] = [8_000, 98_000].map(|octets| {
                let post = form::honest(encrypted, octets);
                (length(&post), nanos(meter::cost(&post, &WORLD, 40)))
            });
            let slope = (large.1 - small.1) / (large.0 - small.0);
            println!(
                "honest, encrypted {encrypted}: {:.0} us at {} octets of base64, {:.0} us at {}",
                small.1 / 1e3,
                small.0,
                large.1 / 1e3,
                large.0
            );
            (small.1 - slope * small.0, slope)
        };
        Self { plain: line(false), encrypted: line(true) }
    }

    /// How much dearer than an honest message of its size and form.
    fn ratio(&self, genes: &Genes, post: &str, times: usize) -> f64 {
        let (fixed, slope) = if genes.form.encrypted() { self.encrypted } else { self.plain };
        nanos(meter::cost(post, &WORLD, times)) / (fixed + slope * length(post))
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

/// Ten seconds of it, long enough to find again what has no bound. `just search-cost` takes
/// `SEARCH_MINUTES`, and `SEARCH_SEED` to begin elsewhere.
#[test]
fn a_search_finds_no_message_that_costs_three_honest_ones() {
    let given = |name| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let long = given("SEARCH_MINUTES").map_or(Duration::from_secs(10), Duration::from_mins);
    judged(&search(given("SEARCH_SEED").unwrap_or(SEED), long));
}

/// Shows the dearest of each form, and measures those that look too dear beside honest ones.
fn judged(found: &[(f64, Genes)]) {
    for form in Form::ALL {
        for (ratio, genes) in found.iter().filter(|(_, genes)| genes.form == form).take(3) {
            println!("{ratio:.2} {genes:?}");
        }
    }
    for (_, genes) in found.iter().take(KEPT) {
        kept::costs_no_more_than_allowed(genes);
    }
}

const KEPT: usize = 12;
const SEED: u64 = 7;
