//! What reading a file of 5 MB with 2,000 clients costs, beside saphyr's own tree of the same file, which the reader
//! before this one was built on and which was its first step.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark, which prints")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use saphyr::{LoadableYamlNode as _, MarkedYaml};
use silta_config::Document;

fn main() {
    // `cargo test` builds and starts benchmarks too; it has nothing to learn from this one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let text = text();
    let document = Document::parse("large", &text).expect("YAML");
    let read = document.read(|_| Some(()));
    read.expect("no mistake");
    println!("a file with {CLIENTS} clients          {:8} kB", text.len() / 1000);
    let (mut ours, mut trees) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        ours.push(time(|| {
            black_box(Document::parse("large", &text).is_ok());
        }));
        trees.push(time(|| {
            black_box(MarkedYaml::load_from_str(&text).is_ok());
        }));
    }
    let (ours, trees) = (median(ours), median(trees));
    println!("read, checked and completed            {:8.1} ms", ours.as_secs_f64() * 1e3);
    println!("saphyr's tree alone                    {:8.1} ms", trees.as_secs_f64() * 1e3);
    println!(
        "ratio                                  {:8.2}",
        ours.as_secs_f64() / trees.as_secs_f64()
    );
}

fn time(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The example of all keys, and many clients of fifty claims.
fn text() -> String {
    let whole = silta_config::whole_example();
    let (before, rest) = whole.split_once("\nclients:\n").expect("clients");
    let mut text = format!("{before}\nclients:\n");
    for client in 0..CLIENTS {
        let _ = write!(
            text,
            "  client-{client}:\n    secret: env:SECRET_{client}\n    redirect_uris: \
             [https://client-{client}.example/callback]\n    upstream: suomifi\n    claims:\n"
        );
        for claim in 0..CLAIMS {
            let _ = writeln!(
                text,
                "      claim_{claim}: {{ from: [givenName, FirstName], take: first }}"
            );
        }
    }
    text + rest
}

const CLIENTS: usize = 2000;
const CLAIMS: usize = 40;
const ROUNDS: usize = 7;
