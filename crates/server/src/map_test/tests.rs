//! The sample persons of the example, by their golden files.

#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use silta_broker::SubjectKey;
use silta_config::SamplePerson;
use silta_testkit::keys::{IDP, KeyPair, OTHER_SP, SP};
use silta_testkit::test_dir::TestDir;

use super::*;
use crate::config::{self, FileError, FileSource, FileText, Nowhere, Readers, Sources};

/// The keys that `silta keys` makes.
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
            "keys/balancer.secret" => "fedcba9876543210-example".to_owned(),
            _ => return Err(FileError::Missing),
        };
        Ok(FileText { text: SecretString::from(text), readers: Readers::Owner })
    }
}

fn example() -> Config {
    loaded(EXAMPLE)
}

fn loaded(text: &str) -> Config {
    let (files, no) = (&ExampleKeys, &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    match config::load("silta.yaml", text, &sources) {
        Ok((config, _)) => config,
        Err(problems) => unreachable!("{problems}"),
    }
}

const PROFILES: &str = include_str!("../../../../examples/profiles/silta.yaml");
const EXAMPLE: &str = include_str!("../../../../examples/mapping/silta.yaml");

#[test]
fn the_persons_of_the_examples_are_mapped_as_their_golden_files_say() {
    let write = std::env::var("SILTA_REFERENCE").is_ok_and(|word| word == "write");
    let options = Options { client: None, json: false };
    for (example, text) in [("mapping", EXAMPLE), ("profiles", PROFILES)] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(example);
        let done = cases::run(&loaded(text), &folder.join("cases"), write, &options).unwrap();
        assert_eq!(done, ExitCode::SUCCESS, "{example}");
    }
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
    let config = example();
    shown(&config, &PersonToTry::of_sample(&config, person).unwrap(), client)
}

fn shown(config: &Config, person: &PersonToTry<'_>, client: &str) -> String {
    let key = SubjectKey::new([0; 32]);
    let parties = mapped::everywhere(config, person, &key, Some(client)).unwrap();
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
    let config = example();
    let why = |person: &SamplePerson, client| {
        let person = PersonToTry::of_sample(&config, person);
        let key = SubjectKey::new([0; 32]);
        person.and_then(|person| mapped::everywhere(&config, &person, &key, client)).err().unwrap()
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

/// What a tracer shows of an answer is tried as a login would take it; encrypted parts are sent to `--response`.
#[test]
fn an_assertion_in_the_clear_is_tried_without_being_judged() {
    let config = example();
    let dir = TestDir::new();
    let saved = |text: &str| Saved {
        what: SavedKind::Assertion,
        file: dir.write("saved", text),
        upstream: Some("keycloak".to_owned()),
        at: None,
    };
    for text in [ASSERTION.to_owned(), response(ASSERTION)] {
        let saved = saved(&text);
        let person = saved.person(&config).unwrap();
        assert_eq!(person.level, "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified");
        let said = shown(&config, &person, "intranet");
        for line in [
            "  email = \"clerk@city.example\"  (matched mail)",
            "  groups = [\"staff\",\"clerk\"]  (made)",
            "  source = \"keycloak\"  (constant)",
        ] {
            assert!(said.contains(line), "{line} is not in\n{said}");
        }
    }
    let refused = |text: &str| saved(text).person(&config).err().unwrap();
    let encrypted = response("<saml:EncryptedAssertion/>");
    assert!(
        refused(&encrypted).contains("what was posted as --response"),
        "{}",
        refused(&encrypted)
    );
    let other_level = ASSERTION.replace("classes:unspecified", "classes:Password");
    assert!(refused(&other_level).contains("authentication context"), "{}", refused(&other_level));
    assert!(refused("<a/>").contains("give an Assertion"), "{}", refused("<a/>"));
    assert!(refused(&response(&ASSERTION.repeat(2))).contains("Assertion"));
}

#[test]
fn an_id_token_is_tried_without_being_judged() {
    let config = loaded(&EXAMPLE.replace("upstreams:\n", PROVIDER).replace(
        "upstreams: { keycloak: {}, entra: {} }\n",
        "upstreams: { keycloak: {}, entra: {}, provider: {} }\n",
    ));
    let dir = TestDir::new();
    let saved = |claims: &str, upstream: Option<&str>| Saved {
        what: SavedKind::IdToken,
        file: dir.write("saved", claims),
        upstream: upstream.map(str::to_owned),
        at: None,
    };
    let good = r#"{"sub":"s-7","acr":"urn:level","email":" A@City.Example","email_verified":true}"#;
    for upstream in [None, Some("provider")] {
        let saved = saved(good, upstream);
        let person = saved.person(&config).unwrap();
        let said = shown(&config, &person, "intranet");
        assert!(said.contains("  email = \"a@city.example\"  (matched mail)"), "{said}");
    }
    let refused = |claims: &str, upstream| saved(claims, upstream).person(&config).err().unwrap();
    assert!(refused(r#"{"sub":"s-7"}"#, None).contains("it has no acr, so a login is refused"));
    assert!(refused(r#"{"sub":"s-7","acr":"other"}"#, None).contains("it has urn:level"));
    assert!(refused("a.b.c.d.e", None).contains("it is encrypted"));
    assert!(refused(good, Some("suomifi")).contains("these do: provider"));
    let none = saved(good, None).person(&example()).err().unwrap();
    assert!(none.contains("no upstream of this configuration speaks OpenID Connect"), "{none}");
}

fn response(content: &str) -> String {
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{content}</samlp:Response>"
    )
}

const ASSERTION: &str = r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">
  <saml:Subject><saml:NameID>clerk-7</saml:NameID></saml:Subject>
  <saml:AuthnStatement AuthnInstant="2026-11-21T12:00:00Z"><saml:AuthnContext>
    <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef>
  </saml:AuthnContext></saml:AuthnStatement>
  <saml:AttributeStatement>
    <saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.1"><saml:AttributeValue>clerk-7</saml:AttributeValue></saml:Attribute>
    <saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3"><saml:AttributeValue>Clerk@city.example</saml:AttributeValue></saml:Attribute>
    <saml:Attribute Name="Role"><saml:AttributeValue>city-clerk</saml:AttributeValue></saml:Attribute>
  </saml:AttributeStatement>
</saml:Assertion>"#;

const PROVIDER: &str = "upstreams:
  provider:
    protocol: oidc
    issuer: https://op.example
    client_id: silta
    client_secret: file:keys/client.secret
    loa: [urn:level]
    subject: [providerSubject]
";
