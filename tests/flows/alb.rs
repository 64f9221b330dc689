//! Logins of an application behind a load balancer that is as strict as AWS's.

use serde_json::Value;
use silta_testkit::alb::{
    Alb, AlbError, ClientAuthentication, Cookies, Forwarded, Settings, Visit,
};
use silta_testkit::test_dir::{ALB_CALLBACK, LOA, SHOP_SECRET};
use url::Url;

use crate::cloud::{Cloud, now};
use crate::person::NORDEA;

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

fn settings(cloud: &Cloud) -> Settings {
    let callback = Url::parse(ALB_CALLBACK).unwrap();
    Settings::of_silta(&cloud.balancer.url(), callback.host_str().unwrap(), "alb", SHOP_SECRET)
}

async fn log_in(cloud: &Cloud, alb: &Alb, cookies: &mut Cookies) -> Result<String, AlbError> {
    let Visit::Redirect(to) = alb.visit(cookies, "/", now()).await else { panic!("let through") };
    let query = cloud.person_goes_to(to.as_str(), ALB_CALLBACK).await;
    alb.idpresponse(cookies, &query, now()).await
}

async fn let_through(alb: &Alb, cookies: &mut Cookies) -> Forwarded {
    match alb.visit(cookies, "/", now()).await {
        Visit::Redirect(_) => panic!("sent away"),
        Visit::Forwarded(seen) => seen,
    }
}
