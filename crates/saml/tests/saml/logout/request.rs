//! The identity provider wants sessions ended: which, whose, until when it may say so.

use silta_saml::namespace::{EXC_C14N, EXC_C14N_WITH_COMMENTS};
use silta_saml::{LOGOUT_RELAY_STATE_LIMIT, LogoutError, MessageError, Part, XmlError};
use silta_testkit::forge::{ForgedLogout, IDP_ENTITY, NOON, SLO, SP_ENTITY, resigned, text};
use silta_testkit::keys;

use super::fixture::{by_both, by_post, by_redirect, refuses};
use crate::fixture::at;

#[test]
fn a_signed_request_is_read_by_either_binding() {
    for made in by_both(&ForgedLogout::request()) {
        let read = made.unwrap().request();
        assert_eq!((read.id(), read.session_indexes()), ("_logout", &["session-7".to_owned()][..]));
        let name_id = read.name_id();
        assert_eq!(name_id.value, "person-7");
        assert_eq!(name_id.name_qualifier.as_deref(), Some(IDP_ENTITY));
        assert_eq!(name_id.sp_name_qualifier.as_deref(), Some(SP_ENTITY));
        assert!(name_id.format.as_deref().unwrap().ends_with(":transient"));
        assert_eq!(read.relay_state(), Some("handle"));
        // Its own five minutes, and a minute of skew.
        assert_eq!(read.valid_until(), at(360));
    }
}

/// Exclusive canonicalization under its other name [SAML2Core §5.4.3].
#[test]
fn a_posted_request_may_name_its_canonicalization_with_comments() {
    let [own, other] = [EXC_C14N, EXC_C14N_WITH_COMMENTS].map(|name| format!("\"{name}\""));
    let signed = ForgedLogout::request().signed_xml();
    let made = resigned(&signed, &keys::IDP, |info| text::swapped(info, &own, &other));
    assert_eq!(by_post(&made).unwrap().request().name_id().value, "person-7");
    let commented = text::before(&made, "person-7", "<!-- x -->");
    let malformed = MessageError::Malformed { part: Part::Request, cause: XmlError::Comment };
    assert_eq!(by_post(&commented).unwrap_err(), malformed.into());
}

/// None means all of them; an empty one means one that nobody has [SAML2Core §3.7.1].
#[test]
fn the_absence_of_sessions_is_told_from_an_empty_name() {
    for (named, expected) in [
        (&[][..], vec![]),
        (&[""], vec![""]),
        (&["", " "], vec!["", " "]),
        (&["a", "b", "a"], vec!["a", "b", "a"]),
    ] {
        for made in by_both(&ForgedLogout::request().sessions(named)) {
            assert_eq!(made.unwrap().request().session_indexes(), expected);
        }
    }
}

#[test]
fn refuses_more_sessions_than_a_person_has() {
    let named = vec!["s"; 64];
    for made in by_both(&ForgedLogout::request().sessions(&named)) {
        assert_eq!(made.unwrap().request().session_indexes().len(), 64);
    }
    let more = ForgedLogout::request().sessions(&vec!["s"; 65]);
    refuses(LogoutError::TooManySessions { limit: 64 }, &more);
}

/// Suomi.fi sends no NotOnOrAfter: then the age of the message counts (CVE-2023-40178, node-saml).
#[test]
fn a_request_is_good_until_its_own_end_and_no_longer_than_any_message() {
    let ending = |instant: &str| {
        let own = " NotOnOrAfter=\"2026-11-21T12:05:00Z\"";
        let other = if instant.is_empty() { String::new() } else { instant.to_owned() };
        ForgedLogout::request().swap(own, &other)
    };
    for (end, until) in [
        ("", at(360)),
        (" NotOnOrAfter=\"2026-11-21T12:01:00Z\"", at(120)),
        (" NotOnOrAfter=\"2027-11-21T12:01:00Z\"", at(360)),
        // A minute of skew: at 11:59:00 it would be over.
        (" NotOnOrAfter=\"2026-11-21T11:59:01Z\"", at(1)),
    ] {
        for made in by_both(&ending(end)) {
            assert_eq!(made.unwrap().request().valid_until(), until, "{end}");
        }
    }
    for seconds in [-60, -61, -10_000] {
        let expired = LogoutError::Expired { not_on_or_after: at(seconds), now: NOON };
        refuses(expired, &ending(&format!(" NotOnOrAfter=\"{}\"", at(seconds))));
    }
    let field = "NotOnOrAfter";
    refuses(MessageError::NotAnInstant { field }, &ending(" NotOnOrAfter=\"soon\""));
    refuses(MessageError::NotAnInstant { field }, &ending(" NotOnOrAfter=\"\""));
}

