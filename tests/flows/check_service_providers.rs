//! `silta check` of `service_providers`: each mistake is told with what to write.

use std::fs;

use silta_testkit::keys;
use silta_testkit::silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::advice::ending_in;
use crate::service_provider::SERVICE_PROVIDERS;

#[test]
fn a_good_one_is_well_also_without_clients() {
    let (dir, text) = configured(SERVICE_PROVIDERS);
    let (code, said) = checked(&dir, &text);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("service_providers"), "{said}");
    let (before, rest) = text.split_once("\nclients:").unwrap();
    let (_, service_providers) = rest.split_once("\nservice_providers:").unwrap();
    let alone = format!("{before}\nservice_providers:{service_providers}");
    let (code, said) = checked(&dir, &alone);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(": all is well\n"), "{said}");
    let (code, said) = checked(&dir, before);
    assert_eq!(code, Some(64));
    assert!(
        said.contains("clients is missing; add clients: one client at least, or service_providers")
    );
}

#[test]
fn one_without_what_decides_who_gets_in_is_refused() {
    for (line, what) in [
        (
            "    entity_id: https://crm.example\n",
            "entity_id is missing; add entity_id: the entityID",
        ),
        ("    acs: https://crm.example/acs\n", "acs is missing; add acs: every ACS URL"),
        ("    requests: signed\n", "requests is missing; add requests: signed, or unsigned"),
        ("    upstream: idp\n", "upstream is missing; add upstream: the name of one of"),
        (
            "    min_acr: http://ftn.ficora.fi/2017/loa2\n",
            "min_acr is missing; add min_acr: the weakest level",
        ),
        (
            "    allow: everyone\n",
            "allow is missing; add allow: everyone, or an attribute and its values",
        ),
        ("    attributes: { mail: mail }\n", "attributes is missing; add attributes: "),
        (
            "    signing_certificates: file:service-provider.crt\n",
            "requests must be signed, but no certificate is given; add one, or allow unsigned ones",
        ),
    ] {
        is_refused(line, "", what);
    }
}

#[test]
fn one_with_a_wrong_value_is_refused() {
    let acs = "    acs: https://crm.example/acs\n";
    let name_id = "    name_id: persistent\n";
    let allow = "    allow: everyone\n";
    for (from, to, what) in [
        (
            acs,
            "    acs: http://crm.example/acs\n",
            "acs: it is neither https nor http on this machine; use https://",
        ),
        (
            acs,
            "    acs: http://127.0.0.1:1@crm.example\n",
            "acs: it is neither https nor http on this machine",
        ),
        (acs, "    acs: []\n", "the list is empty; write at least one"),
        (
            acs,
            "    acs: [https://a.example, https://a.example]\n",
            "acs[1]: it stands in this list twice",
        ),
        (
            acs,
            "    acs: { url: https://a.example, index: 65536 }\n",
            "it is not a number up to 65535",
        ),
        (acs, "    acs: { url: https://a.example }\n", "index is missing"),
        (
            acs,
            "    acs: { url: https://a.example, index: 1, binding: post }\n",
            "binding is not a key",
        ),
        (name_id, "    name_id: email\n", "it is not a word that is known here; "),
        (
            name_id,
            "    name_id: { attribute: phone, format: email }\n",
            "its attribute is not there; name one of",
        ),
        (
            name_id,
            "    name_id: { attribute: mail }\n",
            "format is missing; add format: email, persistent or",
        ),
        (
            name_id,
            "    name_id: { format: email }\n",
            "it needs exactly one source; write attribute:",
        ),
        (
            name_id,
            "    name_id: { email_domain: '@example.fi' }\n",
            "it is not a domain; write one such as",
        ),
        (name_id, "    name_id: { email_domain: 'a..fi' }\n", "it is not a domain"),
        (allow, "    allow: anyone\n", "it is not a word that is known here; "),
        (
            allow,
            "    allow: { attribute: shoeSize, values: ['44'] }\n",
            "shoeSize is not in the attribute dictionary; define it under attributes",
        ),
        (allow, "    allow: { attribute: mail, values: [] }\n", "the list is empty"),
        (
            allow,
            "    allow: { attribute: mail, values: [853] }\n",
            "it is a number, not text; put it in quotes",
        ),
        (allow, "    allow: { attribute: mail }\n", "values is missing"),
        (
            "min_acr: http://ftn.ficora.fi/2017/loa2",
            "min_acr: urn:x",
            "it is not a level of its upstream; write one of",
        ),
        ("upstream: idp", "upstream: pdi", "it is not the name of an upstream; write idp"),
        (
            "    upstream: idp\n    min_acr: http://ftn.ficora.fi/2017/loa2\n",
            "    upstreams: { idp: {} }\n",
            "service_providers.crm.upstreams.idp: min_acr is missing; add min_acr: the weakest level",
        ),
        ("requests: signed", "requests: both", "it is not a word that is known here; "),
        (
            "file:service-provider.crt",
            "file:saml-signing.crt",
            "a certificate in it is our own; give those of the peer",
        ),
        ("attributes: { mail: mail }", "attributes: { mail: shoeSize }", "shoeSize"),
        (
            "  crm:\n",
            "  Customer_Care:\n",
            "Customer_Care is no short name; use 1 to 32 lower-case letters",
        ),
        ("  crm:\n", "  shop:\n", "a client has this name too; choose another: logs name it"),
        (
            name_id,
            "    name_id: persistent\n    nameid: transient\n",
            "nameid is not a key that is known here; name_id is there already; keep one of the two",
        ),
    ] {
        is_refused(from, to, what);
    }
}

