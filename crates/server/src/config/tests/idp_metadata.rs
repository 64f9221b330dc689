//! Upstreams that are set up by metadata.

#![expect(clippy::panic, reason = "tests")]

use jiff::{SignedDuration, Unit};
use silta_broker::ports::Clock as _;
use silta_broker::upstream::RequestBinding;
use silta_saml::IdentityProviderMetadata;
use silta_testkit::forge::NOON;
use silta_testkit::keys::{IDP, KeyPair, ROGUE, SP};

use super::mistakes::{Files, GOOD, problems};
use super::*;
use crate::config::upstreams::{Peer, SamlPeer, SamlSource};
use crate::system::SystemClock;

/// The metadata of an identity provider of this name.
fn document(entity_id: &str, sso_url: &str, key: &KeyPair) -> String {
    let document = IdentityProviderMetadata {
        entity_id,
        sso_url,
        signing: &[key.certificate()],
        want_authn_requests_signed: false,
        name_id_formats: &[],
    };
    document.to_xml()
}

fn idp_document() -> String {
    document(ENTITY, SSO, &IDP)
}

/// The good file with these lines in the place of what metadata says.
fn with_lines(lines: &str) -> String {
    assert!(GOOD.contains(WRITTEN));
    GOOD.replacen(WRITTEN, lines, 1)
}

fn said(lines: &str, files: &Files) -> Vec<String> {
    let said = problems(&with_lines(lines), files).to_string();
    said.lines().map(|line| line.strip_prefix("silta.yaml:").unwrap().to_owned()).collect()
}

/// The upstream of these lines.
fn upstream(lines: &str, files: &Files) -> (Config, UpstreamName) {
    let no = &Nowhere;
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    let loaded = load("silta.yaml", &with_lines(lines), &sources);
    let (config, _) = loaded.unwrap_or_else(|problems| panic!("{problems}"));
    (config, UpstreamName::parse("idp").unwrap())
}

fn peer((config, name): &(Config, UpstreamName)) -> &SamlPeer {
    match &config.upstreams[name].peer {
        Peer::Saml(peer) => peer,
        Peer::Oidc(_) => panic!("an upstream by SAML"),
    }
}

#[test]
fn a_file_alone_says_what_keys_would_say() {
    let files = Files::new().with("idp.xml", idp_document());
    let loaded = upstream("    metadata: file:idp.xml\n", &files);
    assert_eq!(said("    metadata: file:idp.xml\n", &files), [""; 0]);
    let upstream = peer(&loaded).upstream().unwrap();
    assert_eq!(upstream.parties.idp.entity_id(), ENTITY);
    assert_eq!(upstream.binding, RequestBinding::Redirect(SSO.to_owned()));
    assert!(
        upstream.logout.is_none()
            && !peer(&loaded).metadata.to_xml(NOON).contains("SingleLogoutService")
    );
    let known = loaded.0.certificates.iter().filter(|one| one.party == "idp");
    assert_eq!(known.map(|one| (one.usage, one.index)).collect::<Vec<_>>(), [("signing", 0)]);
}

#[test]
fn single_logout_of_a_file_is_in_our_metadata_and_makes_the_upstream_log_out() {
    let service = "<md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
                   Location=\"https://idp.example:8443/slo\" ResponseLocation=\"https://idp.example/slo-answers\"/>";
    let text =
        idp_document().replacen("<md:SingleSignOn", &format!("{service}<md:SingleSignOn"), 1);
    let files = Files::new().with("idp.xml", text);
    let loaded = upstream("    metadata: file:idp.xml\n", &files);
    let logout = peer(&loaded).upstream().unwrap().logout.as_ref().unwrap().logout.clone();
    assert_eq!(logout.binding, RequestBinding::Post("https://idp.example:8443/slo".to_owned()));
    assert_eq!(logout.response_url.as_deref(), Some("https://idp.example/slo-answers"));
    assert_eq!(logout.origin, "https://idp.example:8443");
    assert!(peer(&loaded).metadata.to_xml(NOON).contains("SingleLogoutService"));
}

