//! An assertion at too low a level lets nobody in; what it says is proven all the same.

use silta_saml::{ResponseError, VerificationStep, WeakAssertion};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{AUTHN_CONTEXTS, FakeIdp, ForgedResponse, NOON, text};

use crate::fixture::{Identity, accepts, levels, refuses_at};

fn asking_for_more() -> FakeIdp {
    FakeIdp::plain().requiring_level(1)
}

fn too_weak() -> ResponseError {
    ResponseError::WeakAuthnContext(levels(&AUTHN_CONTEXTS[1..], &[AUTHN_CONTEXTS[0]]))
}

fn at_the_lowest(good: ForgedResponse) -> ForgedResponse {
    good.authn_context(AUTHN_CONTEXTS[0])
}

fn judged(idp: &FakeIdp, forged: &ForgedResponse) -> Box<WeakAssertion> {
    let expect = idp.expectation();
    let step = forged.sign().verify_in_steps(&expect, NOON).unwrap();
    let VerificationStep::TooWeak(weak) = step else { unreachable!("it is too weak: {step:?}") };
    weak
}

#[test]
fn whoever_is_refused_for_their_level_is_known_as_whoever_is_accepted() {
    let idp = asking_for_more();
    let forged = [idp.response(), idp.response().plain()].map(at_the_lowest);
    for (forged, accepted) in forged.iter().zip(accepts(at_the_lowest)) {
        let weak = judged(&idp, forged);
        assert_eq!(Identity::of(weak.assertion()), accepted);
        let printed = format!("{weak:?}");
        assert!(!printed.contains(accepted.name()), "{printed}");
        assert_eq!(weak.into_error(), too_weak());
    }
}

/// Nobody is known by it then, as before.
#[test]
fn one_whose_person_cannot_be_read_either_is_refused_for_its_level() {
    refuses_at(NOON, asking_for_more, &too_weak(), |good| {
        at_the_lowest(good).edit(Assertion, |xml| {
            text::replaced(xml, "saml:NameID", "<saml:NameID>person<x/></saml:NameID>")
        })
    });
    let idp = asking_for_more();
    let unreadable = at_the_lowest(idp.response()).edit(Assertion, |xml| {
        text::replaced(xml, "saml:NameID", "<saml:NameID>person<x/></saml:NameID>")
    });
    let expect = idp.expectation();
    assert_eq!(unreadable.sign().verify_in_steps(&expect, NOON).unwrap_err(), too_weak());
}
