//! Sample persons in a folder, each with a golden file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use silta_broker::SubjectKey;

use super::{Options, diff, json, mapped, person};
use crate::config::Config;
use crate::console;

/// Compares every person with their golden file, or writes it.
pub(super) fn run(
    config: &Config,
    folder: &Path,
    write: bool,
    options: &Options,
) -> Result<ExitCode, String> {
    let persons = persons(folder)?;
    // So that golden files are the same wherever they are made, and tell nobody's sub.
    let key = SubjectKey::new([0; 32]);
    let mut wrong = 0;
    for file in &persons {
        let person = person(file)?;
        let made = format!("{:#}\n", json(&mapped(config, &person, &key, options)?));
        let golden = file.with_extension("json");
        let shown = golden.display();
        if write {
            fs::write(&golden, made).map_err(|error| format!("{shown}: {error}\n"))?;
            continue;
        }
        let expected = match fs::read_to_string(&golden) {
            Ok(text) => text,
            Err(error) => {
                let instead = "silta map test --write writes it";
                return Err(format!("{shown}: {error}; {instead}\n"));
            }
        };
        if made != expected {
            wrong += 1;
            console::say(&format!("{shown}: not as expected\n{}", diff::lines(&expected, &made)));
        }
    }
    let count = persons.len();
    let (said, exit_code) = match (write, wrong) {
        (true, _) => (format!("{count} written; next: silta map test"), ExitCode::SUCCESS),
        (false, 0) => (format!("{count} as expected; next: silta check"), ExitCode::SUCCESS),
        (false, wrong) => {
            let instead = "next: correct the rules, or silta map test --write";
            (format!("{wrong} of {count} not as expected; {instead}"), ExitCode::FAILURE)
        }
    };
    console::say(&format!("{said}\n"));
    Ok(exit_code)
}

/// The files of the persons, by name.
fn persons(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).map_err(|error| {
        let instead = "put sample persons there, or name one by --person";
        format!("{shown}: {error}; {instead}\n")
    })?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths: Result<Vec<_>, _> = paths.collect();
    let mut paths = paths.map_err(|error| format!("{shown}: {error}\n"))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    match paths.as_slice() {
        [] => Err(format!("{shown}: there is no sample person NAME.yaml in it\n")),
        [_, ..] if paths.len() > MOST => {
            Err(format!("{shown}: there are more than {MOST} persons in it\n"))
        }
        _ => Ok(paths),
    }
}

/// More are no cases that somebody wrote.
const MOST: usize = 1_000;
