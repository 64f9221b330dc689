//! What the file writes out for the extensions of requests, beside what a client says of a person.

use std::str;

use roxmltree::Node;
use silta_saml::namespace::{DS, SAML, SAMLP};
use silta_saml::{
    AuthnRequest, ExtensionTemplate, PrincipalSelection, RequestId, RequestProfile, sign_enveloped,
};
use silta_xml_security::{c14n, xml};

use crate::Verdict;
use crate::service_providers::SSO;
use crate::trust::{IDP_KEY, NOON};

/// A request with an extension of the file can be signed and read, and the extension means there what it means alone. Neither
/// it nor a hint becomes another part of the request.
///
/// A first line is the hint.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(octets) else { return Verdict::Refused };
    let (hint, text) = text.split_once('\n').unwrap_or(("", text));
    let Ok(template) = ExtensionTemplate::parse(text) else { return Verdict::Refused };
    let request = sign_enveloped(&request(template, hint), &IDP_KEY).expect("it can be signed");
    let input = xml::Input::of(&request);
    let document = xml::parse(&input).expect("it can be read");
    let root = document.root_element();
    let names: Vec<_> = elements(root).map(|one| one.tag_name().name()).collect();
    assert_eq!(names, ["Issuer", "Signature", "Extensions"], "another part of the request");
    let extensions = elements(root).last().expect("the extensions");
    let all: Vec<_> = elements(extensions).collect();
    let [selection, extension] = all.as_slice() else { panic!("another number of extensions") };
    let [value] = elements(*selection).collect::<Vec<_>>()[..] else { panic!("another value") };
    let said = |one: char| one == '\u{fffd}' || hint.contains(one);
    assert!(value.text().unwrap_or_default().chars().all(said), "another hint");
    for inside in extension.descendants().filter(Node::is_element) {
        let uri = inside.tag_name().namespace().expect("a namespace");
        assert!(![SAML, SAMLP, DS].contains(&uri), "an element of SAML or a signature");
        let is_id = |name: &str| name.eq_ignore_ascii_case("id");
        assert!(!inside.attributes().any(|one| is_id(one.name())), "an ID");
    }
    let alone = xml::Input::of(text);
    let alone = xml::parse(&alone).expect("it was read");
    assert_eq!(
        c14n::exclusive(alone.root_element(), None, &[]).ok(),
        c14n::exclusive(*extension, None, &[]).ok(),
        "another meaning"
    );
    Verdict::Accepted
}

fn request(template: ExtensionTemplate, hint: &str) -> String {
    let of_hint = Some("urn:oid:1.2.752.29.4.13".to_owned());
    let profile = RequestProfile {
        principal_selection: PrincipalSelection { values: vec![], of_hint },
        extensions: vec![template],
        ..RequestProfile::default()
    };
    AuthnRequest {
        id: &RequestId::from_stored("_0123456789abcdef0123456789abcdef".to_owned()),
        issued: NOON,
        destination: SSO,
        issuer: "https://sp.example",
        acs_url: "https://sp.example/acs",
        force_authn: false,
        is_passive: false,
        context: None,
        vetuma_language: None,
        profile: &profile,
        encrypted: None,
        hint: Some(hint),
        subject: None,
    }
    .to_xml()
}

fn elements<'a, 'i>(parent: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    parent.children().filter(Node::is_element)
}