#[test]
fn two_of_one_entity_id_are_refused() {
    let again = ONE.split_once('\n').unwrap().1.replace("  crm:", "  crm2:");
    let (dir, text) = configured(&format!("{ONE}{again}"));
    let (code, said) = checked(&dir, &text);
    assert_eq!(code, Some(64), "{said}");
    assert!(
        said.contains("crm2.entity_id: another service provider has the same entity_id; join them"),
        "{said}"
    );
}

#[test]
fn a_certificate_of_one_that_ends_soon_is_doubted() {
    let (dir, text) = configured(ONE);
    dir.write("service-provider.crt", ending_in(&keys::OTHER_SP.key_pem(), Some(30)));
    let (code, said) = checked(&dir, &text);
    assert_eq!(code, Some(0), "{said}");
    let doubt = "doubtful: service_providers.crm.signing_certificates: the certificate for requests ends on 2";
    assert!(said.contains(doubt), "{said}");
}

#[track_caller]
fn is_refused(from: &str, to: &str, what: &str) {
    assert!(ONE.contains(from), "{from}");
    let (dir, text) = configured(&ONE.replacen(from, to, 1));
    let (code, said) = checked(&dir, &text);
    assert_eq!(code, Some(64), "{to}: {said}");
    assert!(said.contains("service_providers"), "{said}");
    assert!(said.contains(what), "{what} in {said}");
}

fn configured(section: &str) -> (TestDir, String) {
    let dir = TestDir::new();
    let good = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
    dir.write("service-provider.crt", keys::OTHER_SP.certificate_pem());
    let text = fs::read_to_string(good).unwrap() + section;
    (dir, text)
}

fn checked(dir: &TestDir, text: &str) -> (Option<i32>, String) {
    let file = dir.write("checked.yaml", text);
    let output = silta::run(&["check", "--output", "json", "--config", file.to_str().unwrap()]);
    (output.status.code(), silta::said(&output))
}

const ONE: &str = "\
service_providers:
  crm:
    entity_id: https://crm.example
    acs: https://crm.example/acs
    requests: signed
    signing_certificates: file:service-provider.crt
    name_id: persistent
    upstream: idp
    min_acr: http://ftn.ficora.fi/2017/loa2
    allow: everyone
    attributes: { mail: mail }
";
