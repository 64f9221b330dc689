//! The `claims` parameter [OIDC Core §5.5], and claims that come by scope.

use silta_broker::LoginError;
use silta_oidc::{Client, Scope};

use crate::fixture::{CALLBACK, Fixture, SEAL, SECOND_CALLBACK, client, clients};
use crate::scripted_idp::ACR;
use crate::wire::{claims, client_error, query_param};

/// The usual fixture, whose shop gets `given_name` by the scope `email` alone.
fn fixture() -> Fixture {
    let mut all = clients();
    all[0] = scoped(client("shop", &[CALLBACK, SECOND_CALLBACK]));
    Fixture::new().changed([SEAL, SEAL], all, |_| {})
}

fn scoped(client: Client) -> Client {
    client.with_claim_scope("given_name".to_owned(), Scope::Email)
}

async fn told(fixture: &Fixture, changes: &[(&str, &str)]) -> serde_json::Value {
    let code = fixture.code(changes).await;
    claims(&fixture.redeem(&code, &[]).await.unwrap())
}

#[tokio::test]
async fn a_claim_by_scope_comes_with_the_scope_or_by_its_name_and_others_always() {
    let fixture = fixture();
    for (changes, comes) in [
        (vec![("scope", "openid profile")], false),
        (vec![("scope", "openid email")], true),
        (vec![("claims", r#"{"userinfo":{"given_name":null}}"#)], true),
        (vec![("claims", r#"{"id_token":{"given_name":{"essential":true}}}"#)], true),
        (vec![("claims", r#"{"userinfo":{"nickname":null}}"#)], false),
    ] {
        let told = told(&fixture, &changes).await;
        assert_eq!(told.get("given_name").is_some(), comes, "{changes:?}");
        assert!(told.get("family_name").is_some(), "{changes:?}");
    }
}

#[tokio::test]
async fn an_essential_acr_is_reached_exactly_or_nobody_is_logged_in() {
    let essential = |level: &str| {
        format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{level}"]}}}}}}"#)
    };
    let fixture = Fixture::new();
    let same = essential(ACR);
    assert_eq!(told(&fixture, &[("claims", &same)]).await["acr"], ACR);
    let asked = fixture.idp.script(|script| script.requests.last().cloned()).unwrap();
    assert_eq!(asked.acr_values, [ACR]);

    let codes = fixture.store.all("code").len();
    let sessions = fixture.store.live("session").await;
    let started = fixture.start(&[("claims", &essential("urn:another"))]).await.unwrap();
    let failed = fixture.finish(&started, "_b").await.unwrap_err();
    assert_eq!(failed.error, LoginError::NoRequestedLevel);
    let error = client_error(&failed);
    assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"));
    // It may have been stronger.
    let told = query_param(failed.answer.as_ref().unwrap(), "error_description").unwrap();
    let expected = "the level of assurance is none of those that the request insists on";
    assert_eq!(told, format!("{expected} (reference {})", failed.reference));
    assert_eq!(fixture.store.all("code").len(), codes, "no further code");
    assert_eq!(fixture.store.live("session").await, sessions, "and no session");
}

#[tokio::test]
async fn a_voluntary_acr_is_a_wish() {
    let fixture = Fixture::new();
    let wish = r#"{"id_token":{"acr":{"values":["urn:another"]}}}"#;
    assert_eq!(told(&fixture, &[("claims", wish)]).await["acr"], ACR);
}

#[tokio::test]
async fn a_sub_that_is_asked_for_is_the_only_person_who_will_do() {
    let fixture = Fixture::new();
    let sub = told(&fixture, &[]).await["sub"].as_str().unwrap().to_owned();
    let asked = |sub: &str| format!(r#"{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}"#);
    assert_eq!(told(&fixture, &[("claims", &asked(&sub))]).await["sub"], sub.as_str());
    let started = fixture.start(&[("claims", &asked("somebody-else"))]).await.unwrap();
    let failed = fixture.finish(&started, "_c").await.unwrap_err();
    assert_eq!(failed.error, LoginError::AnotherPerson);
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
}
