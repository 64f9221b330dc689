//! The `silta` binary.

#[cfg(test)]
mod alarms;
mod assemble;
mod aws;
mod cli;
mod config;
mod connect;
mod current;
mod demo;
mod emf;
mod health;
mod health_check;
mod http;
mod log_outlet;
mod log_queue;
mod log_writer;
mod logins_due;
mod measured;
mod memory_dumps;
mod metrics;
mod open_logins;
mod origin;
mod refresh;
mod serve;
mod signals;
mod source;
mod steps;
mod system;
mod telemetry;
mod traces;
mod watch;

use std::process::ExitCode;

use cli::Command;
use tikv_jemallocator::Jemalloc;

/// What a burst of requests took goes back to the system within seconds; glibc keeps most of it.
/// `.cargo/config.toml` says how soon.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(usage) => {
            cli::complain(&usage);
            return ExitCode::from(EX_USAGE);
        }
    };
    match command {
        Command::Help => cli::say(cli::HELP),
        Command::Version => cli::say(concat!("silta ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Check { config, connect } => return serve::check(&config, connect),
        Command::Serve { config } => return serve::serve(&config),
        Command::Demo { once } => return demo::run(once),
        Command::Health { target, ready } => return health_check::health(&target, ready),
    }
    ExitCode::SUCCESS
}

/// A command line or a configuration that cannot be used.
const EX_USAGE: u8 = 64;
/// Something that the program needs cannot be had.
const EX_UNAVAILABLE: u8 = 69;
