//! `silta metadata`.

use std::path::Path;
use std::process::ExitCode;

use actix_web::rt::System;

use crate::check::tell_problems;
use crate::config::upstreams::Peer;
use crate::config_source::{ConfigError, ConfigSource};
use crate::{EX_USAGE, console};

/// Prints our metadata for an upstream of a configuration that can be used; otherwise why it cannot.
pub(crate) fn of_service_provider(path: &Path, name: &str) -> ExitCode {
    System::new().block_on(async {
        let source = match ConfigSource::read(path).await {
            Ok(source) => source,
            Err(failed) => return refused(&failed, ""),
        };
        let config = match source.load().await {
            Ok(loaded) => loaded.config,
            Err(failed) => return refused(&failed, source.contents()),
        };
        let all = config.upstreams.iter();
        let by_saml = all.filter_map(|(name, upstream)| match &upstream.peer {
            Peer::Saml(peer) => Some((name.as_str(), &peer.metadata)),
            Peer::Oidc(_) => None,
        });
        let by_saml: Vec<_> = by_saml.collect();
        if let Some((_, metadata)) = by_saml.iter().find(|(known, _)| *known == name) {
            console::say(&format!("{}\n", metadata.to_xml()));
            return ExitCode::SUCCESS;
        }
        let known: Vec<_> = by_saml.iter().map(|(known, _)| *known).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        console::print_error(&format!(
            "there is no upstream by SAML of this name; those that there are: {known}"
        ));
        ExitCode::from(EX_USAGE)
    })
}

fn refused(failed: &ConfigError, text: &str) -> ExitCode {
    match &failed.problems {
        Some(problems) => tell_problems(problems, text),
        None => console::tell(&failed.message),
    }
    ExitCode::from(failed.exit_code)
}
