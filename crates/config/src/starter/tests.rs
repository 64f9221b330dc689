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
        let text = starter.text(&Known::default()).unwrap();
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
        let text = starter.text_of_what_fits(&known()).unwrap();
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
        let text = starter.text(&Known::default()).unwrap();
        let (lines, comments) = (text.lines().count(), text.matches("# ").count());
        assert!((20..=66).contains(&lines), "{lines} lines: {text}");
        assert!(comments * 3 > lines, "{comments} comments: {text}");
        assert!(text.lines().all(|line| line.len() <= 160 && line.trim_end() == line), "{text}");
    }
}

#[test]
fn people_of_a_test_environment_are_not_those_of_production() {
    let upstream = |profile| Starter::of(profile, "app").unwrap().upstream();
    let names = ["suomifi-test", "suomifi", "keycloak", "generic", "spid"].map(upstream);
    assert_eq!(names, ["suomifi-test", "suomifi", "keycloak", "idp", "spid"]);
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
    let text = starter.text(&odd).unwrap();
    for line in [
        "public_url: http://127.0.0.1:9443 # https:// and",
        "listen: 127.0.0.1:9443 #",
        "    metadata: \"file:it's: mine #1.xml\" #",
        "    loa: [urn:example:low] #",
        "    subject: [nameid] #",
        "    name_id_format: urn:oasis:names:tc:SAML:2.0:nameid-format:persistent #",
        "    redirect_uris: [\"https://a.example/?b={c}\", \"- x\"] #",
    ] {
        assert!(text.lines().any(|one| one.starts_with(line)), "{line}: {text}");
    }
    let address = KnownMetadata::Address {
        url: "https://idp.example/metadata".to_owned(),
        hosts: vec!["sso.example".to_owned()],
    };
    let entity_id = Some("urn:idp".to_owned());
    let text = starter.text(&Known { metadata: Some(address), entity_id, ..known() }).unwrap();
    for line in [
        "    entity_id: urn:idp #",
        "    metadata: { from: https://idp.example/metadata, trust: tls, hosts: [sso.example] } #",
    ] {
        assert!(text.lines().any(|one| one.starts_with(line)), "{line}: {text}");
    }
}

#[test]
fn claims_come_from_the_attributes_that_the_profile_has() {
    let text =
        |profile, client| Starter::of(profile, client).unwrap().text(&Known::default()).unwrap();
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

#[test]
fn what_is_given_and_has_no_place_is_refused_by_its_option() {
    let refused = |profile: &str, client: &str, known: Known| {
        Starter::of(profile, client).unwrap().text(&known).map_err(|why| why.to_string())
    };
    let (all, none) = (known(), Known::default());
    let subject = Known { subject: all.subject.clone(), ..none.clone() };
    let loa = Known { loa: all.loa.clone(), ..none.clone() };
    let metadata = Known { metadata: all.metadata.clone(), ..none.clone() };
    let redirect_uris = Known { redirect_uris: all.redirect_uris.clone(), ..none.clone() };
    let entity_id = Known { entity_id: Some("urn:idp".to_owned()), ..none.clone() };
    for (profile, client, known, place) in [
        ("suomifi", "app", &subject, "--subject means nothing with the profile suomifi, "),
        ("suomifi-test", "app", &loa, "--loa means nothing with the profile suomifi-test, "),
        ("suomifi", "app", &entity_id, "--entity-id means nothing with the profile suomifi, "),
        ("spid", "app", &subject, "--subject means nothing with the profile spid, "),
        // The weakest level of the client is no level of the upstream.
        ("spid", "aws-client-vpn", &loa, "--loa means nothing with the profile spid, "),
        ("eidas-node", "app", &loa, "--loa means nothing with the profile eidas-node, "),
        (
            "bsi-esaml",
            "app",
            &metadata,
            "--idp-metadata means nothing with the profile bsi-esaml, ",
        ),
        (
            "keycloak",
            "aws-client-vpn",
            &redirect_uris,
            "--redirect-uri means nothing with the client aws-client-vpn, ",
        ),
    ] {
        let why = refused(profile, client, known.clone()).unwrap_err();
        assert!(why.starts_with(place), "{place}: {why}");
    }
    for (profile, known) in [("spid", metadata), ("keycloak", subject), ("suomifi", redirect_uris)]
    {
        assert!(refused(profile, "app", known).is_ok(), "{profile}");
    }
}

#[test]
fn a_word_that_nothing_stands_for_is_a_mistake_and_no_text_has_one() {
    for starter in all() {
        // Lines that are left out are read, too.
        assert!(starter.text_of_what_fits(&known()).is_ok(), "{starter:?}");
    }
    let why = line::filled("    loa: {lao} # fill in: x", &HashMap::new()).err().unwrap();
    assert_eq!(why, StarterError::Word("lao".to_owned()));
}

#[test]
fn a_mark_inside_of_what_is_given_stays_there() {
    let value = || Filled::Known("'a # fill in: b'".to_owned());
    let values = HashMap::from([("a", value()), ("open", Filled::Open)]);
    let text = |line| line::filled(line, &values).unwrap().unwrap().text;
    assert_eq!(text("a: {a} # fill in: c"), "a: 'a # fill in: b' # c\n");
    assert_eq!(text("a: {open} # fill in: {a}"), "a: # fill in: 'a # fill in: b'\n");
}

/// The address may be another, as of a copy; who signs, and where people are sent, may not.
#[test]
fn an_address_of_metadata_leaves_the_signer_that_a_profile_asks_for() {
    let url = "https://mirror.example/idp-metadata.xml".to_owned();
    let address = KnownMetadata::Address { url, hosts: vec!["rogue.example".to_owned()] };
    let known = Known { metadata: Some(address), ..Known::default() };
    for (profile, host) in
        [("suomifi", "tunnistautuminen.suomi.fi"), ("suomifi-test", "testi.apro.tunnistus.fi")]
    {
        let starter = Starter::of(profile, "app").unwrap();
        let text = starter.text(&known).unwrap();
        for line in [
            "      from: https://mirror.example/idp-metadata.xml\n".to_owned(),
            format!("      signers: [file:keys/{profile}-signer.crt] # fill in: "),
            format!("      hosts: [{host}]\n"),
        ] {
            assert!(text.contains(&line), "{line}: {text}");
        }
        assert_eq!(starter.entity_id().unwrap(), format!("https://{host}/idp1"));
    }
    assert_eq!(Starter::of("keycloak", "app").unwrap().entity_id(), None);
}
