//! `silta metadata`.

use std::path::Path;
use std::process::ExitCode;

use actix_web::rt::System;
use silta_broker::ports::Clock as _;

use crate::config::upstreams::saml_upstream;
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
