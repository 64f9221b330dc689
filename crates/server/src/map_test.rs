//! `silta map test`: what relying parties would be told of a person, without anybody logging in.

mod cases;
mod diff;
mod mapped;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use actix_web::rt::System;
use serde_json::{Map, Value};
use silta_broker::SubjectKey;
use silta_config::{MAX_OCTETS, SamplePerson, read_person};

use crate::config::Config;
use crate::config_source::ConfigSource;
use crate::{EX_USAGE, console};
use mapped::{MappedPerson, Unmappable};

/// Of whom.
pub(crate) enum Subject {
    /// A sample person in a file.
    Person(PathBuf),
    /// The persons of a folder, each compared with its golden file.
    Cases {
        /// The folder; otherwise that beside the configuration.
        folder: Option<PathBuf>,
        /// Write the golden files instead.
        write: bool,
    },
}

/// For whom, and how it is told.
pub(crate) struct Options {
    /// One relying party alone.
    pub(crate) client: Option<String>,
    /// Print JSON.
    pub(crate) json: bool,
}

/// Tries the rules: 0 when every person is mapped as expected, 1 when not, 64 when something cannot be read.
pub(crate) fn run(config: &Path, subject: &Subject, options: &Options) -> ExitCode {
    let loaded = match System::new().block_on(ConfigSource::config(config)) {
        Ok(loaded) => loaded,
        Err(exit_code) => return exit_code,
    };
    let done = match subject {
        Subject::Person(file) => show(&loaded, file, options),
        Subject::Cases { folder, write } => {
            let beside = config.parent().unwrap_or(Path::new("")).join(FOLDER);
            let folder = folder.as_deref().unwrap_or(&beside);
            cases::run(&loaded, folder, *write, options)
        }
    };
    match done {
        Ok(exit_code) => exit_code,
        Err(why) => {
            console::tell(&why);
            ExitCode::from(EX_USAGE)
        }
    }
}

/// Shows one person at every relying party.
fn show(config: &Config, file: &Path, options: &Options) -> Result<ExitCode, String> {
    let person = person(file)?;
    let parties = mapped(config, &person, &config.subject_key, options)?;
    let is_refused = parties.iter().all(|one| one.refusal.is_some());
    console::say(&if options.json {
        format!("{:#}\n", golden(&parties))
    } else {
        let shown: String = parties.iter().map(MappedPerson::text).collect();
        format!(
            "{shown}levels, and whether a session is there, were not judged\nnext: silta map test --write, \
                 with this file in {FOLDER}/\n"
        )
    });
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn person(file: &Path) -> Result<SamplePerson, String> {
    let shown = file.display();
    let size = fs::metadata(file).map_err(|error| format!("{shown}: {error}\n"))?.len();
    if usize::try_from(size).map_or(true, |size| size > MAX_OCTETS) {
        return Err(format!("{shown}: it is too large for a person\n"));
    }
    let text = fs::read_to_string(file).map_err(|error| format!("{shown}: {error}\n"))?;
    read_person(&shown.to_string(), &text).map_err(|problems| problems.for_people(&text, false))
}

/// The person at each relying party that may use the upstream.
fn mapped(
    config: &Config,
    person: &SamplePerson,
    key: &SubjectKey,
    options: &Options,
) -> Result<Vec<MappedPerson>, String> {
    let only = options.client.as_deref();
    mapped::everywhere(config, person, key, only).map_err(|Unmappable(why)| format!("{why}\n"))
}

/// What golden files hold: no line of a rule, which changes with every word of the file.
fn golden(parties: &[MappedPerson]) -> Value {
    let all = parties.iter().map(|one| (one.name.clone(), one.json()));
    Value::Object(all.collect::<Map<_, _>>())
}

/// Beside the configuration.
const FOLDER: &str = "cases";

#[cfg(test)]
mod tests;