#[test]
fn keys_that_metadata_says_are_refused_beside_it() {
    let files = Files::new().with("idp.xml", idp_document());
    let lines = format!(
        "{WRITTEN}    single_logout: {{ redirect: https://idp.example/slo }}\n    metadata: file:idp.xml\n"
    );
    let beside = |key| {
        format!(
            "upstreams.idp.{key}: metadata is there too, and says it; leave it out, or metadata"
        )
    };
    let told = said(&lines, &files);
    assert_eq!(told.len(), 3, "{told:?}");
    for (line, key) in told.iter().zip(["sso", "signing_certificates", "single_logout"]) {
        assert!(line.ends_with(&beside(key)), "{line}");
    }
}

/// Which parameters its address has is not known here, and may change.
#[test]
fn parameters_of_requests_may_be_added_where_metadata_says_where_they_go() {
    let files = Files::new().with("idp.xml", idp_document());
    let told = said("    metadata: file:idp.xml\n    request_parameters: { whr: a }\n", &files);
    assert_eq!(told, [""; 0]);
}

/// The profile says which entity is meant; its addresses are those of the metadata.
#[test]
fn the_addresses_of_a_profile_do_not_count_beside_metadata_and_its_entity_does() {
    let entity = "https://testi.apro.tunnistus.fi/idp1";
    let text = GOOD.replacen(
        "    signing_certificates: [file:idp.crt]\n",
        "    metadata: file:suomifi.xml\n",
        1,
    );
    let files = Files::new().with("suomifi.xml", document(entity, SSO, &IDP));
    let told = problems(&text, &files);
    assert!(told.is_empty(), "{told}");
    let others = Files::new().with("suomifi.xml", idp_document());
    let told = problems(&text, &others).to_string();
    assert!(told.contains("suomifi.xml cannot be used (metadata_entity_missing)"), "{told}");
}

#[test]
fn what_holds_for_written_keys_holds_for_a_file_and_its_error_says_what_to_do() {
    let two = format!(
        "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{0}{1}</md:EntitiesDescriptor>",
        without_declaration(&idp_document()),
        without_declaration(&document("https://other.example", SSO, &ROGUE)),
    );
    let bare = idp_document().replace("md:KeyDescriptor", "md:Other");
    let weak = idp_document().replace(&IDP.certificate().base64(), "AAAA");
    for (text, reason, instead) in [
        ("<x/>".to_owned(), "metadata_wrong_root", "give SAML 2.0 metadata"),
        (two, "metadata_entity_not_named", "write entity_id"),
        (document(ENTITY, "http://idp.example/sso", &IDP), "metadata_not_https", "for https"),
        (bare, "metadata_no_signing_key", "ask it for an RSA key of 2048 bits"),
        (weak, "metadata_no_signing_key", "ask it for an RSA key of 2048 bits"),
    ] {
        let files = Files::new().with("idp.xml", text);
        let told = said("    metadata: file:idp.xml\n", &files);
        let [told] = told.as_slice() else { panic!("{told:?}") };
        assert!(told.contains(&format!("({reason})")) && told.contains(instead), "{told}");
        let begin = format!("19:15  upstreams.idp.metadata: idp.xml cannot be used ({reason}): ");
        assert!(told.starts_with(&begin), "{told}");
    }
    let sent_in_clear = document(ENTITY, "http://idp.example/sso", &IDP);
    let files = Files::new().with("idp.xml", sent_in_clear);
    let told = said("    metadata: { from: file:idp.xml }\n", &files);
    assert!(told[0].contains("upstreams.idp.metadata.from: idp.xml cannot be used"), "{told:?}");
    let ours = Files::new().with("idp.xml", document(ENTITY, SSO, &SP));
    let told = said("    metadata: file:idp.xml\n", &ours);
    assert!(told[0].contains("a signing certificate in idp.xml is our own"), "{told:?}");
    let told = said("    metadata: file:nowhere.xml\n", &Files::new());
    assert!(told[0].contains("there is no such file"), "{told:?}");
}

