//! Whose request it is: signatures that are missing, of another key, or beside what they sign.

use silta_saml::namespace::{EXC_C14N, EXC_C14N_WITH_COMMENTS};
use silta_saml::{
    AuthnRequestError, MessageError, NamedTransform, Part, SignatureError, XmlError, post_value,
};
use silta_testkit::forge::{ACS, ForgedRequest, SP_ENTITY, registered, resigned, text};
use silta_testkit::keys;

use super::bindings::{by_both, by_post, by_redirect, strict};

#[test]
fn refuses_an_unsigned_request_where_a_signature_is_demanded() {
    for made in by_both(&ForgedRequest::default().unsigned(), &strict()) {
        assert_eq!(made.unwrap_err(), MessageError::Unsigned { part: Part::Request }.into());
    }
}

/// Where a signature may be absent, a broken one is still not an absent one.
#[test]
fn refuses_a_signature_that_does_not_hold_even_where_none_is_demanded() {
    let no_key = signature_error(SignatureError::NoKeyMatches);
    for made in by_both(&ForgedRequest::default(), &registered(SP_ENTITY, &[ACS], None)) {
        assert_eq!(made.unwrap_err(), no_key);
    }
    for made in by_both(&ForgedRequest::default().signed_by(&keys::ROGUE), &strict()) {
        assert_eq!(made.unwrap_err(), no_key);
    }
    let query = ForgedRequest::default().query();
    let (without, _) = query.split_once("&Signature=").unwrap();
    let refused = by_redirect(without, &registered(SP_ENTITY, &[ACS], None)).unwrap_err();
    assert_eq!(refused, signature_error(SignatureError::Structure));
    let changed = query.replace("RelayState=handle", "RelayState=other");
    assert_eq!(by_redirect(&changed, &strict()).unwrap_err(), no_key);
}

/// What a redirect's signature covers stands in the query; one inside would be judged by nobody
/// [SAML2Bind §3.4.4.1].
#[test]
fn refuses_a_signature_inside_a_redirected_request() {
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    let inside = format!("</saml:Issuer>{signature}");
    let request = ForgedRequest::default().swap("</saml:Issuer>", &inside);
    let unexpected =
        MessageError::UnexpectedElement { element: "Signature", inside: "AuthnRequest" };
    assert_eq!(by_redirect(&request.query(), &strict()).unwrap_err(), unexpected.into());
}

/// Exclusive canonicalization under its other name [SAML2Core §5.4.3].
#[test]
fn a_posted_request_may_name_its_canonicalization_with_comments() {
    let signed = openssl::base64::decode_block(&ForgedRequest::default().post()).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let own = format!("\"{EXC_C14N}\"");
    let named = |signed: &str, name: &str| {
        resigned(signed, &keys::SP, |info| text::swapped(info, &own, &format!("\"{name}\"")))
    };
    let made = named(&signed, EXC_C14N_WITH_COMMENTS);
    assert!(by_post(&post_value(&made), None, &strict()).unwrap().is_signed());
    let commented = text::before(&made, "<saml:Issuer", "<!-- x -->");
    let malformed = MessageError::Malformed { part: Part::Request, cause: XmlError::Comment };
    assert_eq!(by_post(&post_value(&commented), None, &strict()).unwrap_err(), malformed.into());
    let made = named(&signed, "http://www.w3.org/2006/12/xml-c14n11");
    let refused = by_post(&post_value(&made), None, &strict()).unwrap_err();
    let named = NamedTransform::InclusiveC14n11;
    assert_eq!(refused, signature_error(SignatureError::Canonicalization { named }));
}

#[test]
fn refuses_a_posted_request_that_was_changed_after_signing() {
    let signed = openssl::base64::decode_block(&ForgedRequest::default().post()).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let changed = post_value(&signed.replace(ACS, "https://evil.example/acs"));
    let refused = by_post(&changed, None, &strict()).unwrap_err();
    assert_eq!(refused, signature_error(SignatureError::DigestMismatch));
}

/// A signed request of another service provider, wrapped into one of ours, is found nowhere.
#[test]
fn refuses_a_signed_request_inside_another() {
    let signed = openssl::base64::decode_block(&ForgedRequest::default().post()).unwrap();
    let signed = String::from_utf8(signed).unwrap();
    let outer = ForgedRequest::default().id("_evil").unsigned();
    let extensions = format!("</saml:Issuer><samlp:Extensions>{signed}</samlp:Extensions>");
    let outer = outer.swap("</saml:Issuer>", &extensions);
    let refused = by_post(&outer.post(), None, &strict()).unwrap_err();
    assert_eq!(refused, MessageError::Unsigned { part: Part::Request }.into());
}

fn signature_error(cause: SignatureError) -> AuthnRequestError {
    MessageError::Signature { part: Part::Request, cause }.into()
}
