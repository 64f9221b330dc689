//! The login that succeeds, and who the person is to whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use silta_broker::{ConfiguredUpstream, Freshness, Settings, SubjectSource, UpstreamName};
use silta_mapping::{Operator, Spelling};

use crate::fixture::{
    APP_CALLBACK, CALLBACK, FAMILY, Fixture, GIVEN, HETU, ISSUER, KIOSK_CALLBACK, NONCE, NOON,
    SEAL, SECRET, STATE, allowed, callback_body, party, suomifi_name,
};
use crate::scripted_idp::{ACR, RecordedRequest};
use crate::wire::{basic, bearer, changed, claims, form, member, query_param, seconds, url};

#[tokio::test]
async fn a_login_becomes_tokens_that_say_who_logged_in_when_and_how() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    fixture.clock.advance(seconds(20).unsigned_abs());
    let location = fixture.finish(&started, "_a").await.unwrap();
    assert!(url(&location).starts_with(&format!("{CALLBACK}?code=")), "{}", url(&location));
    assert_eq!(query_param(&location, "iss").unwrap(), ISSUER);

    let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
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
            "sid": claims["sid"],
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

    let shown = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await.unwrap();
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
    let fixture = Fixture::new();
    fixture.tokens().await;
    let finished = format!("shop finished at suomifi with {ACR}");
    assert_eq!(fixture.audit.lines(), ["shop started at suomifi", &finished, "shop got tokens"]);
    let references = fixture.audit.references();
    assert_eq!(references.len(), 3);
    assert!(references.iter().all(|one| one.is_some() && *one == references[0]), "{references:?}");
}

#[tokio::test]
async fn the_state_comes_back_byte_for_byte() {
    let fixture = Fixture::new();
    let location = fixture.finish(&fixture.started().await, "_a").await.unwrap();
    assert_eq!(query_param(&location, "state").as_deref(), Some(STATE));
    let stateless = fixture.start(&[("state", "")]).await.unwrap();
    let location = fixture.finish(&stateless, "_b").await.unwrap();
    assert!(!url(&location).contains("state"), "{}", url(&location));
}

#[tokio::test]
async fn a_client_that_sends_no_challenge_needs_no_verifier() {
    let fixture = Fixture::new();
    let code = fixture.code(&WITHOUT_CHALLENGE).await;
    let tokens = fixture.redeem(&code, &[("code_verifier", "")]).await.unwrap();
    assert_eq!(claims(&tokens)["aud"], "shop");
}

#[tokio::test]
async fn a_request_without_a_nonce_gets_a_token_without_one() {
    let fixture = Fixture::new();
    let tokens = fixture.redeem(&fixture.code(&[("nonce", "")]).await, &[]).await.unwrap();
    assert_eq!(claims(&tokens).get("nonce"), None);
}

#[tokio::test]
async fn a_client_may_prove_itself_in_the_header() {
    let fixture = Fixture::new();
    let code = fixture.code(&WITHOUT_CHALLENGE).await;
    let usual = [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK)];
    let form = form(&changed(&usual, &[("code", &code)]));
    let tokens = fixture.oidc.redeem(Ok(&form), Some(&basic("shop", SECRET))).await.unwrap();
    assert_eq!(claims(&tokens)["aud"], "shop");
}

