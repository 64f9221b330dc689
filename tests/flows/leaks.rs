//! What is said about a person goes to the client that may know it, and nowhere else.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use silta_testkit::browser::Page;
use silta_testkit::peers::answer_of_idp;
use silta_tests::search::nowhere_in;
use url::form_urlencoded::byte_serialize;

use crate::fixture::{Fixture, browser, eventually};
use crate::person::{AINO, NORDEA};

#[tokio::test]
async fn nobody_but_the_client_is_told_who_logged_in() {
    let fixture = Fixture::start().await;
    let mut stored = Stored::of(&fixture).await;
    let mut seen = vec![];
    for person in [&NORDEA, &AINO] {
        fixture.idp.identify(&person.released()).await;
        let mut browser = browser();
        let answer = answer_of_idp(&mut browser, &fixture.shop().authorize(&[])).await;
        stored.look().await;
        let mut before = browser.clone();
        let page = browser.submit(&answer).await;
        stored.look().await;
        let tokens = fixture.shop().redeem(&page.told("code").expect("a code")).await;
        stored.look().await;
        assert_eq!(fixture.shop().userinfo(tokens.text("access_token")).await.status, 200);

        // Logins that fail late know just as much: answered twice, and claims that do not fit.
        before.submit(&answer).await;
        let mut several = person.released();
        several["urn:oid:2.16.840.1.113730.3.1.241"] = json!(["one name", "another name"]);
        fixture.idp.identify(&several).await;
        let page = before.follow(&fixture.shop().authorize(&[])).await;
        assert_eq!(fixture.refusal_told(&page).await["reason"], "claim_several_values");
        seen.extend(ours(&fixture, browser.visited()).chain(ours(&fixture, before.visited())));
    }

    let mut kinds: Vec<_> = stored.kinds();
    kinds.dedup();
    assert_eq!(
        kinds,
        ["access", "answered", "assertion", "code", "configurations", "login", "session"]
    );
    let logs = logs_with(&fixture, "tokens issued", 2).await;
    for (dir, texts) in [
        ("the logs", logs.into_iter().map(String::into_bytes).collect()),
        ("the store", stored.octets()),
        ("what the browser got", seen),
    ] {
        for person in [&NORDEA, &AINO] {
            nowhere_in(&texts, person, dir);
        }
    }
}

#[tokio::test]
async fn a_login_that_is_refreshed_tells_nobody_but_the_client() {
    let fixture = Fixture::with_refresh_tokens().await;
    let mut stored = Stored { longest: 8 * 3600, ..Stored::of(&fixture).await };
    let shop = fixture.shop();
    let page = browser().follow(&shop.authorize(&[])).await;
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    stored.look().await;
    let refreshed = shop.refresh(tokens.text("refresh_token"), &[]).await;
    stored.look().await;
    let newest = refreshed.text("refresh_token");
    let told = [
        shop.ask("/introspect", newest, &[]).await,
        shop.ask("/introspect", refreshed.text("access_token"), &[]).await,
        shop.ask("/revoke", newest, &[]).await,
        // A refresh that is refused, because the family is gone.
        shop.refresh(newest, &[]).await,
    ];
    let told = told.map(|answer| answer.json.to_string().into_bytes()).to_vec();
    assert!(stored.kinds().contains(&"refresh"), "a family was looked at");
    logs_with(&fixture, "tokens refused", 1).await;
    let logs = logs_with(&fixture, "tokens refreshed", 1).await;
    let logs = logs.into_iter().map(String::into_bytes).collect();
    for (dir, texts) in
        [("the logs", logs), ("the store", stored.octets()), ("what is told of tokens", told)]
    {
        nowhere_in(&texts, &NORDEA, dir);
    }
}

#[tokio::test]
async fn a_session_that_answers_several_clients_tells_nobody_else() {
    let fixture = Fixture::with_config(false, |text| crate::single_sign_on::sso(&text)).await;
    let mut stored = Stored { longest: 8 * 3600, ..Stored::of(&fixture).await };
    let mut browser = browser();
    for client in ["shop", "other", "other"] {
        let page = browser.follow(&fixture.shop().authorize(&[("client_id", client)])).await;
        assert!(page.told("code").is_some());
        stored.look().await;
    }
    let logs = logs_with(&fixture, "login answered from session", 2).await;
    let sessions = stored.records.iter().filter(|(key, _)| key.contains(":session:"));
    // With its attributes, and as the name by which one client alone knows it.
    assert!(sessions.clone().any(|(_, value)| value.len() > 500));
    assert!(sessions.clone().any(|(_, value)| value.len() < 100));
    let seen = ours(&fixture, browser.visited()).collect();
    for (dir, texts) in [
        ("the logs", logs.into_iter().map(String::into_bytes).collect()),
        ("the store", stored.octets()),
        ("what the browser got", seen),
    ] {
        nowhere_in(&texts, &NORDEA, dir);
    }
}

