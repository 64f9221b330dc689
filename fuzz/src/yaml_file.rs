//! The reader below the configuration file: whatever an administrator types, every problem has a
//! place in the file.

use std::str;

use yaml::Section;

use crate::Verdict;

// The binary has no library: its files are modules here, too.
#[path = "../../crates/server/src/config/problem.rs"]
#[allow(dead_code, reason = "the rest of the configuration uses what is not used here")]
mod problem;
#[path = "../../crates/server/src/config/yaml.rs"]
#[allow(dead_code, reason = "the rest of the configuration uses what is not used here")]
mod yaml;

/// Every problem names a line that the file has, and says what to write instead.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(octets) else { return Verdict::Refused };
    let _ = yaml::texts(text);
    let read = yaml::read(FILE, text, read);
    let shown = match &read {
        Ok(((), warnings)) => warnings.to_string(),
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            problems.to_string()
        }
    };
    // A carriage return alone ends a line too [YAML 1.2.2 §5.4].
    // The parser also names the one after the last.
    let lines = text.matches(['\n', '\r']).count() + 2;
    for place in shown.lines().filter_map(|line| line.strip_prefix("silta.yaml:")) {
        let line = place.split(':').next().and_then(|line| line.parse::<usize>().ok());
        assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "no such line: {place}");
    }
    Verdict::of(&read)
}

/// A file with a key for each kind of value.
fn read(section: &Section<'_>) -> Option<()> {
    let url = section.required("public_url", "an address")?.text();
    for (key, read) in KINDS {
        if let Some(value) = section.optional(key) {
            read(value);
        }
    }
    url.map(|_| ())
}

type Reader = fn(&yaml::Value<'_>);
const KINDS: &[(&str, Reader)] = &[
    ("boolean", |value| _ = value.boolean()),
    ("duration", |value| _ = value.duration()),
    ("size", |value| _ = value.size()),
    ("json", |value| _ = value.json()),
    ("word", |value| _ = value.one_of(&[("first", 1), ("second", 2)])),
    ("list", |value| value.list().iter().for_each(|item| _ = item.text())),
    ("entries", |value| {
        for (_, inner) in value.entries().unwrap_or_default() {
            inner.section().inspect(Section::refuse_unknown);
        }
    }),
];
const FILE: &str = "silta.yaml";
