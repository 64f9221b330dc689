//! Logins through a user pool that is as strict as Cognito.

use serde_json::Value;
use silta_testkit::cognito::{AppRequest, Cognito, CognitoError, SignedIn, UserInfoMethod};
use silta_testkit::test_dir::{COGNITO_CALLBACK, LOA, SHOP_SECRET};
use silta_tests::user_pool::{self, app, told};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::form_urlencoded;

use crate::cloud::{Cloud, now};
use crate::person::NORDEA;

#[tokio::test]
async fn every_attribute_of_the_published_test_person_reaches_the_profile() {
    let cloud = Cloud::start().await;
    for method in [UserInfoMethod::Get, UserInfoMethod::Post] {
        let mut cognito = pool(&cloud, method).await;
        let SignedIn { claims, .. } = log_in(&cloud, &mut cognito, "").await.unwrap();
        NORDEA.is_who_was_told_of(&told(&claims));

        let username = claims["username"].as_str().unwrap();
        let sub = username.strip_prefix("suomi.fi-kirjautuminen_").unwrap();
        assert_eq!(sub.len(), 64);
        let identity = &claims["identities"][0];
        assert_eq!(identity["userId"], sub);
        assert_eq!(identity["providerName"], "Suomi.fi-kirjautuminen");
        assert_eq!(identity["providerType"], "OIDC");
        let profile = cognito.profile(username).unwrap();
        assert_eq!(profile.attribute("custom:FI_KotikuntaKuntanro"), Some("853"));
        assert_eq!(profile.attribute("custom:acr"), Some(LOA));
    }
}

#[tokio::test]
async fn a_second_login_without_an_address_clears_it() {
    let cloud = Cloud::start().await;
    let mut cognito = pool(&cloud, UserInfoMethod::Get).await;
    let first = log_in(&cloud, &mut cognito, "").await.unwrap().claims;
    assert!(first.contains_key(ADDRESS));

    let mut moved = NORDEA.released();
    moved.as_object_mut().unwrap().remove("urn:oid:1.2.246.517.2002.2.4");
    cloud.idp.identify(&moved).await;
    let second = log_in(&cloud, &mut cognito, "").await.unwrap().claims;
    assert_eq!(first["username"], second["username"]);
    assert!(!second.contains_key(ADDRESS));
    assert_eq!(second.len(), first.len() - 1);
}

#[tokio::test]
async fn a_long_state_of_the_application_survives() {
    let cloud = Cloud::start().await;
    let mut cognito = pool(&cloud, UserInfoMethod::Get).await;
    let state = "s".repeat(4000);
    let signed_in = log_in(&cloud, &mut cognito, &state).await.unwrap();
    assert!(signed_in.state == state, "the state differs");
}

#[tokio::test]
async fn a_person_who_cancels_comes_back_to_the_application_with_an_error() {
    let cloud = Cloud::start().await;
    let mut cognito = pool(&cloud, UserInfoMethod::Get).await;
    cloud.idp.cancel().await;
    let refused = log_in(&cloud, &mut cognito, "").await.unwrap_err();
    let CognitoError::Relayed { error, description } = refused else { panic!("{refused:?}") };
    assert_eq!(error, "access_denied");
    assert!(description.unwrap().contains("(reference "));
}

#[tokio::test]
async fn userinfo_answers_the_very_request_that_was_captured() {
    let cloud = Cloud::start().await;
    let token = access_token(&cloud).await;
    let address = cloud.front.url();
    let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).await.unwrap();
    // No Accept header, and encodings that the answer may but need not have.
    let request = format!(
        "GET /userinfo HTTP/1.1\r\nHost: login.example\r\nAuthorization: Bearer {token}\r\n\
         Accept-Encoding: gzip,deflate\r\nUser-Agent: Amazon/Cognito\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(head.contains("\r\ncontent-type: application/json"), "{head}");
    assert!(!head.contains("\r\ncontent-encoding"), "{head}");
    NORDEA.is_who_was_told_of(&serde_json::from_str(body).expect("JSON"));
}

/// An access token of the client `cognito`, by hand.
async fn access_token(cloud: &Cloud) -> String {
    let authorize = pool(cloud, UserInfoMethod::Get).await.authorize(&app(), now());
    let query = cloud.person_goes_to(authorize.as_str(), COGNITO_CALLBACK).await;
    let mut params = form_urlencoded::parse(query.as_bytes());
    let code = params.find(|(name, _)| name == "code").expect("a code").1;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", COGNITO_CALLBACK),
        ("client_id", "cognito"),
        ("client_secret", SHOP_SECRET),
    ];
    let token = cloud.client().post(format!("{}/token", cloud.balancer.url())).form(&form);
    let tokens: Value = token.send().await.unwrap().json().await.unwrap();
    tokens["access_token"].as_str().expect("an access token").to_owned()
}

async fn pool(cloud: &Cloud, method: UserInfoMethod) -> Cognito {
    let issuer = cloud.balancer.url();
    let pool =
        user_pool::create(cloud.client(), &issuer, COGNITO_CALLBACK, SHOP_SECRET, method).await;
    pool.unwrap()
}

async fn log_in(
    cloud: &Cloud,
    cognito: &mut Cognito,
    state: &str,
) -> Result<SignedIn, CognitoError> {
    let app = AppRequest { state: state.to_owned(), ..app() };
    let authorize = cognito.authorize(&app, now());
    let query = cloud.person_goes_to(authorize.as_str(), COGNITO_CALLBACK).await;
    cognito.idpresponse(&query, now()).await
}

const ADDRESS: &str = "custom:FI_VKLahiosoite";