#[test]
fn parameters_behind_a_signature_need_metadata_with_a_redirect() {
    let by_post = idp_document().replace("bindings:HTTP-Redirect", "bindings:HTTP-POST");
    let asked = "    metadata: file:idp.xml\n    request_parameters: { whr: example.org }\n";
    for (document, lines, reason) in [
        (&idp_document(), asked, None),
        (&by_post, "    metadata: file:idp.xml\n", None),
        (&by_post, asked, Some("(metadata_no_redirect)")),
    ] {
        let told = said(lines, &Files::new().with("idp.xml", document.clone()));
        match reason {
            None => assert_eq!(told, [""; 0]),
            Some(reason) => assert!(told[0].contains(reason), "{told:?}"),
        }
    }
}

/// Whoever logs in elsewhere must not pay for it at the next start.
#[test]
fn a_file_that_has_ended_is_a_warning_and_refuses_the_logins_of_its_own_upstream() {
    let ends = |element: &str, end: &str, text: &str| {
        let (from, to) =
            (format!("<md:{element} "), format!("<md:{element} validUntil=\"{end}\" "));
        assert!(text.contains(&from), "{text}");
        text.replacen(&from, &to, 1)
    };
    let text = ends("EntityDescriptor", "2026-01-02T00:00:00Z", &idp_document());
    let text = ends("IDPSSODescriptor", "2026-01-01T00:00:00Z", &text);
    let files = Files::new().with("idp.xml", text.clone());
    let lines = "    metadata: file:idp.xml\n";
    let told = said(lines, &files);
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert!(
        told.contains("idp.xml ended at 2026-01-01T00:00:00Z: nobody can log in there"),
        "{told}"
    );
    let loaded = upstream(lines, &files);
    let SamlSource::Described(known) = &peer(&loaded).source else { panic!("it is a file") };
    let end = "2026-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(known.description.valid_until(), Some(end));
    // What is wrong with it besides is a mistake still.
    let wrong = text.replace(SSO, "http://idp.example/sso");
    let told = said(lines, &Files::new().with("idp.xml", wrong));
    assert!(told[0].contains("(metadata_not_https)"), "{told:?}");
}

#[test]
fn the_end_of_a_file_is_counted_from_the_start_and_doubted_from_a_fortnight_before_it() {
    let lines = "    metadata: file:idp.xml\n";
    let now = SystemClock.now();
    for (days, doubted) in [(400, false), (15, false), (13, true), (1, true)] {
        let end = now.round(Unit::Second).unwrap() + SignedDuration::from_hours(24 * days);
        let ending = format!("<md:EntityDescriptor validUntil=\"{end}\" ");
        let text = idp_document().replacen("<md:EntityDescriptor ", &ending, 1);
        let files = Files::new().with("idp.xml", text);
        let told = said(lines, &files);
        let says = format!("idp.xml ends at {end}: from then on nobody can log in there");
        assert_eq!(told.len(), usize::from(doubted), "{days} {told:?}");
        assert!(told.iter().all(|one| one.contains(&says)), "{told:?}");
        let (config, _) = upstream(lines, &files);
        let ends = config.ends().into_iter().filter(|(_, usage, ..)| *usage == "metadata");
        assert_eq!(ends.collect::<Vec<_>>(), [("idp".to_owned(), "metadata", 0, end)]);
    }
    let endless = Files::new().with("idp.xml", idp_document());
    let (config, _) = upstream(lines, &endless);
    assert!(config.ends().iter().all(|(_, usage, ..)| *usage != "metadata"));
}

