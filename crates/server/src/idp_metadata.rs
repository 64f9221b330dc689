//! `silta metadata lint`, `diff` and `fetch`: what is read of an identity provider's metadata.

mod report;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use actix_web::rt::System;
use jiff::Timestamp;
use silta_broker::ports::Clock as _;
use silta_broker::upstream::{
    KnownIdentityProvider, METADATA_TIME_OUT, MetadataFetchError, MetadataSettings, SamlFacts,
};
use silta_oidc::OutboundUrl;
use silta_saml::{
    Certificate, IdentityProviderDescription, METADATA_LIMIT, MetadataError, MetadataSigners,
    VerificationKey,
};

use crate::assemble::way_to_metadata;
use crate::config::upstreams::{SamlPeer, SamlSource, read_file, saml_upstream};
use crate::config::why_no_certificate;
use crate::config_source::ConfigSource;
use crate::provider_advice::of_metadata_fetch;
use crate::system::SystemClock;
use crate::{EX_USAGE, console, unreadable_file};

/// A file with metadata, and how it is read.
pub(crate) struct Document {
    /// Where it is.
    pub(crate) file: PathBuf,
    /// The entity that is meant.
    pub(crate) entity_id: Option<String>,
    /// The certificates of those who sign it.
    pub(crate) signers: Vec<PathBuf>,
    /// The time to judge it at.
    pub(crate) at: Option<Timestamp>,
}

/// Why a document is not read.
#[derive(Debug)]
enum ReadError {
    /// A file cannot be used.
    File(String),
    /// It is refused, and what of it helps.
    Metadata(MetadataError, Option<String>),
}

/// Prints what is read of a document; 1 when it is refused.
pub(crate) fn lint(document: &Document) -> ExitCode {
    match document.read() {
        Ok(description) => {
            console::say(&report::of(
                &description,
                "give the certificate of its signer by --signer",
            ));
            let file = document.file.display();
            let entity = document.entity_id.as_ref();
            let entity = entity.map(|id| format!(" --entity-id {id}")).unwrap_or_default();
            console::say(&format!(
                "next: silta init --profile generic --client app --idp-metadata {file}{entity}, or metadata: file:{file} and silta check --config FILE\n"
            ));
            ExitCode::SUCCESS
        }
        Err(error) => error.told(&document.file),
    }
}

/// Prints what a newer document changes; 1 when it would not be taken.
pub(crate) fn diff(old: &Document, new: &Document) -> ExitCode {
    let former = match old.read() {
        Ok(description) => description,
        Err(error) => return error.told(&old.file),
    };
    let newer = match new.read() {
        Ok(description) => description,
        Err(error) => return error.told(&new.file),
    };
    // A file may be anywhere, unless its upstream has `hosts`.
    let (changes, verdict) = match newer.changes_of(&former, &former.hosts()) {
        Ok(changes) => (changes, None),
        Err(error @ MetadataError::UnlistedHost { .. }) => {
            (newer.differences(&former), Some(report::of_other_host(&error)))
        }
        Err(error) => return ReadError::Metadata(error, None).told(&new.file),
    };
    let lines = changes.iter().map(ToString::to_string);
    let lines: Vec<_> = lines.chain(report::of_ends(&former, &newer)).chain(verdict).collect();
    if lines.is_empty() {
        console::say("nothing changes\n");
    }
    for line in lines {
        console::say(&format!("{line}\n"));
    }
    let (old, new) = (old.file.display(), new.file.display());
    console::say(&format!(
        "next: put {new} in the place of {old}, and silta check --config FILE\n"
    ));
    ExitCode::SUCCESS
}

/// Fetches the metadata of an upstream once, and prints what is read of it; 1 when that fails.
pub(crate) fn fetch(path: &Path, name: &str) -> ExitCode {
    System::new().block_on(async {
        let config = match ConfigSource::config(path).await {
            Ok(config) => config,
            Err(exit_code) => return exit_code,
        };
        let peer = match saml_upstream(&config.upstreams, Some(name)) {
            Ok((_, peer)) => peer,
            Err(why) => {
                console::print_error(&why);
                return ExitCode::from(EX_USAGE);
            }
        };
        match fetched(peer).await {
            Ok(description) => {
                let instead = "write signers in the configuration";
                console::say(&report::of(&description, instead));
                console::say(&format!("next: silta check --connect --config {}\n", path.display()));
                ExitCode::SUCCESS
            }
            Err(why) => {
                console::print_error(&why);
                ExitCode::FAILURE
            }
        }
    })
}

