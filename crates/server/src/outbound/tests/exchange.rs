//! What is sent, and what is taken.

use super::*;

#[tokio::test]
async fn a_get_sends_what_was_asked_for_and_nothing_else() {
    let json = ok("content-type: application/json\r\n", "{}");
    let provider = Provider::answering(&[json]);
    let (url, bearer) = (provider.url("/userinfo?a=b"), "Bearer token".into());
    let request = OutboundRequest { authorization: Some(&bearer), ..get(&url) };
    let response = provider.client.send(&request).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.content_type.as_deref(), Some("application/json"));
    assert_eq!(response.body, b"{}");
    let head = [
        "GET /userinfo?a=b HTTP/1.1",
        "accept: application/json",
        "accept-encoding: identity",
        "authorization: Bearer token",
        "user-agent: silta",
    ];
    assert_eq!(sent(&provider), head);
}

#[tokio::test]
async fn a_post_sends_its_form() {
    let provider = Provider::answering(&[ok("", "{}")]);
    let (url, basic, form) = (provider.url("/token"), "Basic abc".into(), "code=a%2Bb".into());
    let request = OutboundRequest {
        method: OutboundMethod::PostForm(&form),
        authorization: Some(&basic),
        ..get(&url)
    };
    let response = provider.client.send(&request).await.unwrap();
    assert_eq!(response.content_type, None);
    let whole = [
        "POST /token HTTP/1.1",
        "content-type: application/x-www-form-urlencoded",
        "accept: application/json",
        "accept-encoding: identity",
        "authorization: Basic abc",
        "user-agent: silta",
        "content-length: 10",
        "code=a%2Bb",
    ];
    assert_eq!(sent(&provider), whole);
}

#[tokio::test]
async fn the_body_of_an_error_is_read_like_any_other() {
    let refused = "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}";
    let response = Provider::answering(&[write(refused)]).get().await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (400, b"{}".as_slice()));
}

#[tokio::test]
async fn a_cookie_is_not_sent_back() {
    let provider = Provider::answering(&[ok("set-cookie: session=hidden\r\n", "{}")]);
    for _ in 0..2 {
        provider.get().await.unwrap();
    }
    let requests = provider.server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| !request.contains("cookie")), "{requests:?}");
}

#[tokio::test]
async fn credentials_that_are_no_header_are_not_sent() {
    let provider = Provider::answering(&[ok("", "{}")]);
    let (url, split) = (provider.url("/userinfo"), "Bearer a\r\nx: y".into());
    let request = OutboundRequest { authorization: Some(&split), ..get(&url) };
    let refused = provider.client.send(&request).await.unwrap_err();
    assert_eq!(refused, OutboundHttpError::UnusableRequest);
    assert_eq!(provider.server.connections(), 0);
}

#[tokio::test]
async fn a_request_waits_for_a_turn_no_longer_than_its_own_time() {
    let provider = Provider::with(&[Step::Hold], Bounds { under_way: 1, ..BOUNDS });
    let url = provider.url("/token");
    let patient = get(&url);
    let first = provider.client.send(&patient);
    let second = async {
        until(|| provider.server.requests().len() == 1).await;
        let brief = OutboundRequest { time_out: BRIEF, ..get(&url) };
        provider.client.send(&brief).await.unwrap_err()
    };
    tokio::select! {
        _ = first => unreachable!("the provider holds the first request"),
        refused = second => assert_eq!(refused, OutboundHttpError::Busy),
    }
    assert_eq!(provider.server.requests().len(), 1);
}

#[tokio::test]
async fn a_request_that_is_given_up_gives_its_turn_back() {
    let provider = Provider::with(&[Step::Hold], Bounds { under_way: 1, ..BOUNDS });
    let url = provider.url("/token");
    for _ in 0..2 {
        let brief = OutboundRequest { time_out: BRIEF, ..get(&url) };
        let late = provider.client.send(&brief).await.unwrap_err();
        assert_eq!(late, OutboundHttpError::NoAnswer);
    }
}

#[test]
fn no_proxy_variable_is_followed() {
    let proxy = ScriptedServer::plain(&[Step::Close]);
    let url = format!("http://{}", proxy.address());
    let names =
        ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    run_again("exchange::a_post_sends_its_form", &names.map(|name| (name, url.as_str())));
    assert_eq!(proxy.connections(), 0);
}

/// The lines of the only request, without `Host`, whose port differs each time, and the empty line.
fn sent(provider: &Provider) -> Vec<String> {
    let requests = provider.server.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    let lines = requests
        .iter()
        .flat_map(|request| request.lines())
        .filter(|line| !line.is_empty() && !line.starts_with("host: "));
    lines.map(str::to_owned).collect()
}
