//! A log that nobody reads, or can read, stops no login, and what is lost of it is told.

use std::io::{BufRead as _, BufReader};
use std::process::ChildStdout;

use serde_json::Value;
use silta_testkit::peers::Pysaml2;
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, TestDir};

use crate::fixture::{browser, eventually};
use crate::person::NORDEA;
use crate::shop::Shop;

/// One replica whose standard output is read by nobody but the test, and an identity provider.
struct Unread {
    // The replica is dropped first, the folder last.
    silta: Silta,
    front: TcpFront,
    _idp: Pysaml2,
    _place: TestDir,
}

impl Unread {
    async fn start() -> (Self, BufReader<ChildStdout>) {
        let (dir, front) = (TestDir::new(), TcpFront::start());
        let idp = Pysaml2::start(&dir, &front.url());
        let params = ConfigParams {
            idp: idp.entity_id(),
            sso: idp.sso(),
            ..ConfigParams::without_idp(front.url())
        };
        let (silta, out) = Silta::unread(&dir.configure(&params));
        front.route_to(&[silta.address()]);
        idp.identify(&NORDEA.released()).await;
        let unread = Self { silta, front, _idp: idp, _place: dir };
        eventually("readiness", async || (unread.ready().await.0 == 200).then_some(())).await;
        (unread, out)
    }

    async fn a_login_works(&self) {
        let shop = Shop::of(&self.front.url());
        let page = browser().follow(&shop.authorize(&[])).await;
        let code = page.told("code").expect("a code");
        assert_eq!(shop.redeem(&code).await.status, 200);
    }

    /// Status and warning of `/health/ready`.
    async fn ready(&self) -> (u16, String) {
        let answer = reqwest::get(format!("http://{}/health/ready", self.silta.admin())).await;
        let answer = answer.unwrap();
        let status = answer.status().as_u16();
        let told: Value = answer.json().await.unwrap();
        (status, told["warnings"][0]["detail"].as_str().unwrap_or_default().to_owned())
    }

    /// How many lines of a kind were lost, by the metric.
    async fn lost(&self, kind: &str) -> u64 {
        let answer = reqwest::get(format!("http://{}/metrics", self.silta.admin())).await;
        let shown = answer.unwrap().text().await.unwrap();
        let series = format!("silta_log_lines_lost_total{{kind=\"{kind}\"}} ");
        let count = shown.lines().find_map(|line| line.strip_prefix(&series)).expect("a count");
        count.parse().unwrap()
    }

    /// Standard error, as soon as it has so many lines.
    async fn told(&self, lines: usize) -> Vec<String> {
        eventually("line on standard error", async || {
            let told = self.silta.logs();
            (told.len() >= lines).then_some(told)
        })
        .await
    }
}

#[tokio::test]
async fn a_log_that_nobody_reads_stops_no_login_and_the_gap_is_told_when_it_is_read_again() {
    let (mut unread, mut out) = Unread::start().await;
    // Each is an audit event that a stranger causes; a pipe holds some hundreds, their part of the queue
    // some five thousand.
    let nonsense = unread.front.url() + "/authorize";
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for _ in 0..40_000 {
        assert_eq!(client.get(&nonsense).send().await.unwrap().status(), 400);
        if unread.silta.logs().len() == 1 {
            break;
        }
    }
    let told = unread.told(1).await;
    assert!(told[0].contains("lines of the log are being lost: the reader of"), "{told:?}");
    unread.a_login_works().await;
    let (status, warning) = unread.ready().await;
    assert_eq!(status, 200, "the other replicas have the same reader");
    assert!(warning.contains("the reader of standard output does not read"), "{warning}");
    let lost = unread.lost("audit").await;
    // Of the three lines of a login the first had no place, because anybody can begin one.
    assert!(lost >= 2, "{lost}");

    let gap = line(&mut out, "lines of the log were lost");
    assert_eq!((&gap["level"], &gap["audit"]), (&"ERROR".into(), &lost.into()), "{gap}");
    // What strangers cannot cause had its place.
    line(&mut out, "login finished");
    line(&mut out, "tokens issued");
    // It is over a moment after the line could be read.
    eventually("end of the warning", async || {
        let (status, warning) = unread.ready().await;
        assert_eq!(status, 200);
        warning.is_empty().then_some(())
    })
    .await;
    unread.a_login_works().await;
    line(&mut out, "tokens issued");
    assert_eq!(unread.told(1).await.len(), 1, "it is said once");

    unread.silta.terminate();
    line(&mut out, "stopping: finishing what is in flight");
    unread.silta.ended_well();
}

#[tokio::test]
async fn a_log_that_nobody_can_read_stops_no_login_and_is_told_at_once() {
    let (mut unread, out) = Unread::start().await;
    drop(out);
    unread.a_login_works().await;
    let told = unread.told(1).await;
    assert!(told[0].contains("standard output cannot be written to (broken pipe)"), "{told:?}");
    unread.a_login_works().await;
    eventually("count", async || (unread.lost("audit").await == 6).then_some(())).await;
    let (status, warning) = unread.ready().await;
    assert_eq!(status, 200);
    assert!(warning.contains("standard output cannot be written to"), "{warning}");
    unread.silta.terminate();
    unread.silta.ended_well();
    assert_eq!(unread.silta.logs().len(), 1, "it is said once");
}

#[tokio::test]
async fn a_replica_ends_though_nobody_reads_its_log_and_says_what_is_lost_by_that() {
    let (mut unread, out) = Unread::start().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    // More than the 64 KiB that a pipe holds.
    for _ in 0..400 {
        client.get(unread.front.url() + "/authorize").send().await.unwrap();
    }
    unread.silta.terminate();
    unread.silta.ended_well();
    let told = unread.silta.logs();
    assert!(told[0].contains("standard output was not read in time: lost at the end"), "{told:?}");
    drop(out);
}

/// The next line with this message.
fn line(out: &mut BufReader<ChildStdout>, message: &str) -> Value {
    let mut lines = out.lines().map(Result::unwrap);
    let lines = &mut lines.by_ref().filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    lines.find(|line| line["message"] == message).expect("a line of the log")
}
