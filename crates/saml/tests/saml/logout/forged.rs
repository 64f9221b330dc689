//! Messages that the identity provider did not sign so, or not at all. Each is refused for a request
//! and for a response alike.

use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{
    AllowedAlgorithms, LogoutError, LogoutMessage, LogoutStatus, MESSAGE_LIMIT, MessageError,
    MessageParameter, NamedAlgorithm, Part, SignatureError, XmlError, post_value,
};
use silta_testkit::forge::{FakeIdp, ForgedLogout, LogoutWrapping, NOON, resigned, text};
use silta_testkit::keys;

use crate::fixture::refused_algorithm;

use super::fixture::{Outcome, by_both_at, by_post, by_redirect, refuses, signature_error, verify};

fn both_kinds() -> [(ForgedLogout, Part); 2] {
    [
        (ForgedLogout::request(), Part::Request),
        (ForgedLogout::response(LogoutStatus::UnknownPrincipal), Part::Response),
    ]
}

#[test]
fn refuses_a_message_that_nobody_signed() {
    for (forged, part) in both_kinds() {
        refuses(MessageError::Unsigned { part }, &forged.unsigned());
    }
}

/// Another key in a certificate of the same name, the broker's own, one for decryption.
#[test]
fn refuses_a_message_that_another_key_signed() {
    for key in [&keys::ROGUE, &keys::SP, &keys::OTHER_SP] {
        for (forged, part) in both_kinds() {
            let refused = signature_error(part, SignatureError::NoKeyMatches);
            refuses(refused, &forged.signed_by(key));
        }
    }
}

#[test]
fn refuses_a_message_in_another_algorithm_than_the_peer_may_use() {
    let narrow = FakeIdp::default()
        .with_profile(|profile| profile.signature_algorithms = vec![SignatureAlgorithm::RsaSha256]);
    for (forged, part) in both_kinds() {
        for made in by_both_at(NOON, &narrow, &forged.algorithm(SignatureAlgorithm::RsaPssSha256)) {
            let named = NamedAlgorithm::Known("rsa-pss-sha256");
            let allowed = AllowedAlgorithms::signatures(&[SignatureAlgorithm::RsaSha256]);
            let algorithm = SignatureError::Algorithm { named, allowed };
            assert_eq!(made.unwrap_err(), signature_error(part, algorithm));
        }
    }
    // One that is too weak for anybody.
    for (forged, part) in both_kinds() {
        let query = forged.query();
        for weak in ["rsa-sha1", "hmac-sha1"] {
            let other =
                text::swapped(&query, "xmldsig-more%23rsa-sha256", &format!("xmldsig%23{weak}"));
            let refused = by_redirect(&other).unwrap_err();
            // Neither is a name of anything: both are older than that namespace.
            let algorithm = refused_algorithm(NamedAlgorithm::Unknown);
            assert_eq!(refused, signature_error(part, algorithm), "{weak}");
        }
    }
}

/// Whatever is changed in the signed text, and wherever.
#[test]
fn refuses_a_message_that_was_changed_after_it_was_signed() {
    for (from, to) in [
        ("person-7", "person-8"),
        ("session-7", "session-8"),
        ("<samlp:SessionIndex>session-7</samlp:SessionIndex>", ""),
        ("_logout", "_logout2"),
        ("12:05:00Z", "12:06:00Z"),
        (":transient", ":persistent"),
        ("NameQualifier=\"https://idp", "NameQualifier=\"https://idp2"),
        ("logout:user", "logout:admin"),
    ] {
        let signed = ForgedLogout::request().signed_xml();
        let refused = by_post(&signed.replacen(from, to, 1)).unwrap_err();
        let reference = from == "_logout";
        let cause =
            if reference { SignatureError::Reference } else { SignatureError::DigestMismatch };
        assert_eq!(refused, signature_error(Part::Request, cause), "{from}");
    }
    let (from, to) = ("status:Requester", "status:Success");
    let forged = ForgedLogout::response(LogoutStatus::UnknownPrincipal).swap_signed(from, to);
    let [_, posted] = by_both_at(NOON, &FakeIdp::default(), &forged);
    assert_eq!(
        posted.unwrap_err(),
        signature_error(Part::Response, SignatureError::DigestMismatch)
    );
}

