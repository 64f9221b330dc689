//! Requests to identity providers of Sweden Connect.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::sha::sha256;
use serde_json::json;
use silta_broker::{Freshness, LoginHint, OutboundMessage};
use silta_testkit::forge::FakeIdp;
use silta_testkit::keys::{IDP_P256, OTHER_SP};
use silta_testkit::peers::encrypted_requests;

use super::mistakes::Files;
use super::requests::{login_request, started};
use super::saml_upstream::{judged, load_with_keys, only_peer};

/// Attributes of everybody, then what a client knows of this person [Principal Selection in SAML Authentication Requests §2.1].
#[test]
fn what_is_known_of_the_person_goes_along_as_the_file_says() {
    let value =
        |name: &str, text: &str| format!("<psc:MatchValue Name=\"{name}\">{text}</psc:MatchValue>");
    let both = "values: { 'urn:oid:2.5.4.6': 'NO' }, login_hint: 'urn:oid:1.2.752.29.4.13'";
    let country = value("urn:oid:2.5.4.6", "NO");
    let number = value("urn:oid:1.2.752.29.4.13", "197309069289");
    let hostile =
        value("urn:oid:1.2.752.29.4.13", "&quot;/&gt;&lt;/psc:MatchValue&gt;&lt;x&gt;&amp;");
    for (known, hint, expected) in [
        (both, Some("197309069289"), format!("{country}{number}")),
        (both, Some("\"/></psc:MatchValue><x>&"), format!("{country}{hostile}")),
        (both, Some("1973\n"), country.clone()),
        (both, None, country.clone()),
        ("values: { 'urn:oid:2.5.4.6': 'NO' }", Some("197309069289"), country.clone()),
        ("login_hint: 'urn:oid:1.2.752.29.4.13'", None, String::new()),
    ] {
        let request = asked(&format!("principal_selection: {{ {known} }}"), hint);
        let inside = if expected.is_empty() {
            String::new()
        } else {
            format!(
                "<samlp:Extensions><psc:PrincipalSelection xmlns:psc=\"{PSC}\">{expected}\
                 </psc:PrincipalSelection></samlp:Extensions>"
            )
        };
        let after = request.split_once("</ds:Signature>").unwrap().1;
        assert!(after.starts_with(&format!("{inside}<samlp:RequestedAuthnContext")), "{after}");
    }
}

/// [DSS Extension for Federated Signing Services §3.1.2].
#[test]
fn what_a_signer_is_shown_goes_along_plain_or_for_the_identity_provider_alone() {
    let text = STANDARD.encode("Vill du <skriva> under?");
    let plain =
        asked(&message("must_show: true, mime_type: text/markdown, encrypted: false"), None);
    let expected = format!(
        "<samlp:Extensions><csig:SignMessage xmlns:csig=\"{CSIG}\" MustShow=\"true\" \
         MimeType=\"text/markdown\"><csig:Message>{text}</csig:Message></csig:SignMessage></samlp:Extensions>"
    );
    assert!(plain.contains(&expected), "{plain}");

    let encrypted = asked(&format!("{}\nencryption_certificate: file:enc.crt", message("")), None);
    let around = format!(
        "<csig:SignMessage xmlns:csig=\"{CSIG}\" MustShow=\"false\" \
         DisplayEntity=\"https://idp.example\" MimeType=\"text\"><csig:EncryptedMessage><xenc:EncryptedData"
    );
    assert!(encrypted.contains(&around) && !encrypted.contains(&text), "{encrypted}");
    let pem = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
    let (signer, reader) = (pem(OTHER_SP.certificate_pem()), pem(IDP_P256.key_pem()));
    let question = json!({ "certificate_pem": signer, "key_pem": reader, "xml": encrypted });
    let [answer] = &*encrypted_requests(&[question]) else { unreachable!("one is asked") };
    assert_eq!(answer["element"], format!("{{{CSIG}}}EncryptedMessage"), "{answer}");
    assert_eq!(answer["plaintext"], json!([[format!("/{{{CSIG}}}Message"), [], text]]));
}

