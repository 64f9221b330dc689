//! Our metadata is judged by what federations demand, with Suomi.fi's example as the sample that lacks nothing.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use silta_config::description::upstreams::sp_demands;
use silta_testkit::authority::Authority;
use silta_testkit::forge::NOON;
use silta_testkit::keys::{KeyPair, OTHER_SP, SP};

use super::super::upstreams::{findings, saml_upstream};
use super::super::*;
use super::mistakes::Files;
use super::saml_upstream::load_with_keys;

/// Takes one thing away from the sample at a time, in the test environment and in production.
#[test]
fn each_thing_that_suomifi_demands_is_missed_alone() {
    let files = issued();
    let rows = [texts(), contacts(), entity_attributes(), others()].concat();
    assert_eq!(rows.len(), 21 + 9 + 10 + 7);
    for (from, to, told) in rows {
        assert!(SAMPLE.contains(&from), "{from}");
        let config = loaded(&with_production(&SAMPLE.replacen(&from, &to, 1)), &files);
        for name in ["suomifi", "production"] {
            let found = found_for(name, &config, NOON);
            let [one] = found.as_slice() else { unreachable!("{told}: {found:?}") };
            let told = format!("upstreams.{name}.{told}; ");
            assert!(one.starts_with(&told) && one.ends_with(']'), "{told} {one}");
        }
    }
}

/// What a row of the table replaces, by what, and the finding without what to write.
type Row = (String, String, String);

fn row(from: &str, to: &str, told: &str) -> Row {
    (from.to_owned(), to.to_owned(), told.to_owned())
}

fn texts() -> Vec<Row> {
    let mut rows = vec![];
    for (line, key, element) in [
        ("      display_name: ", "display_name", "mdui:DisplayName"),
        ("      description: ", "description", "mdui:Description"),
        ("      privacy_statement_url: ", "privacy_statement_url", "mdui:PrivacyStatementURL"),
        ("        name: ", "organization.name", "OrganizationName"),
        ("        display_name: ", "organization.display_name", "OrganizationDisplayName"),
        ("        url: ", "organization.url", "OrganizationURL"),
        ("      service_name: ", "service_name", "ServiceName"),
    ] {
        for language in ["fi", "sv", "en"] {
            let line = line_of(line);
            let told = format!("sp_metadata.{key}.{language}: {element} in {language} is missing");
            rows.push(row(line, &without_language(line, language), &told));
        }
    }
    rows
}

fn contacts() -> Vec<Row> {
    let mut rows = vec![row(
        &format!("{}\n", line_of("      logo: ")),
        "",
        "sp_metadata.logo: mdui:Logo is missing",
    )];
    for (at, kind, given_name, surname, email) in [
        (0, "technical", "Help", "Desk", "help@example.fi"),
        (1, "administrative", "Service", "Owner", "owner@example.fi"),
    ] {
        let line = line_of(&format!("        - {{ type: {kind}"));
        let told = format!("sp_metadata.contacts: a ContactPerson of the type {kind} is missing");
        rows.push(row(&format!("{line}\n"), "", &told));
        for (key, value, element) in [
            ("given_name", given_name, "GivenName"),
            ("surname", surname, "SurName"),
            ("email", email, "EmailAddress"),
        ] {
            let told = format!(
                "sp_metadata.contacts[{at}].{key}: {element} of the {kind} contact is missing"
            );
            rows.push(row(line, &line.replace(&format!(", {key}: {value}"), ""), &told));
        }
    }
    rows
}

