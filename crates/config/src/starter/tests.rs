#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::Document;

/// Each profile with each client.
fn all() -> impl Iterator<Item = Starter> {
    let of = |profile| Starter::clients().map(move |client| Starter::of(profile, client).unwrap());
    Starter::profiles().flat_map(of)
}

fn known() -> Known {
    Known {
        public_url: Some("https://login.example".to_owned()),
        metadata: Some(KnownMetadata::File("idp-metadata.xml".to_owned())),
        entity_id: None,
        loa: vec!["urn:example:low".to_owned()],
        subject: vec!["uid".to_owned()],
        redirect_uris: vec!["https://app.example/oauth2/idpresponse".to_owned()],
    }
}

#[test]
fn what_only_an_administrator_knows_is_named_and_nothing_else() {
    for starter in all() {
        let text = starter.text(&Known::default());
        let document = Document::parse("silta.yaml", &text).unwrap();
        let problems = document.read(|_| Some(())).unwrap_err();
        let named: Vec<_> = problems.all().iter().map(|one| one.start.line).collect();
        let lines = || (1..).zip(text.lines());
        for problem in problems.all() {
            let (_, line) = lines().find(|(at, _)| *at == problem.start.line).unwrap();
            assert!(line.contains(FILL_IN), "{problem:?}: {line}");
        }
        for (at, line) in lines().filter(|(_, line)| line.contains(FILL_IN)) {
            // Whether a file is there is not judged here.
            assert!(named.contains(&at) || line.contains("file:keys/"), "{line}");
        }
    }
}

#[test]
fn what_is_known_beforehand_is_not_asked_for() {
    for starter in all() {
        let text = starter.text(&known());
        for key in ["public_url", "metadata", "loa", "subject", "redirect_uris"] {
            let asked =
                text.lines().any(|line| line.trim().starts_with(&format!("{key}: {FILL_IN}")));
            assert!(!asked, "{key}: {text}");
        }
    }
}

/// As many lines as somebody reads before changing one.
#[test]
fn a_file_to_start_from_is_short_and_each_part_has_a_comment() {
    for starter in all() {
        let text = starter.text(&Known::default());
        let (lines, comments) = (text.lines().count(), text.matches("# ").count());
        assert!((20..=66).contains(&lines), "{lines} lines: {text}");
        assert!(comments * 3 > lines, "{comments} comments: {text}");
        assert!(text.lines().all(|line| line.len() <= 160 && line.trim_end() == line), "{text}");
    }
}

#[test]
fn people_of_a_test_environment_keep_the_name_of_their_upstream() {
    let upstream = |profile| Starter::of(profile, "app").unwrap().upstream();
    let names = ["suomifi-test", "suomifi", "keycloak", "generic", "spid"].map(upstream);
    assert_eq!(names, ["suomifi", "suomifi", "keycloak", "idp", "spid"]);
    assert!(Starter::of("suomify", "app").is_none() && Starter::of("suomifi", "ap").is_none());
}

#[test]
fn what_is_given_stands_in_the_file_as_it_was_given() {
    let starter = Starter::of("simplesamlphp", "app").unwrap();
    let odd = Known {
        public_url: Some("http://127.0.0.1:9443".to_owned()),
        metadata: Some(KnownMetadata::File("it's: mine #1.xml".to_owned())),
        subject: vec!["nameid".to_owned()],
        redirect_uris: vec!["https://a.example/?b={c}".to_owned(), "- x".to_owned()],
        ..known()
    };
    let text = starter.text(&odd);
    for line in [
        "public_url: http://127.0.0.1:9443 # https:// and",
        "listen: 127.0.0.1:9443 #",
        "    metadata: 'file:it''s: mine #1.xml' #",
        "    loa: [urn:example:low] #",
        "    subject: [nameid] #",
        "    name_id_format: urn:oasis:names:tc:SAML:2.0:nameid-format:persistent #",
        "    redirect_uris: ['https://a.example/?b={c}', '- x'] #",
    ] {
        assert!(text.lines().any(|one| one.starts_with(line)), "{line}: {text}");
    }
    let address = KnownMetadata::Address {
        url: "https://idp.example/metadata".to_owned(),
        hosts: vec!["sso.example".to_owned()],
    };
    let entity_id = Some("urn:idp".to_owned());
    let text = starter.text(&Known { metadata: Some(address), entity_id, ..known() });
    for line in [
        "    entity_id: urn:idp #",
        "    metadata: { from: https://idp.example/metadata, trust: tls, hosts: [sso.example] } #",
    ] {
        assert!(text.lines().any(|one| one.starts_with(line)), "{line}: {text}");
    }
}

#[test]
fn claims_come_from_the_attributes_that_the_profile_has() {
    let text = |profile, client| Starter::of(profile, client).unwrap().text(&Known::default());
    let suomifi = text("suomifi", "cognito");
    for line in [
        "national_id: { from: [nationalIdentificationNumber, PersonIdentifier, foreignpersonIdentifier], emit_empty: true }",
        "given_name: { from: [givenName, FirstName], take: first, emit_empty: true }",
        "name: { from: displayName, emit_empty: true }",
    ] {
        assert!(suomifi.contains(&format!("      {line}\n")), "{suomifi}");
    }
    let keycloak = text("keycloak", "app");
    assert!(!keycloak.contains("national_id"), "{keycloak}");
    assert!(keycloak.contains("      name: displayName\n"), "{keycloak}");
    assert!(text("keycloak", "aws-client-vpn").contains("LastName: { from: sn, take: first }"));
}
