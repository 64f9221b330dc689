//! How and when the person was authenticated, and what is said about them.

use silta_saml::{MessageError, Part, ResponseError};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{AUTHN_CONTEXTS, FakeIdp, ForgedResponse, NOON, text};

use crate::fixture::{
    Identity, accepts, accepts_at, at, good, instant, levels, refuses, refuses_at,
};

/// Asked for substantial, given low: the claim would be what was asked, and the person was not.
#[test]
fn refuses_a_weaker_context_than_was_asked_for() {
    for (weakest, asserted) in [(1, 0), (2, 0), (2, 1)] {
        let fixture = || FakeIdp::plain().requiring_level(weakest);
        let expected = &AUTHN_CONTEXTS[weakest..];
        let weak = ResponseError::WeakAuthnContext(levels(expected, &[AUTHN_CONTEXTS[asserted]]));
        refuses_at(NOON, fixture, &weak, |good| good.authn_context(AUTHN_CONTEXTS[asserted]));
    }
    for (weakest, asserted) in [(0, 0), (0, 2), (1, 1), (1, 2), (2, 2)] {
        let fixture = || FakeIdp::plain().requiring_level(weakest);
        for made in accepts_at(NOON, fixture, |fine| fine.authn_context(AUTHN_CONTEXTS[asserted])) {
            assert_eq!(
                made.authn_context, AUTHN_CONTEXTS[asserted],
                "what was asserted, not what was asked"
            );
        }
    }
}

#[test]
fn refuses_a_context_that_this_peer_may_not_assert() {
    for unknown in ["urn:example:loa:HIGH", "urn:example:loa:test", "urn:example:loa:highest", ""] {
        let refused = ResponseError::UnknownAuthnContext(levels(&AUTHN_CONTEXTS, &[unknown]));
        refuses(&refused, |good| good.authn_context(unknown));
    }
    let absent = ResponseError::UnknownAuthnContext(levels(&AUTHN_CONTEXTS, &[]));
    refuses(&absent, |good| {
        good.edit(Assertion, |xml| text::without(xml, "saml:AuthnContextClassRef"))
    });
}

/// Which of two classes would count?
#[test]
fn refuses_two_contexts_in_one() {
    let second =
        format!("<saml:AuthnContextClassRef>{}</saml:AuthnContextClassRef>", AUTHN_CONTEXTS[2]);
    for place in ["<saml:AuthnContextClassRef>", "</saml:AuthnContext>"] {
        refuses(
            &ResponseError::Message(MessageError::Repeated { element: "AuthnContextClassRef" }),
            |good| {
                let second = second.clone();
                good.edit(Assertion, move |xml| text::before(xml, place, &second))
            },
        );
    }
    let made = accepts(|fine| {
        fine.edit(Assertion, |xml| {
            let rest = "<saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef>\
                        <saml:AuthenticatingAuthority>urn:y</saml:AuthenticatingAuthority>\
                        <saml:AuthenticatingAuthority>urn:z</saml:AuthenticatingAuthority>";
            text::before(xml, "</saml:AuthnContext>", rest)
        })
    });
    assert_eq!(made, [good(), good()]);
}

#[test]
fn refuses_an_authentication_in_the_future() {
    accepts(|fine| fine.authenticated(at(60)));
    let early = ResponseError::Message(MessageError::FromTheFuture {
        part: Part::Assertion,
        issued: at(61),
        now: NOON,
    });
    refuses(&early, |good| good.authenticated(at(61)));
    refuses(
        &ResponseError::Message(MessageError::MissingAttribute { attribute: "AuthnInstant" }),
        |good| good.swap(Assertion, " AuthnInstant=\"2026-11-21T11:59:00Z\"", ""),
    );
    refuses(
        &ResponseError::Message(MessageError::NotAnInstant { field: "AuthnInstant" }),
        |good| good.swap(Assertion, "2026-11-21T11:59:00Z", "2026-11-21T11:59:00"),
    );
}

