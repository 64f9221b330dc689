//! `silta metadata`.

use std::path::Path;
use std::process::ExitCode;

use actix_web::rt::System;
use silta_broker::ports::Clock as _;

use serde_json::json;

use crate::config::upstreams::{MetadataFinding, findings, saml_upstream};
use crate::config_source::ConfigSource;
use crate::system::SystemClock;
use crate::{EX_USAGE, console};

/// Prints our metadata for an upstream of a configuration that can be used; otherwise why it cannot.
pub(crate) fn of_service_provider(path: &Path, name: &str) -> ExitCode {
    System::new().block_on(async {
        let config = match ConfigSource::config(path).await {
            Ok(config) => config,
            Err(exit_code) => return exit_code,
        };
        match saml_upstream(&config.upstreams, Some(name)) {
            Ok((_, peer)) => match peer.metadata.published(SystemClock.now()).await {
                Ok(document) => {
                    console::say(&format!("{document}\n"));
                    // Beside the document, which goes to a file.
                    console::tell(&format!("next: silta check --config {}\n", path.display()));
                    ExitCode::SUCCESS
                }
                Err(error) => {
                    console::print_error(&format!("it cannot be signed: {error}"));
                    ExitCode::FAILURE
                }
            },
            Err(why) => {
                console::print_error(&why);
                ExitCode::from(EX_USAGE)
            }
        }
    })
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LintOutput {
    /// A line each.
    Text,
    /// One object for programs.
    Json,
}

/// Prints what our metadata for an upstream lacks of what its federation demands; 1 when that is anything.
pub(crate) fn lint_service_provider(path: &Path, name: &str, output: LintOutput) -> ExitCode {
    System::new().block_on(async {
        let config = match ConfigSource::config(path).await {
            Ok(config) => config,
            Err(exit_code) => return exit_code,
        };
        match saml_upstream(&config.upstreams, Some(name)) {
            Ok((name, peer)) => {
                let found = findings(name, peer, SystemClock.now());
                console::say(&report(&found, peer.has_demands(), output));
                if output == LintOutput::Text {
                    let again = format!("silta metadata sp {name} --config {}", path.display());
                    console::say(&match found.as_slice() {
                        [] => format!("next: {again} >silta-metadata.xml\n"),
                        _ => format!("next: write that, and {again} --lint\n"),
                    });
                }
                if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
            }
            Err(why) => {
                console::print_error(&why);
                ExitCode::from(EX_USAGE)
            }
        }
    })
}

fn report(found: &[MetadataFinding], has_demands: bool, output: LintOutput) -> String {
    let verdict = match (found, has_demands) {
        (_, false) => {
            "nothing is demanded: neither the profile nor the upstream has sp_metadata_demands"
        }
        ([], true) => "nothing is missing",
        (_, true) => "it is not what is demanded",
    };
    match output {
        LintOutput::Text if found.is_empty() => format!("{verdict}\n"),
        LintOutput::Text => {
            let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
            format!("{}\n", lines.join("\n"))
        }
        LintOutput::Json => {
            let exit_code = u8::from(!found.is_empty());
            let object = json!({ "verdict": verdict, "exit_code": exit_code, "findings": found });
            format!("{object:#}\n")
        }
    }
}
