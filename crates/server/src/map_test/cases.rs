//! Sample persons in a folder, each with a golden file.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;
use silta_broker::SubjectKey;

use super::person::PersonToTry;
use super::{Options, diff, golden, mapped};
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
    let mut wrong = vec![];
    for file in &persons {
        let person = PersonToTry::in_file(config, file)?;
        let only = options.client.as_deref();
        let made = mapped::everywhere(config, &person, &key, only)?;
        let made = format!("{:#}\n", golden(&made));
        let path = file.with_extension("json");
        let failed = |error: io::Error| format!("{}: {error}\n", path.display());
        if write {
            fs::write(&path, made).map_err(failed)?;
            continue;
        }
        let expected = match fs::read_to_string(&path) {
            // Then all of it is new.
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            read => read.map_err(failed)?,
        };
        if made != expected {
            wrong.push((path, diff::lines(&expected, &made)));
        }
    }
    console::say(&if options.json {
        let wrong = wrong.iter().map(|(path, lines)| json!({ "file": path, "lines": lines }));
        let wrong: Vec<_> = wrong.collect();
        format!("{:#}\n", json!({ "persons": persons.len(), "written": write, "wrong": wrong }))
    } else {
        let told = wrong
            .iter()
            .map(|(path, lines)| format!("{}: not as expected\n{lines}", path.display()));
        told.collect::<String>() + &verdict(persons.len(), wrong.len(), write)
    });
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many are as expected, and what is next.
fn verdict(persons: usize, wrong: usize, write: bool) -> String {
    match (write, wrong) {
        (true, _) => format!("{persons} written; next: silta map test\n"),
        (false, 0) => format!("{persons} as expected; next: silta check\n"),
        (false, wrong) => format!(
            "{wrong} of {persons} not as expected; next: correct the rules, or silta map test --write\n"
        ),
    }
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
