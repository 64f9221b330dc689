//! The `silta` binary.

#[cfg(test)]
mod alarms;
mod app_state;
mod assemble;
mod aws;
mod background;
mod beside_requests;
mod certificate_warning;
mod check;
mod cli;
mod comparison;
mod config;
mod config_source;
mod connect;
mod console;
mod control;
mod control_client;
mod coverage_report;
#[cfg(feature = "demo")]
mod demo;
mod emf;
mod explain;
mod file_watch;
mod finding;
mod fixed_keys;
mod follow;
mod health;
mod html_page;
mod http;
mod idp_metadata;
mod in_memory_files;
mod init;
mod instrumented_store;
mod jitter;
mod language;
mod log_output;
mod log_queue;
mod log_writer;
mod logins_due;
mod logouts_due;
mod map_coverage;
mod map_test;
mod memory_dumps;
mod memory_warning;
mod metadata;
mod metrics;
mod new_keys;
mod open_logins;
mod outbound;
mod pending_reload;
mod plan;
mod provider;
mod provider_advice;
mod provider_watch;
mod published_metadata;
mod refresh;
mod reload;
mod reload_outcome;
mod replica_watch;
mod running_configuration;
mod serve;
mod signals;
mod spans;
mod speaks_for;
mod store_check_key;
mod store_checks;
mod store_watch;
mod summarize;
mod summary;
mod system;
mod telemetry;
mod traces;
mod trusted_keys;
mod trusted_peer;
mod trusted_proxies;
mod unreadable_file;

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// What a burst of requests took goes back to the system within seconds; glibc keeps most of it.
/// `.cargo/config.toml` says how soon.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;
// Outside of the repository cargo does not read that file, and memory would quietly stay.
const _: () = assert!(
    option_env!("JEMALLOC_SYS_WITH_MALLOC_CONF").is_some(),
    "built without .cargo/config.toml: run cargo in the repository, or set \
     JEMALLOC_SYS_WITH_MALLOC_CONF to what that file says"
);

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}

/// A command line or a configuration that cannot be used.
const EX_USAGE: u8 = 64;
/// Something that the program needs cannot be had.
const EX_UNAVAILABLE: u8 = 69;
