//! What a replica costs: time to ready, memory idle and after ten thousand logins over HTTP with
//! Redis behind it, or a tenth of them when `BENCH` is `short`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark, which prints"
)]

use std::time::Instant;

use silta_testkit::bench::rounds;
use silta_testkit::login_runner::LoginRunner;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test` builds and starts benchmarks too; it has nothing to learn from this one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let redis = RedisServer::start();
    let dir = TestDir::new();
    let mut params = ConfigParams::without_idp("https://login.example".to_owned());
    params.redis = Some(redis.url());
    let config = dir.configure(&params);

    let mut starts: Vec<_> = (0..STARTS).map(|_| time_to_ready(&config)).collect();
    starts.sort_unstable();
    println!("start to ready, median of {STARTS}          {:8} ms", starts[STARTS / 2]);

    let silta = Silta::start(&config);
    println!("resident memory, idle                 {:8.1} MiB", mebibytes(silta.resident()));
    let began = Instant::now();
    let logins = rounds(LOGINS);
    LoginRunner::at(&silta, &dir).many(logins).await;
    let seconds = began.elapsed().as_secs_f64();
    let memory = mebibytes(silta.resident());
    println!("resident memory after {logins} logins      {memory:8.1} MiB");
    println!(
        "whole logins over HTTP and Redis      {:8.0} a second on this machine, identity provider included",
        f64::from(logins) / seconds
    );
}

/// Milliseconds from starting the process to its being ready.
fn time_to_ready(config: &std::path::Path) -> u128 {
    let began = Instant::now();
    let silta = Silta::start(config);
    let elapsed = began.elapsed().as_millis();
    drop(silta);
    elapsed
}

fn mebibytes(kibibytes: u64) -> f64 {
    f64::from(u32::try_from(kibibytes).unwrap()) / 1024.0
}

const STARTS: usize = 11;
const LOGINS: u32 = 10_000;
