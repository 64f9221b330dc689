//! Logins through a user pool and a load balancer that others wrote.

use std::net::SocketAddr;

use serde_json::{Map, Value};
use silta_testkit::browser::Browser;
use silta_testkit::jws;
use silta_testkit::ministack::{Broker, Ministack};
use silta_testkit::test_dir::{ALB_CALLBACK, CALLBACK, COGNITO_CALLBACK, SHOP_SECRET};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::fixture::Fixture;
use crate::person::NORDEA;

#[tokio::test]
async fn a_user_pool_by_ministack_stores_the_published_test_person() {
    let (fixture, aws) = (Fixture::start().await, Ministack::start());
    let mapping = NORDEA.claims().map(|claim| (format!("custom:{claim}"), claim.to_owned()));
    let issuer = fixture.url();
    let broker = Broker { issuer: &issuer, client_id: "cognito", client_secret: SHOP_SECRET };
    let mapping: Vec<_> = mapping.collect();
    let pool = aws.user_pool("silta-test", CALLBACK, broker, &mapping).await;

    let mut browser = Browser::new(COGNITO_CALLBACK);
    let query = [
        ("client_id", pool.client_id.as_str()),
        ("identity_provider", "Silta"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "where the person was"),
    ];
    let address = format!("http://{}/oauth2/authorize", aws.address());
    let authorize = Url::parse_with_params(&address, query).unwrap();
    let back = browser.follow(authorize.as_str()).await.location().expect("a redirect");
    let answer = format!("http://{}{}?{}", aws.address(), back.path(), back.query().unwrap());
    let page = browser.get(&answer).await;
    assert_eq!(page.told("state").as_deref(), Some("where the person was"));

    let users = aws.users(&pool).await;
    assert_eq!(users.len(), 1);
    assert_eq!(users[0]["UserStatus"], "EXTERNAL_PROVIDER");
    assert!(users[0]["Username"].as_str().unwrap().starts_with("Silta_"));
    let custom = |attribute: &Value| {
        let name = attribute["Name"].as_str()?.strip_prefix("custom:")?.to_owned();
        Some((name, attribute["Value"].clone()))
    };
    let attributes = users[0]["Attributes"].as_array().unwrap();
    let stored: Map<_, _> = attributes.iter().filter_map(custom).collect();
    NORDEA.is_who_was_told_of(&Value::Object(stored));
}

#[tokio::test]
async fn a_load_balancer_by_ministack_lets_the_published_test_person_through() {
    let (fixture, aws) = (Fixture::start().await, Ministack::start());
    let issuer = fixture.url();
    let broker = Broker { issuer: &issuer, client_id: "alb", client_secret: SHOP_SECRET };
    let (target, seen) = application().await;
    aws.load_balancer("app", broker, target).await;

    // Its own name, which leads to this machine, and the port that it has here.
    let at = |path: &str| format!("http://app.alb.localhost:{}{path}", aws.address().port());
    let client = reqwest::Client::builder().resolve("app.alb.localhost", aws.address());
    let mut browser = Browser::with(client, ALB_CALLBACK);
    let back = browser.follow(&at("/page")).await.location().expect("a redirect");
    let answer = format!("{}?{}", back.path(), back.query().unwrap());
    let page = browser.get(&at(&answer)).await;
    assert!(page.location().is_some(), "the load balancer answers with {}", page.status);
    assert_eq!(browser.get(&at("/page")).await.status, 200);

    let headers = seen.await.unwrap();
    let header = |name: &str| {
        let mut lines = headers.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.unwrap_or_else(|| panic!("no {name}")).1
    };
    // Nobody can ask for its key, so this only reads.
    let data = header("x-amzn-oidc-data").replace('=', "");
    let claims = jws::Jws::read(&data).expect("a signed token").claims;
    assert_eq!(claims["sub"], header("x-amzn-oidc-identity"));
    NORDEA.is_who_was_told_of(&Value::Object(claims));
}

/// An application that answers one request, and the head of that request.
async fn application() -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        String::from_utf8(head).unwrap()
    });
    (address, seen)
}
