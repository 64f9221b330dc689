//! What the identity provider says about a person arrives at the client, as it was said.

use serde_json::{Value, json};
use silta_testkit::peers::{Library, RelyingParty};
use silta_testkit::test_dir::{CALLBACK, LOA, SHOP_SECRET};

use crate::fixture::{Fixture, browser};
use crate::person::{AINO, NORDEA, Person};

#[tokio::test]
async fn every_attribute_of_the_published_test_person_arrives_as_a_claim() {
    let fixture = Fixture::start().await;
    let learnt = learnt_about(&fixture, &NORDEA).await;
    assert_eq!(learnt["id_token"]["acr"], LOA);
    assert_eq!(learnt["userinfo"]["acr"], LOA);
}

#[tokio::test]
async fn letters_beyond_ascii_apostrophes_markup_and_empty_values_arrive_as_they_are() {
    let fixture = Fixture::start().await;
    let learnt = learnt_about(&fixture, &AINO).await;
    assert_eq!(learnt["id_token"]["FI_VKLahiosoite"], "");
}

#[tokio::test]
async fn sub_is_the_same_for_one_person_and_tells_nothing_about_them() {
    let fixture = Fixture::start().await;
    let sub = async |person: &Person| {
        fixture.idp.identify(&person.released()).await;
        fixture.a_login_works().await["sub"].as_str().unwrap().to_owned()
    };
    let (nordea, aino, again) = (sub(&NORDEA).await, sub(&AINO).await, sub(&NORDEA).await);
    assert_eq!(nordea, again);
    assert_ne!(nordea, aino);
    assert_eq!(nordea.len(), 64);
    assert!(nordea.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
}

#[tokio::test]
async fn a_person_without_the_attribute_that_identifies_them_is_refused() {
    let fixture = Fixture::start().await;
    let mut person = AINO.released();
    person.as_object_mut().unwrap().remove("urn:oid:1.2.246.21");
    fixture.idp.identify(&person).await;
    let page = browser().follow(&fixture.shop().authorize(&[])).await;
    assert_eq!(page.told("error").as_deref(), Some("server_error"));
    assert_eq!(fixture.refusal_told(&page).await["reason"], "no_subject");
}

/// What a client learns in ID token and userinfo when this person logs in.
async fn learnt_about(fixture: &Fixture, person: &Person) -> Value {
    fixture.idp.identify(&person.released()).await;
    let login = json!({
        "issuer": fixture.url(), "client_id": "shop", "client_secret": SHOP_SECRET,
        "redirect_uri": CALLBACK, "scope": "openid profile", "pkce": false,
        "auth_method": "client_secret_post"
    });
    let party = RelyingParty::start(Library::OpenidClient, &login);
    let page = browser().follow(party.authorize()).await;
    let learnt = party.finish(page.location().expect("a redirect").as_str());
    person.is_who_was_told_of(&learnt["id_token"]);
    person.is_who_was_told_of(&learnt["userinfo"]);
    learnt
}
