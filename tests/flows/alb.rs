//! Logins of an application behind a load balancer that is as strict as AWS's.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use silta_testkit::alb::{
    Alb, AlbError, ClientAuthentication, Cookies, Forwarded, Settings, Visit,
};
use silta_testkit::browser::Browser;
use silta_testkit::test_dir::{ALB_CALLBACK, LOA, SHOP_SECRET};
use url::Url;

use crate::cloud::{Cloud, now};
use crate::fixture::with_refresh_tokens;
use crate::person::{AINO, NORDEA};

#[tokio::test]
async fn every_attribute_of_the_published_test_person_reaches_the_application() {
    let cloud = Cloud::start().await;
    for client_authentication in [ClientAuthentication::Post, ClientAuthentication::Basic] {
        let alb =
            Alb::create(cloud.client(), Settings { client_authentication, ..settings(&cloud) });
        let (alb, mut cookies) = (alb.unwrap(), Cookies::new());
        log_in(&cloud, &alb, &mut cookies).await.unwrap();
        let seen = let_through(&alb, &mut cookies).await;
        let claims = alb.application_reads(&seen, now()).expect("a good signature");
        assert_eq!(claims["sub"], seen.identity);
        assert_eq!(claims["acr"], LOA);
        NORDEA.is_who_was_told_of(&Value::Object(claims));
        // A long one would take from the 11 KB that it shares with the claims.
        assert!(seen.access_token.len() <= 64, "{} characters", seen.access_token.len());
        assert_eq!(cookies.len(), 1, "one shard holds them");
    }
}

#[tokio::test]
async fn a_person_who_cancels_is_told_by_the_load_balancer() {
    let cloud = Cloud::start().await;
    cloud.idp.cancel().await;
    let alb = Alb::create(cloud.client(), settings(&cloud)).unwrap();
    let refused = log_in(&cloud, &alb, &mut Cookies::new()).await.unwrap_err();
    assert_eq!(refused, AlbError::Idp { error: "access_denied".to_owned() });
}

#[tokio::test]
async fn a_wrong_secret_or_issuer_ends_the_login_by_its_reason() {
    let cloud = Cloud::start().await;
    let secret = Settings { client_secret: "of another client".to_owned(), ..settings(&cloud) };
    let issuer = Settings { issuer: "https://login.example/".to_owned(), ..settings(&cloud) };
    for (reason, settings) in [("AuthTokenEpRequestFailed", secret), ("AuthInvalidIdToken", issuer)]
    {
        let alb = Alb::create(cloud.client(), settings).unwrap();
        let refused = log_in(&cloud, &alb, &mut Cookies::new()).await.unwrap_err();
        assert_eq!(refused.reason(), Some(reason));
    }
}

#[tokio::test]
async fn its_nodes_refresh_at_once_and_a_session_that_has_ended_ends_there_too() {
    let cloud = Cloud::with_config(|text| with_refresh_tokens(&text)).await;
    let (alb, mut cookies) =
        (Alb::create(cloud.client(), settings(&cloud)).unwrap(), Cookies::new());
    let mut browser = cloud.browser(ALB_CALLBACK);
    log_in_by(&cloud, &mut browser, &alb, &mut cookies).await.unwrap();
    let first = let_through(&alb, &mut cookies).await;
    // Two nodes find the access token expired in the same cookie; the answer of one is lost.
    let expired = now() + SignedDuration::from_mins(6);
    let (mut here, mut there) = (cookies.clone(), cookies);
    let (refreshed, again) = tokio::join!(
        let_through_at(&alb, &mut here, expired),
        let_through_at(&alb, &mut there, expired)
    );
    assert_eq!((&refreshed.identity, &again.identity), (&first.identity, &first.identity));
    assert_ne!(refreshed.access_token, first.access_token);
    let claims = alb.application_reads(&refreshed, expired).expect("a good signature");
    NORDEA.is_who_was_told_of(&Value::Object(claims));
    // And go on from there, each with its own cookie.
    let later = expired + SignedDuration::from_mins(6);
    let_through_at(&alb, &mut there, later).await;

    // Somebody else logs in with this browser, which ends the session.
    cloud.idp.identify(&AINO.released()).await;
    log_in_by(&cloud, &mut browser, &alb, &mut Cookies::new()).await.unwrap();
    let later = later + SignedDuration::from_mins(6);
    let Visit::Redirect(_) = alb.visit(&mut there, "/", later).await else { panic!("let through") };
}

fn settings(cloud: &Cloud) -> Settings {
    let callback = Url::parse(ALB_CALLBACK).unwrap();
    Settings::of_silta(&cloud.balancer.url(), callback.host_str().unwrap(), "alb", SHOP_SECRET)
}

async fn log_in(cloud: &Cloud, alb: &Alb, cookies: &mut Cookies) -> Result<String, AlbError> {
    log_in_by(cloud, &mut cloud.browser(ALB_CALLBACK), alb, cookies).await
}

async fn log_in_by(
    cloud: &Cloud,
    browser: &mut Browser,
    alb: &Alb,
    cookies: &mut Cookies,
) -> Result<String, AlbError> {
    let Visit::Redirect(to) = alb.visit(cookies, "/", now()).await else { panic!("let through") };
    let query = cloud.goes_to(browser, to.as_str()).await;
    alb.idpresponse(cookies, &query, now()).await
}

async fn let_through(alb: &Alb, cookies: &mut Cookies) -> Forwarded {
    let_through_at(alb, cookies, now()).await
}

async fn let_through_at(alb: &Alb, cookies: &mut Cookies, now: Timestamp) -> Forwarded {
    match alb.visit(cookies, "/", now).await {
        Visit::Redirect(_) => panic!("sent away"),
        Visit::Forwarded(seen) => seen,
    }
}
