//! Callbacks that are not an OpenID Provider's answer to the login of this browser.

use serde_json::json;
use silta_testkit::op::TOKEN;

use crate::fixture::browser;
use crate::hostile_provider::{
    Fixture, assert_a_login_works, assert_told, at_the_provider, come_back, token_with,
};

#[tokio::test]
async fn a_callback_that_is_not_the_providers_answer_to_this_login_ends_it() {
    let fixture = Fixture::hostile();
    let issuer = fixture.op.issuer();
    let iss = ("iss", issuer.as_str());
    for (params, told) in [
        // Another provider's answer, or one that hides whose it is [RFC 9207 §2.4].
        (
            &[("code", "c"), ("iss", "https://another.example")][..],
            ("server_error", "wrong_issuer"),
        ),
        (&[("code", "c")], ("server_error", "issuer_missing")),
        (&[("error", "access_denied")], ("server_error", "issuer_missing")),
        (&[("code", "c"), ("error", "access_denied"), iss], ("server_error", "code_and_error")),
        (&[iss], ("server_error", "answer_missing")),
        (&[("code", "c\n"), iss], ("server_error", "malformed_code")),
        (&[("code", "c"), ("code", "d"), iss], ("server_error", "repeated_field")),
        (&[("error", "access_denied"), iss], ("access_denied", "provider_access_denied")),
        (&[("error", "cancel"), iss], ("access_denied", "provider_access_denied")),
        (&[("error", "login_required"), iss], ("login_required", "provider_login_required")),
        (
            &[("error", "unmet_authentication_requirements"), iss],
            ("unmet_authentication_requirements", "provider_unmet_level"),
        ),
        (
            &[("error", "temporarily_unavailable"), iss],
            ("temporarily_unavailable", "provider_error"),
        ),
        (&[("error", "server_error"), iss], ("server_error", "provider_error")),
        (&[("error", "invalid_scope"), iss], ("server_error", "provider_refused_request")),
        (&[("error", "<b>"), iss], ("server_error", "provider_unknown_error")),
    ] {
        let mut browser = browser();
        let sent = at_the_provider(&fixture, &mut browser, &[]).await;
        let page = browser.get(&sent.callback(params)).await;
        assert_told(&fixture, &page, told).await;
        assert!(!page.location().unwrap().as_str().contains("%3Cb"), "nothing of it is shown");
    }
    // None of these codes was shown to the provider.
    assert_eq!(fixture.op.asked(TOKEN), 0);
    assert_a_login_works(&fixture).await;
}

#[tokio::test]
async fn a_callback_of_no_login_of_this_browser_ends_at_a_page() {
    let fixture = Fixture::hostile();
    let issuer = fixture.op.issuer();
    let (mut mine, mut theirs) = (browser(), browser());
    let sent = at_the_provider(&fixture, &mut mine, &[]).await;
    let other = at_the_provider(&fixture, &mut theirs, &[]).await;
    fixture.op.let_in_with(&token_with(&fixture, &sent, &json!({})));
    let state_of_theirs = other.param("state");
    let unknown = "A".repeat(43);
    let iss = ("iss", issuer.as_str());
    for (params, reason) in [
        (&[("code", "c"), iss, ("state", "")][..], "unknown_handle"),
        (&[("code", "c"), iss, ("state", "https://evil.example/")], "unknown_handle"),
        (&[("code", "c"), iss, ("state", &unknown)], "cookie_missing"),
        // Somebody else's login, which they want this person to finish, or the other way round.
        (&[("code", "c"), iss, ("state", &state_of_theirs)], "cookie_missing"),
        (&[("code", "c"), iss, ("state", &state_of_theirs), ("state", "x")], "repeated_field"),
    ] {
        let page = mine.get(&sent.callback(params)).await;
        assert_eq!((page.status.as_u16(), page.location()), (400, None), "{reason}");
        assert_eq!(fixture.refusal(&page).await["reason"], reason);
        assert!(!page.body.contains("evil"), "nothing that was sent is shown");
    }
    // An image on another page brings the cookie along, but nobody opened it.
    let callback = sent.callback(&[("code", "c"), iss]);
    let page = mine.image(&callback).await;
    assert_eq!(fixture.refusal(&page).await["reason"], "not_a_navigation");
    // None of these spent the login that was under way.
    assert!(come_back(&fixture, &mut mine, &sent).await.told("code").is_some());
}

#[tokio::test]
async fn a_callback_works_once_at_all_replicas() {
    let fixture = Fixture::hostile();
    for (first, second) in [(&fixture.a, &fixture.a), (&fixture.a, &fixture.b)] {
        let mut browser = browser();
        fixture.front.route_to(&[first.address()]);
        let sent = at_the_provider(&fixture, &mut browser, &[]).await;
        fixture.op.let_in_with(&token_with(&fixture, &sent, &json!({})));
        let mut copy = browser.clone();
        assert!(come_back(&fixture, &mut browser, &sent).await.told("code").is_some());
        let redeemed = fixture.op.asked(TOKEN);

        fixture.front.route_to(&[second.address()]);
        let page = come_back(&fixture, &mut copy, &sent).await;

        assert_eq!((page.status.as_u16(), page.location()), (400, None));
        assert_eq!(fixture.refusal(&page).await["reason"], "already_used");
        assert_eq!(fixture.op.asked(TOKEN), redeemed, "the code is not redeemed again");
    }
    let mut browser = browser();
    let sent = at_the_provider(&fixture, &mut browser, &[]).await;
    fixture.forget_all().await;
    let page = come_back(&fixture, &mut browser, &sent).await;
    assert_eq!(fixture.refusal(&page).await["reason"], "login_expired");
}
