//! The login that succeeds, and who the person is to whom.

use serde_json::json;
use silta_broker::{Settings, UpstreamName};

use crate::idp::{ACR, Asked};
use crate::wire::{basic, bearer, carried, changed, claims, form, member, seconds};
use crate::world::{
    CALLBACK, FAMILY, GIVEN, HETU, ISSUER, KIOSK_CALLBACK, NONCE, NOON, SEAL, SECRET, STATE, World,
    client_id, posted, service,
};

#[tokio::test]
async fn a_login_becomes_tokens_that_say_who_logged_in_when_and_how() {
    let world = World::new();
    let begun = world.begun().await;
    world.clock.advance(seconds(20).unsigned_abs());
    let location = world.answer(&begun, "_a").await.unwrap();
    assert!(location.as_str().starts_with(&format!("{CALLBACK}?code=")), "{}", location.as_str());
    assert_eq!(carried(&location, "iss").unwrap(), ISSUER);

    let tokens = world.redeem(&carried(&location, "code").unwrap(), &[]).await.unwrap();
    let claims = claims(&tokens);
    let now = NOON.as_second() + 20;
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER,
            "sub": claims["sub"],
            "aud": "shop",
            "iat": now,
            "exp": now + 300,
            "auth_time": NOON.as_second() - 30,
            "acr": ACR,
            "nonce": NONCE,
            "at_hash": claims["at_hash"],
            "national_id": HETU,
            "given_name": GIVEN,
            "family_name": FAMILY,
        })
    );
    let sub = claims["sub"].as_str().unwrap();
    assert_eq!(sub.len(), 64);
    assert!(sub.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{sub}");
    assert_eq!(member(&tokens, "scope"), "openid profile");

    let shown = world.broker.userinfo(Some(&bearer(&tokens)), None).await.unwrap();
    assert_eq!(
        serde_json::to_value(shown).unwrap(),
        json!({
            "sub": sub,
            "acr": ACR,
            "national_id": HETU,
            "given_name": GIVEN,
            "family_name": FAMILY,
        })
    );
}

#[tokio::test]
async fn every_step_is_in_the_diary_under_one_reference() {
    let world = World::new();
    world.tokens().await;
    let finished = format!("shop finished at suomifi with {ACR}");
    assert_eq!(world.diary.lines(), ["shop started at suomifi", &finished, "shop got tokens"]);
    let references = world.diary.references();
    assert_eq!(references.len(), 3);
    assert!(references.iter().all(|one| one.is_some() && *one == references[0]), "{references:?}");
}

#[tokio::test]
async fn the_state_comes_back_byte_for_byte() {
    let world = World::new();
    let location = world.answer(&world.begun().await, "_a").await.unwrap();
    assert_eq!(carried(&location, "state").as_deref(), Some(STATE));
    let stateless = world.ask(&[("state", "")]).await.unwrap();
    let location = world.answer(&stateless, "_b").await.unwrap();
    assert!(!location.as_str().contains("state"), "{}", location.as_str());
}

#[tokio::test]
async fn a_client_that_sends_no_challenge_needs_no_verifier() {
    let world = World::new();
    let code = world.code(&WITHOUT_CHALLENGE).await;
    let tokens = world.redeem(&code, &[("code_verifier", "")]).await.unwrap();
    assert_eq!(claims(&tokens)["aud"], "shop");
}

#[tokio::test]
async fn a_request_without_a_nonce_gets_a_token_without_one() {
    let world = World::new();
    let tokens = world.redeem(&world.code(&[("nonce", "")]).await, &[]).await.unwrap();
    assert_eq!(claims(&tokens).get("nonce"), None);
}

#[tokio::test]
async fn a_client_may_prove_itself_in_the_header() {
    let world = World::new();
    let code = world.code(&WITHOUT_CHALLENGE).await;
    let usual = [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK)];
    let form = form(&changed(&usual, &[("code", &code)]));
    let tokens = world.broker.redeem(Ok(&form), Some(&basic("shop", SECRET))).await.unwrap();
    assert_eq!(claims(&tokens)["aud"], "shop");
}

#[tokio::test]
async fn what_the_client_wishes_and_the_policy_demands_reaches_the_upstream() {
    let world = World::with(|settings| {
        settings.services.get_mut("shop").unwrap().min_acr = Some("high".to_owned());
    });
    world.begun().await;
    let wishes = [("acr_values", "a b"), ("ui_locales", "sv fi"), ("max_age", "600")];
    world.ask(&wishes).await.unwrap();
    world.ask(&[("prompt", "login")]).await.unwrap();
    world.ask(&[("max_age", "0")]).await.unwrap();
    let asked = world.idp.script(|script| script.asked.clone());
    let plain =
        Asked { request_id: String::new(), min_acr: Some("high".into()), ..asked[0].clone() };
    assert!(!plain.again && plain.acr_values.is_empty() && plain.ui_locales.is_empty());
    let expected = [
        plain.clone(),
        Asked {
            acr_values: vec!["a".into(), "b".into()],
            ui_locales: vec!["sv".into(), "fi".into()],
            ..plain.clone()
        },
        Asked { again: true, ..plain.clone() },
        Asked { again: true, ..plain },
    ];
    let nameless = asked.iter().map(|one| Asked { request_id: String::new(), ..one.clone() });
    assert_eq!(nameless.collect::<Vec<_>>(), expected);
    assert_ne!(asked[0].request_id, asked[1].request_id);
}

