//! Lays siege to a binary, as README.md here describes, prints figures, and fails when a bound is
//! broken.
//!
//!     cargo run --example siege -- [short] [before] [direct|proxy] [row=2m,9] BINARY

#![expect(clippy::print_stdout, reason = "a program for people")]

use std::path::PathBuf;
use std::process::ExitCode;

use silta_tests::siege::{self, Form, PROXY, Row, Subject, Way};

#[tokio::main]
async fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    if let (Some(PROXY), Some(replica)) = (words.next().as_deref(), words.next()) {
        let Ok(replica) = replica.parse() else { return ExitCode::from(64) };
        siege::proxy(replica);
        return ExitCode::SUCCESS;
    }
    let order = match Order::read(std::env::args().skip(1)) {
        Ok(order) => order,
        Err(word) => {
            println!("{word:?}: no such row, word or file; see examples/siege/README.md");
            return ExitCode::from(64);
        }
    };
    let mut broken = 0;
    for way in &order.ways {
        for row in &order.rows {
            let figures = siege::lay(*row, *way, order.form, &order.subject).await;
            println!("{figures}");
            broken += figures.wrong().len();
        }
    }
    println!("{broken} bounds are broken");
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is to be done.
struct Order {
    subject: Subject,
    form: Form,
    ways: Vec<Way>,
    rows: Vec<Row>,
}

impl Order {
    /// Fails with the word that is not understood.
    fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let subject = Subject { binary: PathBuf::new(), knows_proxies: true };
        let ways = vec![Way::Direct, Way::Proxy];
        let mut order = Self { subject, form: Form::Full, ways, rows: Row::ALL.to_vec() };
        for word in words {
            match word.as_str() {
                "short" => order.form = Form::Short,
                "before" => order.subject.knows_proxies = false,
                "direct" => order.ways = vec![Way::Direct],
                "proxy" => order.ways = vec![Way::Proxy],
                other => match other.strip_prefix("row=") {
                    Some(numbers) => order.rows = rows(numbers).ok_or(other)?,
                    None => order.subject.binary = PathBuf::from(other),
                },
            }
        }
        match order.subject.binary.canonicalize() {
            Ok(binary) => order.subject.binary = binary,
            Err(_) => return Err(order.subject.binary.display().to_string()),
        }
        Ok(order)
    }
}

fn rows(numbers: &str) -> Option<Vec<Row>> {
    let row = |number: &str| Row::ALL.into_iter().find(|row| row.number() == number);
    numbers.split(',').map(row).collect()
}