#[test]
fn the_tests_themselves_print_nothing_about_anybody() {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("attributes::every_attribute_of_the_published_test_person_arrives_as_a_claim")
        .output()
        .unwrap();
    let said = [run.stdout, run.stderr].concat();
    assert!(String::from_utf8_lossy(&said).contains("1 passed"), "the test ran");
    nowhere_in(&[said], &NORDEA, "the output of a test");
}

#[test]
fn this_search_finds_a_value_however_it_is_written() {
    let (_, value) = NORDEA.secrets().next().unwrap();
    for text in [
        format!("..{value}.."),
        format!("..{}", byte_serialize(value.as_bytes()).collect::<String>()),
        STANDARD.encode(format!("a{value}z")),
        STANDARD.encode(format!("ab{value}z")),
        STANDARD.encode(format!("abc{value}z")),
    ] {
        let found = std::panic::catch_unwind(|| nowhere_in(&[text.into_bytes()], &NORDEA, "here"));
        let said = *found.unwrap_err().downcast::<String>().unwrap();
        assert!(
            said.starts_with("FI_nationalIN stands in here"),
            "it says what, but not the value"
        );
    }
}

/// The logs of both replicas, once so many lines say this.
async fn logs_with(fixture: &Fixture, message: &str, times: usize) -> Vec<String> {
    eventually(message, async || {
        let logs = [fixture.a.logs(), fixture.b.logs()].concat();
        let lines = logs.iter().filter(|line| line.contains(message));
        (lines.count() >= times).then_some(logs)
    })
    .await
}

/// What Redis says of the life of a key that is not there.
const ENDED: i64 = -2;

/// What Redis ever held while somebody looked.
struct Stored {
    redis: MultiplexedConnection,
    records: Vec<(String, Vec<u8>)>,
    /// How many seconds a record may live.
    longest: i64,
}

impl Stored {
    async fn of(fixture: &Fixture) -> Self {
        Self { redis: fixture.redis_connection().await, records: vec![], longest: 3600 }
    }

    /// Takes every record down; each has a life span, and a name that says only its kind.
    async fn look(&mut self) {
        let keys: Vec<String> =
            redis::cmd("KEYS").arg("*").query_async(&mut self.redis).await.unwrap();
        for key in keys {
            let (value, left): (Vec<u8>, i64) = redis::pipe()
                .cmd("GET")
                .arg(&key)
                .cmd("TTL")
                .arg(&key)
                .query_async(&mut self.redis)
                .await
                .unwrap();
            // Some replay keys live for seconds, and may end after their names were listed.
            if left == ENDED {
                continue;
            }
            assert!((0..=self.longest).contains(&left), "a record lives for {left} s");
            self.records.push((key, value));
        }
    }

    fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<_> = self
            .records
            .iter()
            .map(|(key, _)| {
                let parts: Vec<_> = key.split(':').collect();
                let ["silta", kind, digest] = parts[..] else { panic!("{key} is no key of ours") };
                assert_eq!(digest.len(), 64, "{key} names a digest");
                kind
            })
            .collect();
        kinds.sort_unstable();
        kinds
    }

    fn octets(&self) -> Vec<Vec<u8>> {
        self.records
            .iter()
            .flat_map(|(key, value)| [key.clone().into_bytes(), value.clone()])
            .collect()
    }
}

/// The headers and bodies of our own answers among `pages`.
fn ours(fixture: &Fixture, pages: &[Page]) -> impl Iterator<Item = Vec<u8>> {
    let own = pages.iter().filter(|page| page.url.as_str().starts_with(&fixture.url()));
    own.map(|page| format!("{:?}\n{}", page.headers, page.body).into_bytes())
}

#[test]
fn a_difference_is_reported_without_the_values() {
    let mut told = NORDEA.told();
    NORDEA.is_who_was_told_of(&Value::Object(told.clone()));
    told["FI_nationalIN"] = "somebody else".into();
    let told = Value::Object(told);
    let panic = std::panic::catch_unwind(|| NORDEA.is_who_was_told_of(&told)).unwrap_err();
    let said = panic.downcast_ref::<String>().expect("a message");
    assert_eq!(said, "the claim FI_nationalIN differs");
}
