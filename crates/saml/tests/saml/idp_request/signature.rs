//! Whose request it is: signatures that are missing, of another key, or beside what they sign.

use silta_saml::{AuthnRequestError, MessageError, Part, SignatureError, post_value};
use silta_testkit::forge::{ACS, ForgedRequest, SP_ENTITY, registered};
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
