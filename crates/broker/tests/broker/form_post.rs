//! Answers by a form instead of a redirect (`response_mode=form_post`).

use silta_broker::{CallbackError, OutboundMessage};

use crate::fixture::{Fixture, ISSUER, SECOND_CALLBACK, STATE};

const FORM_POST: (&str, &str) = ("response_mode", "form_post");

/// The value of a field that the client is posted.
fn field<'m>(answer: &'m OutboundMessage, name: &str) -> Option<&'m str> {
    let OutboundMessage::PostToOrigin { fields, .. } = answer else {
        unreachable!("it is posted to the client's origin")
    };
    fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_code_is_posted_to_the_registered_uri_and_redeemed_like_any_other() {
    let fixture = Fixture::new();
    let redirect = ("redirect_uri", SECOND_CALLBACK);
    let started = fixture.start(&[FORM_POST, redirect]).await.unwrap();
    let answer = fixture.finish(&started, "_a").await.unwrap();
    let OutboundMessage::PostToOrigin { url, origin, .. } = &answer else {
        unreachable!("it is posted to the client's origin")
    };
    assert_eq!((url.as_str(), origin.as_str()), (SECOND_CALLBACK, "https://shop.example"));
    assert_eq!((field(&answer, "state"), field(&answer, "iss")), (Some(STATE), Some(ISSUER)));
    assert_eq!(field(&answer, "error"), None);
    let code = field(&answer, "code").unwrap();
    assert!(fixture.redeem(code, &[redirect]).await.is_ok());
}

#[tokio::test]
async fn an_error_of_the_login_is_posted_too() {
    let fixture = Fixture::new();
    let started = fixture.start(&[FORM_POST]).await.unwrap();
    let wrong = CallbackError::MessageMissing("SAMLResponse");
    fixture.idp.script(|script| script.callback_error = Some(wrong));
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    let answer = failed.answer.unwrap();
    assert_eq!(field(&answer, "error"), Some("server_error"));
    assert_eq!((field(&answer, "state"), field(&answer, "code")), (Some(STATE), None));
    let reference = format!("(reference {})", failed.reference);
    assert!(field(&answer, "error_description").unwrap().ends_with(&reference));
}

#[tokio::test]
async fn an_error_of_the_request_is_posted_before_any_upstream_is_asked() {
    let fixture = Fixture::new();
    let failed = fixture.start(&[FORM_POST, ("scope", "profile")]).await.unwrap_err();
    assert_eq!(field(&failed.answer.unwrap(), "error"), Some("invalid_scope"));
    let failed = fixture.start(&[FORM_POST, ("prompt", "none")]).await.unwrap_err();
    assert_eq!(field(&failed.answer.unwrap(), "error"), Some("login_required"));
}
