//! `silta plan`: what a file would change against what the replica of this machine runs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use actix_web::rt::System;
use serde::Serialize;
use serde_json::json;
use silta_broker::ControlCommand;

use crate::check::loaded;
use crate::comparison::Comparison;
use crate::control::ToldConfiguration;
use crate::control_client::{self, NO_SOCKET};
use crate::summarize::summary;
use crate::{EX_UNAVAILABLE, EX_USAGE, console};

/// How it is asked and told.
pub(crate) struct Options {
    /// The socket to ask at; otherwise the one in the file.
    pub(crate) at: Option<PathBuf>,
    /// People may become others.
    pub(crate) subjects_may_change: bool,
    /// Print JSON.
    pub(crate) json: bool,
}

/// What the file would change.
#[derive(Debug, Serialize)]
struct Plan {
    /// Nothing where `keys.subject` is another key, under which every place looks otherwise.
    #[serde(flatten)]
    comparison: Option<Comparison>,
    /// The hashes of other configurations that replicas ran within the last 45 s, this one's former among them: the plan is
    /// not about them. Nothing where the store does not say.
    replicas_differ: Option<Vec<String>>,
    verdict: &'static str,
    exit_code: u8,
}

/// Prints what the file changes: 0 where that is nothing.
pub(crate) fn plan(path: &Path, options: &Options) -> ExitCode {
    System::new().block_on(async {
        match planned(path, options).await {
            Ok(plan) => {
                let exit_code = ExitCode::from(plan.exit_code);
                console::say(&if options.json {
                    format!("{:#}\n", json!(plan))
                } else {
                    plan.text(path)
                });
                exit_code
            }
            Err(exit_code) => exit_code,
        }
    })
}

async fn planned(path: &Path, options: &Options) -> Result<Plan, ExitCode> {
    let failed = |exit_code: u8, why: &str| {
        console::print_error(why);
        ExitCode::from(exit_code)
    };
    let (source, loaded) = loaded(path).await?;
    let document = source.document().map_err(|problems| {
        console::tell_problems(&problems, source.contents());
        ExitCode::from(EX_USAGE)
    })?;
    let Some(socket) = options.at.as_deref().or(loaded.config.control.as_deref()) else {
        return Err(failed(EX_USAGE, NO_SOCKET));
    };
    let asked = control_client::ask(socket, ControlCommand::Configuration).await;
    let running: ToldConfiguration = asked.map_err(|why| failed(EX_UNAVAILABLE, &why))?;
    let next = summary(&document, &loaded.config);
    let comparison = Comparison::of_summaries(&running.summary, &next);
    Ok(Plan::of(comparison, running.others, options.subjects_may_change))
}

impl Plan {
    fn of(
        comparison: Option<Comparison>,
        others: Option<Vec<String>>,
        subjects_may_change: bool,
    ) -> Self {
        let differ = others.as_ref().is_none_or(|others| !others.is_empty());
        let Some(comparison) = comparison else {
            let verdict = "keys.subject is another key than the replica has: everybody would become somebody else, and \
                           nothing else can be compared; plan where its keys are";
            let exit_code = SUBJECTS_CHANGE;
            return Self { comparison: None, replicas_differ: others, verdict, exit_code };
        };
        let (verdict, exit_code) = if comparison.changes_subjects() && !subjects_may_change {
            (
                "people would become others; where that is meant, say --subjects-may-change",
                SUBJECTS_CHANGE,
            )
        } else if differ && others.is_some() {
            (
                "replicas ran different configurations within the last 45 s, and this is about one alone",
                REPLICAS_DIFFER,
            )
        } else if differ {
            (
                "the store does not say what other replicas run, and this is about one alone",
                REPLICAS_DIFFER,
            )
        } else if comparison.is_empty() {
            ("as far as the file says, nothing changes", 0)
        } else if comparison.needs_restart() {
            ("it needs a restart", NEEDS_RESTART)
        } else {
            ("as far as the file says, it can be used without a restart", CHANGES)
        };
        let comparison = Some(comparison);
        Self { comparison, replicas_differ: others, verdict, exit_code }
    }

    fn text(&self, path: &Path) -> String {
        let hashes = self.replicas_differ.iter().flatten();
        let others = hashes.map(|hash| {
            let is_this = self.comparison.as_ref().is_some_and(|one| one.is_of(hash));
            let same = if is_this { ", which is this file" } else { "" };
            format!("within the last 45 s a replica ran: {hash}{same}\n")
        });
        let others: String = others.collect();
        let lines = self.comparison.iter().flat_map(Comparison::lines).map(|line| line + "\n");
        let text: String = lines.collect();
        let next = match self.exit_code {
            0 => "nothing".to_owned(),
            SUBJECTS_CHANGE => "silta check --against, with the file that is served".to_owned(),
            REPLICAS_DIFFER => "compare the hash in /health/ready of each replica".to_owned(),
            NEEDS_RESTART => "start the replicas with it, one after the other".to_owned(),
            _ => format!("put {} in the place of what is served, and send SIGHUP", path.display()),
        };
        format!("{text}{others}{}\nnext: {next}\n", self.verdict)
    }
}

const SUBJECTS_CHANGE: u8 = 1;
const CHANGES: u8 = 2;
const NEEDS_RESTART: u8 = 3;
const REPLICAS_DIFFER: u8 = 4;
