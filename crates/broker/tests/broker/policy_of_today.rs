//! A login that left under one configuration comes back under another: the one of today counts.

use std::sync::Arc;

use silta_broker::{ErrorClass, LoginError, Settings};
use silta_oidc::TokenRequestError;

use crate::fixture::{
    CALLBACK, Fixture, SEAL, SECOND_CALLBACK, allowed, client, clients, configured, party,
    suomifi_name,
};
use crate::scripted_idp::{ACR, ScriptedIdp};
use crate::wire::{bearer, client_error};

/// The same replica after a change of its configuration.
fn changed(fixture: &Fixture, change: impl FnOnce(&mut Settings)) -> Fixture {
    fixture.changed([SEAL, SEAL], clients(), change)
}

#[tokio::test]
async fn a_level_that_is_demanded_by_now_has_to_be_reached() {
    let fixture = Fixture::new();
    for raise in [
        (|settings: &mut Settings| {
            let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
            shop.upstreams[0].min_acr = Some("urn:higher".to_owned());
        }) as fn(&mut Settings),
        |settings| {
            let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
            upstream.least_level = Some("urn:higher".to_owned());
        },
    ] {
        let started = fixture.started().await;
        let later = changed(&fixture, raise);
        let failed = later.finish(&started, started.relay_state.as_str()).await.unwrap_err();
        assert_eq!(failed.error, LoginError::LevelRaised);
        assert_eq!(failed.error.class(), ErrorClass::User);
        let error = client_error(&failed);
        assert_eq!(error.as_deref(), Some("unmet_authentication_requirements"));
    }
}

#[tokio::test]
async fn a_level_that_is_still_reached_is_accepted() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let later = changed(&fixture, |settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.upstreams[0].min_acr = Some(ACR.to_owned());
    });
    later.finish(&started, "_a").await.unwrap();
}

#[tokio::test]
async fn an_upstream_that_was_taken_off_the_client_logs_nobody_in() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let later = changed(&fixture, |settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.upstreams = vec![allowed("elsewhere")];
        let elsewhere = configured(Arc::new(ScriptedIdp::default()));
        settings.upstreams.insert(allowed("elsewhere").name, elsewhere);
    });
    let failed = later.finish(&started, "_a").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Misconfigured);
    assert_eq!(failed.error.class(), ErrorClass::Operator);
}

#[tokio::test]
async fn a_redirect_uri_that_was_taken_out_gets_neither_a_code_nor_an_error() {
    let fixture = Fixture::new();
    for declined in [false, true] {
        let started = fixture.start(&[("redirect_uri", SECOND_CALLBACK)]).await.unwrap();
        let shop = client("shop", &[CALLBACK]);
        let later = fixture.changed([SEAL, SEAL], vec![shop], |_| {});
        if declined {
            fixture.idp.asserts(&[]);
        }
        let failed = later.finish(&started, started.relay_state.as_str()).await.unwrap_err();
        assert_eq!(client_error(&failed), None, "{failed:?}");
        let expected = if declined { LoginError::NoSubject } else { LoginError::Misconfigured };
        assert_eq!(failed.error, expected);
        // The operator reads why the client was not told of another refusal than that.
        let untold = if declined { "shop not told: misconfigured" } else { REFUSED };
        assert_eq!(later.audit.last(), untold);
    }
}

#[tokio::test]
async fn a_code_for_a_redirect_uri_that_was_taken_out_buys_nothing() {
    let fixture = Fixture::new();
    let code = fixture.code(&[("redirect_uri", SECOND_CALLBACK)]).await;
    let shop = client("shop", &[CALLBACK]);
    let later = fixture.changed([SEAL, SEAL], vec![shop], |_| {});
    let refused = later.redeem(&code, &[("redirect_uri", SECOND_CALLBACK)]).await.unwrap_err();
    assert_eq!(refused, TokenRequestError::LoginNotAccepted.into());
}

#[tokio::test]
async fn an_access_token_of_a_client_that_was_taken_out_opens_nothing() {
    let fixture = Fixture::new();
    let token = bearer(&fixture.tokens().await);
    let others = clients().into_iter().filter(|client| client.id().as_str() != "shop");
    let later = fixture.changed([SEAL, SEAL], others.collect(), |_| {});
    assert!(!later.opens(&token).await);
    assert!(fixture.opens(&token).await, "it was not ended, should the file be corrected");
}

const REFUSED: &str = "shop refused at suomifi: misconfigured";
