//! Each mistake of a list, with all that is said of it.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_testkit::keys::{IDP, KeyPair, OTHER_SP, SP};

use silta_config::People;

use super::super::*;
use crate::config::Readers;

/// What the good file refers to.
pub(super) struct Files(HashMap<&'static str, String>);

impl Files {
    pub(super) fn new() -> Self {
        let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
        let id_token = KeyPair::rsa("id token");
        let id_token_key = silta_oidc::SigningKey::from_pem(&id_token.key_pem()).unwrap();
        Self(HashMap::from([
            ("id-token.pem", text(id_token.key_pem())),
            ("saml.pem", text(OTHER_SP.key_pem())),
            ("saml.crt", text(OTHER_SP.certificate_pem())),
            ("sp.pem", text(SP.key_pem())),
            ("sp.crt", text(SP.certificate_pem())),
            ("idp.crt", text(IDP.certificate_pem())),
            ("seal", STANDARD.encode([7; 32])),
            ("subject", STANDARD.encode([8; 32])),
            ("op.secret", "0123456789abcdef-op".to_owned()),
            ("shop.secret", "0123456789abcdef-shop".to_owned()),
            ("alb.secret", "0123456789abcdef-alb".to_owned()),
            ("keys.json", KeyRing::new(id_token_key.public().clone(), vec![]).jwks().to_string()),
            ("private.json", r#"{"keys": [{"kty": "RSA", "d": "hunter2"}]}"#.to_owned()),
            ("empty", "\n".to_owned()),
            ("changeme", "changeme-changeme\n".to_owned()),
        ]))
    }

    /// The same with one more file.
    pub(super) fn with(mut self, name: &'static str, text: impl AsRef<[u8]>) -> Self {
        self.0.insert(name, str::from_utf8(text.as_ref()).unwrap().to_owned());
        self
    }
}

impl FileSource for Files {
    fn file(&self, path: &str) -> Result<FileText, FileError> {
        let text = self.0.get(path).ok_or(FileError::Missing)?;
        Ok(FileText { text: SecretString::from(text.clone()), readers: Readers::Owner })
    }
}

/// All problems of a text.
pub(super) fn problems(text: &str, files: &Files) -> Problems {
    let no = &Nowhere;
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    match load("silta.yaml", text, &sources) {
        Ok((_, problems)) | Err(problems) => problems,
    }
}

pub(super) const GOOD: &str = include_str!("good.yaml");
const MISTAKES: &str = include_str!("mistakes.txt");

/// What a block replaces, and by what.
fn change(block: &str) -> (String, String) {
    let part = |mark: char| {
        let lines = block.lines().filter_map(|line| line.strip_prefix(mark));
        lines.collect::<Vec<_>>().join("\n").replace("\\n", "\n")
    };
    (part('-'), part('+'))
}

#[test]
fn every_mistake_of_the_list_is_told_as_it_says() {
    let files = Files::new();
    let good = problems(GOOD, &files);
    assert!(good.is_empty(), "{good}");
    let mut written = String::new();
    for block in MISTAKES.split("\n\n") {
        let (from, to) = change(block);
        if from.is_empty() {
            let _ = write!(written, "{}\n\n", block.trim_end());
            continue;
        }
        assert!(GOOD.contains(&from), "{from}");
        let said = problems(&GOOD.replacen(&from, &to, 1), &files).to_string();
        let said: Vec<_> =
            said.lines().map(|line| line.strip_prefix("silta.yaml:").unwrap()).collect();
        let kept = block.lines().filter(|line| !line.starts_with('='));
        let lines = said.iter().map(|line| format!("={line}"));
        let all: Vec<_> = kept.map(str::to_owned).chain(lines).collect();
        let _ = write!(written, "{}\n\n", all.join("\n").trim_end());
    }
    let written = format!("{}\n", written.trim_end());
    if std::env::var("SILTA_REFERENCE").is_ok_and(|word| word == "write") {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/tests/mistakes.txt");
        fs::write(file, &written).unwrap();
        return;
    }
    for (written, wanted) in written.split("\n\n").zip(MISTAKES.split("\n\n")) {
        assert_eq!(written.trim_end(), wanted.trim_end());
    }
}

#[test]
fn every_mistake_of_the_list_is_shown_without_a_secret() {
    let files = Files::new();
    for block in MISTAKES.split("\n\n") {
        let (from, to) = change(block);
        let text = GOOD.replacen(&from, &to, 1);
        let problems = problems(&text, &files);
        for secret in ["hunter2", "1234"] {
            let shown = problems.for_people(&text, false);
            // The number as a client id is a name, which is no secret.
            let is_name = block.contains("a client id that is a number");
            assert!(is_name || !shown.contains(secret), "{shown}");
        }
    }
}

/// Mistakes that can be made together: each on a line of its own, none that changes how others are judged.
fn independent() -> Vec<(String, String)> {
    let mut lines = BTreeSet::new();
    let mut found = vec![];
    for block in
        MISTAKES.split("\n\n").filter(|block| !RELATED.iter().any(|name| block.starts_with(name)))
    {
        let (from, to) = change(block);
        let breaks = |text: &str| text.matches('\n').count();
        if from.is_empty() || breaks(&from) > 0 || breaks(&to) > 0 {
            continue;
        }
        let line = GOOD.split_once(&from).map_or(0, |(before, _)| breaks(before));
        if lines.insert(line) {
            found.push((from, to));
        }
    }
    found
}

#[test]
fn any_of_them_together_are_all_told_each_at_its_place_and_none_twice() {
    let files = Files::new();
    let mistakes = independent();
    assert!(mistakes.len() >= 16, "{}", mistakes.len());
    let lines = |text: &str| -> Vec<String> {
        problems(text, &files).to_string().lines().map(str::to_owned).collect()
    };
    let alone: Vec<_> =
        mistakes.iter().map(|(from, to)| lines(&GOOD.replacen(from, to, 1))).collect();
    let mut random = 0x5EED_u64;
    for _ in 0..SUBSETS {
        // Knuth's MMIX.
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut text = GOOD.to_owned();
        let mut wanted = vec![];
        for (at, (from, to)) in mistakes.iter().enumerate() {
            if random >> (20 + at) & 1 == 1 {
                text = text.replacen(from, to, 1);
                wanted.extend(alone[at].iter().cloned());
            }
        }
        let mut told = lines(&text);
        told.sort();
        wanted.sort();
        assert_eq!(told, wanted, "{text}");
    }
}

#[test]
fn what_is_printed_as_effective_is_a_configuration_that_means_the_same() {
    let files = Files::new();
    let document = Document::parse("silta.yaml", GOOD).unwrap();
    let effective = document.effective(People::Whole);
    let said = problems(&effective, &files);
    assert!(said.is_empty(), "{said}\n{effective}");
    let again = Document::parse("silta.yaml", &effective).unwrap();
    assert_eq!(again.meaning(), document.meaning());
    for (key, origin) in [
        ("clock_skew: 1m", "line 26"),
        ("listen: 127.0.0.1:8080", "line 2"),
        ("sector: shop", "default"),
        ("signed: both", "profile suomifi-test"),
        ("client_secret: file:op.secret", "line 31"),
        ("sp_entity_id: https://login.example/saml/idp/metadata", "default"),
    ] {
        assert!(effective.contains(&format!("{key} # {origin}\n")), "{key}: {effective}");
    }
}

/// Whose message depends on another line, or that others' messages depend on.
const RELATED: &[&str] = &[
    "a redirect URI of another client",
    "one secret for two clients",
    "a broken attribute that is used",
    "an upstream in capital letters",
    "a profile that there is not",
    "profile misspelt",
    "protocol misspelt",
    "upstreams misspelt",
    "an open",
    "a tab",
    "a missing",
    "a dash",
    "a brace",
    "text behind",
    "a merge",
    "a client twice",
    "a path to a required",
    "a public URL",
    "a second certificate",
    "one secret for",
    "the seal as",
    "a key as",
    "a key twice",
    "the last word",
    "a format that",
    "three blanks",
    "a client id that is a number",
];
const SUBSETS: usize = 150;
