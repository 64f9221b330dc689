//! Spans at a collector, and metrics for CloudWatch on standard output.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use silta_testkit::collector::{Collector, Span};
use silta_testkit::silta::{self, Silta};
use silta_testkit::test_dir::{ConfigParams, TestDir};
use silta_tests::search::nowhere_in;

use crate::fixture::{Fixture, browser, eventually};
use crate::person::{AINO, NORDEA};
use crate::shop::Shop;

#[tokio::test]
async fn a_login_is_a_span_for_each_request_and_below_it_one_for_each_step() {
    let collector = Collector::start();
    let mut fixture = Fixture::with_telemetry(&to(&collector)).await;
    fixture.a_login_works().await;
    // Told to stop, a replica sends what it has not sent yet.
    let login = fixture.logged(|line| line["message"] == "tokens issued").await["login"].clone();
    stopped(&mut fixture);

    let spans = collector.spans();
    let requests: Vec<_> = spans.iter().filter(|span| span.parent.is_empty()).collect();
    // In the order in which they began.
    let steps = |request: &Span| -> Vec<_> {
        let steps = spans.iter().filter(|span| span.trace == request.trace && span != &request);
        let named = |span: &Span| {
            let parent = spans.iter().find(|one| one.id == span.parent).expect("its parent");
            assert_eq!(parent.trace, span.trace);
            (parent.name.clone(), span.name.clone())
        };
        steps.map(named).collect()
    };
    let told: Vec<_> = requests.iter().map(|one| (&*one.name, steps(one))).collect();
    let below = |parent: &'static str, steps: &[&str]| -> Vec<_> {
        steps.iter().map(|step| (parent.to_owned(), (*step).to_owned())).collect()
    };
    // pysaml2's answer has more than 16 KiB: whether its login is open is looked up before it is read.
    let judged = ["store.peek", "store.take", "store.put", "upstream.finish", "store.claim"];
    // The session, then the code.
    let acs = [judged.as_slice(), &["store.put", "store.put"]].concat();
    // The code, then its session.
    let token = ["store.peek", "store.peek", "sign", "store.put", "store.swap"];
    assert_eq!(
        told,
        [
            ("authorize", below("authorize", &["upstream.begin", "store.put"])),
            ("acs", below("acs", &acs)),
            ("token", below("token", &token)),
            ("userinfo", below("userinfo", &["store.peek", "store.peek"])),
        ]
    );
    // Nothing but these: what a replica does for itself is no part of a login.
    assert_eq!(spans.len(), requests.iter().map(|one| 1 + steps(one).len()).sum::<usize>());
    let traces: BTreeSet<_> = requests.iter().map(|one| &one.trace).collect();
    assert_eq!(traces.len(), 4, "every request is a trace of its own");
    assert!(spans.iter().all(|span| !span.failed && span.extras == 0));

    let login = login.as_str().unwrap();
    let (whose, shop) = (("silta.login", login), ("silta.client", "shop"));
    let at = ("silta.upstream", "idp");
    for (request, said) in requests.iter().zip([
        [("http.response.status_code", "303"), whose, shop, at].as_slice(),
        &[("http.response.status_code", "303"), whose, shop, at],
        &[("http.response.status_code", "200"), whose, shop],
        &[("http.response.status_code", "200")],
    ]) {
        let said = said.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        assert_eq!(request.attributes, said.collect(), "{}", request.name);
    }
    let below = spans.iter().filter(|span| !span.parent.is_empty());
    assert!(below.into_iter().all(|span| span.attributes.is_empty()));
}

#[tokio::test]
async fn a_refused_request_says_why_and_whether_it_is_ours_to_mend() {
    let collector = Collector::start();
    let mut fixture = Fixture::with_telemetry(&to(&collector)).await;
    fixture.idp.cancel().await;
    browser().follow(&fixture.shop().authorize(&[])).await;
    fixture.shop().redeem("A-code-that-was-never-given-out-to-anybody-").await;
    fixture.shop().userinfo("A-token-that-was-never-given-out-to-anybody").await;
    fixture.redis.stop();
    browser().get(&fixture.shop().authorize(&[])).await;
    stopped(&mut fixture);

    let spans = collector.spans();
    let requests = spans.iter().filter(|span| span.parent.is_empty());
    let told: Vec<_> = requests
        .map(|one| (&*one.name, one.attributes.get("silta.reason").map(|r| &**r), one.failed))
        .collect();
    assert_eq!(
        told,
        [
            ("authorize", None, false),
            ("acs", Some("status_authn_failed"), false),
            ("token", Some("unknown_code"), false),
            ("userinfo", Some("invalid_token"), false),
            ("authorize", Some("store_unavailable"), true),
        ]
    );
    let store = spans.iter().rfind(|span| span.name == "store.put").unwrap();
    assert!(store.failed, "the call of the store too");
}

