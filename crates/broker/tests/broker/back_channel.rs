//! Clients are told that a session is over: at once, again and again, and once by whatever replica.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use silta_broker::HeldSessions;
use silta_broker::downstream::BackChannel;
use silta_broker::ports::{OutboundHttp, OutboundHttpError, OutboundRequest, OutboundResponse};
use silta_oidc::OutboundUrl;

use crate::client_logout::{Login, a_login, asked, fixture_notifying, login};
use crate::faulty_store::Outage;
use crate::fixture::{Fixture, client_id};

mod confirmed;
mod ended;

/// A client's server: what it answers with, if at all, and how often it was called.
#[derive(Default)]
pub(crate) struct NotifiedClient {
    answer: Mutex<Option<Result<u16, OutboundHttpError>>>,
    hangs: AtomicBool,
    calls: AtomicUsize,
}

impl NotifiedClient {
    fn answers(&self, answer: Result<u16, OutboundHttpError>) {
        *self.answer.lock().unwrap() = Some(answer);
        self.hangs.store(false, Ordering::Relaxed);
    }

    fn hangs(&self) {
        self.hangs.store(true, Ordering::Relaxed);
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// Waits for its next call.
    async fn is_called(&self) {
        let calls = self.calls();
        while self.calls() == calls {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl OutboundHttp for NotifiedClient {
    async fn send(&self, _: &OutboundRequest<'_>) -> Result<OutboundResponse, OutboundHttpError> {
        // Whoever else is told goes first.
        tokio::task::yield_now().await;
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let status = self.answer.lock().unwrap().unwrap_or(Ok(200))?;
        Ok(OutboundResponse { status, content_type: None, body: vec![] })
    }
}

/// The shop is told.
fn fixture() -> (Fixture, Arc<NotifiedClient>) {
    let client = Arc::new(NotifiedClient::default());
    (fixture_notifying(channels(&client)), client)
}

pub(crate) fn channels(
    client: &Arc<NotifiedClient>,
) -> BTreeMap<silta_oidc::ClientId, BackChannel> {
    let url = OutboundUrl::parse("https://shop.example/backchannel").unwrap();
    let shop = BackChannel { url, http: client.clone() };
    BTreeMap::from([(client_id("shop"), shop)])
}

async fn log_out(fixture: &Fixture, login: &Login) {
    let hint = [("id_token_hint", login.id_token.as_str())];
    asked(fixture, &hint, &login.sessions).await.unwrap();
}

fn waiting(fixture: &Fixture) -> usize {
    let lines = fixture.audit.lines();
    lines.iter().filter(|line| line.ends_with("tried again")).count()
}

#[tokio::test]
async fn a_client_that_confirms_is_told_once() {
    for status in [200, 204] {
        let (fixture, client) = fixture();
        client.answers(Ok(status));
        let login = a_login(&fixture).await;
        log_out(&fixture, &login).await;
        assert_eq!((client.calls(), fixture.audit.last().as_str()), (1, "shop told of logout"));
        for _ in 0..5 {
            fixture.clock.advance(Duration::from_mins(10));
            fixture.broker.notify_again().await;
        }
        assert_eq!(client.calls(), 1);
    }
}

/// Each failure is tried again after its pause and not before, five times in all.
#[tokio::test]
async fn a_client_that_does_not_confirm_is_tried_five_times_in_ten_minutes() {
    for answer in [
        Ok(500),
        Ok(400),
        Ok(202),
        Err(OutboundHttpError::NoAnswer),
        Err(OutboundHttpError::Redirect),
    ] {
        let (fixture, client) = fixture();
        client.answers(answer);
        let login = a_login(&fixture).await;
        log_out(&fixture, &login).await;
        for (tries, pause) in [(1, 15), (2, 60), (3, 180), (4, 345)] {
            assert_eq!((client.calls(), waiting(&fixture)), (tries, tries));
            fixture.clock.advance(Duration::from_secs(pause - 1));
            fixture.broker.notify_again().await;
            assert_eq!(client.calls(), tries, "too early");
            fixture.clock.advance(Duration::from_secs(1));
            fixture.broker.notify_again().await;
        }
        assert_eq!(client.calls(), 5);
        assert!(fixture.audit.last().ends_with("given up"), "{}", fixture.audit.last());
        fixture.clock.advance(Duration::from_mins(20));
        fixture.broker.notify_again().await;
        assert_eq!(client.calls(), 5);
    }
}

#[tokio::test]
async fn of_several_replicas_one_tells() {
    let (fixture, client) = fixture();
    client.answers(Ok(503));
    let login = a_login(&fixture).await;
    log_out(&fixture, &login).await;
    client.answers(Ok(200));
    fixture.clock.advance(Duration::from_secs(15));
    let replicas = [1, 2, 3, 4].map(|_| fixture.broker.notify_again());
    futures_util::future::join_all(replicas).await;
    assert_eq!(client.calls(), 2, "one of four");
}

/// The replica dies once the client is called, and writes nothing down any more.
async fn dies(client: &NotifiedClient, tells: impl Future<Output = ()>) {
    tokio::select! {
        () = tells => unreachable!("the client does not answer"),
        () = client.is_called() => {}
    }
}

#[tokio::test]
async fn what_a_replica_dies_over_is_taken_over_once_its_time_is_over() {
    let (fixture, client) = fixture();
    client.answers(Ok(503));
    let login = a_login(&fixture).await;
    log_out(&fixture, &login).await;
    fixture.clock.advance(Duration::from_secs(15));
    client.hangs();
    dies(&client, fixture.broker.notify_again()).await;
    client.answers(Ok(200));
    for (wait, calls) in [(0, 2), (14, 2), (1, 3)] {
        fixture.clock.advance(Duration::from_secs(wait));
        let replicas = [1, 2, 3, 4].map(|_| fixture.broker.notify_again());
        futures_util::future::join_all(replicas).await;
        assert_eq!(client.calls(), calls, "{wait}");
    }
    assert_eq!(fixture.audit.last(), "shop told of logout");
}

/// What ends each replica that touches it is given up after as many tries as any other.
#[tokio::test]
async fn what_five_replicas_die_over_is_given_up() {
    let (fixture, client) = fixture();
    let login = a_login(&fixture).await;
    client.hangs();
    dies(&client, log_out(&fixture, &login)).await;
    for _ in 0..4 {
        fixture.clock.advance(Duration::from_secs(15));
        dies(&client, fixture.broker.notify_again()).await;
    }
    client.answers(Ok(200));
    for _ in 0..3 {
        fixture.clock.advance(Duration::from_mins(10));
        fixture.broker.notify_again().await;
        assert_eq!(fixture.audit.last(), "shop not told of logout: replica_died, given up");
        assert_eq!(client.calls(), 5);
    }
    let lines = fixture.audit.lines();
    assert_eq!(lines.iter().filter(|line| line.contains("replica_died")).count(), 1);
}

#[tokio::test]
async fn a_store_that_fails_hinders_no_client_from_being_told_once() {
    let (fixture, client) = fixture();
    client.answers(Ok(500));
    let login = a_login(&fixture).await;
    // The name, the end, and then the outbox.
    fixture.store.fail(2, Outage::Before);
    let hint = [("id_token_hint", login.id_token.as_str())];
    asked(&fixture, &hint, &HeldSessions::default()).await.unwrap();
    let lines = fixture.audit.lines();
    assert!(lines.contains(&"logout not kept: store_unavailable".to_owned()), "{lines:?}");
    assert_eq!(client.calls(), 1);
    fixture.clock.advance(Duration::from_mins(1));
    fixture.broker.notify_again().await;
    assert_eq!(client.calls(), 1, "nobody knows of it any more");
}

/// The parts before the one at which the store fails are this replica's by then, and no other's.
#[tokio::test]
async fn a_store_that_fails_at_a_later_part_hinders_nobody_who_is_due_in_an_earlier_one() {
    let (fixture, client) = fixture();
    client.answers(Ok(503));
    let parts = || fixture.store.all("outbox").into_iter().map(|(key, _)| key);
    while parts().collect::<HashSet<_>>().len() < 2 {
        let login = a_login(&fixture).await;
        log_out(&fixture, &login).await;
    }
    let waiting = client.calls();
    client.answers(Ok(200));
    fixture.clock.advance(Duration::from_secs(15));
    // A look at each of eight parts, and at each of the two another one and a swap. The last of them is in
    // the last part, and so behind a part that is claimed.
    fixture.store.fail(8 + 2 * 2 - 1, Outage::Before);
    fixture.broker.notify_again().await;
    assert!(client.calls() > waiting, "{:?}", fixture.audit.lines());
    assert_eq!(fixture.audit.last(), "shop told of logout");
}

/// An operator hears of it: whoever waits in there is told by nobody.
#[tokio::test]
async fn an_outbox_that_cannot_be_read_is_told_of() {
    let (fixture, client) = fixture();
    client.answers(Ok(500));
    let login = a_login(&fixture).await;
    log_out(&fixture, &login).await;
    let (key, _) = fixture.store.last("outbox");
    fixture.store.tamper(&key, vec![7; 64]).await;
    fixture.clock.advance(Duration::from_secs(15));
    fixture.broker.notify_again().await;
    assert_eq!(fixture.audit.last(), "outbox not read: record_unreadable");
    assert_eq!(client.calls(), 1);
}

/// What is not there cannot be told, and is not tried for ever.
#[tokio::test]
async fn a_client_that_is_taken_out_of_the_configuration_is_given_up() {
    let (fixture, client) = fixture();
    client.answers(Ok(500));
    let login = a_login(&fixture).await;
    log_out(&fixture, &login).await;
    let changed = fixture_of(&fixture, channels_of_kiosk(&client));
    fixture.clock.advance(Duration::from_secs(614));
    changed.broker.notify_again().await;
    assert!(fixture.audit.last().ends_with("tried again"), "{}", fixture.audit.last());
    fixture.clock.advance(Duration::from_secs(1));
    changed.broker.notify_again().await;
    let given_up = "shop not told of logout: not_configured, given up";
    assert_eq!(changed.audit.last(), given_up);
    assert_eq!(client.calls(), 1);
}

/// As where a new configuration comes to one replica after the other, with a client that the others do not know.
#[tokio::test]
async fn a_client_that_a_replica_does_not_know_is_left_to_those_that_do() {
    let (fixture, client) = fixture();
    client.answers(Ok(500));
    let login = a_login(&fixture).await;
    log_out(&fixture, &login).await;
    client.answers(Ok(200));
    fixture.clock.advance(Duration::from_secs(15));
    let lines = fixture.audit.lines();
    fixture_of(&fixture, channels_of_kiosk(&client)).broker.notify_again().await;
    assert_eq!((client.calls(), fixture.audit.lines()), (1, lines));
    fixture.broker.notify_again().await;
    assert_eq!((client.calls(), fixture.audit.last().as_str()), (2, "shop told of logout"));
}

/// Otherwise they would change one record again and again, until some of it is lost, and be told twice.
#[tokio::test]
async fn the_clients_of_a_large_logout_are_told_once_each_with_few_changes_of_the_outbox() {
    let (fixture, client) = fixture();
    let mut last = a_login(&fixture).await;
    for _ in 1..32 {
        last = login(&fixture, &last.sessions).await;
    }
    log_out(&fixture, &last).await;
    assert_eq!((client.calls(), fixture.store.live("session").await), (32, 0));
    let written = fixture.store.all("outbox");
    let parts: HashSet<_> = written.iter().map(|(key, _)| key).collect();
    assert!(parts.len() > 1, "{}", parts.len());
    // One that adds, and one or two that take out, in each part.
    assert!(written.len() <= 3 * parts.len(), "{} changes", written.len());
    fixture.clock.advance(Duration::from_mins(1));
    fixture.broker.notify_again().await;
    assert_eq!(client.calls(), 32);
}

/// So that the outbox is looked at, although the shop is not told.
fn channels_of_kiosk(client: &Arc<NotifiedClient>) -> BTreeMap<silta_oidc::ClientId, BackChannel> {
    let mut channels = channels(client);
    let shop = channels.remove("shop").unwrap();
    channels.insert(client_id("kiosk"), shop);
    channels
}

fn fixture_of(fixture: &Fixture, channels: BTreeMap<silta_oidc::ClientId, BackChannel>) -> Fixture {
    crate::client_logout::replica_notifying(fixture, channels)
}
