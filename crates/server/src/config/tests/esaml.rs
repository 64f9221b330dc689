//! Requests to an eID-Server: what the file must say, and what it then reads.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silta_broker::{Freshness, LoginHint, OutboundMessage};
use silta_testkit::keys::{IDP_P256, OTHER_SP};
use silta_testkit::peers::encrypted_requests;

use super::mistakes::Files;
use super::requests::{login_request, started};
use super::saml_upstream::{load_with_keys, only_peer};

/// The pack, with what no pack can say; the level is what this login needs.
#[test]
fn an_eid_server_reads_what_the_pack_and_the_file_ask_for() {
    let asked = format!("{SERVER}encryption_certificate: file:enc.crt");
    let peer = only_peer(load_with_keys(&["sp"], &asked, &files()).unwrap());
    let upstream = peer.upstream().unwrap();
    let mut questions = vec![];
    for level in [None, Some(LEVEL)] {
        let mut request = login_request(Freshness::Any);
        request.acr_values = level.map(str::to_owned).into_iter().collect();
        let OutboundMessage::Post { url, fields, .. } = started(upstream, &request).unwrap() else {
            unreachable!("it is asked by POST")
        };
        assert_eq!(url, "https://eid.example/esaml");
        // What travels beside the request is our own handle: no text of a client is in it.
        assert_eq!(fields[1], ("RelayState", "abcdefghijklmnopqrstuv".to_owned()));
        let xml = String::from_utf8(STANDARD.decode(&fields[0].1).unwrap()).unwrap();
        assert!(!xml.contains("ProtocolBinding") && !xml.contains("NameIDPolicy"), "{xml}");
        assert!(!xml.contains("GivenNames") && !xml.contains("eidas.europa.eu"), "{xml}");
        let pem = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
        let (signer, reader) = (pem(OTHER_SP.certificate_pem()), pem(IDP_P256.key_pem()));
        questions.push(json!({ "certificate_pem": signer, "key_pem": reader, "xml": xml }));
    }
    let answers = encrypted_requests(&questions);
    for (answer, level) in answers.iter().zip(["http://eidas.europa.eu/LoA/low", LEVEL]) {
        assert_eq!(
            (&answer["valid"], &answer["certificates"]),
            (&json!(true), &json!(0)),
            "{answer}"
        );
        let lines = answer["plaintext"].as_array().unwrap();
        let text = |name: &str| {
            let ends = |line: &&Value| line[0].as_str().unwrap().ends_with(name);
            lines.iter().find(ends).map(|line| line[2].clone())
        };
        assert_eq!(text("LevelOfAssurance"), Some(json!(level)));
        assert_eq!(text("SendingMemberState"), None);
        let names = lines.iter().filter_map(|line| {
            let named = line[1].as_array().unwrap().iter().find(|one| one[0] == "Name");
            named.and_then(|one| one[1].as_str())
        });
        let asked = [
            ["UseEidas", "EidasExtension", "IdentityFlavour"].as_slice(),
            &["GivenNames", "FamilyNames", "DateOfBirth", "RestrictedID"],
            &["PlaceOfBirth", "BirthName", "PlaceOfResidence", "Sex"],
        ];
        assert_eq!(names.collect::<Vec<_>>(), asked.concat());
    }
}

#[test]
fn what_no_eid_server_could_read_is_found_before_it_is_asked() {
    let with = |line: &str| format!("{SERVER}encryption_certificate: file:enc.crt\n{line}");
    let esaml = |inner: &str| with(&format!("esaml: {{ attributes: [LegalName], {inner} }}"));
    for (lines, expected) in [
        (SERVER.to_owned(), "no key is known to encrypt to; write encryption_certificate: file:…"),
        (
            with("request_language: vetuma"),
            "request_language: an eID-Server reads no other extension",
        ),
        (
            with("eidas: { sp_type: public }"),
            "eidas: an eID-Server reads no other extension than its own",
        ),
        (with("loa: [urn:low]"), "loa[0]: an eID-Server is asked for levels of eIDAS alone"),
        (
            with("").replace("post:", "redirect:"),
            "sso.redirect: eSAML goes by HTTP-POST; write post: and its URL for that",
        ),
        (
            esaml("optional_attributes: [LegalName]"),
            "optional_attributes[0]: it is asked for twice",
        ),
        (esaml("optional_attributes: [UseEidas]"), "it is no attribute of a person; leave it out"),
        (
            esaml("sending_member_state: es"),
            "it is no country; write two capital letters, such as FI",
        ),
        (
            with("").replace("enc.crt", "idp.crt"),
            "it signs with this certificate too; ask it for another, as eSAML demands",
        ),
        (
            with("").replace("enc.crt", "sp.crt"),
            "it is our own; give the one that the peer decrypts with",
        ),
        (
            with("").replace("enc.crt", "off.crt"),
            "upstreams.idp.encryption_certificate: it is neither RSA nor",
        ),
    ] {
        let told = load_with_keys(&["sp"], &lines, &files()).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(expected), "{lines}: {told}");
    }
}

