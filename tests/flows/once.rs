//! What may happen once happens once, whoever tries and wherever.

use silta_testkit::browser::Cookie;
use silta_testkit::peers::answer_of_idp;
use tokio::task::JoinSet;

use crate::fixture::{Fixture, browser};

#[tokio::test]
async fn a_response_that_is_posted_twice_gives_one_code() {
    let fixture = Fixture::start().await;
    let mut browser = browser();
    let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;

    let code = browser.submit(&answer).await.told("code").expect("a code");
    // Back and reload, or a double click.
    let again = browser.submit(&answer).await;

    assert_eq!(again.status, 400);
    assert_eq!(again.location(), None);
    assert_eq!(fixture.refusal(&again).await["reason"], "already_used");
    // The person who was first is not disturbed by it.
    assert_eq!(fixture.shop().redeem(&code).await.status, 200);
}

#[tokio::test]
async fn a_response_that_is_posted_by_another_browser_gives_no_code() {
    let fixture = Fixture::start().await;
    let (mut own, mut other) = (browser(), browser());
    let answer = answer_of_idp(&mut own, &fixture.shop().authorize(&[])).await;

    let page = other.submit(&answer).await;
    assert_eq!(page.status, 400);
    assert_eq!(page.location(), None);
    assert_eq!(fixture.refusal(&page).await["reason"], "cookie_missing");

    // With a login of its own under way it has a cookie, but not this one's.
    answer_of_idp(&mut other, &fixture.shop().authorize(&[])).await;
    let page = other.submit(&answer).await;
    assert_eq!(fixture.refusal(&page).await["reason"], "cookie_missing");

    // Even under the right name, the wrong cookie finds nothing.
    let (right, wrong) = (own.cookies()[0].clone(), other.cookies()[0].clone());
    assert_ne!(right.name, wrong.name);
    other.plant(Cookie { value: wrong.value, ..right });
    let page = other.submit(&answer).await;
    assert_eq!(page.status, 400);
    assert_eq!(page.location(), None);
    assert_eq!(fixture.refusal(&page).await["reason"], "login_expired");

    // Nothing of that spent the login.
    let page = own.submit(&answer).await;
    assert_eq!(fixture.shop().redeem(&page.told("code").expect("a code")).await.status, 200);
}

#[tokio::test]
async fn the_cookie_of_a_login_comes_along_from_another_site_and_out_of_no_script() {
    let fixture = Fixture::start().await;
    let page = browser().get(&fixture.shop().authorize(&[])).await;
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-silta-"), "only this very host may set it");
    let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
    // The answer is posted from the identity provider's site.
    for attribute in ["SameSite=None", "Secure", "HttpOnly", "Path=/"] {
        assert!(attributes.contains(&attribute), "{attribute} is missing");
    }
    assert!(attributes.iter().all(|attribute| !attribute.starts_with("Domain")));
}

#[tokio::test]
async fn a_response_that_is_posted_at_both_replicas_at_once_gives_one_code() {
    let fixture = Fixture::start().await;
    let mut browser = browser();
    let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;

    let mut posts = JoinSet::new();
    for replica in [&fixture.a, &fixture.b].repeat(CALLERS / 2) {
        let (mut browser, mut answer) = (browser.clone(), answer.clone());
        answer.action.set_port(Some(replica.address().port())).unwrap();
        posts.spawn(async move { browser.submit(&answer).await });
    }
    let pages = posts.join_all().await;

    let codes: Vec<_> = pages.iter().filter_map(|page| page.told("code")).collect();
    assert_eq!(codes.len(), 1);
    // A long answer gives way to a younger one of its login before it is read, as to a second click.
    let read = pages.iter().filter(|page| page.status != 503);
    for page in read.filter(|page| page.told("code").is_none()) {
        assert_eq!(page.status, 400);
        assert_eq!(page.location(), None);
        let refusal = fixture.refusal(page).await;
        // Who looks between the first one's taking and its mark cannot know of the latter.
        let reasons = ["already_used", "login_expired"];
        assert!(reasons.contains(&refusal["reason"].as_str().unwrap()), "{refusal}");
    }
    let served = |replica: &silta_testkit::silta::Silta| replica.logs().len() > 1;
    assert!(served(&fixture.a) && served(&fixture.b), "both replicas had a part in it");
    assert_eq!(fixture.shop().redeem(&codes[0]).await.status, 200);
}

#[tokio::test]
async fn a_code_that_is_redeemed_at_once_everywhere_leaves_no_access_token() {
    let fixture = Fixture::start().await;
    let page = browser().follow(&fixture.shop().authorize(&[])).await;
    let code = page.told("code").expect("a code");

    let mut attempts = JoinSet::new();
    for _ in 0..CALLERS {
        let (shop, code) = (fixture.shop(), code.clone());
        attempts.spawn(async move { shop.redeem(&code).await });
    }
    let answers = attempts.join_all().await;

    let (issued, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 200);
    assert!(issued.len() <= 1, "{} got tokens", issued.len());
    for answer in refused {
        assert_eq!(answer.error(), (400, "invalid_grant"));
    }
    fixture.logged(|line| line["message"] == "code used again, its tokens are revoked").await;
    for answer in issued {
        let told = fixture.shop().userinfo(answer.text("access_token")).await;
        assert_eq!(told.error(), (401, "invalid_token"));
    }
}

#[tokio::test]
async fn a_code_that_is_redeemed_again_later_revokes_its_access_token() {
    let fixture = Fixture::start().await;
    let page = browser().follow(&fixture.shop().authorize(&[])).await;
    let code = page.told("code").expect("a code");
    let tokens = fixture.shop().redeem(&code).await;
    assert_eq!(fixture.shop().userinfo(tokens.text("access_token")).await.status, 200);

    assert_eq!(fixture.shop().redeem(&code).await.error(), (400, "invalid_grant"));

    let told = fixture.shop().userinfo(tokens.text("access_token")).await;
    assert_eq!(told.error(), (401, "invalid_token"));
}

const CALLERS: usize = 16;
