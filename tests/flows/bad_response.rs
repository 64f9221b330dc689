//! Bad answers at the assertion consumer service: each ends at a page or at the client, and none
//! spends somebody else's login.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_testkit::peers::answer_of_idp;

use crate::fixture::{Fixture, browser};
use crate::person::NORDEA;
use crate::shop::Shop;

#[tokio::test]
async fn an_answer_that_belongs_to_no_login_ends_at_a_page() {
    let fixture = Fixture::start().await;
    let mut browser = browser();
    let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;
    let twice = |name: &str, value: &str| {
        let mut form = answer.clone();
        form.fields.push((name.to_owned(), value.to_owned()));
        form
    };
    let unknown = "AAAAAAAAAAAAAAAAAAAAAA";
    for (form, reason) in [
        (answer.clone().without("SAMLResponse"), "answer_missing"),
        (answer.clone().without("RelayState"), "not_begun_here"),
        (answer.clone().with("RelayState", "https://evil.example/"), "not_begun_here"),
        (answer.clone().with("RelayState", &"A".repeat(4096)), "not_begun_here"),
        (answer.clone().with("RelayState", unknown), "cookie_missing"),
        (twice("SAMLResponse", "x"), "repeated_field"),
        (twice("RelayState", unknown), "repeated_field"),
        (twice("SAMLResponse", ""), "repeated_field"),
    ] {
        let page = browser.submit(&form).await;
        assert_eq!(page.status, 400, "{reason}");
        assert_eq!(page.location(), None, "{reason}");
        assert_eq!(fixture.refusal(&page).await["reason"], reason);
        assert!(!page.body.contains("evil"), "nothing that was sent is shown");
    }
    // None of these spent the login that was under way.
    assert!(browser.submit(&answer).await.told("code").is_some());
}

#[tokio::test]
async fn an_answer_to_a_login_that_is_gone_is_told_as_expired() {
    let fixture = Fixture::start().await;
    let mut browser = browser();
    let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;
    let mut redis = fixture.redis_connection().await;
    redis::cmd("FLUSHALL").query_async::<()>(&mut redis).await.unwrap();

    let page = browser.submit(&answer).await;

    assert_eq!(page.status, 400);
    assert_eq!(page.location(), None);
    assert_eq!(fixture.refusal(&page).await["reason"], "login_expired");
    fixture.a_login_works().await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_told_to_the_client_and_spends_the_login() {
    let fixture = Fixture::start().await;
    let deep = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
    let doctype = "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>";
    let wide = format!("<a>{}</a>", "<b/>".repeat(10_100));
    for (message, reason) in [
        ("%%%".to_owned(), "not_base64"),
        (STANDARD.encode([0xFF, 0xFE]), "not_utf8"),
        (STANDARD.encode("not XML"), "not_well_formed"),
        (STANDARD.encode(deep), "too_deep"),
        (STANDARD.encode(wide), "too_many_nodes"),
        (STANDARD.encode(doctype), "doctype"),
        (STANDARD.encode("<a/>"), "wrong_root"),
    ] {
        let mut browser = browser();
        let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;
        let mut before = browser.clone();
        let page = browser.submit(&answer.clone().with("SAMLResponse", &message)).await;
        assert_eq!(page.status, 303, "{reason}");
        assert_eq!(page.told("error").as_deref(), Some("server_error"), "{reason}");
        assert_eq!(fixture.refusal_told(&page).await["reason"], reason);
        // Whoever may try twice may try for ever: the true answer comes too late.
        let page = before.submit(&answer).await;
        assert_eq!(fixture.refusal(&page).await["reason"], "already_used");
    }
    fixture.a_login_works().await;
}

#[tokio::test]
async fn an_answer_for_one_login_does_not_fit_another_of_the_same_browser() {
    let fixture = Fixture::start().await;
    let mut browser = browser();
    let first = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;
    let second = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;

    let crossed = first.clone().with("RelayState", second.field("RelayState"));
    let page = browser.submit(&crossed).await;

    assert_eq!(page.told("error").as_deref(), Some("server_error"));
    assert_eq!(fixture.refusal_told(&page).await["reason"], "not_our_request");
    // Two tabs do not disturb each other.
    assert!(browser.submit(&first).await.told("code").is_some());
}

#[tokio::test]
async fn a_body_that_is_no_form_or_too_large_is_refused_before_it_is_read() {
    let fixture = Fixture::start().await;
    let form = "application/x-www-form-urlencoded";
    let latin = "application/x-www-form-urlencoded; charset=iso-8859-1";
    let twice = b"SAMLResponse=x&SAMLResponse=x".to_vec();
    let (never, perhaps) = ("Trying again does not help", "happens again, quote");
    for (body, media_type, status, reason, advice) in [
        (b"{}".to_vec(), "application/json", 415, "body_not_a_form", never),
        (b"<a/>".to_vec(), "text/xml", 415, "body_not_a_form", never),
        (b"SAMLResponse=x".to_vec(), "", 415, "body_not_a_form", never),
        (b"SAMLResponse=x".to_vec(), latin, 415, "body_charset", never),
        (vec![b'x'; 400 * 1024], form, 413, "body_too_large", never),
        (vec![0xFF], form, 400, "body_unreadable", perhaps),
        (b"SAMLResponse=%".to_vec(), form, 400, "malformed_form", perhaps),
        ("a&".repeat(2_000).into_bytes(), form, 400, "malformed_form", perhaps),
        (vec![], form, 400, "answer_missing", perhaps),
        (twice, form, 400, "repeated_field", perhaps),
    ] {
        let mut post = fixture.shop().post("/saml/idp/acs").body(body);
        if !media_type.is_empty() {
            post = post.header("content-type", media_type);
        }
        let answer = post.send().await.unwrap();
        assert_eq!(answer.status(), status, "{reason}");
        assert!(!answer.headers().contains_key("location"));
        let page = answer.text().await.unwrap();
        assert!(page.contains(advice), "{reason}: {page}");
        // Whose address it came to.
        let line = fixture.logged(|line| {
            let reference = line["login"].as_str().unwrap_or("-");
            line["message"] == "login refused" && page.contains(reference)
        });
        let line = line.await;
        assert_eq!((&line["reason"], &line["upstream"]), (&reason.into(), &"idp".into()));
    }
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_person_who_cancels_is_told_to_the_client_as_access_denied() {
    let fixture = Fixture::start().await;
    fixture.idp.cancel().await;
    let mut browser = browser();
    let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;

    let page = browser.submit(&answer).await;

    assert_eq!(page.status, 303);
    assert_eq!(page.told("error").as_deref(), Some("access_denied"));
    assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
    assert_eq!(page.told("iss"), Some(fixture.url()));
    let refusal = fixture.refusal_told(&page).await;
    assert_eq!(
        (&refusal["reason"], &refusal["level"]),
        (&"status_authn_failed".into(), &"INFO".into())
    );
    fixture.idp.identify(&NORDEA.released()).await;
    fixture.a_login_works().await;
}
