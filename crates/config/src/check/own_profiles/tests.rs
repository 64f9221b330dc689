//! A profile of the administrator's is checked as ours are, and fills in as they do.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crate::{Document, People};

const GOOD: &str = "\
public_url: https://broker.example
listen: 127.0.0.1:8080
store: memory
keys:
  id_token: [file:a]
  saml_signing: [{ key: file:a, certificate: file:a }]
  saml_encryption: [{ key: file:a, certificate: file:a }]
  seal: [file:a]
  subject: file:a
upstreams:
  idp:
    profile: file:our-idp.yaml
    entity_id: https://idp.example/metadata
    sso: { redirect: https://idp.example/sso }
    signing_certificates: [file:a]
    subject: [employeeNumber]
attributes:
  employeeNumber: { names: [employeeNumber] }
clients:
  shop:
    secret: env:A
    redirect_uris: [https://shop.example/callback]
    upstream: idp
    min_acr: urn:oasis:names:tc:SAML:2.0:ac:classes:X509
    claims: { name: displayName }
";

/// The file with an own profile of this text.
fn document<'t>(text: &'t str, profile: &'t str) -> Document<'t> {
    let read = |path: &str| match path {
        "our-idp.yaml" => Ok(profile.to_owned()),
        _ => Err(("there is no such file".to_owned(), "name one that is there".to_owned())),
    };
    Document::parse_with("f", text, &read).unwrap()
}

fn said_of(text: &str, profile: &str) -> Vec<String> {
    let (Ok(((), problems)) | Err(problems)) = document(text, profile).read(|_| Some(()));
    problems.to_string().lines().map(str::to_owned).collect()
}

fn said(profile: &str) -> Vec<String> {
    said_of(GOOD, profile)
}

#[test]
fn it_fills_in_what_it_says_and_what_the_one_below_says() {
    let profile = "extends: adfs\nsigned: response\nclock_skew: 2m\n";
    assert_eq!(said(profile), [""; 0]);
    let effective = document(GOOD, profile).effective(People::Whole);
    for (key, origin) in [
        ("signed: response", "own profile"),
        ("clock_skew: 2m", "own profile"),
        ("- rsa-sha256", "profile adfs"),
        ("encryption: required", "default"),
        ("entity_id: https://idp.example/metadata", "line 13"),
    ] {
        let alone = format!("{key} # {origin}\n");
        let one = format!("{} # {origin}\n", key.replace("- ", "signature_algorithms: "));
        assert!(effective.contains(&alone) || effective.contains(&one), "{key}: {effective}");
    }
}

#[test]
fn what_the_file_says_wins_over_it() {
    let text = GOOD.replace("    subject: [", "    signed: both\n    subject: [");
    let effective = document(&text, "extends: adfs\nsigned: response\n").effective(People::Whole);
    assert!(effective.contains("signed: both # line 16\n"), "{effective}");
}

/// Both are facts of one identity provider.
#[test]
fn where_it_has_other_addresses_the_logout_of_the_one_below_does_not_count() {
    let text = GOOD.replace("    sso: { redirect: https://idp.example/sso }\n", "");
    let effective = |profile: &str| document(&text, profile).effective(People::Whole);
    let own = effective("extends: suomifi\nsso: { redirect: https://idp.example/sso }\n");
    assert!(!own.contains(" single_logout:\n"), "{own}");
    let all = effective("extends: suomifi\nsigned: both\n");
    assert!(all.contains(" single_logout:\n"), "{all}");
}

#[test]
fn each_mistake_in_it_is_told_with_its_place_there() {
    let place = "f:12:14  upstreams.idp.profile: our-idp.yaml";
    for (profile, told) in [
        ("", "1:1  the file is empty; begin with public_url:, or copy an example"),
        ("- extends: adfs\n", "1:1  it is no mapping; write keys, and extends: with one of ours"),
        (
            "signed: both\n",
            "1:1  extends is missing; add extends: generic, or another profile of ours",
        ),
        ("extends: adsf\n", "1:10  extends: it is not a profile of ours; did you mean adfs?"),
        (
            "extends: [adfs]\n",
            "1:10  extends: it is not one word; write one of generic, adfs, bsi-esaml, eidas-node, entra, google, \
             keycloak, oiosaml, okta, shibboleth, simplesamlphp, spid, suomifi, suomifi-test, sweden-connect",
        ),
        // What could be extended in a circle is a file.
        (
            "extends: file:our-idp.yaml\n",
            "1:10  extends: a profile extends one of ours, never a file; write one of generic, adfs, \
             bsi-esaml, eidas-node, entra, google, keycloak, oiosaml, okta, shibboleth, simplesamlphp, spid, suomifi, suomifi-test, sweden-connect",
        ),
        (
            "extends: adfs\nsignde: both\n",
            "2:1  signde: signde is not a key that is known here; did you mean signed?",
        ),
        (
            "extends: adfs\nsp_metadata_demands: { ours: { source: s, logos: true } }\n",
            "2:43  sp_metadata_demands.ours.logos: logos is not a key that is known here; did you mean logo?",
        ),
        (
            "extends: adfs\nsp_metadata_demands: { ours: { source: s, display_name: Suomi! } }\n",
            "2:57  sp_metadata_demands.ours.display_name: it is no language tag; write one such as fi, sv or en",
        ),
        (
            "extends: adfs\nsp_metadata_demands: { ours: { source: s, contacts: { support: mail } } }\n",
            "2:64  sp_metadata_demands.ours.contacts.support: it is not a word that is known here; did you mean email?",
        ),
        (
            "extends: adfs\nsp_metadata_demands: { ours: { logo: true } }\n",
            "2:30  sp_metadata_demands.ours: source is missing; add source: the document that demands it",
        ),
        (
            "extends: adfs\nprofile: okta\n",
            "2:1  profile: a profile cannot say this; write it in the upstream",
        ),
        (
            "extends: adfs\nprotocol: oidc\n",
            "2:1  protocol: a profile cannot say this; write it in the upstream",
        ),
        (
            "extends: adfs\nsigning_certificates: [file:a]\n",
            "2:1  signing_certificates: a profile cannot say this; write it in the upstream",
        ),
        (
            "extends: adfs\nmetadata: file:idp.xml\n",
            "2:1  metadata: a profile cannot say this; write it in the upstream",
        ),
        (
            "extends: adfs\nsubject: [employeNumber]\n",
            "2:11  subject[0]: employeNumber is not in the attribute dictionary; did you mean \
             employeeNumber?",
        ),
        (
            "extends: adfs\nsso: { redirect: a, post: b }\n",
            "2:6  sso: it needs exactly one binding; write redirect: or post:, not both",
        ),
    ] {
        assert_eq!(said(profile), [format!("{place}:{told}")], "{profile}");
    }
}

/// What is not among the words has no name, so that nothing can ask for it.
#[test]
fn it_can_ask_for_no_less_than_ours_can() {
    let place = "f:12:14  upstreams.idp.profile: our-idp.yaml:2";
    for (line, told) in [
        (
            "signed: none",
            ":9  signed: it is not a word that is known here; write one of either, both, response, \
             assertion",
        ),
        (
            "encryption: 'no'",
            ":13  encryption: it is not a word that is known here; write one of required, optional",
        ),
        ("clock_skew: 6m", ":13  clock_skew: it is more than 5m; write 5m or less"),
    ] {
        assert_eq!(said(&format!("extends: adfs\n{line}\n")), [format!("{place}{told}")], "{line}");
    }
    for weak in ["signature_algorithms: [rsa-sha1]", "ciphers: [3des]", "oaep_digests: [md5]"] {
        let said = said(&format!("extends: adfs\n{weak}\n"));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with(place), "{said:?}");
        assert!(said[0].contains("it is not a word that is known here"), "{said:?}");
    }
}

#[test]
fn one_that_cannot_be_read_is_told_alone() {
    let text = GOOD.replace("our-idp", "their-idp");
    let told = "f:12:14  upstreams.idp.profile: there is no such file; name one that is there";
    assert_eq!(said_of(&text, ""), [told]);
    let told = "f:12:14  upstreams.idp.profile: there is no path in it; write file: and the path of \
                the profile";
    assert_eq!(said_of(&GOOD.replace("file:our-idp.yaml", "'file:'"), ""), [told]);
}

#[test]
fn a_mistake_in_it_is_told_once_however_many_use_it() {
    let upstream = GOOD.split_once("  idp:\n").unwrap().1.split_once("attributes:").unwrap().0;
    let text = GOOD.replace("attributes:", &format!("  other:\n{upstream}attributes:"));
    let told = said_of(&text, "extends: adfs\nsigned: none\n");
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn a_level_of_its_own_is_one_of_the_upstream() {
    let profile = |level: &str| format!("extends: adfs\nloa: [urn:low, {level}]\n");
    let x509 = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509";
    assert_eq!(said(&profile(x509)), [""; 0]);
    assert_eq!(
        said(&profile("urn:high")),
        [
            "f:24:14  clients.shop.min_acr: it is not a level of its upstream; write one of urn:low, urn:high"
        ]
    );
}

#[test]
fn where_no_file_is_read_it_is_refused() {
    let document = Document::parse("f", GOOD).unwrap();
    let problems = document.read(|_| Some(())).unwrap_err().to_string();
    let told = "f:12:14  upstreams.idp.profile: a profile in a file is not read here; write its keys \
                in the upstream\n";
    assert_eq!(problems, told);
}
