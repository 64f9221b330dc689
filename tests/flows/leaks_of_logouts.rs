//! Sessions and logouts know a person, and the person's session at the identity provider: neither stands in
//! the store, in its commands, in a log or in a metric, whoever ends the session.

use serde_json::Value;
use silta_testkit::browser::Browser;
use silta_testkit::quick_idp::LogoutStatus;
use silta_tests::search::{found_in, holds, nowhere_in};

use crate::back_channel::{client, told_at, url_of};
use crate::fixture::with_refresh_tokens;
use crate::logout_fixture::{AFTER_LOGOUT, Deployment, Login, REDIRECT, browser, frame};
use crate::person::VAINO;
use crate::shop::{Answer, OTHER};
use crate::single_sign_on::sso;

/// A session with all that it can have: two clients, a refreshed access token, and the cookie of a browser.
async fn session(deployment: &Deployment, browser: &mut Browser, turn: u32) -> (Login, Answer) {
    let login = deployment.login_in(browser, turn).await;
    let shop = deployment.shop();
    let tokens = shop.redeem(&login.code).await;
    let tokens = shop.refresh(tokens.text("refresh_token"), &[]).await;
    let page = browser.get(&shop.authorize(&[OTHER[0]])).await;
    let code = page.told("code").expect("an answer of the session");
    let redeemed = shop.redeem_with(&[OTHER[0], OTHER[1], ("code", code.as_str())]).await;
    assert_eq!(redeemed.status, 200);
    (login, tokens)
}

#[tokio::test]
async fn neither_store_nor_log_nor_metric_names_who_is_logged_out() {
    // One client confirms, the other never does, so that what it is to be told stays in the store.
    let (shop, other) = (client("200 OK"), client("503 Service Unavailable"));
    let deployment = Deployment::start_with(REDIRECT, |text| {
        let text = with_refresh_tokens(&sso(&text));
        told_at(&told_at(&text, "shop", &url_of(&shop)), "other", &url_of(&other))
    });
    let monitor = deployment.redis.monitor();
    let mut records = vec![];

    // The client begins.
    let mut person = browser();
    let (_, tokens) = session(&deployment, &mut person, 1).await;
    records.push(deployment.redis.records());
    let wanted =
        [("id_token_hint", tokens.text("id_token")), ("post_logout_redirect_uri", AFTER_LOGOUT)];
    let left = person.get(&deployment.logout_url(&wanted)).await;
    records.push(deployment.redis.records());
    let answer = deployment.answer_logout(&left, LogoutStatus::Success);
    assert!(person.get(&answer.url()).await.status.is_success());

    // The person begins, on our page.
    session(&deployment, &mut person, 2).await;
    let page = person.get(&format!("{}/logout/shop", deployment.front.url())).await;
    records.push(deployment.redis.records());
    let left = person.submit(&page.form().expect("a question")).await;
    assert!(left.location().is_some());

    // The identity provider begins.
    let (login, _) = session(&deployment, &mut person, 3).await;
    let page = frame().get(&deployment.logout(&login).url(None)).await;
    assert_eq!(deployment.answer(&page).0, "Success PartialLogout");
    records.push(deployment.redis.records());

    let mut metrics = vec![];
    for replica in [&deployment.a, &deployment.b] {
        let shown = reqwest::get(format!("http://{}/metrics", replica.admin())).await.unwrap();
        metrics.push(shown.bytes().await.unwrap().to_vec());
    }
    deployment.logged(|line| line["message"] == "logout received").await;
    let logs = [deployment.a.logs(), deployment.b.logs()].concat();
    let logs = logs.into_iter().map(String::into_bytes).collect();
    let own = person.visited().iter();
    let own = own.filter(|page| page.url.as_str().starts_with(&deployment.front.url()));
    let pages = own.map(|page| page.body.clone().into_bytes()).collect();
    let commands = deployment.redis.commands(&monitor);
    for (place, texts, trace) in [
        ("the commands to Redis", &commands, "silta:refresh:"),
        ("the commands to Redis", &commands, "silta:outbox:"),
        ("the records", &records, "silta:session:"),
        ("the logs", &logs, "logout received"),
        ("the metrics", &metrics, "silta_logouts"),
        ("our pages", &pages, "Do you want to log out?"),
    ] {
        assert!(texts.iter().any(|text| holds(text, trace.as_bytes())), "{trace} in {place}");
        nowhere_in(texts, &VAINO, place);
    }

    // Would it be seen if it were there? What Redis says of itself has an alphabet of its own.
    let person = Value::Object(VAINO.told()).to_string();
    assert_eq!(deployment.redis.ask(&["SET", "control", &person]), b"OK\n");
    let seen = [deployment.redis.commands(&monitor), vec![deployment.redis.records()]];
    for texts in &seen {
        assert_eq!(found_in(texts, &VAINO).len(), VAINO.secrets().count());
    }
}