/// What is read of an upstream's metadata, wherever that is.
///
/// # Errors
/// A sentence, and what to do.
pub(crate) async fn fetched(peer: &SamlPeer) -> Result<IdentityProviderDescription, String> {
    let settings = match &peer.source {
        SamlSource::Fetched(settings) => settings,
        SamlSource::Described(known) => return Ok(known.description.clone()),
        SamlSource::Written(_) => {
            return Err("it has no metadata: its keys are in the configuration".to_owned());
        }
    };
    let http = way_to_metadata(&settings.url).map_err(|error| error.to_string())?;
    let told = |error: MetadataFetchError, instead: &str| {
        format!("its metadata cannot be used ({}): {error}; {instead}", error.cause())
    };
    let document = settings.fetch_document(http.as_ref()).await;
    let document = document.map_err(|error| told(error, of_metadata_fetch(error)))?;
    let read = settings.read(&document, SystemClock.now());
    let known = read.and_then(|read| KnownIdentityProvider::new(read, &peer.make));
    known.map(|known| known.description).map_err(|error| {
        let (meant, hosts) = (settings.entity_id.as_str(), settings.hosts.as_slice());
        let hint = error.hint(&document, Some(meant), hosts);
        told(error.into(), &hint.unwrap_or_else(|| "what was known before stays in use".to_owned()))
    })
}

/// Metadata that somebody gave.
pub(crate) struct Given {
    pub(crate) octets: Vec<u8>,
    pub(crate) description: IdentityProviderDescription,
    /// Whether it was fetched from an address.
    pub(crate) is_address: bool,
}

/// Reads a file, or what stands at an address, of this entity or of the only one.
///
/// # Errors
/// A sentence, and what to do.
pub(crate) async fn given(from: &str, entity_id: Option<&str>) -> Result<Given, String> {
    let is_address = from.starts_with("https://") || from.starts_with("http://");
    let octets = if is_address { at_address(from).await } else { octets(Path::new(from)) }?;
    let read = read_file(&octets, entity_id, None, SystemClock.now());
    let read = read.and_then(|read| SamlFacts::of(&read).map(|_facts| read));
    match read {
        Ok(description) => Ok(Given { octets, description, is_address }),
        Err(error) => {
            let hint = error.hint(&octets, entity_id, &[]).map(|hint| format!("; {hint}"));
            let (reason, hint) = (error.reason(), hint.unwrap_or_default());
            Err(format!("{from} would be refused ({reason}): {error}{hint}"))
        }
    }
}

async fn at_address(address: &str) -> Result<Vec<u8>, String> {
    let url = OutboundUrl::parse(address).map_err(|error| format!("{address}: {error}"))?;
    let http = way_to_metadata(&url).map_err(|error| error.to_string())?;
    let settings = MetadataSettings {
        url,
        entity_id: String::new(),
        signers: None,
        hosts: vec![],
        time_out: METADATA_TIME_OUT,
    };
    let fetched = settings.fetch_document(http.as_ref()).await;
    fetched.map_err(|error| format!("{address}: {error}; {}", of_metadata_fetch(error)))
}

impl Document {
    fn read(&self) -> Result<IdentityProviderDescription, ReadError> {
        let signers = self.signers()?;
        let now = self.at.unwrap_or_else(|| SystemClock.now());
        let octets = octets(&self.file).map_err(ReadError::File)?;
        let entity_id = self.entity_id.as_deref();
        let read = read_file(&octets, entity_id, signers, now);
        // An address must be one that could be written by hand.
        let read = read.and_then(|read| SamlFacts::of(&read).map(|_facts| read));
        read.map_err(|error| ReadError::Metadata(error, error.hint(&octets, entity_id, &[])))
    }

    fn signers(&self) -> Result<Option<MetadataSigners>, ReadError> {
        let mut keys = vec![];
        for file in &self.signers {
            let why = |error: &dyn std::fmt::Display| {
                ReadError::File(format!("{}: {error}", file.display()))
            };
            let octets = octets(file).map_err(ReadError::File)?;
            let all = Certificate::all_from_pem(&octets).map_err(|error| {
                // Such as a private key.
                let other = str::from_utf8(&octets).ok().and_then(why_no_certificate);
                other.map_or_else(|| why(&error), |other| why(&other))
            })?;
            for one in &all {
                keys.push(VerificationKey::of(one).map_err(|error| why(&error))?);
            }
        }
        // Nobody named any.
        Ok(MetadataSigners::new(keys).ok())
    }
}

/// The octets of a file, up to one more than metadata may have.
fn octets(file: &Path) -> Result<Vec<u8>, String> {
    let mut octets = vec![];
    let limit = u64::try_from(METADATA_LIMIT).unwrap_or(u64::MAX).saturating_add(1);
    let read = File::open(file).and_then(|file| file.take(limit).read_to_end(&mut octets));
    let why = |error: std::io::Error| {
        format!("{}: {}", file.display(), unreadable_file::why(&error, file))
    };
    read.map_err(why)?;
    Ok(octets)
}

impl ReadError {
    fn told(&self, file: &Path) -> ExitCode {
        match self {
            Self::File(why) => {
                console::print_error(why);
                ExitCode::from(EX_USAGE)
            }
            Self::Metadata(error, hint) => {
                let (file, reason) = (file.display(), error.reason());
                let hint = hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                console::print_error(&format!("{file} would be refused ({reason}): {error}{hint}"));
                ExitCode::FAILURE
            }
        }
    }
}
