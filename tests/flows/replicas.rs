//! A login may begin at one replica and end at another.

use silta_testkit::peers::answer_of_idp;

use crate::fixture::{Fixture, browser};
use crate::person::NORDEA;
use crate::shop::Shop;

#[tokio::test]
async fn a_login_that_began_at_a_killed_replica_is_finished_by_the_other() {
    let mut fixture = Fixture::start().await;
    let mut browser = browser();
    fixture.front.route_to(&[fixture.a.address()]);
    let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;
    let begun = fixture.a.log("start", |line| line["message"] == "login started");

    fixture.a.kill();
    fixture.front.route_to(&[fixture.b.address()]);
    let page = browser.submit(&answer).await;

    assert_eq!(page.status, 303);
    assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
    assert_eq!(page.told("iss"), Some(fixture.url()));
    let finished = fixture.b.log("end", |line| line["message"] == "login finished");
    assert_eq!(finished["login"], begun["login"]);
    let tokens = fixture.shop().redeem(&page.told("code").expect("a code")).await;
    assert_eq!(tokens.status, 200);
    let told = fixture.shop().userinfo(tokens.text("access_token")).await;
    NORDEA.is_who_was_told_of(&told.json);
}

#[tokio::test]
async fn a_code_of_a_killed_replica_is_redeemed_at_the_other() {
    let mut fixture = Fixture::start().await;
    fixture.front.route_to(&[fixture.a.address()]);
    let page = browser().follow(&fixture.shop().authorize(&[])).await;

    fixture.a.kill();
    fixture.front.route_to(&[fixture.b.address()]);
    let tokens = fixture.shop().redeem(&page.told("code").expect("a code")).await;

    assert_eq!(tokens.status, 200);
    assert_eq!(fixture.shop().userinfo(tokens.text("access_token")).await.status, 200);
}

#[tokio::test]
async fn replicas_agree_in_everything_that_a_client_keeps() {
    let fixture = Fixture::start().await;
    let (mut documents, mut subjects) = (vec![], vec![]);
    for replica in [&fixture.a, &fixture.b] {
        fixture.front.route_to(&[replica.address()]);
        for path in ["/.well-known/openid-configuration", "/jwks"] {
            documents.push(fixture.shop().get(path).send().await.unwrap().text().await.unwrap());
        }
        // The same person at each, in logins that know nothing of each other.
        subjects.push(fixture.a_login_works().await["sub"].clone());
    }
    assert_eq!(documents[..2], documents[2..]);
    assert_eq!(subjects[0], subjects[1]);
}
