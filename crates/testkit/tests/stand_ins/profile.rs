//! What the user pool stores about a person.

use serde_json::{Value, json};
use silta_testkit::cognito::{Cognito, CognitoError, Pool, Provider as Settings, UserProfileError};

use crate::cognito::{cognito, log_in, pool, settings};
use crate::provider::{Provider, Script};

#[tokio::test]
async fn claims_that_cannot_be_stored_end_the_login_and_change_nothing() {
    type Change = fn(&mut Script, &mut Pool);
    let name = || "given_name".to_owned();
    let rules: Vec<(UserProfileError, Change)> = vec![
        (UserProfileError::ValueTooLong { attribute: name(), bytes: 2049 }, |it, _| {
            it.userinfo["given_name"] = format!("{}a", "ä".repeat(1024)).into();
        }),
        (UserProfileError::NotFlat(name()), |it, _| {
            it.userinfo["given_name"] = json!({ "a": "b" });
        }),
        (UserProfileError::NotFlat(name()), |it, _| it.userinfo["given_name"] = Value::Null),
        (UserProfileError::NotFlat(name()), |it, _| it.userinfo["given_name"] = json!([["a"]])),
        (UserProfileError::SubTooLong(96), |it, _| {
            it.claims["sub"] = "s".repeat(96).into();
            it.userinfo["sub"] = "s".repeat(96).into();
        }),
        (UserProfileError::Immutable(name()), |_, pool| pool.attributes[0].mutable = false),
        (UserProfileError::RequiredMissing(name()), |it, pool| {
            pool.attributes[0].required = true;
            it.userinfo = json!({ "sub": "s1", "municipality": "853" });
        }),
        (UserProfileError::RequiredMissing(name()), |it, pool| {
            pool.attributes[0].required = true;
            it.userinfo["given_name"] = "".into();
        }),
    ];
    for (rule, change) in rules {
        let (provider, mut pool) = (Provider::good(), pool());
        provider.change(|script| change(script, &mut pool));
        let mut cognito = Cognito::create(provider, pool, settings()).await.unwrap();
        assert_eq!(log_in(&mut cognito).await.unwrap_err(), CognitoError::Profile(rule));
        assert!(cognito.profile("suomi.fi_s1").is_none());
    }
}

#[tokio::test]
async fn the_longest_values_and_names_fit() {
    let (provider, longest) = (Provider::good(), "s".repeat(95));
    provider.change(|it| {
        it.claims["sub"] = longest.clone().into();
        it.userinfo = json!({ "sub": longest, "given_name": "ä".repeat(1024) });
    });
    let settings = Settings { name: "N".repeat(32), ..settings() };
    let mut cognito = Cognito::create(provider, pool(), settings).await.unwrap();
    log_in(&mut cognito).await.unwrap();
    let profile = cognito.profile(&format!("{}_{longest}", "n".repeat(32))).unwrap();
    assert_eq!(profile.attribute("given_name").unwrap().len(), 2048);
}

#[tokio::test]
async fn a_claim_that_stops_arriving_stays_and_an_empty_one_clears() {
    let provider = Provider::good();
    let mut cognito = cognito(&provider).await;
    let home = "custom:FI_KotikuntaKuntanro";
    let mut after = async |userinfo: Value| {
        provider.change(|it| it.userinfo = userinfo);
        let claims = log_in(&mut cognito).await.unwrap().claims;
        let kept = cognito.profile("suomi.fi_s1").unwrap().attribute(home).map(Value::from);
        assert_eq!(claims.get(home), kept.as_ref());
        kept
    };
    assert_eq!(after(json!({ "sub": "s1", "municipality": "853" })).await, Some("853".into()));
    assert_eq!(after(json!({ "sub": "s1" })).await, Some("853".into()));
    assert_eq!(after(json!({ "sub": "s1", "municipality": 91 })).await, Some("91".into()));
    assert_eq!(after(json!({ "sub": "s1", "municipality": "" })).await, None);
}

#[tokio::test]
async fn several_values_become_one_text_in_brackets() {
    let provider = Provider::good();
    provider.change(|it| it.userinfo["given_name"] = json!(["Aino Åsa", "a.b-c*d_e,f", true]));
    let claims = log_in(&mut cognito(&provider).await).await.unwrap().claims;
    assert_eq!(claims["given_name"], "[Aino+%C3%85sa,a.b-c*d_e%2Cf,true]");
}

#[tokio::test]
async fn what_is_not_mapped_or_not_writable_is_left_out_without_a_word() {
    let (provider, mut pool) = (Provider::good(), pool());
    provider.change(|it| it.userinfo["family_name"] = "Öhman".into());
    pool.attributes[0].writable = false;
    let mut cognito = Cognito::create(provider, pool, settings()).await.unwrap();
    log_in(&mut cognito).await.unwrap();
    assert_eq!(cognito.profile("suomi.fi_s1").unwrap().attributes().count(), 0);
}

#[tokio::test]
async fn the_id_token_is_searched_as_well() {
    let provider = Provider::good();
    provider.change(|it| it.claims["municipality"] = "853".into());
    let claims = log_in(&mut cognito(&provider).await).await.unwrap().claims;
    assert_eq!(claims["custom:FI_KotikuntaKuntanro"], "853");
}

#[tokio::test]
async fn subs_that_differ_only_in_case_are_one_person() {
    let provider = Provider::good();
    let mut cognito = cognito(&provider).await;
    log_in(&mut cognito).await.unwrap();
    provider.change(|it| {
        it.claims["sub"] = "S1".into();
        it.userinfo = json!({ "sub": "S1" });
    });
    assert_eq!(log_in(&mut cognito).await.unwrap().claims["given_name"], "Aino");
}
