//! Clients are told behind the browser that a session is over, whoever ended it.

use serde_json::{Value, json};
use silta_testkit::jws::{Jws, rsa_key};
use silta_testkit::quick_idp::LogoutStatus;
use silta_testkit::scripted_server::{ScriptedServer, Step};
use silta_testkit::tcp_front::TcpFront;

use crate::fixture::eventually;
use crate::logout_fixture::{AFTER_LOGOUT, Deployment, REDIRECT, browser, frame};
use crate::shop::{OTHER, claims_of};
use crate::single_sign_on::sso;

/// A client's server that answers every request so.
pub(crate) fn client(status: &str) -> ScriptedServer {
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
    ScriptedServer::plain(&[Step::Write(answer.into_bytes())])
}

/// Two replicas whose shop is told at `address`.
fn deployment(address: &str) -> Deployment {
    Deployment::start_with(REDIRECT, |text| told_at(&text, "shop", address))
}

/// The configuration in which this client is told at `address`.
pub(crate) fn told_at(text: &str, client: &str, address: &str) -> String {
    let section = format!("  {client}:\n");
    assert!(text.contains(&section));
    let uri = format!("    backchannel_logout_uri: {address}/backchannel?a=b\n");
    text.replacen(&section, &format!("{section}{uri}"), 1)
}

pub(crate) fn url_of(server: &ScriptedServer) -> String {
    format!("http://{}", server.address())
}

/// The logout token in a request.
fn token(request: &str) -> Jws {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /backchannel?a=b HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    let token = body.strip_prefix("logout_token=").expect("one field");
    Jws::read(token).expect("a signed token")
}

async fn told(server: &ScriptedServer, count: usize) -> Vec<Jws> {
    let requests = eventually("logout token", async || {
        Some(server.requests()).filter(|all| all.len() >= count)
    });
    let requests = requests.await;
    assert_eq!(requests.len(), count, "each is told once");
    requests.iter().map(|request| token(request)).collect()
}

#[tokio::test]
async fn oidcc_backchannel_logout_discovery_endpoint_verification() {
    let deployment = Deployment::start(REDIRECT);
    let discovery = deployment.shop().discovery().await;
    assert_eq!(discovery["backchannel_logout_supported"], true);
    assert_eq!(discovery["backchannel_logout_session_supported"], true);
    let endpoint = format!("{}/logout", deployment.front.url());
    assert_eq!(discovery["end_session_endpoint"], endpoint);
}

/// The suite is the client that asks, and is told before it is gone back to.
#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let suite = client("200 OK");
    let deployment = deployment(&url_of(&suite));
    let mut browser = browser();
    let login = deployment.login_in(&mut browser, 1).await;
    let tokens = deployment.shop().redeem(&login.code).await;
    let id_token = tokens.text("id_token");
    let wanted =
        [("id_token_hint", id_token), ("post_logout_redirect_uri", AFTER_LOGOUT), ("state", "abc")];
    let left = browser.get(&deployment.logout_url(&wanted)).await;
    let [token] = &told(&suite, 1).await[..] else { unreachable!("one") };

    let keys: Value = deployment.shop().get("/jwks").send().await.unwrap().json().await.unwrap();
    let key = rsa_key(&keys["keys"][0]).unwrap();
    assert!(token.is_signed_by(&key));
    assert_eq!(token.header("typ"), Some("logout+jwt"));
    assert_eq!(token.header("kid"), keys["keys"][0]["kid"].as_str());
    let id_token = claims_of(id_token);
    for (name, wanted) in [
        ("iss", json!(deployment.front.url())),
        ("aud", json!("shop")),
        ("sub", id_token["sub"].clone()),
        ("sid", id_token["sid"].clone()),
        ("events", json!({ "http://schemas.openid.net/event/backchannel-logout": {} })),
    ] {
        assert_eq!(token.claims[name], wanted, "{name}");
    }
    assert_eq!(token.claims.get("nonce"), None);
    assert!(token.claim("jti").is_some_and(|jti| jti.len() == 22));
    let [iat, exp] = ["iat", "exp"].map(|name| token.claims[name].as_i64().unwrap());
    assert_eq!(exp - iat, 120);

    let answer = deployment.answer_logout(&left, LogoutStatus::Success);
    let back = browser.get(&answer.url()).await;
    let location = back.headers["location"].to_str().unwrap();
    assert_eq!(location, format!("{AFTER_LOGOUT}&state=abc"));
    deployment.logged(|line| line["message"] == "client told of logout").await;
}

