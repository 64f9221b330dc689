//! Codes, refresh tokens and the end of their session at the same moment, at two replicas over one Redis.
//! `just races` does it a thousand times.

use std::collections::BTreeSet;

use silta_testkit::browser::Browser;
use silta_testkit::silta::Silta;
use tokio::task::JoinSet;

use crate::fixture::with_refresh_tokens;
use crate::logout_fixture::{Deployment, Login, browser};
use crate::shop::{Answer, Shop};
use crate::single_sign_on::sso;

/// Two replicas whose clients get refresh tokens and share sessions, and an identity provider that can log out.
fn start() -> Deployment {
    let change = |text: String| with_refresh_tokens(&sso(&text));
    Deployment::start_with("{ redirect: https://idp.example/slo }", change)
}

/// The shop so many times, at both replicas by turns.
fn shops(deployment: &Deployment, count: usize) -> impl Iterator<Item = Shop> {
    [&deployment.a, &deployment.b].into_iter().cycle().take(count).map(Shop::at)
}

/// The answers to so many requests at once, at both replicas by turns.
async fn together<F>(deployment: &Deployment, request: impl Fn(Shop) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    shops(deployment, CALLERS).map(request).collect::<JoinSet<_>>().join_all().await
}

/// The answers to these requests. So many of them are there when the session begins to end, and give tokens;
/// the others race with it.
async fn race<F>(
    requests: impl Iterator<Item = F>,
    before: usize,
    end: impl Future<Output = ()>,
) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let mut running: JoinSet<_> = requests.collect();
    let mut answers = vec![];
    for _ in 0..before {
        answers.push(running.join_next().await.unwrap().unwrap());
    }
    end.await;
    assert!(answers.iter().all(|answer| answer.status == 200), "nothing had ended yet");
    answers.extend(running.join_all().await);
    answers
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
    assert_eq!(issued.len(), 1, "one is the first");
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
    let message = "refresh token used again, its tokens are revoked";
    deployment.logged(|line| line["message"] == message).await;
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
        let requests = shops(&deployment, RACERS).map(|shop| {
            let token = first.text("refresh_token").to_owned();
            async move { shop.refresh(&token, &[]).await }
        });
        let before = round as usize % RACERS;
        let answers = race(requests, before, log_out(&deployment, &login, round)).await;
        for tokens in answers.iter().chain([&first]) {
            assert_dead(&deployment, tokens).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_lives_after_a_logout_that_raced_with_a_redemption() {
    let deployment = start();
    for round in 0..rounds() {
        let mut person = browser();
        let login = deployment.login_in(&mut person, round).await;
        let mut codes = vec![login.code.clone()];
        while codes.len() < RACERS {
            let page = person.get(&deployment.shop().authorize(&[])).await;
            codes.push(page.told("code").expect("an answer of the session"));
        }
        let requests = shops(&deployment, RACERS).zip(codes.clone());
        let requests = requests.map(|(shop, code)| async move { shop.redeem(&code).await });
        let before = round as usize % RACERS;
        let answers = race(requests, before, log_out(&deployment, &login, round)).await;
        for tokens in &answers {
            assert_dead(&deployment, tokens).await;
        }
        for code in codes {
            let again = deployment.shop().redeem(&code).await;
            assert_eq!(again.error(), (400, "invalid_grant"), "round {round}");
        }
    }
}

/// The identity provider ends the session, at each replica in half of the rounds.
async fn log_out(deployment: &Deployment, login: &Login, round: u32) {
    let Deployment { a, b, .. } = deployment;
    let replica: &Silta = if (round / 2).is_multiple_of(2) { a } else { b };
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
        let shop = Shop::at(replica);
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
/// Requests that race with one logout: each of them in a quarter of the rounds is the first that does.
const RACERS: usize = 4;
const ROUNDS: u32 = 40;
