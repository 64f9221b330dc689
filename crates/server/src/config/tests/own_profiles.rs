//! Profiles of the administrator's own, in files beside the configuration.

use silta_testkit::forge::FakeIdp;

use super::super::upstreams::Peer;
use super::super::*;
use super::mistakes::{Files, GOOD};
use super::saml_upstream::judged;

/// The good file with this instead of its profile.
fn load_with(name: &str, profile: &'static str) -> Result<(Config, Problems), Problems> {
    let (files, no) = (&Files::new().with("our-idp.yaml", profile), &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    assert!(GOOD.contains("profile: suomifi-test"));
    let text = GOOD.replace("profile: suomifi-test", &format!("profile: {name}"));
    load("silta.yaml", &text, &sources)
}

#[test]
fn an_answer_is_judged_by_what_an_own_profile_says() {
    let answer = || {
        FakeIdp::default()
            .response()
            .issuer("https://testi.apro.tunnistus.fi/idp1")
            .audience("https://login.example/saml/suomifi/metadata")
            .acs_url("https://login.example/saml/suomifi/acs")
            .authn_context("http://ftn.ficora.fi/2017/loa3")
    };
    for (profile, unsigned_inside) in [
        ("extends: suomifi-test\nsigned: response\n", Ok(())),
        ("extends: suomifi-test\nclock_skew: 1m\n", Err("unsigned")),
    ] {
        let (config, problems) = load_with("file:our-idp.yaml", profile).unwrap();
        assert!(problems.is_empty(), "{problems}");
        let mut upstreams = config.upstreams.into_iter();
        let (_, upstream) = upstreams.find(|(name, _)| name.as_str() == "suomifi").unwrap();
        let Peer::Saml(peer) = upstream.peer else { unreachable!("it is one by SAML") };
        assert!(judged(&peer, &answer()).is_ok());
        let unsigned = judged(&peer, &answer().unsigned_assertion());
        assert_eq!(unsigned.map(|_| ()).map_err(|error| error.reason()), unsigned_inside);
    }
}

#[test]
fn two_configurations_with_other_profiles_are_not_the_same() {
    let hash = |name: &str, profile| load_with(name, profile).unwrap().0.hash;
    let one = hash("file:our-idp.yaml", "extends: suomifi-test\n");
    assert_eq!(one, hash("file:our-idp.yaml", "extends: suomifi-test\n"));
    assert_ne!(one, hash("file:our-idp.yaml", "extends: suomifi-test\nclock_skew: 2m\n"));
    // Its text may be another as long as it means the same.
    assert_eq!(one, hash("file:our-idp.yaml", "# ours\nextends: 'suomifi-test'\n"));
}

#[test]
fn a_profile_that_is_not_there_is_told_where_it_is_named() {
    let told = load_with("file:nowhere.yaml", "").err().unwrap().to_string();
    let told: Vec<_> = told.lines().collect();
    let [told] = told.as_slice() else { unreachable!("{told:?}") };
    let wanted = "upstreams.suomifi.profile: the file nowhere.yaml cannot be read: there is no such \
                  file; give a path relative to this file, or an absolute one";
    assert!(told.ends_with(wanted), "{told}");
}