/// [Deployment Profile for the Swedish eID Framework §7.2.1]
#[test]
fn an_answer_must_prove_that_the_message_of_the_file_was_shown() {
    let digest = |text: &[u8]| {
        format!("http://www.w3.org/2001/04/xmlenc#sha256;{}", STANDARD.encode(sha256(text)))
    };
    let (shown, other) = (digest("Vill du <skriva> under?".as_bytes()), digest(b"Other"));
    for (must_show, proved, is_taken) in [
        ("true", Some(&shown), true),
        ("true", Some(&other), false),
        ("true", None, false),
        ("false", Some(&shown), true),
        ("false", Some(&other), false),
        ("false", None, true),
    ] {
        let lines =
            format!("{IDP}{}", message(&format!("encrypted: false, must_show: {must_show}")));
        let peer = only_peer(load_with_keys(&["sp"], &lines, &files()).unwrap());
        let number = ("urn:oid:1.2.752.29.4.13", ["197309069289"]);
        let digest = proved.map(|text| ("urn:oid:1.2.752.201.3.14", [text.as_str()]));
        let attributes: Vec<_> = [number].into_iter().chain(digest).collect();
        let attributes: Vec<(&str, &[&str])> =
            attributes.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        let answer = FakeIdp::default()
            .response()
            .issuer("https://idp.example")
            .audience("https://broker.example/saml/idp/metadata")
            .acs_url("https://broker.example/saml/idp/acs")
            .authn_context("http://id.elegnamnden.se/loa/1.0/loa3")
            .attributes(&attributes);
        match judged(&peer, &answer) {
            Ok(_) => assert!(is_taken, "{must_show} {proved:?}"),
            Err(error) => {
                assert!(!is_taken, "{must_show} {proved:?}: {error}");
                assert_eq!(error.reason(), "sign_message_not_proved");
            }
        }
    }
}

#[test]
fn what_could_not_be_read_or_would_be_seen_is_found_before_it_goes_along() {
    let select = "principal_selection: { login_hint: 'urn:a' }";
    let node = "eidas: { sp_type: public }";
    let too_long = format!("sign_message: {{ text: {}, encrypted: false }}", "x".repeat(4097));
    for (lines, expected) in [
        (
            format!("{}{select}", IDP.replace("post:", "redirect:")),
            "principal_selection.login_hint: a hint names a person, and a URL ends up in logs; write sso: with post:",
        ),
        (
            format!("{IDP}{select}\n{node}"),
            "principal_selection: an eIDAS node refuses requests with other extensions",
        ),
        (
            format!("{IDP}{}\n{node}", message("encrypted: false")),
            "sign_message: an eIDAS node refuses requests with other extensions than its own; leave it out, or eidas",
        ),
        (format!("{IDP}principal_selection: {{ }}"), "principal_selection"),
        (
            format!(
                "{IDP}{select}\nlogin_hint_format: urn:x\nencryption_certificate: file:enc.crt"
            ),
            "principal_selection.login_hint: login_hint_format encrypts hints; keep one of the two",
        ),
        (
            format!("{IDP}{select}\nform_fields: {{ a: {{ login_hint: [b] }} }}"),
            "form_fields.a.login_hint: principal_selection has hints name a person",
        ),
        (format!("{IDP}{}", message("")), "sign_message: no key is known to encrypt to"),
        (format!("{IDP}{too_long}"), "sign_message.text: it has more than 4096 octets; write less"),
    ] {
        let told = load_with_keys(&["sp"], &lines, &files()).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(expected), "{lines}: {told}");
    }
}

fn message(more: &str) -> String {
    format!("sign_message: {{ text: 'Vill du <skriva> under?', {more} }}")
}

/// The request with these lines, where a client gave this hint.
fn asked(lines: &str, hint: Option<&str>) -> String {
    let peer = only_peer(load_with_keys(&["sp"], &format!("{IDP}{lines}"), &files()).unwrap());
    let mut request = login_request(Freshness::Any);
    request.login_hint = hint.and_then(LoginHint::parse);
    let message = started(peer.upstream().unwrap(), &request).unwrap();
    let OutboundMessage::Post { fields, .. } = message else { unreachable!("it goes by POST") };
    String::from_utf8(STANDARD.decode(&fields[0].1).unwrap()).unwrap()
}

fn files() -> Files {
    Files::new().with("enc.crt", IDP_P256.certificate_pem())
}

const IDP: &str = "\
profile: sweden-connect
entity_id: https://idp.example
sso: { post: https://idp.example/sso }
";
const PSC: &str = "http://id.swedenconnect.se/authn/1.0/principal-selection/ns";
const CSIG: &str = "http://id.elegnamnden.se/csig/1.1/dss-ext/ns";
