//! What service providers wish, and what they are told where it cannot be granted.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silta_testkit::browser::{Browser, Page};
use silta_testkit::deflate::inflated;
use silta_testkit::peers::Pysaml2Sp;

use crate::fixture::{Fixture, eventually};
use crate::person::{AINO, NORDEA};
use crate::service_provider::{
    CRM, LOA2, LOA3, NAMELESS, PERSISTENT, SERVICE_PROVIDERS, STRONG, TRANSIENT, TURKU,
    UNSPECIFIED, forged, service_provider, url_of,
};

/// pysaml2 verifies the signature before it reads a status.
#[tokio::test]
async fn a_wish_that_cannot_be_granted_is_answered_to_the_service_provider_by_its_status() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let mut crm = service_provider(&fixture, CRM, &json!({})).await;
    let (nobodys, mut times) = ("urn:nobody:has:this", BTreeMap::new());
    for (wishes, status, reason) in [
        (json!({ "is_passive": true }), "StatusNoPassive", "login_required"),
        (json!({ "name_id_format": TRANSIENT }), "StatusInvalidNameidPolicy", "name_id_format"),
        (json!({ "authn_context": [nobodys] }), "StatusNoAuthnContext", "no_requested_level"),
        (
            json!({ "authn_context": [LOA2], "comparison": "better" }),
            "StatusNoAuthnContext",
            "no_requested_level",
        ),
        (
            json!({ "authn_context": [LOA3], "comparison": "maximum" }),
            "StatusNoAuthnContext",
            "no_requested_level",
        ),
        // The identity provider does not get there, whoever asks.
        (
            json!({ "authn_context": [LOA3], "comparison": "exact" }),
            "StatusNoAuthnContext",
            "weak_authn_context",
        ),
    ] {
        crm.ask(&wishes);
        let page = Browser::new(CRM).follow(crm.redirect()).await;
        is_told(&mut crm, &page, status);
        // Each time anew.
        let count = times.entry(reason).or_insert(0);
        *count += 1;
        is_logged(&fixture, reason, *count).await;
    }
    for wishes in
        [json!({ "name_id_format": PERSISTENT }), json!({ "name_id_format": UNSPECIFIED })]
    {
        crm.ask(&wishes);
        let page = Browser::new(CRM).follow(crm.redirect()).await;
        let told = crm.judge(page.form().expect("a form").field("SAMLResponse"));
        assert_eq!(told["format"], PERSISTENT, "{}", told["error"]);
    }
    fixture.idp.cancel().await;
    crm.ask(&json!({}));
    let page = Browser::new(CRM).follow(crm.redirect()).await;
    is_told(&mut crm, &page, "StatusAuthnFailed");
    is_logged(&fixture, "status_authn_failed", 1).await;
}

#[tokio::test]
async fn a_person_whom_the_access_rule_or_the_name_rule_has_nothing_for_is_not_let_in() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let mut turku = service_provider(&fixture, TURKU, &json!({})).await;
    let mut nameless = service_provider(&fixture, NAMELESS, &json!({})).await;
    let page = Browser::new(NAMELESS).follow(nameless.redirect()).await;
    is_told(&mut nameless, &page, "StatusError");
    is_logged(&fixture, "no_name_id", 1).await;
    fixture.idp.identify(&AINO.released()).await;
    let page = Browser::new(TURKU).follow(turku.redirect()).await;
    is_told(&mut turku, &page, "StatusRequestDenied");
    is_logged(&fixture, "not_allowed", 1).await;
    fixture.idp.identify(&NORDEA.released()).await;
    turku.ask(&json!({}));
    let page = Browser::new(TURKU).follow(turku.redirect()).await;
    let told = turku.judge(page.form().expect("a form").field("SAMLResponse"));
    assert_eq!(told["error"], Value::Null);
}

#[tokio::test]
async fn force_authn_goes_on_to_the_identity_provider_and_nothing_else_asks_for_it() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    for (wish, forced) in [("ForceAuthn=\"true\"", true), ("ForceAuthn=\"false\"", false)] {
        let request = forged(&fixture, TURKU, "").unsigned().with(wish);
        let page = Browser::new(TURKU).get(&url_of(&fixture, &request)).await;
        let xml = request_to_idp(&page);
        assert_eq!(xml.contains("ForceAuthn=\"true\""), forced, "{wish}");
    }
}

/// Nothing of an unsigned request is proved, so nothing of it may weaken what the configuration says.
#[tokio::test]
async fn an_unsigned_wish_never_lowers_the_level_of_the_policy() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    for (comparison, count) in [("exact", 1), ("minimum", 2)] {
        let context = format!(
            "<samlp:RequestedAuthnContext Comparison=\"{comparison}\"><saml:AuthnContextClassRef \
             xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{LOA2}\
             </saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
        );
        let request = forged(&fixture, STRONG, "").unsigned().holding(&context);
        let page = Browser::new(STRONG).follow(&url_of(&fixture, &request)).await;
        let response = page.form().expect("a form").field("SAMLResponse").to_owned();
        let response = String::from_utf8(STANDARD.decode(response).unwrap()).unwrap();
        assert!(response.contains("status:NoAuthnContext"), "{comparison}");
        assert!(!response.contains("Assertion "), "{comparison}");
        is_logged(&fixture, "weak_authn_context", count).await;
    }
}

/// The answer in `page` is a refusal with this `status`, in pysaml2's word.
fn is_told(asked: &mut Pysaml2Sp, page: &Page, status: &str) {
    let answer = page.form().expect("a form");
    let told = asked.judge(answer.field("SAMLResponse"));
    let error = told["error"].as_str().expect("an error");
    // It has no word for a code that stands alone.
    let named = error.starts_with(status) && (status != "StatusError" || error.contains(RESPONDER));
    assert!(named, "{status}: {error}");
}

/// Waits until so many refusals have this reason.
async fn is_logged(fixture: &Fixture, reason: &str, count: usize) {
    eventually(reason, async || {
        let log = fixture.log();
        let refused = log.iter().filter(|line| line["message"] == "login refused");
        (refused.filter(|line| line["reason"] == reason).count() == count).then_some(())
    })
    .await;
}

/// The XML of the AuthnRequest that a page redirects to the identity provider with.
fn request_to_idp(page: &Page) -> String {
    inflated(&page.told("SAMLRequest").expect("a request"))
}

const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
