//! Us as an identity provider: every request that is read, and every known way to ask for too much.

mod addressing;
mod bindings;
mod errors;
mod signature;
mod wishes;

use silta_saml::{
    AuthnRequestError, MESSAGE_LIMIT, MessageError, Part, RELAY_STATE_LIMIT, Wishes, XmlError,
    post_value,
};
use silta_testkit::forge::{ACS, ForgedRequest, NOON, REQUEST, SP_ENTITY, SSO, registered};

use crate::fixture::at;
use bindings::{by_both, by_post, by_redirect, deflated, strict};

#[test]
fn a_signed_request_is_read_by_either_binding() {
    for made in by_both(&ForgedRequest::default(), &strict()) {
        let read = made.unwrap();
        assert_eq!((read.id(), read.issuer(), read.acs_url()), (REQUEST, SP_ENTITY, ACS));
        assert_eq!(read.relay_state(), Some("handle"));
        assert!(read.is_signed());
        assert_eq!(*read.wishes(), Wishes::default());
        // Five minutes to travel, and a minute of skew.
        assert_eq!(read.valid_until(), at(360));
    }
}

/// AWS Client VPN asks unsigned, by redirect, from the person's own machine.
#[test]
fn an_unsigned_request_is_read_where_the_service_provider_may_send_one() {
    let vpn = "urn:amazon:webservices:clientvpn";
    let provider = registered(vpn, &["http://127.0.0.1:35001"], None);
    let xml = format!(
        "<saml2p:AuthnRequest xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_a1\" \
         Version=\"2.0\" IssueInstant=\"2026-11-21T12:00:00Z\" Destination=\"{SSO}\" \
         ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
         AssertionConsumerServiceURL=\"http://127.0.0.1:35001\"><saml2:Issuer \
         xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">{vpn}</saml2:Issuer>\
         </saml2p:AuthnRequest>"
    );
    let read = by_redirect(&deflated(&xml), &provider).unwrap();
    assert_eq!((read.id(), read.acs_url()), ("_a1", "http://127.0.0.1:35001"));
    assert_eq!(read.relay_state(), None);
    assert!(!read.is_signed());
    let read = by_post(&post_value(&xml), None, &provider).unwrap();
    assert!(!read.is_signed());
}

#[test]
fn a_request_is_read_until_it_is_minutes_old() {
    let part = Part::Request;
    for seconds in [-360, 0, 60] {
        for made in by_both(&ForgedRequest::default().issued(at(seconds)), &strict()) {
            made.unwrap();
        }
    }
    for made in by_both(&ForgedRequest::default().issued(at(-361)), &strict()) {
        let stale = MessageError::Stale { part, issued: at(-361), now: NOON };
        assert_eq!(made.unwrap_err(), stale.into());
    }
    for made in by_both(&ForgedRequest::default().issued(at(61)), &strict()) {
        let early = MessageError::FromTheFuture { part, issued: at(61), now: NOON };
        assert_eq!(made.unwrap_err(), early.into());
    }
    let local = ForgedRequest::default().swap("12:00:00Z", "12:00:00");
    for made in by_both(&local, &strict()) {
        let field = "IssueInstant";
        assert_eq!(made.unwrap_err(), MessageError::NotAnInstant { field }.into());
    }
}

/// The ID becomes the key of a record.
#[test]
fn refuses_an_id_that_is_no_name_or_has_no_end() {
    let unsigned = registered(SP_ENTITY, &[ACS], None);
    let long = format!("_{}", "a".repeat(255));
    for id in ["_", "id-1.2_3", "ONELOGIN_0a", &long] {
        for made in by_both(&ForgedRequest::default().id(id), &strict()) {
            assert_eq!(made.unwrap().id(), id);
        }
    }
    let longer = format!("{long}a");
    for id in ["", "1", "-a", ".a", "a b", "a:b", "a/../b", "ä", "a\u{200b}", "a\nb", &longer] {
        for made in by_both(&ForgedRequest::default().id(id).unsigned(), &unsigned) {
            assert_eq!(made.unwrap_err(), AuthnRequestError::RequestId, "{id:?}");
        }
    }
}