#[tokio::test]
async fn a_trace_from_outside_is_not_continued() {
    let (collector, dir) = (Collector::start(), TestDir::new());
    let mut silta = alone(&dir, &to(&collector));
    let parent = format!("00-{}-{}-01", "ab".repeat(16), "cd".repeat(8));
    let asked = Shop::at(&silta).get("/userinfo");
    let asked = asked.header("traceparent", parent).header("baggage", "silta.login=THEIRS");
    assert_eq!(asked.send().await.unwrap().status(), 401);
    silta.terminate();
    silta.ended_well();
    let spans = collector.spans();
    assert_eq!(spans.len(), 1);
    assert_ne!(spans[0].trace, [0xab; 16]);
    assert!(spans[0].parent.is_empty());
    assert_eq!(spans[0].attributes.get("silta.login"), None);
}

#[tokio::test]
async fn neither_spans_nor_metrics_name_anybody() {
    let collector = Collector::start();
    let telemetry =
        format!("{{ traces: {{ otlp: '{}' }}, emf: {{ namespace: Silta }} }}", collector.url());
    let mut fixture = Fixture::with_telemetry(&telemetry).await;
    let mut secrets = vec![Shop::STATE.to_owned(), Shop::NONCE.to_owned()];
    for person in [&NORDEA, &AINO] {
        fixture.idp.identify(&person.released()).await;
        let mut browser = browser();
        let page = browser.follow(&fixture.shop().authorize(&[])).await;
        let code = page.told("code").expect("a code");
        let tokens = fixture.shop().redeem(&code).await;
        fixture.shop().userinfo(tokens.text("access_token")).await;
        fixture.shop().redeem(&code).await;
        secrets.extend([code, tokens.text("access_token").to_owned()]);
        secrets.extend(browser.cookies().iter().map(|cookie| cookie.value.clone()));
        // A login that fails late knows just as much.
        let mut several = person.released();
        several["urn:oid:2.16.840.1.113730.3.1.241"] = json!(["one name", "another name"]);
        fixture.idp.identify(&several).await;
        let page = browser.follow(&fixture.shop().authorize(&[])).await;
        assert_eq!(fixture.refusal_told(&page).await["reason"], "claim_several_values");
    }
    // The person's browser, the client and the identity provider all have this address.
    secrets.push("127.0.0.1".to_owned());
    let mut metrics = vec![];
    for replica in [&fixture.a, &fixture.b] {
        let shown = reqwest::get(format!("http://{}/metrics", replica.admin())).await.unwrap();
        metrics.push(shown.text().await.unwrap().into_bytes());
    }
    stopped(&mut fixture);

    let bodies: Vec<_> = collector.bodies();
    assert!(collector.spans().iter().any(|span| span.name == "upstream.finish"));
    let lines = [emf(&fixture.a), emf(&fixture.b)].concat();
    let lines: Vec<_> = lines.iter().map(|line| line.to_string().into_bytes()).collect();
    assert!(!lines.is_empty());
    for (dir, texts) in [("spans", bodies), ("metric lines", lines), ("/metrics", metrics)] {
        nowhere_in(&texts, &NORDEA, dir);
        nowhere_in(&texts, &AINO, dir);
        for secret in &secrets {
            let holds =
                |text: &Vec<u8>| text.windows(secret.len()).any(|at| at == secret.as_bytes());
            assert!(!texts.iter().any(holds), "a secret of {} octets in {dir}", secret.len());
        }
    }
}

#[tokio::test]
async fn logins_work_without_their_collector_and_it_is_said_once() {
    // Nothing listens there any more.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut fixture =
        Fixture::with_telemetry(&format!("{{ traces: {{ otlp: 'http://{free}' }} }}")).await;
    fixture.front.route_to(&[fixture.a.address()]);
    fixture.a_login_works().await;
    let why = fixture.logged(|line| line["message"] == DROPPED).await["why"].clone();
    assert!(why.as_str().unwrap().starts_with("it cannot be reached"), "{why}");
    fixture.a_login_works().await;
    stopped(&mut fixture);
    let said = json_lines(&fixture.a);
    assert_eq!(said.iter().filter(|line| line["message"] == DROPPED).count(), 1);
}