fn entity_attributes() -> Vec<Row> {
    let mut rows = vec![];
    for (name, friendly_name, value) in [
        ("FinnishAuthMethod", "FinnishAuthMethod", "http://ftn.ficora.fi/2017/loa3"),
        ("urn:oid:1.2.246.517.3003.111.3", "VtjVerificationRequired", "'false'"),
        ("urn:oid:1.2.246.517.3003.111.4", "SkipEndpointValidationWhenSigned", "'false'"),
        ("urn:oid:1.2.246.517.3003.111.14", "EidasSupport", "full"),
        ("urn:oid:1.2.246.517.3003.111.26", "CipherName", "AES-GCM"),
    ] {
        let (_, after) = SAMPLE.split_once(&format!("        {name}:")).unwrap();
        let (before, _) = after.split_once(value).unwrap();
        let (key, said) =
            (format!("sp_metadata.entity_attributes.{name}"), before.to_owned() + value);
        let missing = format!("{key}: the entity attribute {friendly_name} is missing");
        let wrong = format!("{key}: other is no value that {friendly_name} may have");
        rows.push(row(&format!("{name}:{said}"), &format!("{name}-other:{said}"), &missing));
        rows.push(row(&format!("{name}:{said}"), &format!("{name}:{before}other"), &wrong));
    }
    rows
}

fn others() -> Vec<Row> {
    let beside = "    signing_certificates:";
    let with = |line: &str, told| row(beside, &format!("    {line}\n{beside}"), told);
    let by_http = "the address is not by https";
    let persistent = "name_id_format: urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    vec![
        row(
            "https://www.example.fi/logo",
            "http://www.example.fi/logo",
            &format!("sp_metadata.logo.url: {by_http}"),
        ),
        row(
            "https://www.example.fi/sv/dataskydd",
            "http://www.example.fi/sv",
            &format!("sp_metadata.privacy_statement_url.sv: {by_http}"),
        ),
        row(
            "en: 'https://www.example.fi/en' }",
            "en: 'http://www.example.fi' }",
            &format!("sp_metadata.organization.url.en: {by_http}"),
        ),
        with("sp_entity_id: urn:example:sp", "sp_entity_id: our entityID is no URL by https"),
        with(
            "sso: { redirect: https://idp.example/sso }",
            "single_logout: SingleLogoutService is missing",
        ),
        with(persistent, "name_id_format: NameIDFormat is none that may be asked for"),
        with("signed: response", "signed: WantAssertionsSigned is not true"),
    ]
}

#[test]
fn the_example_lacks_nothing_in_the_test_environment_nor_for_production() {
    assert_eq!(found(SAMPLE, &self_signed(), NOON), [""; 0]);
    assert_eq!(found(&production(), &issued(), NOON), [""; 0]);
}

#[test]
fn what_is_taken_in_the_test_environment_alone_is_found_in_production() {
    let text = SAMPLE.replace("profile: suomifi-test", "profile: suomifi");
    let expected = "upstreams.suomifi.sp_metadata.entity_attributes.FinnishAuthMethod: \
                    urn:oid:1.2.246.517.3002.110.999 is no value that FinnishAuthMethod may have; write of these: \
                    http://ftn.ficora.fi/2017/loa2, http://ftn.ficora.fi/2017/loa3, \
                    http://eidas.europa.eu/LoA/substantial, http://eidas.europa.eu/LoA/high, \
                    urn:oid:1.2.246.517.3002.110.7 [Suomi.fi e-Identification, \"Creating metadata for the \
                    e-Service\", approved identification methods]";
    assert_eq!(found(&text, &issued(), NOON), [expected]);
}

#[test]
fn the_test_method_is_missed_in_the_test_environment_alone() {
    let method = format!("{}\n", line_of("          - urn:oid:1.2.246.517.3002.110.999"));
    let expected = "upstreams.suomifi.sp_metadata.entity_attributes.FinnishAuthMethod: \
                    urn:oid:1.2.246.517.3002.110.999 is not among the values of FinnishAuthMethod; add \
                    urn:oid:1.2.246.517.3002.110.999 [Suomi.fi e-Identification, \"Creating metadata for the \
                    e-Service\", approved identification methods]";
    let text = SAMPLE.replace(&method, "");
    assert_eq!(found(&text, &self_signed(), NOON), [expected]);
    assert_eq!(found(&production(), &issued(), NOON), [""; 0]);
}

#[test]
fn a_certificate_that_nobody_issued_is_found_in_production() {
    for (files, key, pair) in [
        (files(&OTHER_SP, &ISSUED[1]), "saml_signing", &*OTHER_SP),
        (files(&ISSUED[0], &SP), "saml_encryption", &*SP),
    ] {
        let found = found(&production(), &files, NOON);
        let [one] = found.as_slice() else { unreachable!("{found:?}") };
        let shown = pair.certificate().fingerprint();
        let told = format!("keys.{key}: the certificate {shown} is self-signed; ");
        assert!(one.starts_with(&told), "{one}");
    }
}

