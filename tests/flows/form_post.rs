//! Answers by a form (`response_mode=form_post`), as a browser gets them.

use crate::fixture::{Fixture, browser};
use silta_testkit::test_dir::CALLBACK;

const FORM_POST: (&str, &str) = ("response_mode", "form_post");

#[tokio::test]
async fn a_login_by_form_post_ends_with_a_code_in_a_form_that_can_be_redeemed() {
    let fixture = Fixture::start().await;
    let page = browser().follow(&fixture.shop().authorize(&[FORM_POST])).await;
    assert_eq!((page.status.as_u16(), page.location()), (200, None));
    let form = page.form().expect("a form");
    assert_eq!(form.action.as_str(), CALLBACK);
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "iss", "state"]);
    assert_eq!(form.field("iss"), fixture.url());
    assert_eq!(fixture.shop().redeem(form.field("code")).await.status, 200);
    assert_eq!(fixture.shop().redeem(form.field("code")).await.text("error"), "invalid_grant");
}

#[tokio::test]
async fn the_page_of_an_answer_can_go_to_one_origin_and_nowhere_else() {
    let fixture = Fixture::start().await;
    let page = browser().follow(&fixture.shop().authorize(&[FORM_POST])).await;
    let origin = url::Url::parse(CALLBACK).unwrap().origin().ascii_serialization();
    let header = |name: &str| page.headers.get(name).unwrap().to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    );
    let rest = format!("frame-ancestors 'none'; base-uri 'none'; form-action {origin}");
    assert!(policy.ends_with(&rest), "{policy}");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
}

#[tokio::test]
async fn a_hostile_state_comes_back_byte_for_byte_from_the_form() {
    let fixture = Fixture::start().await;
    for state in
        ["\"><script>alert(1)</script>", "</form><form action=//evil.example>", "äö€😀 &amp;"]
    {
        let asked = [FORM_POST, ("state", state), ("scope", "profile")];
        let page = browser().get(&fixture.shop().authorize(&asked)).await;
        let form = page.form().expect("a form");
        assert_eq!((form.field("error"), form.field("state")), ("invalid_scope", state));
        assert_eq!(page.body.matches("<script>").count(), 1, "our own");
        assert_eq!(page.body.matches("<form").count(), 1, "our own");
    }
}