/// Each knows the session by a name of its own, and either ends it by that name.
#[tokio::test]
async fn a_client_that_joined_a_session_ends_it_and_each_is_told_by_its_own_sid() {
    let (shop, other) = (client("200 OK"), client("200 OK"));
    let deployment = Deployment::start_with(REDIRECT, |text| {
        told_at(&told_at(&sso(&text), "shop", &url_of(&shop)), "other", &url_of(&other))
    });
    let mut browser = browser();
    let login = deployment.login_in(&mut browser, 1).await;
    let first = deployment.shop().redeem(&login.code).await;
    let page = browser.get(&deployment.shop().authorize(&[OTHER[0]])).await;
    let code = page.told("code").expect("an answer of the session");
    let redemption = [OTHER[0], OTHER[1], ("code", code.as_str())];
    let second = deployment.shop().redeem_with(&redemption).await;
    let [shops, others] = [&first, &second].map(|tokens| claims_of(tokens.text("id_token")));
    assert_ne!(shops["sid"], others["sid"]);

    let hint = [("id_token_hint", second.text("id_token"))];
    // In a browser without the session's cookie, which would lead to it as well.
    let left = crate::logout_fixture::browser().get(&deployment.logout_url(&hint)).await;
    for (server, client, known) in [(&shop, "shop", &shops), (&other, "other", &others)] {
        let [token] = &told(server, 1).await[..] else { unreachable!("one") };
        assert_eq!(token.claim("aud"), Some(client));
        for name in ["sub", "sid"] {
            assert_eq!(token.claims[name], known[name], "{client}: {name}");
        }
    }
    for tokens in [&first, &second] {
        let told = deployment.shop().userinfo(tokens.text("access_token")).await;
        assert_eq!(told.error(), (401, "invalid_token"));
    }
    let asked = deployment.idp.logout_request(left.location().unwrap().as_str());
    assert!(asked.xml().contains("<samlp:SessionIndex>_session1</samlp:SessionIndex>"));
}

/// Whatever ends the session; and a client without an address is not called.
#[tokio::test]
async fn a_client_is_told_of_each_end_and_no_other_client_is() {
    let shop = client("204 No Content");
    let deployment = deployment(&url_of(&shop));
    let by_idp = deployment.login(1).await;
    let page = frame().get(&deployment.logout(&by_idp).url(None)).await;
    assert_eq!(deployment.answer(&page).0, "Success", "the client has confirmed");
    told(&shop, 1).await;

    let mut browser = browser();
    deployment.login_in(&mut browser, 2).await;
    deployment.login_in(&mut browser, 3).await;
    let tokens = told(&shop, 2).await;
    let subs: Vec<_> = tokens.iter().map(|token| token.claim("sub")).collect();
    assert_ne!(subs[0], subs[1], "the person of the former login in this browser");

    let other = [("client_id", "other"), ("scope", "openid")];
    let mut elsewhere = crate::logout_fixture::browser();
    let login = deployment.login_to(&mut elsewhere, 4, &other).await;
    let page = frame().get(&deployment.logout(&login).url(None)).await;
    assert_eq!(deployment.answer(&page).0, "Success");
    assert_eq!(shop.requests().len(), 2);
}

/// The identity provider is told the truth.
#[tokio::test]
async fn a_client_that_does_not_confirm_makes_the_logout_a_partial_one() {
    let shop = client("500 Internal Server Error");
    let deployment = deployment(&url_of(&shop));
    let login = deployment.login(1).await;
    let page = frame().get(&deployment.logout(&login).url(None)).await;
    assert_eq!(deployment.answer(&page).0, "Success PartialLogout");
    assert!(deployment.is_over(&login).await);
}

/// The person sees who has not confirmed, and goes on by a link.
#[tokio::test]
async fn the_page_says_which_clients_have_not_confirmed() {
    let shop = client("503 Service Unavailable");
    let deployment = deployment(&url_of(&shop));
    let mut browser = browser();
    let login = deployment.login_in(&mut browser, 1).await;
    let tokens = deployment.shop().redeem(&login.code).await;
    let wanted =
        [("id_token_hint", tokens.text("id_token")), ("post_logout_redirect_uri", AFTER_LOGOUT)];
    let left = browser.get(&deployment.logout_url(&wanted)).await;
    let page = browser.get(&deployment.answer_logout(&left, LogoutStatus::Success).url()).await;
    assert_eq!((page.status.as_u16(), page.location()), (200, None));
    assert!(page.body.contains("not every service has confirmed it yet"), "{}", page.body);
    assert!(page.body.contains("<li>shop: has not confirmed yet</li>"), "{}", page.body);
    assert!(page.body.contains("href=\"https://rp.example/logged-out?tenant=a\""));
}

/// It is tried a quarter of a minute later, by whoever is there.
#[tokio::test]
async fn a_client_that_a_killed_replica_could_not_tell_is_told_by_the_other() {
    let (shop, front) = (client("200 OK"), TcpFront::start());
    front.route_to(&[]);
    let mut deployment = deployment(&front.url());
    deployment.front.route_to(&[deployment.a.address()]);
    let login = deployment.login(1).await;
    let page = frame().get(&deployment.logout(&login).url(None)).await;
    assert_eq!(deployment.answer(&page).0, "Success PartialLogout");
    deployment.a.kill();
    front.route_to(&[shop.address()]);
    let [token] = &told(&shop, 1).await[..] else { unreachable!("one") };
    assert_eq!(token.claim("aud"), Some("shop"));
    deployment.b.log("end", |line| line["message"] == "client told of logout");
}