#[tokio::test]
async fn an_outage_of_the_collector_is_two_lines_however_long_it_is() {
    let (collector, dir) = (Collector::start(), TestDir::new());
    collector.answer(503);
    let mut silta = alone(&dir, &to(&collector));
    let shop = Shop::at(&silta);
    // Batch after batch is refused, each with spans of its own.
    for refused in 1..=3 {
        assert_eq!(shop.redeem("whatever").await.error(), (400, "invalid_grant"));
        eventually("batch", async || (collector.request_count() >= refused).then_some(())).await;
    }
    collector.answer(200);
    shop.redeem("whatever").await;
    let again = silta.log("recovery", |line| line["message"] == TAKEN_AGAIN);
    assert!(again["lost"].as_u64().is_some_and(|lost| lost >= 3), "{again}");
    silta.terminate();
    silta.ended_well();
    let said = json_lines(&silta);
    let warnings: Vec<_> = said.iter().filter(|line| line["message"] == DROPPED).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0]["why"].as_str().unwrap().starts_with("it refuses them"), "{warnings:?}");
}

#[tokio::test]
async fn a_collector_that_never_answers_delays_nobody() {
    let (collector, dir) = (Collector::start(), TestDir::new());
    collector.answer(0);
    let mut silta = alone(&dir, &to(&collector));
    let shop = Shop::at(&silta);
    eventually("batch that nobody took", async || {
        assert_eq!(shop.redeem("whatever").await.error(), (400, "invalid_grant"));
        let given_up = |line: &Value| line["why"] == "it does not answer in time";
        json_lines(&silta).iter().any(given_up).then_some(())
    })
    .await;
    silta.terminate();
    silta.ended_well();
    let said = json_lines(&silta);
    assert!(said.iter().all(|line| line["level"] != "ERROR"), "nobody is woken for it");
}

#[tokio::test]
async fn metric_lines_hold_what_happened_and_what_cloudwatch_takes() {
    let mut fixture = Fixture::with_telemetry("{ emf: { namespace: Silta/Test } }").await;
    fixture.front.route_to(&[fixture.a.address()]);
    fixture.a_login_works().await;
    fixture.idp.cancel().await;
    browser().follow(&fixture.shop().authorize(&[])).await;
    browser().get(&fixture.shop().authorize(&[("client_id", "unknown")])).await;
    let shown = reqwest::get(format!("http://{}/metrics", fixture.a.admin())).await.unwrap();
    let shown = shown.text().await.unwrap();
    stopped(&mut fixture);

    let lines = emf(&fixture.a);
    lines.iter().for_each(is_taken);
    let sum = |name: &str, dimensions: &[(&str, &str)]| -> f64 {
        let fits = |line: &&Value| dimensions.iter().all(|(key, value)| line[*key] == *value);
        lines.iter().filter(fits).filter_map(|line| line[name].as_f64()).sum()
    };
    let idp = [("client", "shop"), ("upstream", "idp")];
    let refused = ("outcome", "refused");
    assert!((sum("logins_started", &idp) - 2.0).abs() < 0.1);
    assert!((sum("logins_ended", &[("outcome", "finished")]) - 1.0).abs() < 0.1);
    assert!((sum("logins_ended", &[refused]) - 2.0).abs() < 0.1);
    assert!((sum("logins_ended", &[refused, ("reason", "unknown_client")]) - 1.0).abs() < 0.1);
    assert!((sum("token_requests", &[("outcome", "issued")]) - 1.0).abs() < 0.1);
    assert!((sum("store_calls", &[("verb", "claim")]) - 1.0).abs() < 0.1);
    assert!(sum("login_duration_seconds", &idp) > 0.0);
    assert!(sum("store_call_seconds", &[("service", "silta")]) > 0.0);
    assert!(sum("certificate_days_left", &[("party", "idp"), ("usage", "signing")]) > 0.0);
    // The same as the admin listener shows, nothing lost and nothing twice.
    for name in ["logins_started", "logins_ended", "token_requests"] {
        let of_it = |line: &&str| line.starts_with(&format!("silta_{name}_total{{"));
        let values = shown.lines().filter(of_it).map(|line| line.rsplit(' ').next().unwrap());
        let shown: f64 = values.map(|value| value.parse::<f64>().unwrap()).sum();
        assert!(shown > 0.0 && (sum(name, &[]) - shown).abs() < 0.1, "{name}: {shown}");
    }
}

