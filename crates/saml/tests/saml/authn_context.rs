//! How a context is named: by its class, by a reference to its declaration, or by a value that nobody
//! reads.

use silta_saml::{LevelAttribute, LevelSource, MessageError, ResponseError};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{AUTHN_CONTEXTS, FakeIdp, ForgedResponse, NOON, text};

use crate::fixture::{accepts, accepts_at, good, levels, refuses, refuses_at};

#[test]
fn a_reference_to_a_declaration_may_be_a_level() {
    let [low, substantial, high] = AUTHN_CONTEXTS;
    for listed in AUTHN_CONTEXTS {
        let unknown = class("urn:example:loa:other");
        for context in [
            reference(listed),
            reference(&format!("\n {listed}\t")),
            unknown.clone() + &reference(listed),
            class("") + &reference(listed),
            unknown.clone() + &reference(listed) + AUTHORITY,
        ] {
            for made in accepts(|fine| of(fine, &context)) {
                assert_eq!(made.authn_context, listed, "{context}");
            }
        }
    }
    // It is as strong as it stands in the list, and no stronger.
    let fixture = || FakeIdp::plain().requiring_level(1);
    let weak = ResponseError::WeakAuthnContext(levels(&AUTHN_CONTEXTS[1..], &[low]));
    refuses_at(NOON, fixture, &weak, |good| of(good, &reference(low)));
    for enough in [substantial, high] {
        accepts_at(NOON, fixture, |fine| of(fine, &reference(enough)));
    }
}

/// What is asserted is one context: its class says how strong it is.
#[test]
fn a_listed_class_counts_whatever_declaration_is_beside_it() {
    let [low, substantial, high] = AUTHN_CONTEXTS;
    for beside in [low, high, "urn:example:loa:other", "", "<x xmlns=\"urn:x\"/>"] {
        let made = accepts(|fine| of(fine, &(class(substantial) + &reference(beside))));
        assert_eq!(made, [good(), good()], "{beside}");
    }
    let fixture = || FakeIdp::plain().requiring_level(2);
    let weak = class(low) + &reference(high);
    let refused = ResponseError::WeakAuthnContext(levels(&[high], &[low]));
    refuses_at(NOON, fixture, &refused, |good| of(good, &weak));
}

#[test]
fn refuses_a_context_of_which_neither_name_is_listed() {
    let [_, _, high] = AUTHN_CONTEXTS;
    let (other, another) = ("urn:example:loa:other", "urn:example:loa:another");
    let close = format!("{high}#");
    for (context, received) in [
        (String::new(), &[][..]),
        (AUTHORITY.to_owned(), &[]),
        (reference("urn:example:loa:HIGH"), &["urn:example:loa:HIGH"]),
        (reference(""), &[""]),
        (reference(&close), &[close.as_str()]),
        (class(other) + &reference(another), &[other, another]),
        (class("") + &reference(""), &["", ""]),
    ] {
        let refused = ResponseError::UnknownAuthnContext(levels(&AUTHN_CONTEXTS, received));
        refuses(&refused, |good| of(good, &context));
    }
}

/// It would have to be understood [SAML2Core §2.7.2.2].
#[test]
fn a_declaration_by_value_is_nobodys_level() {
    let [_, substantial, high] = AUTHN_CONTEXTS;
    for value in [high, "<x xmlns=\"urn:x\">urn:example:loa:high</x>", ""] {
        let declaration = format!("<saml:AuthnContextDecl>{value}</saml:AuthnContextDecl>");
        let absent = ResponseError::UnknownAuthnContext(levels(&AUTHN_CONTEXTS, &[]));
        refuses(&absent, |good| of(good, &declaration));
        let other = levels(&AUTHN_CONTEXTS, &["urn:example:loa:other"]);
        refuses(&ResponseError::UnknownAuthnContext(other), |good| {
            of(good, &(class("urn:example:loa:other") + &declaration))
        });
        let made = accepts(|fine| of(fine, &(class(substantial) + &declaration)));
        assert_eq!(made, [good(), good()]);
    }
}

/// As NemLog-in has it.
#[test]
fn an_attribute_may_say_the_level_and_then_no_context_does() {
    let [low, _, high] = AUTHN_CONTEXTS;
    let by = |prefix: &'static str| {
        move || {
            let level = LevelAttribute { name: "urn:level".into(), prefix: prefix.into() };
            let level = LevelSource::Attribute(level);
            FakeIdp::plain().with_profile(|profile| profile.level_from = level)
        }
    };
    for (prefix, values) in [
        ("", &[high][..]),
        ("urn:example:loa:", &["high"]),
        ("urn:example:loa:", &["\n  high\t", "high"]),
    ] {
        for made in accepts_at(NOON, by(prefix), |fine| {
            of(fine.attributes(&[("urn:level", values)]), &class(low))
        }) {
            assert_eq!(made.authn_context, high, "{values:?}");
        }
    }
    for (attributes, received) in [
        (&[("urn:level", &["low", "high"][..])][..], &["urn:example:loa:low", high][..]),
        (&[("urn:level", &["high"]), ("urn:level", &["low"])], &[high, "urn:example:loa:low"]),
        (&[("urn:level", &["High"])], &["urn:example:loa:High"]),
        (&[("urn:level", &["other"])], &["urn:example:loa:other"]),
        (&[("urn:level", &[""])], &["urn:example:loa:"]),
        (&[("urn:level", &[])], &[]),
        (&[("urn:levels", &["high"])], &[]),
    ] {
        let refused = ResponseError::UnknownAuthnContext(levels(&AUTHN_CONTEXTS, received));
        refuses_at(NOON, by("urn:example:loa:"), &refused, |good| {
            of(good.attributes(attributes), &class(high))
        });
    }
    // It is as strong as it stands in the list.
    let fixture = || by("urn:example:loa:")().requiring_level(1);
    let weak = ResponseError::WeakAuthnContext(levels(&AUTHN_CONTEXTS[1..], &[low]));
    refuses_at(NOON, fixture, &weak, |good| {
        of(good.attributes(&[("urn:level", &["low"])]), &class(high))
    });
}

#[test]
fn refuses_two_references_and_one_before_its_class() {
    let [low, substantial, high] = AUTHN_CONTEXTS;
    let repeated = |element| ResponseError::Message(MessageError::Repeated { element });
    refuses(&repeated("AuthnContextDeclRef"), |good| {
        of(good, &(reference(low) + &reference(high)))
    });
    let unexpected = ResponseError::Message(MessageError::UnexpectedElement {
        element: "AuthnContextClassRef",
        inside: "AuthnContext",
    });
    refuses(&unexpected, |good| of(good, &(reference(high) + &class(substantial))));
    let nested = ResponseError::Message(MessageError::UnexpectedElement {
        element: "another element",
        inside: "AuthnContextDeclRef",
    });
    refuses(&nested, |good| of(good, &reference(&format!("{high}<x/>"))));
}

/// A context of these elements.
fn of(forged: ForgedResponse, context: &str) -> ForgedResponse {
    let context = format!("<saml:AuthnContext>{context}</saml:AuthnContext>");
    forged.edit(Assertion, move |xml| text::replaced(xml, "saml:AuthnContext", &context))
}

fn class(uri: &str) -> String {
    format!("<saml:AuthnContextClassRef>{uri}</saml:AuthnContextClassRef>")
}

fn reference(uri: &str) -> String {
    format!("<saml:AuthnContextDeclRef>{uri}</saml:AuthnContextDeclRef>")
}

const AUTHORITY: &str = "<saml:AuthenticatingAuthority>urn:x</saml:AuthenticatingAuthority>";
