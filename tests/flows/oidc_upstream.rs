//! Whole logins at an OpenID Provider that others wrote: oidc-provider of npm. The relying parties in
//! front are others' too.

use serde_json::{Value, json};
use silta_testkit::browser::Browser;
use silta_testkit::jws::Jws;
use silta_testkit::oidc_provider::STRONG;
use silta_testkit::op::SentAuthorization;
use silta_testkit::peers::Library;
use silta_testkit::test_dir::LOA;

use crate::fixture::browser;
use crate::op_fixture::{OpFixture, nordea};
use crate::person::NORDEA;
use crate::relying_parties::login;
use crate::shop::Shop;

#[tokio::test]
async fn every_client_authentication_and_signature_of_a_provider_will_do() {
    let jwks = json!("PUBLIC_URL/jwks");
    for (method, algorithm, more) in [
        ("client_secret_basic", "RS256", json!({})),
        ("client_secret_post", "PS256", json!({})),
        ("private_key_jwt", "ES256", json!({ "client_secret": null, "jwks_uri": jwks })),
    ] {
        let mut client = json!({
            "token_endpoint_auth_method": method,
            "id_token_signed_response_alg": algorithm,
        });
        client.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let secret = if method == "private_key_jwt" { "\nclient_secret:" } else { "" };
        let section =
            format!("authentication: {method}\nid_token_algorithms: [{algorithm}]{secret}");
        let fixture = OpFixture::with(client, |_| {}, &section).await;

        let page = browser().open(&fixture.shop().authorize(&[])).await;
        if page.told("error").is_some() {
            let refusal = fixture.refusal(&page).await;
            panic!(
                "{method}: {}: {}; {:?}",
                refusal["reason"],
                refusal["detail"],
                fixture.op.said()
            );
        }
        let shop = json!({ "client_id": "shop-with-pkce", "pkce": true, "auth_method": "client_secret_basic" });
        login(&fixture.url(), Library::OpenidClient, shop).await;
    }
}

#[tokio::test]
async fn a_login_that_began_at_one_replica_is_finished_by_the_other() {
    let mut fixture = OpFixture::start().await;
    let mut browser = browser();
    fixture.front.route_to(&[fixture.a.address()]);
    let sent = browser.get(&fixture.shop().authorize(&[])).await;
    let provider = sent.location().expect("a redirect to the provider");
    assert!(provider.as_str().starts_with(&fixture.op.issuer()));
    let begun = fixture.a.log("start", |line| line["message"] == "login started");

    fixture.a.kill();
    fixture.front.route_to(&[fixture.b.address()]);
    let page = browser.open(provider.as_str()).await;

    assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
    assert_eq!(page.told("iss"), Some(fixture.url()));
    let finished = fixture.b.log("end", |line| line["message"] == "login finished");
    assert_eq!((&finished["login"], &finished["upstream"]), (&begun["login"], &json!("op")));
    let tokens = fixture.shop().redeem(&page.told("code").expect("a code")).await;
    assert_eq!(tokens.status, 200);
    let told = fixture.shop().userinfo(tokens.text("access_token")).await;
    NORDEA.is_who_was_told_of(&told.json);
}

#[tokio::test]
async fn claims_come_from_userinfo_where_the_id_token_has_none_and_by_their_plain_names() {
    let fixture =
        OpFixture::with(json!({}), |settings| settings["claims_in_id_token"] = false.into(), "")
            .await;
    let released = NORDEA.released();
    let hetu = released["urn:oid:1.2.246.21"][0].clone();
    let claims =
        json!({ "personal_identity_code": hetu, "given_name": "Nordea", "name": "Nordea Demo" });
    fixture.op.identify(&json!({ "sub": "other-name", "acr": STRONG, "claims": claims })).await;

    let told = whole_login(&fixture, &mut browser(), &[]).await;

    let claims = &told["claims"];
    assert!(claims["FI_nationalIN"] == hetu, "the person is known by the same number");
    assert_eq!(claims["FI_firstName"], "Nordea");
    assert_eq!(claims["FI_displayName"], "Nordea Demo");
    assert_eq!(claims["FI_lastname"], "");
    assert_eq!(told["id_token"]["acr"], STRONG);
}

#[tokio::test]
async fn a_person_stays_the_same_whatever_the_provider_calls_them() {
    let fixture = OpFixture::start().await;
    let first = whole_login(&fixture, &mut browser(), &[]).await;
    // Some providers give a person another `sub` at each login.
    let mut renamed = nordea();
    renamed["sub"] = "another-name".into();
    fixture.op.identify(&renamed).await;
    let second = whole_login(&fixture, &mut browser(), &[]).await;
    assert_eq!(first["id_token"]["sub"], second["id_token"]["sub"]);
}