/// A fresh authentication was asked for; an old session was answered with.
#[test]
fn refuses_an_authentication_that_is_not_fresh() {
    let fixture = || FakeIdp::plain().requiring_freshness(at(-10));
    accepts_at(NOON, fixture, |fine| fine.authenticated(at(-70)));
    let stale = ResponseError::NotFresh { authenticated: at(-71), needed: at(-10) };
    refuses_at(NOON, fixture, &stale, |good| good.authenticated(at(-71)));
    // Without that wish an old session will do.
    accepts(|fine| fine.authenticated(at(-86_400)));
}

#[test]
fn the_end_of_the_session_is_kept() {
    let ending = |seconds: i64| {
        let new = format!(" SessionNotOnOrAfter=\"{}\" SessionIndex", instant(seconds));
        move |forged: ForgedResponse| forged.swap(Assertion, " SessionIndex", &new)
    };
    for made in accepts(ending(3_600)) {
        assert_eq!(made.session_not_on_or_after, Some(at(3_600)));
    }
    accepts(ending(-59));
    refuses(&ResponseError::SessionOver { ended: at(-60) }, ending(-60));
    refuses(
        &ResponseError::Message(MessageError::NotAnInstant { field: "SessionNotOnOrAfter" }),
        |good| good.swap(Assertion, " SessionIndex", " SessionNotOnOrAfter=\"\" SessionIndex"),
    );
}

#[test]
fn a_session_index_may_be_absent() {
    for made in accepts(|fine| fine.swap(Assertion, " SessionIndex=\"session-7\"", "")) {
        assert_eq!(made.session_index, None);
    }
}

#[test]
fn refuses_more_or_fewer_statements_than_one() {
    refuses(&ResponseError::Message(MessageError::Missing { element: "AuthnStatement" }), |good| {
        good.edit(Assertion, |xml| text::without(xml, "saml:AuthnStatement"))
    });
    for place in ["<saml:AuthnStatement", "<saml:AttributeStatement", "</saml:Assertion>"] {
        refuses(
            &ResponseError::Message(MessageError::Repeated { element: "AuthnStatement" }),
            |good| {
                good.edit(Assertion, move |xml| {
                    let own = text::element(xml, "saml:AuthnStatement").to_owned();
                    text::before(xml, place, &own)
                })
            },
        );
    }
    for (other, element) in [
        ("<saml:Statement/>", "Statement"),
        ("<saml:Advice/>", "Advice"),
        ("<saml:Subject/>", "Subject"),
        ("<x/>", "another element"),
    ] {
        let unexpected = MessageError::UnexpectedElement { element, inside: "Assertion" };
        refuses(&ResponseError::Message(unexpected), |good| {
            good.edit(Assertion, move |xml| text::before(xml, "</saml:Assertion>", other))
        });
    }
    refuses(&ResponseError::Message(MessageError::Missing { element: "AuthnContext" }), |good| {
        good.edit(Assertion, |xml| text::without(xml, "saml:AuthnContext"))
    });
}

#[test]
fn refuses_an_assertion_without_an_id() {
    let idp = || FakeIdp::plain().requiring(silta_saml::SignedParts::Response);
    let missing = ResponseError::Message(MessageError::MissingAttribute { attribute: "ID" });
    for new in ["", " ID=\"\""] {
        refuses_at(NOON, idp, &missing, |good| {
            good.unsigned_assertion().swap(Assertion, " ID=\"_assertion\"", new)
        });
    }
}