#[test]
fn a_relay_state_comes_through_unchanged_up_to_two_kilobytes() {
    let longest = "å".repeat(RELAY_STATE_LIMIT / 2);
    for text in ["", "a b+c%20&=?#/\"<>'", "https://x.example/?registrationCode=SLiad+1", &longest]
    {
        let request = ForgedRequest::default().relay_state(text);
        assert_eq!(by_redirect(&request.query(), &strict()).unwrap().relay_state(), Some(text));
        let posted = by_post(&request.post(), Some(text), &strict()).unwrap();
        assert_eq!(posted.relay_state(), Some(text));
    }
    let longer = format!("{longest}a");
    let refused = AuthnRequestError::RelayStateTooLong { limit: RELAY_STATE_LIMIT };
    let request = ForgedRequest::default().relay_state(&longer);
    assert_eq!(by_redirect(&request.query(), &strict()).unwrap_err(), refused);
    assert_eq!(by_post(&request.post(), Some(&longer), &strict()).unwrap_err(), refused);
}

#[test]
fn refuses_what_is_no_request_of_version_two() {
    let part = Part::Request;
    for (from, to, expected) in [
        ("AuthnRequest", "LogoutRequest", MessageError::WrongRoot { part }),
        ("Version=\"2.0\"", "Version=\"1.1\"", MessageError::WrongVersion { part }),
        (" Version=\"2.0\"", "", MessageError::WrongVersion { part }),
        (
            "saml:Issuer",
            "saml:Other",
            MessageError::UnexpectedElement { element: "another element", inside: "AuthnRequest" },
        ),
    ] {
        let request = ForgedRequest::default().swap(from, to).unsigned();
        for made in by_both(&request, &registered(SP_ENTITY, &[ACS], None)) {
            assert_eq!(made.unwrap_err(), expected.into(), "{from}");
        }
    }
}

#[test]
fn refuses_a_document_type_a_comment_and_a_message_that_outgrows_itself() {
    let good = ForgedRequest::default().xml();
    let malformed = |cause| MessageError::Malformed { part: Part::Request, cause };
    let grown = format!("{good}{}", " ".repeat(MESSAGE_LIMIT));
    for (xml, expected) in [
        (format!("<!DOCTYPE x [<!ENTITY a \"a\">]>{good}"), malformed(XmlError::Doctype)),
        (good.replace("</saml:Issuer>", "<!-- --></saml:Issuer>"), malformed(XmlError::Comment)),
        (good.replace("</saml:Issuer>", ""), malformed(XmlError::NotWellFormed)),
    ] {
        for made in
            [by_redirect(&deflated(&xml), &strict()), by_post(&post_value(&xml), None, &strict())]
        {
            assert_eq!(made.unwrap_err(), expected.into());
        }
    }
    let limit = MessageError::TooLarge { limit: MESSAGE_LIMIT };
    assert!(deflated(&grown).len() < 2_000, "a small query");
    assert_eq!(by_redirect(&deflated(&grown), &strict()).unwrap_err(), limit.into());
    assert_eq!(by_post(&"A".repeat(MESSAGE_LIMIT + 1), None, &strict()).unwrap_err(), limit.into());
    let posted = format!("SAMLRequest={}", post_value(&good).replace('+', "%2B"));
    for (junk, expected) in [
        ("SAMLRequest=!", MessageError::NotBase64),
        ("SAMLRequest=%zz", MessageError::NotBase64),
        ("SAMLRequest=AAAA", MessageError::NotDeflated),
        ("SAMLRequest=", MessageError::NotDeflated),
        // What the HTTP-POST binding sends.
        (&posted, MessageError::NotDeflated),
    ] {
        let refused = by_redirect(junk, &strict()).unwrap_err();
        assert_eq!(refused, expected.into(), "{junk}");
    }
    let missing = MessageError::Missing { element: "SAMLRequest" };
    assert_eq!(by_redirect("", &strict()).unwrap_err(), missing.into());
}

/// A parameter that stands twice could be judged in one place and read in another.
#[test]
fn refuses_a_parameter_that_stands_twice_in_a_request() {
    let query = ForgedRequest::default().query();
    let twice = MessageError::Repeated { element: "SAMLRequest" };
    let other = ForgedRequest::default().id("_evil").query();
    let refused = by_redirect(&format!("{query}&{other}"), &strict()).unwrap_err();
    assert_eq!(refused, twice.into());
}
