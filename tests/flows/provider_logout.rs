//! Logging out with an OpenID Provider that others wrote: oidc-provider of npm.

use serde_json::json;
use silta_testkit::keys;
use silta_testkit::op::{Answer, HostileOp, KID, METADATA, rs256, signed_with_header};

use crate::fixture::browser;
use crate::hostile_provider::login_with;
use crate::op_fixture::OpFixture;
use crate::shop::{Shop, changed};

#[tokio::test]
async fn a_logout_at_the_provider_ends_the_session_by_its_back_channel() {
    for session_required in [true, false] {
        let client = json!({
            "backchannel_logout_uri": "PUBLIC_URL/oidc/op/backchannel_logout",
            "backchannel_logout_session_required": session_required,
            "post_logout_redirect_uris": ["PUBLIC_URL/oidc/op/logged_out"],
        });
        let fixture = OpFixture::with(client, |_| {}, "logout: true").await;
        let (shop, mut person, mut other) = (fixture.shop(), browser(), browser());
        let mut tokens = vec![];
        for browser in [&mut person, &mut other] {
            let page = browser.open(&shop.authorize(&[])).await;
            let answer = shop.redeem(&page.told("code").expect("a code")).await;
            tokens.push(answer.text("access_token").to_owned());
        }
        for token in &tokens {
            assert_eq!(shop.userinfo(token).await.status, 200);
        }
        person.follow(&format!("{}/session/end", fixture.op.issuer())).await;
        let received = fixture.logged(|line| line["message"] == "logout received").await;
        assert_eq!(received["reason"], "done", "{:?}", fixture.op.said());
        assert_eq!(shop.userinfo(&tokens[0]).await.status, 401);
        // With a `sid` it is the one session, and without all of the person.
        let others = if session_required { 200 } else { 401 };
        assert_eq!(shop.userinfo(&tokens[1]).await.status, others, "{session_required}");
    }
}

/// The session is over here before the provider is asked; it ends its own, and sends the person back.
#[tokio::test]
async fn a_client_logs_its_person_out_at_the_provider_too() {
    let client = json!({ "post_logout_redirect_uris": ["PUBLIC_URL/oidc/op/logged_out"] });
    let fixture = OpFixture::with(client, |_| {}, "logout: true\npassive: true").await;
    let (shop, mut person) = (fixture.shop(), browser());
    let page = person.open(&shop.authorize(&[])).await;
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    let silent = shop.authorize(&[("prompt", "none")]);
    assert!(person.open(&silent).await.told("code").is_some());

    let hint = changed(&[], &[("id_token_hint", tokens.text("id_token"))]);
    let left = person.get(&format!("{}/logout?{hint}", fixture.url())).await;
    assert_eq!(shop.userinfo(tokens.text("access_token")).await.status, 401);
    let form = left.form().expect("a form for the provider");
    assert!(form.action.as_str().starts_with(&fixture.op.issuer()));
    let back = person.follow_form(&form).await;
    assert_eq!((back.url.path(), back.status.as_u16()), ("/oidc/op/logged_out", 200));
    assert!(back.body.contains("You are logged out"), "{}", back.body);
    let error = person.open(&silent).await.told("error");
    assert_eq!(error.as_deref(), Some("login_required"), "{:?}", fixture.op.said());
}

#[tokio::test]
async fn what_is_no_logout_token_is_told_so_and_ends_nothing() {
    let fixture = OpFixture::with(json!({}), |_| {}, "logout: true").await;
    let shop = fixture.shop();
    let page = browser().open(&shop.authorize(&[])).await;
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    for form in ["logout_token=x.y.z", "", "logout_token=a&logout_token=b"] {
        let answer = shop.post_form("/oidc/op/backchannel_logout", form).await;
        assert_eq!(answer.error(), (400, "invalid_request"), "{form}");
    }
    let refused = fixture.logged(|line| line["message"] == "logout refused").await;
    assert_eq!(refused["upstream"], "op");
    assert_eq!(shop.userinfo(tokens.text("access_token")).await.status, 200);
    // A return that nobody waits for.
    let page = browser().get(&format!("{}/oidc/op/logged_out?state=x", fixture.url())).await;
    assert_eq!((page.status.as_u16(), page.location()), (400, None));
    assert!(!page.body.contains("You are logged out"), "{}", page.body);
}

#[tokio::test]
async fn a_logout_token_counts_once_at_all_replicas_and_no_other_token_does() {
    let logs_out = |op: &HostileOp| {
        let mut metadata = op.metadata();
        metadata["end_session_endpoint"] = format!("{}/logout", op.issuer()).into();
        op.answer(METADATA, Answer::json(&metadata));
    };
    let fixture = OpFixture::hostile_with(logs_out, "logout: true");
    let mut claims = json!({});
    let page = login_with(&fixture, &[], |sent| {
        claims = fixture.op.claims(sent);
        rs256(&claims, &keys::IDP, KID)
    })
    .await;
    let shop = fixture.shop();
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    let bearer = tokens.text("access_token").to_owned();
    let replicas = [&fixture.a, &fixture.b].map(Shop::at);
    let post = async |replica: &Shop, token: &str| {
        let form = format!("logout_token={token}");
        replica.post_form("/oidc/op/backchannel_logout", form).await.status
    };
    let mut logout = json!({ "jti": "j-1", "events": { EVENT: {} } });
    for name in ["iss", "aud", "sub", "iat", "exp"] {
        logout[name] = claims[name].clone();
    }
    let [a, b] = &replicas;
    let header = json!({ "alg": "RS256", "kid": KID, "typ": "logout+jwt" });
    let signed = |key| signed_with_header(&header, &logout, key);
    for other in [rs256(&claims, &keys::IDP, KID), signed(&keys::ROGUE)] {
        assert_eq!(post(a, &other).await, 400);
    }
    assert_eq!(shop.userinfo(&bearer).await.status, 200);
    let logout = signed(&keys::IDP);
    assert_eq!(post(a, &logout).await, 200);
    assert_eq!(shop.userinfo(&bearer).await.status, 401);
    assert_eq!(post(b, &logout).await, 400);
    let again = fixture.logged(|line| line["reason"] == "replayed_request").await;
    assert_eq!(again["message"], "logout refused");
}

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
