//! Codes, refresh tokens and the end of their session at the same moment, at two replicas over one Redis.
//! `just races` does it a thousand times.

use std::collections::BTreeSet;
use std::time::Duration;

use silta_testkit::browser::Browser;
use silta_testkit::silta::Silta;
use tokio::task::JoinSet;

use crate::fixture::with_refresh_tokens;
use crate::logout_fixture::{Deployment, Login};
use crate::shop::{Answer, Shop};

/// Two replicas whose clients get refresh tokens, and an identity provider that can log out.
fn start() -> Deployment {
    let refreshing = |text: String| with_refresh_tokens(&text);
    Deployment::start_with("{ redirect: https://idp.example/slo }", refreshing)
}

/// The shop at one replica, past whatever is in front of it.
fn at(replica: &Silta) -> Shop {
    Shop::of(&format!("http://{}", replica.address()))
}

/// The answers to so many requests at once, at both replicas by turns.
async fn together<F>(deployment: &Deployment, request: impl Fn(Shop) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut requests = JoinSet::new();
    for replica in [&deployment.a, &deployment.b].repeat(CALLERS / 2) {
        requests.spawn(request(at(replica)));
    }
    requests.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_redemptions_at_both_replicas_no_token_survives() {
    let deployment = start();
    let code = deployment.login(1).await.code;
    let answers = together(&deployment, |shop| {
        let code = code.clone();
        async move { shop.redeem(&code).await }
    });
    let (issued, refused): (Vec<_>, Vec<_>) =
        answers.await.into_iter().partition(|answer| answer.status == 200);
    assert!(issued.len() <= 1, "{} got tokens", issued.len());
    assert!(refused.iter().all(|answer| answer.error() == (400, "invalid_grant")));
    for tokens in issued {
        assert_dead(&deployment, &tokens).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refreshes_at_both_replicas_each_gets_the_same_next_token() {
    let deployment = start();
    let tokens = deployment.shop().redeem(&deployment.login(1).await.code).await;
    let token = tokens.text("refresh_token").to_owned();
    let answers = together(&deployment, |shop| {
        let token = token.clone();
        async move { shop.refresh(&token, &[]).await }
    });
    let mut next = BTreeSet::new();
    for answer in answers.await {
        assert_eq!(answer.status, 200);
        let told = deployment.shop().userinfo(answer.text("access_token")).await;
        assert_eq!(told.status, 200);
        next.insert(answer.text("refresh_token").to_owned());
    }
    assert_eq!(next.len(), 1);
    let again = deployment.shop().refresh(next.first().unwrap(), &[]).await;
    assert_eq!(again.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_uses_of_an_old_refresh_token_none_gets_anything_and_all_tokens_end() {
    let deployment = start();
    let shop = deployment.shop();
    let first = shop.redeem(&deployment.login(1).await.code).await;
    let second = shop.refresh(first.text("refresh_token"), &[]).await;
    let third = shop.refresh(second.text("refresh_token"), &[]).await;
    let old = first.text("refresh_token").to_owned();
    let answers = together(&deployment, |shop| {
        let old = old.clone();
        async move { shop.refresh(&old, &[]).await }
    });
    for answer in answers.await {
        assert_eq!(answer.error(), (400, "invalid_grant"));
    }
    assert!(!deployment.log("refresh token used again, its tokens are revoked").is_empty());
    for tokens in [&first, &second, &third] {
        assert_dead(&deployment, tokens).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_lives_after_a_logout_that_raced_with_a_refresh() {
    let deployment = start();
    for round in 0..rounds() {
        let login = deployment.login(round).await;
        let first = deployment.shop().redeem(&login.code).await;
        let (here, there) = by_turns(&deployment, round);
        let (refreshed, ()) = tokio::join!(
            here.refresh(first.text("refresh_token"), &[]),
            log_out(&deployment, there, &login, round)
        );
        for tokens in [&first, &refreshed] {
            assert_dead(&deployment, tokens).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_lives_after_a_logout_that_raced_with_a_redemption() {
    let deployment = start();
    for round in 0..rounds() {
        let login = deployment.login(round).await;
        let (here, there) = by_turns(&deployment, round);
        let (tokens, ()) =
            tokio::join!(here.redeem(&login.code), log_out(&deployment, there, &login, round));
        assert_dead(&deployment, &tokens).await;
        let again = deployment.shop().redeem(&login.code).await;
        assert_eq!(again.error(), (400, "invalid_grant"), "round {round}");
    }
}

/// The shop at one replica, and the other replica; they change places each round.
fn by_turns(deployment: &Deployment, round: u32) -> (Shop, &Silta) {
    let Deployment { a, b, .. } = deployment;
    if round.is_multiple_of(2) { (at(a), b) } else { (at(b), a) }
}

/// The identity provider ends the session at this replica, a little later each round, so that it comes
/// between all steps of what it races with.
async fn log_out(deployment: &Deployment, replica: &Silta, login: &Login, round: u32) {
    tokio::time::sleep(Duration::from_micros(u64::from(round % 40) * 250)).await;
    let url = deployment.logout(login).url(None);
    let path = url.split_once("/saml/").expect("the logout address").1;
    let url = format!("http://{}/saml/{path}", replica.address());
    let page = Browser::new("https://nowhere.example").get(&url).await;
    assert_eq!(deployment.answer(&page).0, "Success", "round {round}");
}

/// Nothing that this answer gave is of any use, at either replica.
async fn assert_dead(deployment: &Deployment, tokens: &Answer) {
    if tokens.status != 200 {
        assert_eq!(tokens.error(), (400, "invalid_grant"));
        return;
    }
    for replica in [&deployment.a, &deployment.b] {
        let shop = at(replica);
        let told = shop.userinfo(tokens.text("access_token")).await;
        assert_eq!(told.error(), (401, "invalid_token"));
        let refreshed = shop.refresh(tokens.text("refresh_token"), &[]).await;
        assert_eq!(refreshed.error(), (400, "invalid_grant"));
    }
}

/// How many rounds: a few, or as many as `RACE_ROUNDS` says.
fn rounds() -> u32 {
    std::env::var("RACE_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("a number"))
}

const CALLERS: usize = 64;
/// One for each delay.
const ROUNDS: u32 = 40;
