//! What people's software expects of any server that speaks HTTP.

use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode};
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{Fixture, eventually};
use crate::shop::{Answer, Shop};

#[tokio::test]
async fn head_is_answered_where_there_is_something_to_read_and_begins_and_spends_nothing() {
    let fixture = Fixture::start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = |method: Method, path: &str| http.request(method, fixture.url() + path);
    for path in ["/.well-known/openid-configuration", "/jwks", "/saml/idp/metadata"] {
        let (get, head) = (ask(Method::GET, path), ask(Method::HEAD, path));
        let (get, head) = (get.send().await.unwrap(), head.send().await.unwrap());
        assert_eq!((get.status(), head.status()), (StatusCode::OK, StatusCode::OK), "{path}");
        for name in ["content-type", "content-length"] {
            assert_eq!(get.headers().get(name), head.headers().get(name), "{name} of {path}");
        }
        assert!(head.bytes().await.unwrap().is_empty(), "{path}");
    }
    let ready = format!("http://{}/health/ready", fixture.a.admin());
    eventually("readiness", async || {
        (http.get(&ready).send().await.unwrap().status() == StatusCode::OK).then_some(())
    })
    .await;
    for health in ["live", "startup", "ready"] {
        let url = format!("http://{}/health/{health}", fixture.a.admin());
        assert_eq!(http.head(url).send().await.unwrap().status(), StatusCode::OK, "{health}");
    }
    let authorize = fixture.shop().authorize(&[]);
    let authorize = authorize.strip_prefix(&fixture.url()).unwrap();
    for (path, methods) in [
        (authorize, "GET, POST"),
        ("/token", "POST"),
        ("/userinfo", "GET, POST"),
        ("/saml/idp/acs", "POST"),
    ] {
        let answer = Answer::of(ask(Method::HEAD, path)).await;
        assert_eq!(answer.status, 405, "{path}");
        assert_eq!(answer.headers["allow"], methods, "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    assert!(!fixture.log().iter().any(|line| line["message"] == "login started"));
}

#[tokio::test]
async fn pages_of_other_sites_may_read_discovery_and_keys_and_nothing_else() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    let authorize = shop.authorize(&[]);
    let authorize = authorize.strip_prefix(&fixture.url()).unwrap();
    for (request, open) in [
        (shop.get("/.well-known/openid-configuration"), true),
        (shop.get("/jwks"), true),
        (shop.get("/saml/idp/metadata"), false),
        (shop.get("/userinfo"), false),
        (shop.post("/token"), false),
        (shop.get(authorize), false),
        (shop.get("/nothing"), false),
    ] {
        let answer = Answer::of(request.header("origin", "https://spa.example")).await;
        let allowed = answer.headers.get("access-control-allow-origin");
        assert_eq!(allowed.map(HeaderValue::as_bytes), open.then_some(b"*".as_slice()));
    }
}

#[tokio::test]
async fn a_form_in_another_charset_and_two_authorization_headers_are_refused() {
    let fixture = Fixture::start().await;
    let latin = "application/x-www-form-urlencoded; charset=ISO-8859-1";
    for path in ["/token", "/userinfo", "/saml/idp/acs", "/authorize"] {
        let request = fixture.shop().post(path).header("content-type", latin).body("a=b");
        assert_eq!(Answer::of(request).await.status, 415, "{path}");
    }
    fixture.logged(|line| line["reason"] == "body_charset").await;
    let form = "application/x-www-form-urlencoded; charset=\"UTF-8\"";
    let token = || fixture.shop().post("/token").header("content-type", form).body("a=b");
    assert_eq!(Answer::of(token()).await.status, 401);
    for request in [token(), fixture.shop().get("/userinfo")] {
        let twice = request.bearer_auth("x").header("authorization", "Bearer x");
        let answer = Answer::of(twice).await;
        assert_eq!(answer.error(), (400, "invalid_request"));
        assert!(answer.text("error_description").contains("more than once"));
    }
}

#[tokio::test]
async fn what_is_unavailable_says_when_to_come_back_and_what_to_do() {
    let mut fixture = Fixture::start().await;
    fixture.redis.stop();
    let form = format!("SAMLResponse=x&RelayState={}", "A".repeat(22));
    let acs = fixture.shop().post("/saml/idp/acs").body(form);
    let acs = acs.header("content-type", "application/x-www-form-urlencoded");
    // The name that the handle of 22 A gives a cookie.
    let cookie = "__Host-silta-8a5bdb4c=x";
    let shop = fixture.shop();
    let (page, token) = tokio::join!(
        acs.header("cookie", cookie).send(),
        shop.redeem("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    );
    let page = page.unwrap();
    assert_eq!((page.status().as_u16(), token.status), (503, 503));
    assert_eq!(page.headers()["retry-after"], "5");
    assert_eq!(token.headers["retry-after"], "5");
    assert!(page.text().await.unwrap().contains("go back to the service and log in again"));
}

#[tokio::test]
async fn a_path_that_a_proxy_strips_is_said_once() {
    let (dir, front) = (TestDir::new(), TcpFront::start());
    let silta =
        Silta::start(&dir.configure(&ConfigParams::without_idp(format!("{}/silta", front.url()))));
    front.route_to(&[silta.address()]);
    let shop = Shop::of(&front.url());
    assert_eq!(Answer::of(shop.get("/silta/jwks")).await.status, 200);
    assert_eq!(Answer::of(shop.get("/favicon.ico")).await.status, 404);
    for path in ["/jwks", "/authorize", "/.well-known/openid-configuration", "/jwks"] {
        assert_eq!(Answer::of(shop.get(path)).await.status, 404, "{path}");
    }
    // An identity provider that has us down wrongly.
    for path in ["/silta/saml/nobody", "/silta/saml/nobody/x", "/silta/saml/"] {
        assert_eq!(Answer::of(shop.get(path)).await.status, 404, "{path}");
    }
    for told in ["does a proxy strip it?", "\"reason\":\"unknown_acs\""] {
        let said = |line: &String| line.contains(told);
        eventually(told, async || silta.logs().iter().find(|line| said(line)).cloned()).await;
        assert_eq!(silta.logs().iter().filter(|line| said(line)).count(), 1, "{told}");
    }
}