#[test]
fn a_certificate_that_has_ended_or_ends_within_thirty_days_is_found() {
    let end: Timestamp = "2036-01-01T00:00:00Z".parse().unwrap();
    let config = loaded(&with_production(SAMPLE), &issued());
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    for (now, told) in [
        (end - days(30), None),
        (
            end - days(30) + SignedDuration::from_secs(1),
            Some("ends on 2036-01-01, in less than 30 days; "),
        ),
        (end - SignedDuration::from_secs(1), Some("ends on 2036-01-01, in less than 30 days; ")),
        (end, Some("ended on 2036-01-01; ")),
    ] {
        for name in ["suomifi", "production"] {
            let found = found_for(name, &config, now);
            let expected =
                told.map_or(vec![], |_| vec!["keys.saml_signing", "keys.saml_encryption"]);
            let keys: Vec<_> = found.iter().map(|one| one.split_once(": ").unwrap().0).collect();
            assert_eq!(keys, expected, "{now}");
            assert!(found.iter().all(|one| one.contains(told.unwrap())), "{found:?}");
        }
    }
}

#[test]
fn where_nobody_needs_an_attribute_the_clients_are_named() {
    let (before, _) = SAMPLE.split_once("    claims:\n").unwrap();
    let text = format!("{before}    claims: {{ kind: {{ constant: citizen }} }}\n");
    let text = text
        .replace("    signing_certificates:", "    subject: [nameid]\n    signing_certificates:");
    let found = found(&text, &self_signed(), NOON);
    let [one] = found.as_slice() else { unreachable!("{found:?}") };
    assert!(one.starts_with("clients: AttributeConsumingService is missing, because "), "{one}");
}

#[test]
fn our_endpoints_are_by_https() {
    let text = SAMPLE.replace(
        "    signing_certificates:",
        "    sp_entity_id: https://login.example.fi/sp\n    signing_certificates:",
    );
    let text =
        text.replace("public_url: https://login.example.fi", "public_url: http://127.0.0.1:8080");
    let found = found(&text, &self_signed(), NOON);
    let [one] = found.as_slice() else { unreachable!("{found:?}") };
    assert!(one.starts_with("public_url: our endpoints are not by https; "), "{one}");
}

/// A group of another name is added, one of the same name counts instead.
#[test]
fn an_own_profile_demands_more_and_less() {
    let text = SAMPLE.replace("profile: suomifi-test", "profile: file:own.yaml");
    let own = "extends: suomifi-test\n\
               sp_metadata_demands:\n  \
                 ours: { source: 'Our rules, §3', information_url: [fi], contacts: { support: email } }\n  \
                 cipher: { source: nobody }\n";
    let text =
        text.replace(&format!("{}\n", line_of("        urn:oid:1.2.246.517.3003.111.26: ")), "");
    let expected = [
        "upstreams.suomifi.sp_metadata.information_url.fi: mdui:InformationURL in fi is missing; write the address of a \
         page in this language [Our rules, §3]",
        "upstreams.suomifi.sp_metadata.contacts: a ContactPerson of the type support is missing; add { type: support, \
         email: .. } [Our rules, §3]",
    ];
    let files = self_signed().with("own.yaml", own);
    assert_eq!(found(&text, &files, NOON), expected);
}

/// Of metadata that says as little as it can, and that wrongly.
#[test]
fn every_demand_that_can_be_written_finds_something() {
    let after_all: Timestamp = "2036-01-01T00:00:00Z".parse().unwrap();
    let files = Files::new();
    let found = |lines: &str| {
        let config = load_with_keys(&["sp"], &format!("{BARE}{lines}"), &files).unwrap().0;
        found_for("idp", &config, after_all)
    };
    for key in sp_demands::SECTION.keys.iter().filter(|key| key.name != "source") {
        let example = if key.name == "contacts" { "{ support: email }" } else { key.example };
        let demands = format!("{{ source: s, {}: {example} }}", key.name);
        let found = found(&format!("sp_metadata_demands: {{ one: {demands} }}\n"));
        assert!(!found.is_empty(), "{}", key.name);
    }
    assert_eq!(found(""), [""; 0]);
}