#[test]
fn refuses_a_request_that_is_minutes_old_or_from_the_future() {
    let part = Part::Request;
    let without_end =
        |issued| ForgedLogout::request().issued(issued).swap(" NotOnOrAfter=", " Consent=");
    for seconds in [-360, 60] {
        for made in by_both(&without_end(at(seconds))) {
            made.unwrap();
        }
    }
    let stale = MessageError::Stale { part, issued: at(-361), now: NOON };
    refuses(stale, &without_end(at(-361)));
    let early = MessageError::FromTheFuture { part, issued: at(61), now: NOON };
    refuses(early, &without_end(at(61)));
}

#[test]
fn refuses_a_message_of_another_issuer() {
    for issuer in ["https://other.example/idp", "", "https://idp.example/entity/", SP_ENTITY] {
        refuses(LogoutError::WrongIssuer, &ForgedLogout::request().issuer(issuer));
    }
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let other = ForgedLogout::request()
        .swap("<saml:Issuer", &format!("<saml:Issuer Format=\"{persistent}\""));
    refuses(MessageError::IssuerFormat { part: Part::Request }, &other);
    let none = ForgedLogout::request()
        .swap(&format!("<saml:Issuer>{IDP_ENTITY}</saml:Issuer>"), "")
        .unsigned();
    refuses(MessageError::Missing { element: "Issuer" }, &none);
}

/// One for another service provider, or for our other face, would do here otherwise.
#[test]
fn refuses_a_message_to_another_destination_or_to_none() {
    for destination in [
        "https://other.example/slo",
        "https://broker.example/saml/slo/",
        "",
        "https://broker.example/saml/acs",
    ] {
        refuses(LogoutError::WrongDestination, &ForgedLogout::request().swap(SLO, destination));
    }
    let none = ForgedLogout::request().swap(&format!(" Destination=\"{SLO}\""), "");
    refuses(LogoutError::WrongDestination, &none);
}

/// The ID becomes the key of a record.
#[test]
fn refuses_an_id_that_cannot_be_remembered() {
    let long = format!("_{}", "a".repeat(255));
    for made in by_both(&ForgedLogout::request().id(&long)) {
        assert_eq!(made.unwrap().request().id(), long);
    }
    refuses(LogoutError::RequestId, &ForgedLogout::request().id(&format!("{long}a")));
    // What nobody can sign inside can still be signed in a query.
    for id in ["", "a b", "1", "_a/../b", "ä"] {
        let query = ForgedLogout::request().swap("\"_logout\"", &format!("\"{id}\"")).query();
        assert_eq!(by_redirect(&query).unwrap_err(), LogoutError::RequestId, "{id}");
    }
}

/// [SAML2Bind §3.4.3]: it goes back unchanged, so a stranger's text has its bound.
#[test]
fn a_relay_state_comes_through_unchanged_up_to_eighty_octets() {
    let longest = "å".repeat(LOGOUT_RELAY_STATE_LIMIT / 2);
    for text in [None, Some(""), Some("a b+c%20&=?#/\"<>'\r\n"), Some(longest.as_str())] {
        for made in by_both(&ForgedLogout::request().relay_state(text)) {
            assert_eq!(made.unwrap().request().relay_state(), text);
        }
    }
    let limit = LOGOUT_RELAY_STATE_LIMIT;
    let longer = format!("{longest}a");
    let longer = ForgedLogout::request().relay_state(Some(&longer));
    refuses(LogoutError::RelayStateTooLong { limit }, &longer);
}

#[test]
fn refuses_what_is_no_logout_request_of_version_two() {
    let part = Part::Request;
    let inside = "LogoutRequest";
    for (from, to, expected) in [
        ("LogoutRequest", "AuthnRequest", MessageError::WrongRoot { part }),
        ("LogoutRequest", "LogoutResponse", MessageError::WrongRoot { part }),
        ("LogoutRequest", "ManageNameIDRequest", MessageError::WrongRoot { part }),
        ("Version=\"2.0\"", "Version=\"1.1\"", MessageError::WrongVersion { part }),
        (" Version=\"2.0\"", "", MessageError::WrongVersion { part }),
        (
            "</samlp:LogoutRequest>",
            "evil</samlp:LogoutRequest>",
            MessageError::UnexpectedText { inside },
        ),
        (
            "saml:NameID",
            "saml:BaseID",
            MessageError::UnexpectedElement { element: "BaseID", inside },
        ),
        (
            "samlp:SessionIndex",
            "saml:SessionIndex",
            MessageError::UnexpectedElement { element: "SessionIndex", inside },
        ),
    ] {
        refuses(expected, &ForgedLogout::request().swap(from, to));
    }
}
