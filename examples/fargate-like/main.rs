//! Starts what README.md here describes, lets 200 people log in, and prints figures.

#![expect(clippy::print_stdout, reason = "a program for people")]

use std::process::ExitCode;

use silta_tests::fargate_like;

#[tokio::main]
async fn main() -> ExitCode {
    println!(
        "{LOGINS} logins, {AT_ONCE} at a time; one replica is drained, keys are rotated, one \
         replica is killed ..."
    );
    let figures = fargate_like::play(LOGINS, AT_ONCE).await;
    print!("{figures}");
    let wrong = figures.wrong();
    for what in &wrong {
        println!("wrong: {what}");
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const LOGINS: usize = 200;
const AT_ONCE: usize = 8;
