//! A provider that never answers its token endpoint: the logins at others do not wait for it.

use std::fs;

use silta_testkit::browser::{Browser, Page};
use silta_testkit::keys;
use silta_testkit::op::{Answer, HostileOp, KID, SentAuthorization, TOKEN, rs256};
use silta_testkit::silta::Silta;
use tokio::task::JoinSet;

use crate::fixture::{browser, eventually};
use crate::hostile_provider::Fixture;
use crate::op_fixture::section_of;
use crate::shop::OTHER;

/// A replica of the fixture's configuration in which the client `other` has a provider of its own.
fn replica_with_two(fixture: &Fixture, second: &HostileOp) -> Silta {
    let text = fs::read_to_string(fixture.place.folder().join("silta.yaml")).unwrap();
    let section = section_of(&second.issuer(), "").replacen("  op:", "  second:", 1);
    let text = text.replacen("\nclients:\n", &format!("\n{section}\nclients:\n"), 1);
    let (before, other) = text.split_once("\n  other:\n").unwrap();
    let other = other.replacen("upstream: op", "upstream: second", 1);
    Silta::start(&fixture.place.write("two.yaml", format!("{before}\n  other:\n{other}")))
}

async fn callback(
    mut browser: Browser,
    sent: SentAuthorization,
    issuer: String,
) -> (Page, Browser, SentAuthorization) {
    let page = browser.get(&sent.callback(&[("code", "a-code"), ("iss", &issuer)])).await;
    (page, browser, sent)
}

#[tokio::test]
async fn a_provider_that_does_not_answer_keeps_nobody_else_from_logging_in() {
    let (fixture, second) = (Fixture::hostile(), HostileOp::start());
    let silta = replica_with_two(&fixture, &second);
    fixture.front.route_to(&[silta.address()]);
    fixture.op.answer(TOKEN, Answer::never());
    let issuer = fixture.op.issuer();

    let mut callbacks = JoinSet::new();
    let mut at_the_provider = vec![];
    // More than have room.
    for _ in 0..200 {
        let mut browser = browser();
        let sent = SentAuthorization::of(&browser.get(&fixture.shop().authorize(&[])).await);
        at_the_provider.push((browser, sent));
    }
    for (browser, sent) in at_the_provider {
        callbacks.spawn(callback(browser, sent, issuer.clone()));
    }
    let (page, mut refused, sent) = loop {
        let answered = callbacks.join_next().await.expect("one that there is no room for").unwrap();
        if answered.0.status == 503 {
            break answered;
        }
    };
    assert_eq!(page.headers["retry-after"], "5");
    assert!(page.body.contains("load this page again"), "{}", page.body);
    let refusal = silta.log("refusal", |line| line["reason"] == "provider_busy");
    assert_eq!((&refusal["upstream"], &refusal["level"]), (&"op".into(), &"ERROR".into()));

    let mut other = browser();
    let at_second = other.get(&fixture.shop().authorize(&OTHER[..1])).await;
    let at_second = SentAuthorization::of(&at_second);
    second.let_in_with(&rs256(&second.claims(&at_second), &keys::IDP, KID));
    let page = other.get(&at_second.callback(&[("code", "c"), ("iss", &second.issuer())])).await;
    assert!(page.told("code").is_some(), "{} {:?}", page.status, page.told("error"));

    // Once the provider answers, the same callback finishes the login that there was no room for.
    fixture.op.let_in_with_code("a-code", &rs256(&fixture.op.claims(&sent), &keys::IDP, KID));
    let again = sent.callback(&[("code", "a-code"), ("iss", &issuer)]);
    eventually("a code", async || refused.get(&again).await.told("code")).await;
}
