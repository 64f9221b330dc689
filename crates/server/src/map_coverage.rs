//! `silta map coverage`: which rules made nothing of people lately.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use actix_web::rt::System;
use serde_json::json;
use silta_broker::ControlCommand;

use crate::config_source::ConfigSource;
use crate::control_client::{self, NO_SOCKET};
use crate::coverage_report::CoverageReport;
use crate::{EX_UNAVAILABLE, EX_USAGE, config, console};

/// Where to ask.
pub(crate) enum At {
    /// At this socket.
    Socket(PathBuf),
    /// At that of a configuration.
    ConfigOf(PathBuf),
}

/// Asks and prints: 0 where every rule made something, or nobody can say yet; 1 where one did not.
pub(crate) fn run(at: &At, json: bool) -> ExitCode {
    let failed = |exit_code: u8, why: &str| {
        console::print_error(why);
        ExitCode::from(exit_code)
    };
    let socket = match at {
        At::Socket(socket) => socket.clone(),
        At::ConfigOf(path) => match socket_of(path) {
            Ok(socket) => socket,
            Err(why) => return failed(EX_USAGE, &why),
        },
    };
    let asked = control_client::ask(&socket, ControlCommand::Coverage);
    let report: CoverageReport = match System::new().block_on(asked) {
        Ok(report) => report,
        Err(why) => return failed(EX_UNAVAILABLE, &why),
    };
    console::say(&if json { format!("{:#}\n", json!(report)) } else { report.text() });
    if report.has_idle_rules() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn socket_of(path: &Path) -> Result<PathBuf, String> {
    let text = ConfigSource::text(path).map_err(|failed| failed.message.trim_end().to_owned())?;
    let socket = config::control_socket(&text);
    let socket = socket.ok_or(NO_SOCKET)?;
    Ok(path.parent().unwrap_or(Path::new("")).join(socket))
}
