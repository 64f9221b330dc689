//! `silta map test`: what relying parties would be told of a person, without anybody logging in.

mod cases;
mod diff;
mod mapped;
mod person;
mod saved;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use actix_web::rt::System;
use serde_json::{Map, Value};

use crate::config::Config;
use crate::config_source::ConfigSource;
use crate::{EX_USAGE, console};
use mapped::MappedPerson;
use person::PersonToTry;
pub(crate) use saved::{Saved, SavedKind};

/// Of whom.
pub(crate) enum Subject {
    /// A sample person in a file.
    Person(PathBuf),
    /// Somebody of whom an upstream spoke.
    Saved(Saved),
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
        Subject::Person(file) => PersonToTry::in_file(&loaded, file)
            .and_then(|person| show(&loaded, &person, (LEVELS, NEXT_OF_SAMPLE), options)),
        Subject::Saved(saved) => saved
            .person(&loaded)
            .and_then(|person| show(&loaded, &person, (saved.unjudged(), NEXT_OF_SAVED), options)),
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

/// Shows one person at every relying party, what was not judged, and what is next.
fn show(
    config: &Config,
    person: &PersonToTry<'_>,
    (unjudged, next): (&str, &str),
    options: &Options,
) -> Result<ExitCode, String> {
    let only = options.client.as_deref();
    let parties = mapped::everywhere(config, person, &config.subject_key, only)?;
    let is_refused = parties.iter().all(|one| one.refusal.is_some());
    console::say(&if options.json {
        format!("{:#}\n", golden(&parties))
    } else {
        let shown: String = parties.iter().map(MappedPerson::text).collect();
        format!("{shown}{unjudged}\n{next}\n")
    });
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What golden files hold: no line of a rule, which changes with every word of the file.
fn golden(parties: &[MappedPerson]) -> Value {
    let all = parties.iter().map(|one| (one.name.clone(), one.json()));
    Value::Object(all.collect::<Map<_, _>>())
}

/// Beside the configuration.
const FOLDER: &str = "cases";
const LEVELS: &str = "least levels, and whether a session is there, were not judged";
const NEXT_OF_SAMPLE: &str = "next: silta map test --write, with this file in cases/";
const NEXT_OF_SAVED: &str =
    "next: write an invented person like this one, and silta map test --person";

#[cfg(test)]
mod tests;