#[test]
fn a_key_to_encrypt_to_that_nothing_needs_is_doubted() {
    let lines = "entity_id: https://idp.example\nsso: { post: https://idp.example/sso }\nloa: [urn:low]\n\
                 encryption_certificate: file:enc.crt";
    let (_, told) = load_with_keys(&["sp"], lines, &files()).unwrap();
    let expected = "encryption_certificate: nothing in requests is encrypted; leave it out";
    assert!(told.to_string().contains(expected), "{told}");
}

/// The certificate goes along here, as it does elsewhere.
#[test]
fn a_hint_goes_along_for_whoever_the_file_says_and_for_nobody_else() {
    let lines = format!("{IDP}{HINTED}\nencryption_certificate: file:enc.crt");
    let peer = only_peer(load_with_keys(&["sp"], &lines, &files()).unwrap());
    let mut request = login_request(Freshness::Any);
    request.login_hint = LoginHint::parse("anna@kunta.example");
    let message = started(peer.upstream().unwrap(), &request).unwrap();
    let OutboundMessage::Post { fields, .. } = message else { unreachable!("it goes by POST") };
    let xml = String::from_utf8(STANDARD.decode(&fields[0].1).unwrap()).unwrap();
    let pem = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    let (signer, reader) = (pem(OTHER_SP.certificate_pem()), pem(IDP_P256.key_pem()));
    let question = json!({ "certificate_pem": signer, "key_pem": reader, "xml": xml });
    let [answer] = &*encrypted_requests(&[question]) else { unreachable!("one is asked") };
    assert_eq!(answer["valid"], true, "{answer}");
    let [name] = answer["plaintext"].as_array().unwrap().as_slice() else { unreachable!() };
    assert_eq!((&name[1], &name[2]), (&json!([["Format", EMAIL]]), &json!("anna@kunta.example")));
}

#[test]
fn a_hint_that_nobody_could_read_or_that_names_nobody_is_found_before_it_goes_along() {
    let to_key = |format: &str| {
        format!("{IDP}login_hint_format: {format}\nencryption_certificate: file:enc.crt")
    };
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    for (lines, expected) in [
        (format!("{IDP}{HINTED}"), "login_hint_format: no key is known to encrypt to; write"),
        (
            format!("{SERVER}encryption_certificate: file:enc.crt\n{HINTED}"),
            "login_hint_format: an eID-Server is told no subject; leave it out",
        ),
        (to_key(transient), "login_hint_format: a transient NameID is another one at every login"),
        (to_key("mail"), "login_hint_format: "),
    ] {
        let told = load_with_keys(&["sp"], &lines, &files()).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(expected), "{lines}: {told}");
    }
}

/// `off.crt` has a point that is not on its curve.
fn files() -> Files {
    let certificate = IDP_P256.certificate_pem();
    let mut der = openssl::x509::X509::from_pem(&certificate).unwrap().to_der().unwrap();
    let point = der.windows(4).position(|four| four == [3, 0x42, 0, 4]).unwrap() + 4;
    der[point + 40] ^= 1;
    let off = STANDARD.encode(der);
    let off = format!("-----BEGIN CERTIFICATE-----\n{off}\n-----END CERTIFICATE-----\n");
    Files::new().with("enc.crt", certificate).with("off.crt", off)
}

const SERVER: &str = "\
profile: bsi-esaml
entity_id: https://eid.example
sso: { post: https://eid.example/esaml }
attributes: { mail: { names: mail } }
";
const IDP: &str = "\
entity_id: https://idp.example
sso: { post: https://idp.example/sso }
loa: [urn:low]
";
const HINTED: &str = "login_hint_format: urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const LEVEL: &str = "http://eidas.europa.eu/LoA/high";
