//! Exclusive canonicalization under both of its names: with comments and without, of a message that
//! holds none.

use silta_saml::namespace::{EXC_C14N, EXC_C14N_WITH_COMMENTS};
use silta_saml::{MessageError, NamedTransform, Part, ResponseError, SignatureError, XmlError};
use silta_testkit::forge::EditPoint::{self, SignedAssertion, SignedResponse};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, resigned, text};
use silta_testkit::keys;

use crate::fixture::{accepts, good, refusal, refuses};

/// Amazon's identity provider and a setting of Keycloak name it so [SAML2Core §5.4.3, §5.4.4].
#[test]
fn exclusive_canonicalization_may_be_named_with_comments() {
    for point in [SignedAssertion, SignedResponse] {
        for places in [&[METHOD][..], &[TRANSFORM], &[METHOD, TRANSFORM]] {
            let made = accepts(|fine| with_comments(fine, point, places));
            assert_eq!(made, [good(), good()], "{point:?} {places:?}");
        }
    }
    let both = [METHOD, TRANSFORM];
    let made = accepts(|fine| {
        with_comments(with_comments(fine, SignedAssertion, &both), SignedResponse, &both)
    });
    assert_eq!(made, [good(), good()]);
}

/// Its parameters are those of exclusive canonicalization, in the same namespace.
#[test]
fn a_prefix_list_may_stand_under_either_name() {
    for (place, close) in [(METHOD, "</ds:CanonicalizationMethod>"), (TRANSFORM, "</ds:Transform>")]
    {
        let list = |name: &str| {
            format!(
                "{place}\"{name}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" \
                 PrefixList=\"ds\"></ec:InclusiveNamespaces>{close}"
            )
        };
        let bare = format!("{place}\"{EXC_C14N}\">{close}");
        let made = accepts(|fine| fine.resigned(&bare, &list(EXC_C14N_WITH_COMMENTS)));
        assert_eq!(made, [good(), good()]);
        // The list has no namespace of its own under the other name.
        let odd = list(EXC_C14N_WITH_COMMENTS).replace(
            &format!("xmlns:ec=\"{EXC_C14N}\""),
            &format!("xmlns:ec=\"{EXC_C14N_WITH_COMMENTS}\""),
        );
        let named = NamedTransform::Arrangement;
        let cause = if place == METHOD {
            SignatureError::Canonicalization { named }
        } else {
            SignatureError::Transforms { named }
        };
        let refused =
            ResponseError::Message(MessageError::Signature { part: Part::Assertion, cause });
        refuses(&refused, |good| good.resigned(&bare, &odd));
    }
}

/// CVE-2017-11427 and its kin: a comment that splits a value. It is refused before anything is
/// canonicalized, whether the signature says that comments count or not.
#[test]
fn refuses_a_comment_under_either_name() {
    for name in [EXC_C14N, EXC_C14N_WITH_COMMENTS] {
        for place in
            ["person-7", "<saml:Conditions", "<ds:Reference", "</ds:SignedInfo>", "010190-999X"]
        {
            let commented = move |good: ForgedResponse| {
                let good = renamed(good, SignedAssertion, &[METHOD, TRANSFORM], name);
                good.edit(SignedAssertion, move |xml| text::before(xml, place, "<!-- x -->"))
            };
            let malformed = |part| {
                let cause = XmlError::Comment;
                ResponseError::Message(MessageError::Malformed { part, cause })
            };
            let idp = FakeIdp::plain();
            let encrypted = commented(idp.response());
            assert_eq!(refusal(&idp, &encrypted, NOON), malformed(Part::Assertion), "{place}");
            let plain = commented(idp.response().plain());
            assert_eq!(refusal(&idp, &plain, NOON), malformed(Part::Response), "{place}");
        }
        let around = ResponseError::Message(MessageError::Malformed {
            part: Part::Response,
            cause: XmlError::Comment,
        });
        refuses(&around, |good| {
            renamed(good, SignedResponse, &[METHOD, TRANSFORM], name)
                .edit(SignedResponse, |xml| text::before(xml, "<samlp:Status>", "<!-- x -->"))
        });
    }
}

/// What is refused is told by its name, and by no word of the peer.
#[test]
fn a_refusal_says_which_canonicalization_was_named() {
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let told = |forged: ForgedResponse| refusal(&FakeIdp::plain(), &forged, NOON).to_string();
    let idp = FakeIdp::plain();
    for made in [idp.response(), idp.response().plain()] {
        let made = renamed(made, SignedAssertion, &[METHOD], inclusive);
        let told = told(made);
        assert!(told.ends_with("canonicalization method is not accepted: inclusive C14N 1.0"));
    }
    for made in [idp.response(), idp.response().plain()] {
        let second = format!("{TRANSFORM}\"{EXC_C14N}\"></ds:Transform>");
        let told = told(made.resigned(&second, ""));
        assert!(told.ends_with("alone, by which inclusive C14N 1.0 is meant"), "{told}");
    }
    for made in [idp.response(), idp.response().plain()] {
        let told = told(renamed(made, SignedAssertion, &[TRANSFORM], "urn:person-7"));
        assert!(told.ends_with("an algorithm that is not known here, or none"), "{told}");
    }
}

fn with_comments(forged: ForgedResponse, point: EditPoint, places: &[&str]) -> ForgedResponse {
    renamed(forged, point, places, EXC_C14N_WITH_COMMENTS)
}

/// Names exclusive canonicalization otherwise in the first signature, and signs it anew.
fn renamed(
    forged: ForgedResponse,
    point: EditPoint,
    places: &[&str],
    name: &str,
) -> ForgedResponse {
    let edits: Vec<_> = places
        .iter()
        .map(|place| (format!("{place}\"{EXC_C14N}\""), format!("{place}\"{name}\"")))
        .collect();
    forged.edit(point, move |xml| resigned(xml, &keys::IDP, |info| text::edited(info, &edits)))
}

const METHOD: &str = "<ds:CanonicalizationMethod Algorithm=";
const TRANSFORM: &str = "<ds:Transform Algorithm=";
