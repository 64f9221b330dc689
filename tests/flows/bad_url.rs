//! Wrong addresses, wrong methods, and a Host header that lies.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use reqwest::Method;
use silta_testkit::deadline::DEADLINE;
use silta_testkit::test_dir::CALLBACK;

use crate::fixture::{Fixture, browser};
use crate::shop::Answer;

#[tokio::test]
async fn an_address_where_nothing_is_answers_so() {
    let fixture = Fixture::start().await;
    for path in [
        "/",
        "/nothing",
        "/authorize/",
        "//authorize",
        "/saml/nobody/acs",
        "/saml/nobody/metadata",
        "/saml/idp",
        "/saml/idp/acs/more",
        "/saml/%2e%2e/acs",
        "/saml/idp%2facs",
        "/saml/../authorize/x",
        "/.well-known/openid-configuration/",
        "/%ff%fe",
        "/%00",
        "/<script>",
    ] {
        for request in [fixture.shop().get(path), fixture.shop().post(path)] {
            let answer = Answer::of(request).await;
            assert!(matches!(answer.status, 404 | 405), "{path}: {}", answer.status);
            assert!(!answer.headers.contains_key("location"), "{path}");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        }
    }
    let page = browser().get(&format!("{}/<script>alert(1)</script>", fixture.url())).await;
    assert!(!page.body.contains("script"), "nothing of the address is shown");
    fixture.a_login_works().await;
}

/// Clients are in the configuration, and what operators look at has a listener of its own.
#[tokio::test]
async fn nobody_registers_a_client_or_administers_anything_at_the_public_address() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    for path in [
        "/register",
        "/connect/register",
        "/oauth2/register",
        "/registration",
        "/clients",
        "/clients/shop",
        "/admin",
        "/admin/clients",
        "/metrics",
        "/health/live",
        "/health/ready",
        "/health/startup",
        "/debug/pprof",
        "/config",
    ] {
        let body = r#"{"redirect_uris":["https://evil.example/callback"]}"#;
        let post = shop.post(path).header("content-type", "application/json").body(body);
        for request in [shop.get(path), post, shop.request(Method::PUT, path)] {
            assert_eq!(Answer::of(request).await.status, 404, "{path}");
        }
    }
    assert!(shop.discovery().await["registration_endpoint"].is_null());
}

#[tokio::test]
async fn no_answer_is_framed_cached_sniffed_or_leaks_its_address() {
    let fixture = Fixture::with_post_binding().await;
    let page = fixture.shop().authorize(&[("client_id", "unknown")]);
    let form = fixture.shop().authorize(&[]);
    let [page, form] = [browser().get(&page).await, browser().get(&form).await];
    assert_eq!((page.status.as_u16(), form.status.as_u16()), (400, 200));
    let tokens = Answer::of(fixture.shop().post("/token")).await;
    for headers in [&page.headers, &form.headers, &tokens.headers] {
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
    // The only script there is submits the form, and is allowed by its digest alone.
    let policy = form.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("script-src 'unsafe"));
    assert_eq!(form.body.matches("<script>").count(), 1);
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused() {
    let fixture = Fixture::start().await;
    let mut line = TcpStream::connect(fixture.a.address()).unwrap();
    line.set_read_timeout(Some(DEADLINE)).unwrap();
    // It hangs up as soon as it has had enough, perhaps while more is being sent.
    let _ = write!(line, "GET /authorize?{} HTTP/1.1\r\n\r\n", "x".repeat(1024 * 1024));
    let mut answer = String::new();
    let _ = line.read_to_string(&mut answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_method_that_an_endpoint_does_not_have_is_refused() {
    let fixture = Fixture::start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (method, path) in [
        (Method::GET, "/token"),
        (Method::PUT, "/token"),
        (Method::DELETE, "/userinfo"),
        (Method::GET, "/saml/idp/acs"),
        (Method::POST, "/saml/idp/metadata"),
        (Method::POST, "/jwks"),
        (Method::POST, "/.well-known/openid-configuration"),
        (Method::PATCH, "/authorize"),
        (Method::TRACE, "/authorize"),
    ] {
        let answer = Answer::of(http.request(method.clone(), fixture.url() + path)).await;
        assert!(matches!(answer.status, 404 | 405), "{method} {path}: {}", answer.status);
    }
    fixture.a_login_works().await;
}

#[tokio::test]
async fn a_browser_that_opens_an_address_for_programs_sees_our_page() {
    let fixture = Fixture::start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for path in ["/saml/idp/acs", "/token"] {
        let opened = http.get(fixture.url() + path);
        let opened = opened.header("accept", "text/html,*/*;q=0.8").header("accept-language", "sv");
        let page = opened.send().await.unwrap();
        assert_eq!(
            (page.status().as_u16(), &page.headers()["allow"]),
            (405, &"POST".parse().unwrap())
        );
        assert_eq!(page.headers()["x-frame-options"], "DENY");
        let page = page.text().await.unwrap();
        assert!(page.contains("Det finns ingen sida här"), "{page}");
        let asked = http.get(fixture.url() + path).header("accept", "*/*").send().await.unwrap();
        assert_eq!(asked.status().as_u16(), 405);
        assert_eq!(asked.text().await.unwrap(), "", "what a program gets");
    }
}

#[tokio::test]
async fn a_host_header_that_lies_changes_nothing() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    let lie = |path: &str| {
        shop.get(path)
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "https")
            .header("forwarded", "host=evil.example")
    };
    for path in ["/.well-known/openid-configuration", "/jwks", "/saml/idp/metadata"] {
        let truth = shop.get(path).send().await.unwrap().text().await.unwrap();
        let told = lie(path).send().await.unwrap().text().await.unwrap();
        assert_eq!(told, truth, "{path}");
    }
    let refused = shop.authorize(&[("scope", "profile")]);
    let refused = refused.strip_prefix(&fixture.url()).unwrap();
    let answer = Answer::of(lie(refused)).await;
    let location = answer.headers["location"].to_str().unwrap();
    assert!(location.starts_with(CALLBACK), "{location}");
    assert!(!location.contains("evil"), "{location}");
    fixture.a_login_works().await;
}