#[tokio::test]
async fn what_the_client_wishes_and_the_policy_demands_reaches_the_upstream() {
    let fixture = Fixture::with(|settings| {
        settings.relying_parties.get_mut(&party("shop")).unwrap().upstreams[0].min_acr =
            Some("high".to_owned());
    });
    fixture.started().await;
    let wishes = [("acr_values", "a b"), ("ui_locales", "sv fi"), ("max_age", "600")];
    fixture.start(&wishes).await.unwrap();
    fixture.start(&[("prompt", "login")]).await.unwrap();
    fixture.start(&[("max_age", "0")]).await.unwrap();
    fixture.start(&[("prompt", "login"), ("max_age", "600")]).await.unwrap();
    let requests = fixture.idp.script(|script| script.requests.clone());
    let plain = RecordedRequest {
        request_id: String::new(),
        min_acr: Some("high".into()),
        ..requests[0].clone()
    };
    assert_eq!(plain.freshness, Freshness::Any);
    assert!(plain.acr_values.is_empty() && plain.ui_locales.is_empty());
    let expected = [
        plain.clone(),
        RecordedRequest {
            acr_values: vec!["a".into(), "b".into()],
            ui_locales: vec!["sv".into(), "fi".into()],
            freshness: Freshness::MaxAge(std::time::Duration::from_mins(10)),
            ..plain.clone()
        },
        RecordedRequest { freshness: Freshness::Now, ..plain.clone() },
        RecordedRequest { freshness: Freshness::Now, ..plain.clone() },
        RecordedRequest { freshness: Freshness::Now, ..plain },
    ];
    let nameless =
        requests.iter().map(|one| RecordedRequest { request_id: String::new(), ..one.clone() });
    assert_eq!(nameless.collect::<Vec<_>>(), expected);
    assert_ne!(requests[0].request_id, requests[1].request_id);
}

#[tokio::test]
async fn two_tabs_at_once_both_get_their_code() {
    let fixture = Fixture::new();
    let (first, second) = (fixture.started().await, fixture.started().await);
    assert_ne!(first.relay_state.cookie_suffix(), second.relay_state.cookie_suffix());
    let second = fixture.finish(&second, "_2").await.unwrap();
    let first = fixture.finish(&first, "_1").await.unwrap();
    for location in [first, second] {
        let tokens = fixture.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
        assert_eq!(claims(&tokens)["given_name"], GIVEN);
    }
}

#[tokio::test]
async fn a_login_may_begin_finish_and_be_redeemed_at_different_replicas() {
    let here = Fixture::new();
    let there = here.replica([SEAL; 2]);
    let location = there.finish(&here.started().await, "_a").await.unwrap();
    let tokens = here.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    assert!(there.opens(&bearer(&tokens)).await);
}

#[tokio::test]
async fn the_same_person_is_the_same_sub_at_every_login() {
    let fixture = Fixture::new();
    assert_eq!(sub(&fixture, "shop", CALLBACK).await, sub(&fixture, "shop", CALLBACK).await);
}

#[tokio::test]
async fn another_person_is_another_sub() {
    let fixture = Fixture::new();
    let one = sub(&fixture, "shop", CALLBACK).await;
    fixture
        .idp
        .asserts(&[("urn:oid:1.2.246.21", &["210281-9989"]), ("urn:oid:2.5.4.42", &[GIVEN])]);
    assert_ne!(sub(&fixture, "shop", CALLBACK).await, one);
}

#[tokio::test]
async fn clients_of_different_sectors_cannot_compare_their_people() {
    let fixture = Fixture::new();
    let kiosk = sub(&fixture, "kiosk", KIOSK_CALLBACK).await;
    assert_ne!(sub(&fixture, "shop", CALLBACK).await, kiosk);
}

#[tokio::test]
async fn clients_of_one_sector_see_the_same_sub() {
    let fixture = Fixture::new();
    assert_eq!(sub(&fixture, "shop", CALLBACK).await, sub(&fixture, "app", APP_CALLBACK).await);
}

#[tokio::test]
async fn a_foreign_identifier_spelt_like_a_national_one_is_another_person() {
    let fixture = Fixture::new();
    let national = sub(&fixture, "shop", CALLBACK).await;
    let foreign = "urn:oid:1.2.246.517.3002.111.17";
    fixture.idp.asserts(&[(foreign, &[HETU]), ("urn:oid:2.5.4.42", &[GIVEN])]);
    assert_ne!(sub(&fixture, "shop", CALLBACK).await, national);
}

#[tokio::test]
async fn the_same_identifier_from_another_subject_source_is_another_person() {
    let eidas = UpstreamName::parse("eidas").unwrap();
    let here = sub(&Fixture::new(), "shop", CALLBACK).await;
    let other = sub_at_eidas(SubjectSource::named(eidas)).await;
    assert_ne!(other, here);
    // Nobody becomes somebody else at an upstream that shares the source.
    let suomifi = UpstreamName::parse("suomifi").unwrap();
    assert_eq!(sub_at_eidas(SubjectSource::named(suomifi)).await, here);
}

