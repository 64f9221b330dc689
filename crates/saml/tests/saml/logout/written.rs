//! What we write, read by a parser that knows nothing of ours, and what is printed.

#![expect(clippy::disallowed_methods, reason = "nothing here has an attribute in a namespace")]

use std::collections::BTreeSet;

use roxmltree::Document;
use silta_saml::namespace::{SAML, SAMLP};
use silta_saml::{
    DecryptionError, LogoutError, LogoutMessage, LogoutRequest, LogoutStatus, MessageError, NameId,
    RequestId,
};
use silta_testkit::forge::{ForgedLogout, IDP_ENTITY, NOON, REQUEST, SP_ENTITY};

use super::fixture::by_both;

/// Suomi.fi refuses a name that lacks one of its parts.
#[test]
fn a_request_names_person_and_session_exactly_as_they_came() {
    let name_id = NameId {
        value: " AAdz & <ä> ".to_owned(),
        format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient".to_owned()),
        name_qualifier: Some(IDP_ENTITY.to_owned()),
        sp_name_qualifier: Some(SP_ENTITY.to_owned()),
    };
    let id = RequestId::from_stored(REQUEST.to_owned());
    let request = LogoutRequest {
        id: &id,
        issued: NOON,
        destination: "https://idp.example/slo",
        issuer: SP_ENTITY,
        name_id: &name_id,
        session_index: Some("_s \"1\""),
        vetuma_language: Some("sv"),
    };
    let xml = request.to_xml();
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert!(root.has_tag_name((SAMLP, "LogoutRequest")));
    for (name, value) in [
        ("ID", REQUEST),
        ("Version", "2.0"),
        ("IssueInstant", "2026-11-21T12:00:00Z"),
        ("Destination", "https://idp.example/slo"),
        ("NotOnOrAfter", "2026-11-21T12:05:00Z"),
        ("Reason", "urn:oasis:names:tc:SAML:2.0:logout:user"),
    ] {
        assert_eq!(root.attribute(name), Some(value), "{name}");
    }
    // The order of the schema, after which the signature is put.
    let names: Vec<_> = root.children().map(|child| child.tag_name().name()).collect();
    assert_eq!(names, ["Issuer", "Extensions", "NameID", "SessionIndex"]);
    let name = root.children().find(|child| child.has_tag_name((SAML, "NameID"))).unwrap();
    assert_eq!(name.text(), Some(name_id.value.as_str()));
    assert_eq!(name.attribute("Format"), name_id.format.as_deref());
    assert_eq!(name.attribute("NameQualifier"), Some(IDP_ENTITY));
    assert_eq!(name.attribute("SPNameQualifier"), Some(SP_ENTITY));
    assert_eq!(root.last_element_child().unwrap().text(), Some("_s \"1\""));
    let language = root.descendants().find(|node| node.tag_name().name() == "LG").unwrap();
    assert_eq!(language.text(), Some("sv"));

    // What did not come is not made up.
    let bare =
        NameId { format: None, name_qualifier: None, sp_name_qualifier: None, ..name_id.clone() };
    let request =
        LogoutRequest { name_id: &bare, session_index: None, vetuma_language: None, ..request };
    let xml = request.to_xml();
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    let names: Vec<_> = root.children().map(|child| child.tag_name().name()).collect();
    assert_eq!(names, ["Issuer", "NameID"]);
    assert_eq!(root.last_element_child().unwrap().attributes().count(), 0);
}

/// The codes that the standard has for each [SAML2Core §3.2.2.2, §3.7.3.2].
#[test]
fn a_response_says_each_status_by_its_codes() {
    for (status, expected) in [
        (LogoutStatus::Success, &["Success"][..]),
        (LogoutStatus::Partial, &["Success", "PartialLogout"]),
        (LogoutStatus::UnknownPrincipal, &["Requester", "UnknownPrincipal"]),
        (LogoutStatus::Failed, &["Responder"]),
    ] {
        let xml = ForgedLogout::response(status).xml();
        let document = Document::parse(&xml).unwrap();
        let root = document.root_element();
        assert!(root.has_tag_name((SAMLP, "LogoutResponse")));
        assert_eq!(root.attribute("InResponseTo"), Some(REQUEST));
        let codes = document.descendants().filter_map(|node| node.attribute("Value"));
        let codes =
            codes.map(|code| code.strip_prefix("urn:oasis:names:tc:SAML:2.0:status:").unwrap());
        assert_eq!(codes.collect::<Vec<_>>(), expected);
    }
}

/// A match without a rest, so a new error does not compile until it is in the list.
#[test]
fn every_refusal_of_a_logout_has_a_word_of_its_own() {
    use LogoutError as E;
    let all = [
        E::Message(MessageError::TwoMessages),
        E::RelayStateTooLong { limit: 80 },
        E::WrongIssuer,
        E::WrongDestination,
        E::RequestId,
        E::Expired { not_on_or_after: NOON, now: NOON },
        E::NameCount,
        E::Decryption(DecryptionError::Structure),
        E::TooManySessions { limit: 64 },
        E::Unsolicited,
    ];
    for error in all {
        match error {
            E::Message(_)
            | E::RelayStateTooLong { .. }
            | E::WrongIssuer
            | E::WrongDestination
            | E::RequestId
            | E::Expired { .. }
            | E::NameCount
            | E::Decryption(_)
            | E::TooManySessions { .. }
            | E::Unsolicited => {}
        }
    }
    let words: BTreeSet<_> = all.iter().map(|error| error.reason()).collect();
    assert_eq!(words.len(), all.len());
    let stable = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    assert!(words.iter().all(stable), "{words:?}");
}

#[test]
fn nothing_of_a_logout_is_printed() {
    let mut printed = vec![];
    for forged in [ForgedLogout::request(), ForgedLogout::response(LogoutStatus::Success)] {
        let query = forged.query();
        printed.push(format!("{:?}", LogoutMessage::from_redirect(&query).unwrap()));
        printed.extend(by_both(&forged).map(|made| format!("{:?}", made.unwrap())));
    }
    let printed = printed.concat();
    for kind in ["UnverifiedLogoutRequest(", "UnverifiedLogoutResponse("] {
        assert!(printed.contains(kind), "{printed}");
    }
    for secret in ["person-7", "session-7", "_logout", IDP_ENTITY, "handle", REQUEST] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
