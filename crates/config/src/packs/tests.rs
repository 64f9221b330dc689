//! Every pack is a good one.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use super::*;
use crate::check::check_pack;
use crate::description::upstreams::{OIDC, profile_may_say};
use crate::profile::PROFILES;

#[test]
fn every_pack_is_listed_and_says_what_a_saml_upstream_can() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/profiles");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut listed: Vec<_> =
        PROFILES.iter().map(|profile| format!("{}.yaml", profile.name)).collect();
    listed.sort();
    assert_eq!(files, listed);
    for profile in PROFILES {
        let (_, problems) = yaml::parse(profile.pack).unwrap();
        assert_eq!(problems, []);
        let mut pack = shipped(profile.name).unwrap();
        assert_eq!(check_pack(&mut pack, &SAML), [], "{}", profile.name);
        let may = |name: &str| SAML.key(name).is_some_and(profile_may_say);
        assert!(pack.entries().iter().all(|entry| may(&entry.name.text)), "{}", profile.name);
        assert!(!profile.sentence.is_empty(), "{}", profile.name);
        // Each has attributes of its own, or those of the one that it extends.
        assert!(!pack.at("attributes").unwrap().entries().is_empty(), "{}", profile.name);
    }
    let (_, problems) = yaml::parse(OPENID).unwrap();
    assert_eq!((problems, check_pack(&mut openid().unwrap(), &OIDC)), (vec![], vec![]));
}

#[test]
fn a_pack_has_what_it_extends_and_its_own_counts() {
    let pack = shipped("suomifi-test").unwrap();
    assert_eq!(pack.at("entity_id").unwrap().text(), Some("https://testi.apro.tunnistus.fi/idp1"));
    assert_eq!(pack.at("signed").unwrap().text(), Some("both"));
    let of = |name: &str| shipped(name).unwrap().at("attributes").unwrap().entries().len();
    assert_eq!(of("suomifi-test"), of("suomifi"));
    // Of what is demanded of our metadata too, by group.
    let demands = |name: &str| -> Vec<(String, bool)> {
        let pack = shipped(name).unwrap();
        let groups = pack.at("sp_metadata_demands").unwrap().entries().iter();
        let issued = |group: &Node<'_>| group.at("issued_certificates").is_some();
        let mut all: Vec<_> =
            groups.map(|one| (one.name.text.to_string(), issued(&one.value))).collect();
        all.sort();
        all
    };
    let groups = |certificates| {
        let all = [
            ("certificates", certificates),
            ("cipher", false),
            ("methods", false),
            ("service", false),
        ];
        all.map(|(name, issued)| (name.to_owned(), issued)).to_vec()
    };
    assert_eq!((demands("suomifi"), demands("suomifi-test")), (groups(true), groups(false)));
    assert_eq!(of("okta"), of("generic"));
    assert!(of("entra") > of("generic"));
    let entra = shipped("entra").unwrap();
    let mail = entra.at("attributes").unwrap().at("mail").unwrap().at("names").unwrap();
    assert_eq!(mail.items().len(), 2);
}

/// `sub` is made of these names, and people are known by it for ever.
#[test]
fn what_suomifi_releases_has_the_names_that_it_had_in_every_release() {
    for profile in ["suomifi", "suomifi-test"] {
        let pack = shipped(profile).unwrap();
        let listed = attributes_of(&pack).map(|(name, entry)| {
            format!("{name} {}\n", entry.at("names").and_then(Node::text).unwrap())
        });
        let (mut listed, mut golden): (Vec<_>, Vec<_>) =
            (listed.collect(), include_str!("suomifi.txt").split_inclusive('\n').collect());
        listed.sort();
        golden.sort_unstable();
        assert_eq!(listed, golden, "{profile}");
    }
}

/// What is not sensitive may be printed, so that is only how the person was checked.
#[test]
fn of_what_suomifi_releases_little_is_open_and_a_date_alone_is_no_text() {
    let pack = shipped("suomifi").unwrap();
    let with = |key: &str| -> Vec<&str> {
        attributes_of(&pack)
            .filter(|(_, one)| one.at(key).is_some())
            .map(|(name, _)| name)
            .collect()
    };
    assert_eq!(with("sensitive"), ["identityAssuranceLevel", "vtjVerified"]);
    assert_eq!(with("type"), ["DateOfBirth"]);
    let others = PROFILES.iter().filter(|profile| !profile.name.starts_with("suomifi"));
    for pack in others.map(|profile| shipped(profile.name).unwrap()) {
        assert!(attributes_of(&pack).all(|(_, one)| one.at("sensitive").is_none()));
    }
}

/// So that a service moves from one to the other, and nobody notices.
#[test]
fn an_openid_provider_has_every_attribute_that_suomifi_releases() {
    let (openid, suomifi) = (openid().unwrap(), shipped("suomifi").unwrap());
    let names = |pack: &Node<'_>| attributes_of(pack).map(|(name, _)| name.to_owned()).collect();
    let (known, released): (Vec<String>, Vec<String>) = (names(&openid), names(&suomifi));
    assert_eq!(released.iter().filter(|one| !known.contains(one)).count(), 0);
    let open = |pack: &Node<'_>, name: &str| {
        attributes_of(pack).any(|(one, entry)| one == name && entry.at("sensitive").is_some())
    };
    assert!(known.iter().all(|name| open(&openid, name) == open(&suomifi, name)));
}
