//! `silta check`.

use std::path::Path;
use std::process::ExitCode;

use actix_web::rt::System;
use serde_json::{Value, json};
use silta_broker::ports::Clock as _;
use silta_config::People;

use crate::comparison::Comparison;
use crate::config::{Problems, with_expiry_warnings};
use crate::config_source::{ConfigError, ConfigSource, LoadedConfig};
use crate::connect::Connections;
use crate::speaks_for::speaks_for;
use crate::summarize::facts;
use crate::system::{SystemClock, SystemEntropy};
use crate::{EX_UNAVAILABLE, EX_USAGE, console};

/// What is done beside checking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    /// Ask the store and the OpenID Providers among the upstreams whether they can serve.
    pub(crate) connect: bool,
    /// Print what counts, with or without values that may say something about people.
    pub(crate) effective: Option<People>,
    /// Let warnings fail.
    pub(crate) strict: bool,
    /// Print one JSON object.
    pub(crate) json: bool,
}

/// Prints the JSON Schema of configurations.
pub(crate) fn schema() -> ExitCode {
    console::say(&format!("{:#}\n", silta_config::schema()));
    ExitCode::SUCCESS
}

/// Prints every problem of a configuration, or that it has none; with `connect`, also whether its
/// store and its providers can serve.
pub(crate) fn check(path: &Path, options: Options) -> ExitCode {
    let report = Report { file: path.display().to_string(), options };
    System::new().block_on(async {
        let source = match ConfigSource::read(path).await {
            Ok(source) => source,
            Err(failed) => return report.failed(&failed, ""),
        };
        match source.load().await {
            Ok(loaded) => report.loaded(&source, loaded).await,
            Err(failed) => report.failed(&failed, source.contents()),
        }
    })
}

/// Prints what the configuration at `path` changes against the one at `against`, as one JSON object or a line each.
pub(crate) fn against(
    path: &Path,
    against: &Path,
    (json, subjects_may_change): (bool, bool),
) -> ExitCode {
    System::new().block_on(async {
        match compare(path, against).await {
            Ok(comparison) => {
                if json {
                    console::say(&format!("{:#}\n", json!(comparison)));
                } else {
                    console::say(&comparison.text());
                }
                if comparison.changes_subjects() && !subjects_may_change {
                    console::print_error(
                        "people would become others; where that is meant, say --subjects-may-change",
                    );
                    return ExitCode::FAILURE;
                }
                ExitCode::SUCCESS
            }
            Err(exit_code) => exit_code,
        }
    })
}

async fn compare(path: &Path, against: &Path) -> Result<Comparison, ExitCode> {
    let (before, after) = (loaded(against).await?, loaded(path).await?);
    let told = |problems: Problems, source: &ConfigSource| {
        console::tell_problems(&problems, source.contents());
        ExitCode::from(EX_USAGE)
    };
    let former = before.0.document().map_err(|problems| told(problems, &before.0))?;
    let latter = after.0.document().map_err(|problems| told(problems, &after.0))?;
    let changes = former.changes(&latter);
    // Under one key both are comparable, also where each has another.
    let key = &before.1.config.subject_key;
    let facts = [(&former, &before), (&latter, &after)]
        .map(|(document, (_, loaded))| facts(document, &loaded.config, key));
    Ok(Comparison::of(&changes, &facts[0], &facts[1]))
}

/// A configuration that can be used; otherwise why not is told.
pub(crate) async fn loaded(path: &Path) -> Result<(ConfigSource, LoadedConfig), ExitCode> {
    let source = ConfigSource::read(path).await.map_err(|failed| failed.tell(""))?;
    let loaded = source.load().await.map_err(|failed| failed.tell(source.contents()))?;
    Ok((source, loaded))
}

/// Who is told, and how.
struct Report {
    file: String,
    options: Options,
}

impl Report {
    async fn loaded(&self, source: &ConfigSource, loaded: LoadedConfig) -> ExitCode {
        let LoadedConfig { config, warnings, .. } = loaded;
        let warnings = with_expiry_warnings(warnings, &config.certificates, SystemClock.now());
        let warnings = warnings.and(source.changeable_by_others());
        let hash = config.hash;
        let (store, people) = (config.store, speaks_for(&config.upstreams, &str::to_owned));
        let mut connections = Connections::default();
        if self.options.connect {
            connections.check_store(&store, &SystemEntropy).await;
            connections.check_clients(&config.clients).await;
            connections.check_providers(config.upstreams).await;
        }
        let Connections { works, warnings: doubts, failures } = connections;
        let fails = !failures.is_empty();
        let is_well = warnings.is_empty() && doubts.is_empty();
        let is_refused = self.options.strict && !is_well;
        if let Some(people) = self.options.effective.filter(|_| !fails && !is_refused) {
            console::tell_problems(&warnings, source.contents());
            return effective(source, people);
        }
        let verdict = match (fails, is_well, is_refused) {
            (true, ..) => "what it needs cannot be had",
            (_, true, _) => "all is well",
            (.., true) => "warnings count as errors by --strict",
            (.., false) => "it can be used",
        };
        let exit_code = match (fails, is_refused) {
            (true, _) => EX_UNAVAILABLE,
            (_, true) => EX_USAGE,
            (_, false) => 0,
        };
        if self.options.json {
            let connections = json!({ "works": works, "doubtful": doubts, "failures": failures });
            let people: Vec<_> = people.lines().collect();
            let meaning = hash.to_string();
            let more = json!({ "connections": connections, "people": people, "meaning": meaning });
            self.object(verdict, Some(&warnings), exit_code, more);
            return ExitCode::from(exit_code);
        }
        say_lines(&works);
        console::tell_problems(&warnings, source.contents());
        say_lines(&doubts);
        say_lines(&failures);
        if !fails {
            console::say(&format!("{}: {verdict}\n", self.file));
        }
        if exit_code == 0 {
            console::say(&format!(
                "{people}configuration: {hash}\nnext: silta serve --config {}\n",
                self.file
            ));
        }
        ExitCode::from(exit_code)
    }

    fn failed(&self, failed: &ConfigError, text: &str) -> ExitCode {
        if !self.options.json {
            return failed.tell(text);
        }
        let why = if failed.problems.is_none() { failed.message.trim_end() } else { "" };
        let verdict = if why.is_empty() { "it cannot be used" } else { "it cannot be read" };
        let more = json!({ "why": why });
        self.object(verdict, failed.problems.as_ref(), failed.exit_code, more);
        ExitCode::from(failed.exit_code)
    }

    fn object(&self, verdict: &str, problems: Option<&Problems>, exit_code: u8, more: Value) {
        let mut object = json!({
            "file": self.file,
            "verdict": verdict,
            "exit_code": exit_code,
            "problems": problems.map_or_else(|| json!([]), Problems::for_programs),
        });
        if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
            object.extend(more);
        }
        console::say(&format!("{object:#}\n"));
    }
}

fn effective(source: &ConfigSource, people: People) -> ExitCode {
    match source.document() {
        Ok(document) => {
            console::say(&document.effective(people));
            ExitCode::SUCCESS
        }
        Err(problems) => {
            console::tell_problems(&problems, source.contents());
            ExitCode::from(EX_USAGE)
        }
    }
}

fn say_lines(lines: &[String]) {
    for line in lines {
        console::say(&format!("{line}\n"));
    }
}
