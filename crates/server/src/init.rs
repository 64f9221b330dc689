//! `silta init`: a configuration to start from, with keys and our metadata, in a folder of one's own that has none of them yet.

mod folder;
mod keys;
mod report;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::rt::System;
use silta_broker::ports::Clock as _;
use silta_config::{FILL_IN, Known, KnownMetadata, Problem, Problems, Starter};

use crate::config::upstreams::saml_upstream;
use crate::config::{self, Config, Nowhere, Sources};
use crate::in_memory_files::InMemoryFiles;
use crate::system::{SystemClock, SystemEntropy};
use crate::{EX_USAGE, console, idp_metadata};
use folder::{NewFile, NewFiles};
use report::{Made, Open};

/// What is asked for.
pub(crate) struct Options {
    /// A profile and a client by their names.
    pub(crate) starter: Starter,
    /// Where it is written.
    pub(crate) folder: PathBuf,
    /// What is known beforehand but of the metadata.
    pub(crate) known: Known,
    /// A file, or an address.
    pub(crate) idp_metadata: Option<String>,
    /// Print one JSON object.
    pub(crate) json: bool,
}

/// Makes it, or says why not and writes nothing.
pub(crate) fn init(options: &Options) -> ExitCode {
    told(System::new().block_on(made(options, || new_keys(KEYS_FOLDER))), options.json)
}

/// Makes keys and secrets alone, for a configuration that is there.
pub(crate) fn keys(folder: PathBuf) -> ExitCode {
    let files = NewFiles::below(folder);
    let written = files.check_free(&keys::NAMES).and_then(|()| files.write(&new_keys("")?));
    match written {
        Ok(()) => {
            console::say(&report::of_keys(&files));
            ExitCode::SUCCESS
        }
        Err(why) => refused(&why),
    }
}

fn told(made: Result<Made, String>, json: bool) -> ExitCode {
    match made {
        Ok(made) => {
            console::say(&if json { made.json() } else { made.text() });
            ExitCode::SUCCESS
        }
        Err(why) => refused(&why),
    }
}

fn refused(why: &str) -> ExitCode {
    console::print_error(why);
    ExitCode::from(EX_USAGE)
}

fn new_keys(folder: &str) -> Result<Vec<NewFile>, String> {
    keys::made(folder, &SystemEntropy).map_err(|error| format!("no key can be made: {error}"))
}

async fn made(
    options: &Options,
    keys: impl FnOnce() -> Result<Vec<NewFile>, String>,
) -> Result<Made, String> {
    let Options { starter, .. } = options;
    let folder = NewFiles::below(options.folder.clone());
    folder.check_free(&[CONFIGURATION, KEYS, OUR_METADATA, IDP_METADATA])?;
    let mut known = options.known.clone();
    let mut files = vec![];
    // Before anything is asked for.
    starter.text(&known).map_err(|error| error.to_string())?;
    if let Some(from) = &options.idp_metadata {
        // A profile of one identity provider takes no other's.
        let own = starter.entity_id();
        let meant = own.as_deref().or(known.entity_id.as_deref());
        let given = idp_metadata::given(from, meant).await?;
        known.metadata = Some(if given.is_address {
            if own.is_none() {
                known.entity_id = Some(given.description.entity_id().to_owned());
            }
            KnownMetadata::Address { url: from.clone(), hosts: given.description.hosts() }
        } else {
            files.push(NewFile { path: IDP_METADATA.to_owned(), content: given.octets });
            KnownMetadata::File(IDP_METADATA.to_owned())
        });
    }
    let text = starter.text(&known).map_err(|error| error.to_string())?;
    let is_used = |key: &NewFile| text.contains(&format!("file:{}", key.path));
    files.extend(keys()?.into_iter().filter(is_used));
    let (open, is_well) = match load(&text, &files) {
        Ok((_, warnings)) => (vec![], warnings.is_empty()),
        Err(problems) => (open(&text, &problems)?, false),
    };
    // Which identity provider it is for says nothing in it.
    let complete = Known {
        metadata: known.metadata.clone().or_else(|| Some(an_address())),
        entity_id: known.entity_id.clone().or_else(|| Some(NOBODY.to_owned())),
        loa: if known.loa.is_empty() { vec![NOBODY.to_owned()] } else { known.loa.clone() },
        redirect_uris: vec![format!("{NOBODY}{CALLBACK}")],
        ..known.clone()
    };
    let complete = if open.is_empty() {
        text.clone()
    } else {
        starter.text_of_what_fits(&complete).map_err(|error| error.to_string())?
    };
    if let Ok((config, _)) = load(&complete, &files) {
        let content = our_metadata(&config, starter.upstream()).await?.into_bytes();
        files.push(NewFile { path: OUR_METADATA.to_owned(), content });
    }
    files.insert(0, NewFile { path: CONFIGURATION.to_owned(), content: text.into_bytes() });
    folder.write(&files)?;
    Ok(Made { upstream: starter.upstream(), folder, files, open, is_well })
}

fn load(text: &str, files: &[NewFile]) -> Result<(Config, Problems), Problems> {
    let files = files.iter().map(|file| (file.path.clone(), file.content.clone()));
    let (files, no) = (&InMemoryFiles(files.collect()), &Nowhere);
    config::load(CONFIGURATION, text, &Sources { files, variables: no, secrets: no, keys: no })
}

/// What is to be filled in; or the first problem of what was given.
fn open(text: &str, problems: &Problems) -> Result<Vec<Open>, String> {
    let errors = || problems.all().iter().filter(|problem| !problem.is_warning);
    let asking = (1..).zip(text.lines()).filter_map(|(line, written)| {
        let (before, hint) = written.split_once(FILL_IN)?;
        // What is told only when something else is there has its key alone.
        let key = before.trim_start().split(':').next().unwrap_or_default();
        let path = errors().find(|problem| problem.start.line == line);
        let path = path.map_or(key, |problem| &problem.path).to_owned();
        Some(Open { line, path, hint: hint.to_owned() })
    });
    let open: Vec<Open> = asking.collect();
    let is_asked = |problem: &&Problem| open.iter().any(|one| one.line == problem.start.line);
    match errors().find(|problem| !is_asked(problem)) {
        Some(Problem { path, what, instead, .. }) => Err(format!("{path}: {what}; {instead}")),
        None => Ok(open),
    }
}

async fn our_metadata(config: &Config, upstream: &str) -> Result<String, String> {
    let (_, peer) = saml_upstream(&config.upstreams, Some(upstream))?;
    let published = peer.metadata.published(SystemClock.now()).await;
    published.map(|document| document + "\n").map_err(|error| format!("our metadata: {error}"))
}

/// Where nothing is fetched from: it may log out, so that our metadata says where to.
fn an_address() -> KnownMetadata {
    KnownMetadata::Address { url: format!("{NOBODY}/metadata"), hosts: vec![] }
}

/// What is written, beside the keys.
const CONFIGURATION: &str = "silta.yaml";
const OUR_METADATA: &str = "silta-metadata.xml";
const IDP_METADATA: &str = "idp-metadata.xml";
const KEYS: &str = "keys";
const KEYS_FOLDER: &str = "keys/";
/// An address that nobody can have [RFC 2606 §2].
const NOBODY: &str = "https://nobody.invalid";
/// The one path that presets take.
const CALLBACK: &str = "/oauth2/idpresponse";
