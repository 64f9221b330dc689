//! Starts what README.md here describes, lets 200 people log in, and prints figures.

#![expect(clippy::print_stdout, reason = "a program for people")]

use std::process::ExitCode;

use silta_tests::fargate_like;

#[tokio::main]
async fn main() -> ExitCode {
    println!("{LOGINS} logins, {AT_ONCE} at a time; one replica is drained, one is killed ...");
    let figures = fargate_like::play(LOGINS, AT_ONCE, fargate_like::login).await;
    print!("{figures}");
    for why in &figures.lost {
        println!("lost: {why}");
    }
    if figures.lost.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const LOGINS: usize = 200;
const AT_ONCE: usize = 8;