#[tokio::test]
async fn two_tabs_at_once_both_get_their_code() {
    let world = World::new();
    let (first, second) = (world.begun().await, world.begun().await);
    assert_ne!(first.relay_state.cookie_suffix(), second.relay_state.cookie_suffix());
    let second = world.answer(&second, "_2").await.unwrap();
    let first = world.answer(&first, "_1").await.unwrap();
    for location in [first, second] {
        let tokens = world.redeem(&carried(&location, "code").unwrap(), &[]).await.unwrap();
        assert_eq!(claims(&tokens)["given_name"], GIVEN);
    }
}

#[tokio::test]
async fn a_login_may_begin_finish_and_be_redeemed_at_different_replicas() {
    let here = World::new();
    let there = here.replica([SEAL; 2]);
    let location = there.answer(&here.begun().await, "_a").await.unwrap();
    let tokens = here.redeem(&carried(&location, "code").unwrap(), &[]).await.unwrap();
    assert!(there.opens(&bearer(&tokens)).await);
}

#[tokio::test]
async fn the_same_person_is_the_same_sub_at_every_login() {
    let world = World::new();
    assert_eq!(sub(&world, "shop", CALLBACK).await, sub(&world, "shop", CALLBACK).await);
}

#[tokio::test]
async fn another_person_is_another_sub() {
    let world = World::new();
    let one = sub(&world, "shop", CALLBACK).await;
    world.idp.asserts(&[("urn:oid:1.2.246.21", &["210281-9989"]), ("urn:oid:2.5.4.42", &[GIVEN])]);
    assert_ne!(sub(&world, "shop", CALLBACK).await, one);
}

#[tokio::test]
async fn clients_of_different_sectors_cannot_compare_their_people() {
    let world = World::new();
    let kiosk = sub(&world, "kiosk", KIOSK_CALLBACK).await;
    assert_ne!(sub(&world, "shop", CALLBACK).await, kiosk);
}

#[tokio::test]
async fn clients_of_one_sector_see_the_same_sub() {
    let uri = "https://app.shop.example/cb";
    let world = World::with(|settings| {
        settings.services.insert(client_id("app"), service("app", &[uri], "shop.example"));
    });
    assert_eq!(sub(&world, "shop", CALLBACK).await, sub(&world, "app", uri).await);
}

#[tokio::test]
async fn a_foreign_identifier_spelt_like_a_national_one_is_another_person() {
    let world = World::new();
    let national = sub(&world, "shop", CALLBACK).await;
    let foreign = "urn:oid:1.2.246.517.3002.111.17";
    world.idp.asserts(&[(foreign, &[HETU]), ("urn:oid:2.5.4.42", &[GIVEN])]);
    assert_ne!(sub(&world, "shop", CALLBACK).await, national);
}

#[tokio::test]
async fn the_same_identifier_at_another_upstream_is_another_person() {
    let elsewhere = |settings: &mut Settings| {
        let other = UpstreamName::parse("eidas").unwrap();
        let (_, upstream) = settings.upstreams.pop_first().unwrap();
        settings.upstreams.insert(other.clone(), upstream);
        for service in settings.services.values_mut() {
            service.upstream = other.clone();
        }
    };
    let (here, there) = (World::new(), World::with(elsewhere));
    let begun = there.begun().await;
    let back = there.broker.read_return(&posted(&begun, "_a")).unwrap();
    let eidas = UpstreamName::parse("eidas").unwrap();
    let location = there.broker.finish(&eidas, back, Some(begun.browser)).await.unwrap();
    let tokens = there.redeem(&carried(&location, "code").unwrap(), &[]).await.unwrap();
    assert_ne!(claims(&tokens)["sub"].as_str().unwrap(), sub(&here, "shop", CALLBACK).await);
}

/// Who the person is to a client, after a whole login.
async fn sub(world: &World, client: &str, callback: &str) -> String {
    let who = [("client_id", client), ("redirect_uri", callback)];
    let code = world.code(&who).await;
    let tokens = world.redeem(&code, &who).await.unwrap();
    claims(&tokens)["sub"].as_str().unwrap().to_owned()
}

pub(crate) const WITHOUT_CHALLENGE: [(&str, &str); 2] =
    [("code_challenge", ""), ("code_challenge_method", "")];