#[tokio::test]
async fn freshness_levels_and_languages_are_asked_of_the_provider_in_its_own_words() {
    let fixture = OpFixture::start().await;
    let all = format!("{LOA} {STRONG}");
    for (wish, [prompt, max_age, acr_values, ui_locales]) in [
        (&[][..], [None, None, Some(all.as_str()), None]),
        (&[("prompt", "login")], [Some("login"), Some("0"), Some(&all), None]),
        (&[("max_age", "600")], [None, Some("600"), Some(&all), None]),
        (&[("ui_locales", "sv fi")], [None, None, Some(&all), Some("sv fi")]),
    ] {
        let mut browser = browser();
        let told = whole_login(&fixture, &mut browser, wish).await;
        let asked = browser.visited().iter().find(|page| page.url.path() == "/auth");
        let asked = SentAuthorization::read(asked.expect("a request").url.clone());
        assert_eq!(asked.wish("prompt").as_deref(), prompt, "{wish:?}");
        assert_eq!(asked.wish("max_age").as_deref(), max_age, "{wish:?}");
        assert_eq!(asked.wish("acr_values").as_deref(), acr_values, "{wish:?}");
        assert_eq!(asked.wish("ui_locales").as_deref(), ui_locales, "{wish:?}");
        assert_eq!(asked.param("code_challenge_method"), "S256");
        assert_eq!(asked.param("scope"), "openid");
        assert!(told["id_token"]["auth_time"].is_i64(), "the provider's auth_time is told");
    }
}

#[tokio::test]
async fn a_stronger_level_is_asked_for_and_a_weaker_one_is_told_to_the_client() {
    let fixture = OpFixture::start().await;
    let strong = &[("acr_values", STRONG)];
    let mut person = nordea();
    person["acr"] = STRONG.into();
    fixture.op.identify(&person).await;
    let told = whole_login(&fixture, &mut browser(), strong).await;
    assert_eq!(told["id_token"]["acr"], STRONG);

    fixture.op.identify(&nordea()).await;
    let page = browser().open(&fixture.shop().authorize(strong)).await;
    assert_eq!(page.told("error").as_deref(), Some("unmet_authentication_requirements"));
    assert_eq!(fixture.refusal(&page).await["reason"], "weak_level");
}

#[tokio::test]
async fn a_person_who_turns_back_at_the_provider_is_told_as_access_denied() {
    let fixture = OpFixture::start().await;
    fixture.op.identify(&json!({ "cancel": true })).await;

    let page = browser().open(&fixture.shop().authorize(&[])).await;

    assert_eq!(page.told("error").as_deref(), Some("access_denied"));
    assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
    assert_eq!(page.told("iss"), Some(fixture.url()));
    let refusal = fixture.refusal(&page).await;
    assert_eq!(
        (&refusal["reason"], &refusal["level"]),
        (&json!("provider_access_denied"), &json!("INFO"))
    );
    fixture.op.identify(&nordea()).await;
    whole_login(&fixture, &mut browser(), &[]).await;
}

#[tokio::test]
async fn a_provider_that_starts_anew_with_other_keys_lets_people_in_at_once() {
    let mut fixture = OpFixture::start().await;
    whole_login(&fixture, &mut browser(), &[]).await;
    fixture.op.restart();
    fixture.op.identify(&nordea()).await;
    // One after the other, each replica meets a key that it does not know.
    for _ in 0..4 {
        whole_login(&fixture, &mut browser(), &[]).await;
    }
    let refused = fixture.log().into_iter().find(|line| line["message"] == "login refused");
    assert!(refused.is_none(), "{:?}", refused.map(|line| line["reason"].clone()));
}

/// One whole login, each replica in its turn: the claims of the ID token, and of userinfo.
async fn whole_login<Op>(
    fixture: &OpFixture<Op>,
    browser: &mut Browser,
    changes: &[(&str, &str)],
) -> Value {
    let page = browser.open(&fixture.shop().authorize(changes)).await;
    let code = page.told("code").expect("a code");
    let tokens = fixture.shop().redeem(&code).await;
    assert_eq!(tokens.status, 200);
    let id_token = Jws::read(tokens.text("id_token")).expect("a token");
    let told = fixture.shop().userinfo(tokens.text("access_token")).await;
    assert_eq!(told.status, 200);
    json!({ "id_token": id_token.claims, "claims": told.json })
}