#[test]
fn telemetry_that_leads_nowhere_is_explained() {
    let dir = TestDir::new();
    for (telemetry, path, what, instead) in [
        (
            "{ traces: 'http://127.0.0.1:4318' }",
            "telemetry.traces",
            "not a mapping",
            "write { otlp: ",
        ),
        ("{ traces: {} }", "telemetry.traces", "otlp is missing", "add otlp: where"),
        ("{ traces: { otpl: x } }", "telemetry.traces.otpl", "not a key", "did you mean otlp?"),
        (
            "{ traces: { otlp: 'https://collector.example' } }",
            "telemetry.traces.otlp",
            "not the http URL of a collector",
            "write one such as http://127.0.0.1:4318",
        ),
        (
            "{ traces: { otlp: 'http://me:secret@collector.example' } }",
            "telemetry.traces.otlp",
            "not the http URL of a collector",
            "write one such as http://127.0.0.1:4318",
        ),
        ("{ emf: {} }", "telemetry.emf", "namespace is missing", "add namespace: "),
        ("{ emf: { namespace: AWS/ECS } }", "telemetry.emf.namespace", "not a Cl", "write letters"),
        ("{ emf: { namespace: '' } }", "telemetry.emf.namespace", "not a Cl", "write letters"),
        ("{ tracing: x }", "telemetry.tracing", "not a key", "did you mean traces?"),
    ] {
        let params = ConfigParams {
            telemetry: telemetry.to_owned(),
            ..ConfigParams::without_idp(PUBLIC_URL.to_owned())
        };
        let output = silta::run(&[
            "check",
            "--output",
            "json",
            "--config",
            dir.configure(&params).to_str().unwrap(),
        ]);
        let said = silta::said(&output);
        assert_eq!(output.status.code(), Some(64), "{said}");
        let dir = format!("  {path}: ");
        let line = said.lines().find(|line| line.contains(&dir) && line.contains(what));
        let line = line.unwrap_or_else(|| panic!("{path}: {what} in {said}"));
        assert!(line.contains(&format!("; {instead}")), "{instead} in {said}");
    }
}

/// `telemetry` with this collector.
fn to(collector: &Collector) -> String {
    format!("{{ traces: {{ otlp: '{}' }} }}", collector.url())
}

/// A replica that nobody can log in at, which is enough for refusals.
fn alone(dir: &TestDir, telemetry: &str) -> Silta {
    let params = ConfigParams {
        telemetry: telemetry.to_owned(),
        ..ConfigParams::without_idp(PUBLIC_URL.to_owned())
    };
    Silta::start(&dir.configure(&params))
}

fn stopped(fixture: &mut Fixture) {
    for replica in [&mut fixture.a, &mut fixture.b] {
        replica.terminate();
        replica.ended_well();
    }
}

fn json_lines(silta: &Silta) -> Vec<Value> {
    silta.logs().iter().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// The lines for CloudWatch.
fn emf(silta: &Silta) -> Vec<Value> {
    json_lines(silta).into_iter().filter(|line| line["_aws"].is_object()).collect()
}

/// Fails unless CloudWatch takes `line`, by its specification of the Embedded Metric Format.
#[track_caller]
fn is_taken(line: &Value) {
    assert!(line["_aws"]["Timestamp"].as_u64().is_some_and(|at| at > 1_700_000_000_000), "{line}");
    let [directive] = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().as_slice() else {
        panic!("one directive in {line}")
    };
    assert_eq!(directive["Namespace"], "Silta/Test");
    let sets = directive["Dimensions"].as_array().unwrap();
    assert!(!sets.is_empty(), "{line}");
    for dimensions in sets.iter().map(|set| set.as_array().unwrap()) {
        assert!((1..=30).contains(&dimensions.len()), "{line}");
        for key in dimensions {
            let key = key.as_str().unwrap();
            assert!(DIMENSIONS.contains(&key), "{key}");
            let value = line[key].as_str().unwrap();
            assert!((1..=1024).contains(&value.len()) && value.is_ascii(), "{key} in {line}");
        }
    }
    let metrics = directive["Metrics"].as_array().unwrap();
    assert!((1..=100).contains(&metrics.len()), "{line}");
    for metric in metrics {
        let unit = metric["Unit"].as_str().unwrap();
        assert!(["Count", "Seconds", "None"].contains(&unit), "{unit}");
        assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{line}");
    }
}

/// Words from closed sets and names from the configuration; anything else would be unbounded.
const DIMENSIONS: [&str; 14] = [
    "client", "upstream", "outcome", "reason", "class", "verb", "party", "usage", "place", "kind",
    "service", "listener", "cause", "endpoint",
];
const DROPPED: &str = "the trace collector does not take spans: they are dropped until it does";
const TAKEN_AGAIN: &str = "the trace collector takes spans again";
const PUBLIC_URL: &str = "http://127.0.0.1:8080";