#[test]
fn pinned_signers_and_listed_hosts_hold_for_a_file_too() {
    let files = || Files::new().with("idp.xml", idp_document());
    for (section, reason) in [
        ("{ from: file:idp.xml, signers: [file:saml-signer.crt] }", "metadata_unsigned"),
        ("{ from: file:idp.xml, hosts: [other.example] }", "metadata_unlisted_host"),
    ] {
        let signer = String::from_utf8(ROGUE.certificate_pem()).unwrap();
        let files = files().with("saml-signer.crt", signer);
        let told = said(&format!("    metadata: {section}\n"), &files);
        assert!(told[0].contains(&format!("({reason})")), "{told:?}");
    }
    let told = said("    metadata: { from: file:idp.xml, hosts: [idp.example] }\n", &files());
    assert_eq!(told, [""; 0]);
    let told = said("    metadata: { from: file:idp.xml, trust: tls }\n", &files());
    assert!(told[0].contains("a file comes by no network; leave it out"), "{told:?}");
}

#[test]
fn an_address_needs_somebody_who_vouches_for_it_and_the_entity_that_is_meant() {
    let files = Files::new();
    let named = format!("    entity_id: {ENTITY}\n");
    for (lines, says) in [
        (
            format!("{named}    metadata: https://idp.example/m\n"),
            "nobody vouches for what comes from there",
        ),
        (
            format!("{named}    metadata: {{ from: 'https://idp.example/m' }}\n"),
            "nobody vouches for what comes from there",
        ),
        (
            "    metadata: { from: 'https://idp.example/m', trust: tls }\n".to_owned(),
            "add entity_id: the entityID that its people name",
        ),
        (
            "    metadata: https://idp.example/m\n".to_owned(),
            "add entity_id: the entityID that its people name, and write metadata: { from: https://…, signers:",
        ),
        (
            format!("{named}    metadata: {{ from: 'http://idp.example/m', trust: tls }}\n"),
            "it does not start with https://",
        ),
        (
            format!("{named}    metadata: ftp://idp.example/m\n"),
            "it is neither a file nor an https address",
        ),
        (
            format!(
                "{named}    metadata: {{ from: 'https://idp.example/m', trust: tls, hosts: ['https://idp.example'] }}\n"
            ),
            "it is not the name of a host",
        ),
        (
            format!("{named}    metadata: {{ from: 'https://idp.example/m', trust: dns }}\n"),
            "it is not a word that is known here",
        ),
    ] {
        let told = said(&lines, &files);
        assert!(told.len() == 1 && told[0].contains(says), "{told:?}");
    }
}

#[test]
fn an_address_is_taken_with_signers_or_with_a_warning_by_tls_alone() {
    let files = Files::new();
    let lines = |more: &str| {
        format!(
            "    entity_id: {ENTITY}\n    metadata: {{ from: 'https://metadata.example/m'{more} }}\n"
        )
    };
    let told = said(&lines(", trust: tls"), &files);
    assert!(
        told.len() == 1
            && told[0]
                .contains("doubtful: upstreams.idp.metadata.trust: whoever controls its host"),
        "{told:?}"
    );
    for more in [", signers: [file:idp.crt]", ", signers: [file:idp.crt], trust: tls"] {
        assert_eq!(said(&lines(more), &files), [""; 0]);
    }
    for (more, hosts) in [("", "metadata.example"), (", hosts: [idp.example]", "idp.example")] {
        let loaded = upstream(&lines(&format!(", trust: tls{more}")), &files);
        let SamlSource::Fetched(settings) = &peer(&loaded).source else { panic!("an address") };
        assert_eq!(
            (settings.hosts.as_slice(), settings.entity_id.as_str()),
            (&[hosts.to_owned()][..], ENTITY)
        );
        assert!(
            peer(&loaded).metadata.to_xml(NOON).contains("SingleLogoutService"),
            "it may have one"
        );
    }
}

fn without_declaration(document: &str) -> &str {
    document.split_once('\n').unwrap().1
}

const ENTITY: &str = "https://idp.example/metadata";
const SSO: &str = "https://idp.example/sso";
const WRITTEN: &str = "    entity_id: https://idp.example/metadata\n    sso: { redirect: https://idp.example/sso }\n    \
                       signing_certificates: [file:idp.crt]\n";
