//! What logs, spans and metrics tell of a login at an OpenID Provider, and what they do not.

use serde_json::json;
use silta_testkit::collector::{Collector, Span};
use silta_tests::search::{holds, nowhere_in};

use crate::fixture::browser;
use crate::op_fixture::{CLIENT_SECRET, OpFixture, nordea};
use crate::person::NORDEA;
use crate::shop::Shop;

#[tokio::test]
async fn a_login_at_a_provider_is_told_step_by_step_and_names_nobody() {
    let collector = Collector::start();
    let telemetry = format!("{{ traces: {{ otlp: '{}' }} }}", collector.url());
    let mut fixture = OpFixture::with_telemetry(&telemetry).await;
    let mut secrets = [CLIENT_SECRET, Shop::STATE, Shop::NONCE].map(str::to_owned).to_vec();
    let mut several = nordea();
    several["claims"]["urn:oid:2.16.840.1.113730.3.1.241"] = json!(["one name", "another name"]);
    // A login that fails late knows just as much.
    for (person, error) in [(nordea(), None), (several, Some("server_error"))] {
        fixture.op.identify(&person).await;
        let mut browser = browser();
        let page = browser.open(&fixture.shop().authorize(&[])).await;
        assert_eq!(page.told("error").as_deref(), error);
        secrets.extend(page.told("code"));
        secrets.extend(browser.cookies().iter().map(|cookie| cookie.value.clone()));
        // What went to the provider and came from it.
        for visited in browser.visited() {
            let pairs = visited.url.query_pairs().filter(|(name, _)| SECRET.contains(&&**name));
            secrets.extend(pairs.map(|(_, value)| value.into_owned()));
        }
    }
    // A cookie that was taken back is empty.
    secrets.retain(|secret| !secret.is_empty());
    let mut metrics = vec![];
    for replica in [&fixture.a, &fixture.b] {
        let shown = reqwest::get(format!("http://{}/metrics", replica.admin())).await.unwrap();
        let shown = shown.text().await.unwrap();
        let asked =
            "silta_provider_refreshes_total{upstream=\"op\",outcome=\"fetched\",cause=\"\"} 1";
        assert!(shown.contains(asked), "{shown}");
        metrics.push(shown.into_bytes());
    }
    for replica in [&mut fixture.a, &mut fixture.b] {
        replica.terminate();
        replica.ended_well();
    }

    let spans = collector.spans();
    let callback = spans.iter().find(|span| span.name == "callback").expect("a callback");
    let finish = |span: &&_| below(span, callback, "upstream.finish");
    let finish = spans.iter().find(finish).expect("its finish");
    let requests = spans.iter().filter(|span| below(span, finish, "provider.request"));
    assert_eq!(requests.count(), 2, "one for tokens, one for userinfo");
    let lines = [fixture.a.logs(), fixture.b.logs()].concat();
    let lines: Vec<_> = lines.into_iter().map(String::into_bytes).collect();
    for (place, texts) in [("spans", collector.bodies()), ("logs", lines), ("metrics", metrics)] {
        nowhere_in(&texts, &NORDEA, place);
        for secret in &secrets {
            let found = texts.iter().any(|text| holds(text, secret.as_bytes()));
            assert!(!found, "a secret of {} octets in {place}", secret.len());
        }
    }
}

fn below(span: &Span, parent: &Span, name: &str) -> bool {
    span.name == name && span.parent == parent.id && span.trace == parent.trace
}

const SECRET: [&str; 4] = ["code", "state", "nonce", "code_challenge"];