/// Two attributes of one name, and values that look like markup, come through as they are: what they
/// mean is decided where they are mapped.
#[test]
fn attributes_come_through_as_delivered() {
    let odd: &[&str] = &["010190-999X", "010190-999X ", "<b>", "{{7*7}}", "a\r\nSet-Cookie: x"];
    let same = "urn:oid:1.2.246.21";
    let similar = "urn:oid:1.2.246.2\u{0131}";
    for made in accepts(|fine| fine.attributes(&[(same, odd), (same, &["2"]), (similar, &["3"])])) {
        let read: Vec<_> =
            made.attributes.iter().map(|one| (one.name.as_str(), one.values.len())).collect();
        assert_eq!(read, [(same, 5), (same, 1), (similar, 1)]);
        assert_eq!(made.attributes[0].values, odd);
    }
}

/// What XML cannot carry is written as a replacement character, never raw.
#[test]
fn control_characters_never_come_through() {
    for made in accepts(|fine| fine.attributes(&[("urn:a", &["a\0b\u{1b}c\u{ffff}"])])) {
        assert_eq!(made.values("urn:a"), ["a\u{fffd}b\u{fffd}c\u{fffd}"]);
    }
}

/// The schema allows any number of them, before the authentication and after it.
#[test]
fn attributes_of_several_statements_are_read_in_their_order() {
    let more = "<saml:AttributeStatement><saml:Attribute Name=\"urn:more\"><saml:AttributeValue>1\
                </saml:AttributeValue></saml:Attribute></saml:AttributeStatement>";
    let own = ["urn:oid:1.2.246.21", "urn:oid:2.5.4.4"];
    for (place, expected) in [
        ("<saml:AuthnStatement", ["urn:more", own[0], own[1]]),
        ("<saml:AttributeStatement", ["urn:more", own[0], own[1]]),
        ("</saml:Assertion>", [own[0], own[1], "urn:more"]),
    ] {
        for made in accepts(|fine| fine.edit(Assertion, move |xml| text::before(xml, place, more)))
        {
            assert_eq!(names(&made), expected, "{place}");
            assert_eq!(made.values("urn:more"), ["1"]);
        }
    }
    for empty in
        ["<saml:AttributeStatement/>", "<saml:AttributeStatement> </saml:AttributeStatement>"]
    {
        refuses(&ResponseError::Message(MessageError::Missing { element: "Attribute" }), |good| {
            good.edit(Assertion, |xml| text::before(xml, "</saml:Assertion>", empty))
        });
    }
    refuses(
        &ResponseError::Message(MessageError::UnexpectedElement {
            element: "another element",
            inside: "AttributeStatement",
        }),
        |good| {
            let odd = "<saml:AttributeStatement><x/></saml:AttributeStatement>";
            good.edit(Assertion, move |xml| text::before(xml, "</saml:Assertion>", odd))
        },
    );
}

#[test]
fn refuses_attributes_of_another_shape() {
    for (place, extra, element, inside) in [
        ("<saml:Attribute ", "<saml:AttributeValue/>", "AttributeValue", "AttributeStatement"),
        ("<saml:AttributeValue>", "<x/>", "another element", "Attribute"),
    ] {
        let unexpected = MessageError::UnexpectedElement { element, inside };
        refuses(&ResponseError::Message(unexpected), |good| {
            good.edit(Assertion, move |xml| text::before(xml, place, extra))
        });
    }
    refuses(
        &ResponseError::Message(MessageError::UnexpectedText { inside: "Attribute" }),
        |good| good.edit(Assertion, |xml| text::before(xml, "<saml:AttributeValue>", "text")),
    );
    refuses(
        &ResponseError::Message(MessageError::UnexpectedElement {
            element: "another element",
            inside: "NameID",
        }),
        |good| good.swap(Assertion, "person-7", "<b>person-7</b>"),
    );
    refuses(
        &ResponseError::Message(MessageError::MissingAttribute { attribute: "Name" }),
        |good| good.swap(Assertion, "<saml:Attribute Name=\"urn:oid:2.5.4.4\"", "<saml:Attribute"),
    );
}

fn names(made: &Identity) -> Vec<&str> {
    made.attributes.iter().map(|one| one.name.as_str()).collect()
}
