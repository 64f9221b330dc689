//! The sample persons of the example, by their golden files.

#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use silta_testkit::keys::{IDP, KeyPair, OTHER_SP, SP};
use silta_testkit::test_dir::TestDir;

use super::*;
use crate::config::{self, FileError, FileSource, FileText, Nowhere, Readers, Sources};

/// The keys that `examples/make-keys` makes.
struct ExampleKeys;

impl FileSource for ExampleKeys {
    fn file(&self, path: &str) -> Result<FileText, FileError> {
        let text = match path {
            "keys/id-token.pem" => String::from_utf8(KeyPair::rsa("id token").key_pem()).unwrap(),
            "keys/saml-signing.pem" => String::from_utf8(SP.key_pem()).unwrap(),
            "keys/saml-signing.crt" => String::from_utf8(SP.certificate_pem()).unwrap(),
            "keys/saml-encryption.pem" => String::from_utf8(OTHER_SP.key_pem()).unwrap(),
            "keys/saml-encryption.crt" => String::from_utf8(OTHER_SP.certificate_pem()).unwrap(),
            "keys/idp.crt" => String::from_utf8(IDP.certificate_pem()).unwrap(),
            "keys/seal" => STANDARD.encode([7; 32]),
            "keys/subject" => STANDARD.encode([8; 32]),
            "keys/client.secret" => "0123456789abcdef-example".to_owned(),
            _ => return Err(FileError::Missing),
        };
        Ok(FileText { text: SecretString::from(text), readers: Readers::Owner })
    }
}

fn example() -> Config {
    let (files, no) = (&ExampleKeys, &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    match config::load("silta.yaml", EXAMPLE, &sources) {
        Ok((config, _)) => config,
        Err(problems) => unreachable!("{problems}"),
    }
}

const EXAMPLE: &str = include_str!("../../../../examples/mapping/silta.yaml");

#[test]
fn the_persons_of_the_example_are_mapped_as_their_golden_files_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/mapping/cases");
    let write = std::env::var("SILTA_REFERENCE").is_ok_and(|word| word == "write");
    let options = Options { client: None, json: false };
    let done = cases::run(&example(), &folder, write, &options).unwrap();
    assert_eq!(done, ExitCode::SUCCESS);
}

fn person(attributes: &[(&str, &str)]) -> SamplePerson {
    let all =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
    SamplePerson {
        upstream: "suomifi".to_owned(),
        level: "http://ftn.ficora.fi/2017/loa2".to_owned(),
        name_id: None,
        attributes: all.collect(),
    }
}

fn text(person: &SamplePerson, client: &str) -> String {
    let options = Options { client: Some(client.to_owned()), json: false };
    let parties = mapped(&example(), person, &SubjectKey::new([0; 32]), &options).unwrap();
    parties.iter().map(MappedPerson::text).collect()
}

#[test]
fn how_each_rule_ended_stands_behind_what_it_made() {
    let said = text(
        &person(&[("nationalIdentificationNumber", "010170-912X"), ("urn:oid:2.5.4.42", "Nordea")]),
        "portal",
    );
    for line in [
        "  person = \"010170-912X\"  (matched nationalIdentificationNumber)",
        "  name left out  (absent)",
        "  source = \"population_register\"  (constant)",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
    let refused = text(&person(&[("givenName", "Nordea")]), "benefits");
    assert!(refused.contains("(no_subject)"), "{refused}");
}

#[test]
fn what_cannot_be_tried_is_told() {
    let options = |client: Option<&str>| Options { client: client.map(str::to_owned), json: false };
    let why = |person: &SamplePerson, client| {
        mapped(&example(), person, &SubjectKey::new([0; 32]), &options(client)).err().unwrap()
    };
    let good = person(&[("nationalIdentificationNumber", "010170-912X")]);
    assert!(why(&good, Some("intranet")).contains("may use this upstream"));
    let elsewhere = SamplePerson { upstream: "suomi".to_owned(), ..good.clone() };
    assert!(why(&elsewhere, None).contains("it has entra, keycloak, suomifi"));
    let unknown = person(&[("hetu", "010170-912X")]);
    assert!(why(&unknown, None).contains("the upstream suomifi has no attribute hetu"));
}

#[test]
fn a_person_whose_golden_file_is_another_or_missing_fails_the_run() {
    let dir = TestDir::new();
    dir.write("a.yaml", "upstream: suomifi\nlevel: http://ftn.ficora.fi/2017/loa2\nattributes: { nationalIdentificationNumber: 010170-912X }\n");
    let options = Options { client: None, json: true };
    let run = |write| cases::run(&example(), dir.folder(), write, &options);
    assert_eq!(run(false), Ok(ExitCode::FAILURE));
    assert_eq!((run(true), run(false)), (Ok(ExitCode::SUCCESS), Ok(ExitCode::SUCCESS)));
    dir.write("a.json", "{}\n");
    assert_eq!(run(false), Ok(ExitCode::FAILURE));
}