/// A person stays one, whichever protocol or provider wrote the letters of their code.
#[tokio::test]
async fn a_code_in_small_letters_is_the_same_person() {
    let fixture = Fixture::new();
    let mut subs = vec![];
    for code in ["010170-912X", "010170-912x"] {
        fixture.idp.asserts(&[("urn:oid:1.2.246.21", &[code]), ("urn:oid:2.5.4.42", &[GIVEN])]);
        subs.push(sub(&fixture, "shop", CALLBACK).await);
    }
    assert_eq!(subs[0], subs[1]);
    fixture.idp.asserts(&[
        ("oidc:personal_identity_code", &["010170-912x"]),
        ("urn:oid:2.5.4.42", &[GIVEN]),
    ]);
    assert_eq!(sub(&fixture, "shop", CALLBACK).await, subs[0]);
}

/// A directory may write a name in capitals today and in small letters tomorrow; the file says that both are one person.
#[tokio::test]
async fn a_subject_counts_in_the_spelling_that_the_file_says() {
    let spelt = |spelling: &'static [&'static str]| {
        Fixture::with(move |settings: &mut Settings| {
            let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
            upstream.subject = vec!["foreignpersonIdentifier".to_owned()];
            let built = |name| Operator::named(name).unwrap().with(BTreeMap::new(), None);
            let operations = spelling.iter().map(|name| built(name).unwrap()).collect();
            upstream.spelling = Spelling::of(operations).unwrap();
        })
    };
    let subs = async |fixture: &Fixture| {
        let mut subs = BTreeSet::new();
        for name in ["Ada-1", "ADA-1", "ada-1 "] {
            let foreign = "urn:oid:1.2.246.517.3002.111.17";
            fixture.idp.asserts(&[(foreign, &[name]), ("urn:oid:2.5.4.42", &[GIVEN])]);
            subs.insert(sub(fixture, "shop", CALLBACK).await);
        }
        subs
    };
    let (as_it_is, spelt) = (spelt(&[]), spelt(&["trim", "lower"]));
    let (apart, one) = (subs(&as_it_is).await, subs(&spelt).await);
    assert_eq!((apart.len(), one.len()), (3, 1));
    // Who is spelt so already stays who they are.
    as_it_is.idp.asserts(&[
        ("urn:oid:1.2.246.517.3002.111.17", &["ada-1"]),
        ("urn:oid:2.5.4.42", &[GIVEN]),
    ]);
    assert!(one.contains(&sub(&as_it_is, "shop", CALLBACK).await));
}

/// Who the person is to the shop after a login at another upstream with this source.
async fn sub_at_eidas(subject_source: SubjectSource) -> String {
    let eidas = UpstreamName::parse("eidas").unwrap();
    let there = Fixture::with(|settings: &mut Settings| {
        let (_, upstream) = settings.upstreams.pop_first().unwrap();
        let upstream = ConfiguredUpstream { subject_source, ..upstream };
        settings.upstreams.insert(eidas.clone(), upstream);
        for policy in settings.relying_parties.values_mut() {
            policy.upstreams = vec![allowed("eidas")];
        }
    });
    let started = there.started().await;
    let body = callback_body(&started, "_a");
    let location = there.post(&eidas, &body, Some(&started.browser)).await.unwrap();
    let tokens = there.redeem(&query_param(&location, "code").unwrap(), &[]).await.unwrap();
    claims(&tokens)["sub"].as_str().unwrap().to_owned()
}

/// Who the person is to a client, after a whole login.
async fn sub(fixture: &Fixture, client: &str, callback: &str) -> String {
    let who = [("client_id", client), ("redirect_uri", callback)];
    let code = fixture.code(&who).await;
    let tokens = fixture.redeem(&code, &who).await.unwrap();
    claims(&tokens)["sub"].as_str().unwrap().to_owned()
}

pub(crate) const WITHOUT_CHALLENGE: [(&str, &str); 2] =
    [("code_challenge", ""), ("code_challenge_method", "")];
