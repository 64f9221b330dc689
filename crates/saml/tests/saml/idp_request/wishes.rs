//! What a request asks for beyond an answer, and what it may not ask.

use silta_saml::{AuthnRequestError, Comparison, MessageError, WishedContext, Wishes};
use silta_testkit::forge::ForgedRequest;

use super::bindings::{by_both, strict};

#[test]
fn wishes_are_read_as_they_are_made() {
    let request = ForgedRequest::default().with("ForceAuthn=\"1\" IsPassive=\" true \"").holding(
        "<samlp:NameIDPolicy AllowCreate=\"true\" Format=\"urn:f\"/>\
             <samlp:RequestedAuthnContext Comparison=\"minimum\">\
             <saml:AuthnContextClassRef> urn:a </saml:AuthnContextClassRef>\
             <saml:AuthnContextClassRef>urn:b</saml:AuthnContextClassRef>\
             </samlp:RequestedAuthnContext><samlp:Scoping ProxyCount=\"2\"/>",
    );
    let wished = Wishes {
        force_authn: true,
        is_passive: true,
        name_id_format: Some("urn:f".to_owned()),
        context: Some(WishedContext {
            comparison: Comparison::Minimum,
            classes: vec!["urn:a".to_owned(), "urn:b".to_owned()],
        }),
    };
    for made in by_both(&request, &strict()) {
        assert_eq!(*made.unwrap().wishes(), wished);
    }
    for (name, comparison) in [
        ("", Comparison::Exact),
        (" Comparison=\"exact\"", Comparison::Exact),
        (" Comparison=\"better\"", Comparison::Better),
        (" Comparison=\"maximum\"", Comparison::Maximum),
    ] {
        let request = ForgedRequest::default().holding(&contexts(name, &[CLASS]));
        for made in by_both(&request, &strict()) {
            let read = made.unwrap();
            assert_eq!(read.wishes().context.as_ref().unwrap().comparison, comparison);
        }
    }
}

#[test]
fn refuses_wishes_that_cannot_be_read_or_have_no_end() {
    let long = "a".repeat(257);
    let many = [CLASS; 17];
    let field = "RequestedAuthnContext";
    for (elements, expected) in [
        (contexts("", &many), AuthnRequestError::WishTooLong { field }),
        (
            contexts(
                "",
                &[&format!("<saml:AuthnContextClassRef>{long}</saml:AuthnContextClassRef>")],
            ),
            AuthnRequestError::WishTooLong { field },
        ),
        (contexts(" Comparison=\"least\"", &[CLASS]), AuthnRequestError::UnsupportedContext),
        (
            contexts("", &["<saml:AuthnContextDeclRef>urn:a</saml:AuthnContextDeclRef>"]),
            AuthnRequestError::UnsupportedContext,
        ),
        (contexts("", &[]), MessageError::Missing { element: "AuthnContextClassRef" }.into()),
        (
            format!("<samlp:NameIDPolicy Format=\"{long}\"/>"),
            AuthnRequestError::WishTooLong { field: "NameIDPolicy" },
        ),
        (
            "<samlp:NameIDPolicy AllowCreate=\"yes\"/>".to_owned(),
            AuthnRequestError::NotABoolean { field: "AllowCreate" },
        ),
        (
            "<samlp:NameIDPolicy SPNameQualifier=\"https://other.example\"/>".to_owned(),
            AuthnRequestError::ForeignNameQualifier,
        ),
        (
            "<saml:Subject><saml:NameID>person-7</saml:NameID></saml:Subject>".to_owned(),
            AuthnRequestError::SubjectNamed,
        ),
        ("<samlp:Scoping ProxyCount=\"0\"/>".to_owned(), AuthnRequestError::ProxyForbidden),
        ("<samlp:Scoping ProxyCount=\" 00 \"/>".to_owned(), AuthnRequestError::ProxyForbidden),
        ("<samlp:Scoping ProxyCount=\"none\"/>".to_owned(), AuthnRequestError::ProxyForbidden),
        (
            "<samlp:Evil/>".to_owned(),
            MessageError::UnexpectedElement { element: "another element", inside: "AuthnRequest" }
                .into(),
        ),
        ("evil".to_owned(), MessageError::UnexpectedText { inside: "AuthnRequest" }.into()),
    ] {
        for made in by_both(&ForgedRequest::default().holding(&elements), &strict()) {
            assert_eq!(made.unwrap_err(), expected, "{elements}");
        }
    }
    for field in ["ForceAuthn", "IsPassive"] {
        for value in ["yes", "TRUE", "2", ""] {
            let request = ForgedRequest::default().with(&format!("{field}=\"{value}\""));
            for made in by_both(&request, &strict()) {
                assert_eq!(made.unwrap_err(), AuthnRequestError::NotABoolean { field }, "{value}");
            }
        }
    }
}

fn contexts(comparison: &str, classes: &[&str]) -> String {
    let classes = classes.concat();
    format!("<samlp:RequestedAuthnContext{comparison}>{classes}</samlp:RequestedAuthnContext>")
}

const CLASS: &str = "<saml:AuthnContextClassRef>urn:a</saml:AuthnContextClassRef>";
