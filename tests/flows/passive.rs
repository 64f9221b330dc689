//! Logins that may show no page (`prompt=none`), through an identity provider that has sessions.

use reqwest::header::HeaderMap;
use serde_json::json;
use silta_testkit::test_dir::CALLBACK;

use crate::fixture::{Fixture, browser};
use crate::person::NORDEA;
use crate::shop::Answer;

const NATIONAL_ID: &str = "urn:oid:1.2.246.21";
const NONE: (&str, &str) = ("prompt", "none");

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn nobody_is_logged_in_before_there_is_a_session_and_everybody_after() {
    for post in [false, true] {
        let fixture = Fixture::with_passive_idp(post).await;
        let page = browser().follow(&fixture.shop().authorize(&[NONE])).await;
        assert_eq!(page.told("error").as_deref(), Some("login_required"));
        let told = page.told("error_description").unwrap();
        assert!(told.starts_with("the person has no session at the identity provider"), "{told}");
        assert_eq!(fixture.refusal_told(&page).await["reason"], "status_no_passive");

        browser().follow(&fixture.shop().authorize(&[])).await;
        let page = browser().follow(&fixture.shop().authorize(&[NONE])).await;
        let code = page.told("code").expect("a code");
        assert_eq!(fixture.shop().redeem(&code).await.status, 200);
    }
}

#[tokio::test]
async fn a_frame_without_our_cookie_is_answered_with_login_required() {
    let fixture = Fixture::with_passive_idp(true).await;
    // Of a browser without a cookie no more than 16 KiB are read.
    let national_id = NORDEA.released()[NATIONAL_ID].clone();
    fixture.idp.identify(&json!({ NATIONAL_ID: national_id, "session": true })).await;
    browser().follow(&fixture.shop().authorize(&[])).await;
    let mut keeps_cookies = browser();
    let request = keeps_cookies.open(&fixture.shop().authorize(&[NONE])).await;
    let answer = keeps_cookies.submit(&request.form().expect("a request")).await;
    // Another browser stands for one that keeps none: the answer is the same.
    let page = browser().submit(&answer.form().expect("an answer")).await;
    assert!(page.location().unwrap().as_str().starts_with(CALLBACK));
    assert_eq!(page.told("error").as_deref(), Some("login_required"));
    assert_eq!(page.told("code"), None);
    assert_eq!(fixture.refusal_told(&page).await["reason"], "cookie_withheld");
    // The login is over, for the browser that has the cookie too.
    let late = keeps_cookies.submit(&answer.form().unwrap()).await;
    assert_eq!((late.status.as_u16(), late.location()), (400, None));
}

#[tokio::test]
async fn a_frame_shows_what_a_login_without_a_page_needs_and_nothing_else() {
    let fixture = Fixture::with_passive_idp(true).await;
    let origin = url::Url::parse(CALLBACK).unwrap().origin().ascii_serialization();
    let from_frame = async |changes: &[(&str, &str)]| {
        let url = fixture.shop().authorize(changes);
        let path = url.strip_prefix(&fixture.url()).unwrap();
        let request = fixture.shop().get(path).header("sec-fetch-mode", "navigate");
        Answer::of(request.header("sec-fetch-dest", "iframe")).await
    };
    let passive = from_frame(&[NONE]).await;
    assert_eq!(passive.status, 200);
    let policy = header(&passive.headers, "content-security-policy");
    assert!(policy.contains(&format!("; frame-ancestors {origin}; ")), "{policy}");

    // What the upstream cannot be asked, and what breaks a rule.
    for wrong in [("max_age", "0"), ("scope", "profile")] {
        let posted = from_frame(&[NONE, ("response_mode", "form_post"), wrong]).await;
        let policy = header(&posted.headers, "content-security-policy");
        assert!(policy.contains(&format!("; frame-ancestors {origin}; ")), "{wrong:?}: {policy}");
    }

    for changes in [vec![], vec![("prompt", "login")], vec![NONE, ("client_id", "nobody")]] {
        let refused = from_frame(&changes).await;
        assert!(matches!(refused.status, 400 | 403), "{changes:?}");
        let policy = header(&refused.headers, "content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
}