/// What the sample refers to, with certificates that nobody issued.
fn self_signed() -> Files {
    files(&OTHER_SP, &SP)
}

/// The same with certificates of an authority.
fn issued() -> Files {
    files(&ISSUED[0], &ISSUED[1])
}

fn files(signing: &KeyPair, encryption: &KeyPair) -> Files {
    let files = Files::new();
    let text = |name: &str| files.file(name).unwrap().text.expose_secret().to_owned();
    let (id_token, idp) = (text("id-token.pem"), text("idp.crt"));
    let (seal, subject, secret) = (text("seal"), text("subject"), text("shop.secret"));
    files
        .with("keys/id-token.pem", id_token)
        .with("keys/saml-signing.pem", signing.key_pem())
        .with("keys/saml-signing.crt", signing.certificate_pem())
        .with("keys/saml-encryption.pem", encryption.key_pem())
        .with("keys/saml-encryption.crt", encryption.certificate_pem())
        .with("keys/seal", seal)
        .with("keys/subject", subject)
        .with("keys/client.secret", secret)
        .with("keys/idp.crt", idp)
}

/// What is found in our metadata for Suomi.fi, a line each.
fn found(text: &str, files: &Files, now: Timestamp) -> Vec<String> {
    found_for("suomifi", &loaded(text, files), now)
}

fn found_for(name: &str, config: &Config, now: Timestamp) -> Vec<String> {
    let (name, peer) = saml_upstream(&config.upstreams, Some(name)).unwrap();
    findings(name, peer, now).iter().map(ToString::to_string).collect()
}

fn loaded(text: &str, files: &Files) -> Config {
    let redis = "store: { redis: env:SILTA_REDIS_URL }";
    assert!(text.contains(redis));
    let text = text.replace(redis, "store: memory");
    let no = &Nowhere;
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    load("silta.yaml", &text, &sources).unwrap().0
}

/// The sample without what is for the test environment alone.
fn production() -> String {
    for_production(SAMPLE)
}

fn for_production(text: &str) -> String {
    let method = format!("{}\n", line_of("          - urn:oid:1.2.246.517.3002.110.999"));
    text.replace(&method, "").replace("profile: suomifi-test", "profile: suomifi")
}

/// The same text with an upstream more, which is the same in production: keys are read once for both.
fn with_production(text: &str) -> String {
    let (before, clients) = text.split_once("\nclients:").unwrap();
    let (_, upstream) = before.split_once("\n  suomifi:").unwrap();
    let upstream = for_production(upstream);
    format!("{before}\n  production:{upstream}\nclients:{clients}")
}

/// The line of the sample that begins so.
fn line_of(begin: &str) -> &'static str {
    let mut lines = SAMPLE.lines().filter(|line| line.starts_with(begin));
    let line = lines.next().unwrap();
    assert_eq!(lines.next(), None, "{begin}");
    line
}

fn without_language(line: &str, language: &str) -> String {
    let (before, texts) = line.split_once("{ ").unwrap();
    let texts = texts.strip_suffix(" }").unwrap().split(", ");
    let is_other = |text: &&str| !text.starts_with(&format!("{language}: "));
    format!("{before}{{ {} }}", texts.filter(is_other).collect::<Vec<_>>().join(", "))
}

/// The keys of a service provider, with certificates of an authority.
static ISSUED: LazyLock<[KeyPair; 2]> = LazyLock::new(|| {
    let authority = Authority::new("authority");
    [authority.rsa("signing"), authority.rsa("encryption")]
});
const SAMPLE: &str = include_str!("../../../../../examples/suomifi-cognito/silta.yaml");
const BARE: &str = "\
entity_id: https://idp.example/metadata
sso: { redirect: https://idp.example/sso }
loa: [urn:low]
sp_entity_id: urn:example:sp
signed: response
sp_metadata: { information_url: { de: http://www.example } }
";
