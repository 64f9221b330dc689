//! What was made, and what is next.

use std::fmt::Write as _;

use serde_json::json;

use super::folder::{NewFile, NewFiles};
use super::{CONFIGURATION, IDP_METADATA, KEYS_FOLDER, OUR_METADATA};

/// A configuration that was made.
pub(super) struct Made {
    /// The name of its upstream.
    pub(super) upstream: &'static str,
    pub(super) folder: NewFiles,
    pub(super) files: Vec<NewFile>,
    /// What is to be filled in.
    pub(super) open: Vec<Open>,
    /// Whether a check would say nothing.
    pub(super) is_well: bool,
}

/// A key without a value.
pub(super) struct Open {
    pub(super) line: u32,
    pub(super) path: String,
    /// What belongs there.
    pub(super) hint: String,
}

impl Made {
    /// For people; the last line names the next command.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("made:\n");
        // Writing to a String cannot fail.
        for (path, what) in FILES {
            if self.has(path) {
                let _ = writeln!(text, "  {}: {what}", self.folder.shown(path));
            }
        }
        let _ = writeln!(text, "  {}: {KEYS_ARE}", self.folder.shown(KEYS_FOLDER));
        if !self.open.is_empty() {
            let _ = writeln!(text, "fill in, in {}:", self.configuration());
            for Open { line, path, hint } in &self.open {
                let _ = writeln!(text, "  line {line}, {path}: {hint}");
            }
        }
        for step in self.steps() {
            let _ = writeln!(text, "then: {step}");
        }
        text + &format!("next: {}\n", self.next())
    }

    /// One object for programs.
    pub(super) fn json(&self) -> String {
        let files: Vec<_> = self.files.iter().map(|file| self.folder.shown(&file.path)).collect();
        let open = self.open.iter();
        let open = open.map(|one| json!({ "line": one.line, "path": one.path, "what": one.hint }));
        let open: Vec<_> = open.collect();
        let object = json!({
            "files": files,
            "fill_in": open,
            "steps": self.steps(),
            "next": self.next(),
        });
        format!("{object:#}\n")
    }

    fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }

    fn configuration(&self) -> String {
        self.folder.shown(CONFIGURATION)
    }

    /// What is to be done beside the file.
    fn steps(&self) -> Vec<String> {
        let ours = self.folder.shown(OUR_METADATA);
        let metadata = if self.has(OUR_METADATA) {
            format!("give {ours} to the identity provider")
        } else {
            let (name, config) = (self.upstream, self.configuration());
            format!(
                "print our metadata for the identity provider: silta metadata sp {name} --config {config} >{ours}"
            )
        };
        let secret = self
            .has(SECRET)
            .then(|| format!("give the client the secret in {}", self.folder.shown(SECRET)));
        [Some(metadata), secret].into_iter().flatten().collect()
    }

    fn next(&self) -> String {
        let verb = if self.is_well { "serve" } else { "check" };
        format!("silta {verb} --config {}", self.configuration())
    }
}

/// Of keys alone.
pub(super) fn of_keys(folder: &NewFiles) -> String {
    let shown = folder.shown("");
    format!(
        "made: keys and secrets in {shown}\nnext: silta check --config FILE, which refers to them\n"
    )
}

const SECRET: &str = "keys/client.secret";
const KEYS_ARE: &str = "keys and secrets, for nobody else to read; keep a copy of subject";
const FILES: [(&str, &str); 3] = [
    (CONFIGURATION, "the configuration"),
    (IDP_METADATA, "the identity provider's metadata, as it was given"),
    (OUR_METADATA, "ours, for the identity provider"),
];