/// XSW1, 2, 4, 7, 8 and 9 (Somorovsky et al. 2012): each arrangement that wraps a whole message, around
/// a false one with an ID of its own, and with the same.
#[test]
fn refuses_a_signed_message_wrapped_into_another() {
    for wrapping in LogoutWrapping::ALL {
        for (forged, part) in both_kinds() {
            let forged = forged.wrapped(wrapping);
            let parameter = forged.parameter();
            let structure = signature_error(part, SignatureError::Structure);
            let element = match part {
                Part::Request => "LogoutRequest",
                _ => "LogoutResponse",
            };
            let no_place = MessageError::UnexpectedElement { element, inside: element };
            let expected = match wrapping {
                LogoutWrapping::InSignature
                | LogoutWrapping::InObject
                | LogoutWrapping::SecondSignedInfo => structure,
                LogoutWrapping::InExtensions => signature_error(part, SignatureError::Reference),
                LogoutWrapping::BesideSignature | LogoutWrapping::Inside => no_place.into(),
            };
            let wrapped = forged.signed_xml();
            assert_eq!(posted(parameter, &wrapped).unwrap_err(), expected, "{wrapping:?}");
            let duplicate = MessageError::Malformed { part, cause: XmlError::DuplicateId }.into();
            let second = wrapping == LogoutWrapping::SecondSignedInfo;
            let expected = if second { structure } else { duplicate };
            let same_id = wrapped.replace("\"_evil", "\"");
            assert_eq!(posted(parameter, &same_id).unwrap_err(), expected, "{wrapping:?}");
        }
    }
}

fn posted(parameter: MessageParameter, xml: &str) -> Outcome {
    let value = post_value(xml);
    let message = match parameter {
        MessageParameter::Request => LogoutMessage::from_post(Some(&value), None, None),
        MessageParameter::Response => LogoutMessage::from_post(None, Some(&value), None),
    };
    verify(message, &FakeIdp::default(), NOON)
}

/// What the signature refers to must be its parent's ID, whatever the identity provider signs.
#[test]
fn refuses_a_signature_over_something_else() {
    let signed = ForgedLogout::request().signed_xml();
    for uri in ["", "#other", "#xpointer(/)", "https://idp.example/other"] {
        let edit = |info: &str| text::swapped(info, "URI=\"#_logout\"", &format!("URI=\"{uri}\""));
        let refused = by_post(&resigned(&signed, &keys::IDP, edit)).unwrap_err();
        assert_eq!(refused, signature_error(Part::Request, SignatureError::Reference), "{uri:?}");
    }
    // By redirect the signature covers the query; one inside would be judged by nobody.
    let inside = "</saml:Issuer><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    let query = ForgedLogout::request().swap("</saml:Issuer>", inside).query();
    let unexpected =
        MessageError::UnexpectedElement { element: "Signature", inside: "LogoutRequest" };
    assert_eq!(by_redirect(&query).unwrap_err(), unexpected.into());
}

#[test]
fn refuses_a_document_type_a_comment_and_a_message_that_outgrows_itself() {
    for (forged, part) in both_kinds() {
        let malformed = |cause| LogoutError::from(MessageError::Malformed { part, cause });
        let doctype = "<!DOCTYPE x [<!ENTITY a \"a\">]>";
        let xml = forged.xml();
        let root = &xml[..xml.find(' ').unwrap()];
        let forged = forged.unsigned();
        let forged = forged.swap(root, &format!("{doctype}{root}"));
        // The end tag has another beginning, so only the first is replaced.
        refuses(malformed(XmlError::Doctype), &forged);
    }
    for (forged, part) in both_kinds() {
        let cause = XmlError::Comment;
        let comment = forged.swap("</saml:Issuer>", "<!-- --></saml:Issuer>").unsigned();
        refuses(MessageError::Malformed { part, cause }, &comment);
    }
    for (forged, _) in both_kinds() {
        let end = "</saml:Issuer>";
        let grown = forged.swap(end, &format!("{end}{}", " ".repeat(MESSAGE_LIMIT)));
        assert!(grown.query().len() < 3_000, "a small query");
        refuses(MessageError::TooLarge { limit: MESSAGE_LIMIT }, &grown);
    }
}
