//! `silta metadata`.

use std::path::Path;
use std::process::ExitCode;

use actix_web::rt::System;

use crate::config::upstreams::saml_upstream;
use crate::config_source::ConfigSource;
use crate::{EX_USAGE, console};

/// Prints our metadata for an upstream of a configuration that can be used; otherwise why it cannot.
pub(crate) fn of_service_provider(path: &Path, name: &str) -> ExitCode {
    let config = match System::new().block_on(ConfigSource::config(path)) {
        Ok(config) => config,
        Err(exit_code) => return exit_code,
    };
    match saml_upstream(&config.upstreams, Some(name)) {
        Ok((_, peer)) => {
            console::say(&format!("{}\n", peer.metadata.to_xml()));
            ExitCode::SUCCESS
        }
        Err(why) => {
            console::print_error(&why);
            ExitCode::from(EX_USAGE)
        }
    }
}
