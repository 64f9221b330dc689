//! Who is ready, and why not.

#![expect(clippy::unwrap_used, reason = "tests")]

use silta_broker::ports::OutboundHttpError;
use silta_broker::upstream::ProviderError;
use silta_testkit::clock::FixedClock;
use std::time::Duration;

use super::*;

/// Of a process with one thread.
fn health() -> (Arc<Health>, CheckedThread, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
    let health = Arc::new(Health::new(clock.clone(), 1));
    let thread = health.check_in().unwrap();
    (health, thread, clock)
}

/// Of a process with two threads.
fn health_of_two() -> (Arc<Health>, [CheckedThread; 2], Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(Timestamp::UNIX_EPOCH));
    let health = Arc::new(Health::new(clock.clone(), 2));
    let threads = [health.check_in().unwrap(), health.check_in().unwrap()];
    (health, threads, clock)
}

fn causes(reasons: &[Finding]) -> Vec<&'static str> {
    reasons.iter().map(|one| one.cause().unwrap_or(one.reason())).collect()
}

#[test]
fn a_store_that_never_served_makes_nobody_ready() {
    let (health, thread, clock) = health();
    assert_eq!(causes(&health.readiness().reasons), ["starting"]);
    assert_eq!(thread.record(Err(StoreError::Full)), Some(StoreChange::Broken(StoreError::Full)));
    assert_eq!(causes(&health.readiness().reasons), ["full"]);
    thread.record(Err(StoreError::ReadOnly));
    clock.advance(Duration::from_hours(1));
    assert_eq!(causes(&health.readiness().reasons), ["read_only"]);
    assert_eq!(thread.record(Ok(())), Some(StoreChange::Ready));
    let ready = Readiness { status: "ready", reasons: vec![], warnings: vec![] };
    assert_eq!(health.readiness(), ready);
}

#[test]
fn a_store_that_served_is_forgiven_for_as_long_as_a_failover_takes() {
    let (health, thread, clock) = health();
    thread.record(Ok(()));
    clock.advance(Duration::from_secs(15));
    thread.record(Err(StoreError::ReadOnly));
    let logged = health.readiness();
    assert_eq!((logged.status, causes(&logged.warnings)), ("ready", vec!["read_only"]));
    clock.advance(Duration::from_millis(1));
    let logged = health.readiness();
    assert_eq!((logged.status, causes(&logged.reasons)), ("not ready", vec!["read_only"]));
    assert_eq!(thread.record(Ok(())), Some(StoreChange::Recovered));
    assert_eq!(health.readiness().status, "ready");
}

#[test]
fn a_watch_that_does_not_come_back_is_no_answer() {
    let (health, thread, clock) = health();
    thread.record(Ok(()));
    clock.advance(Duration::from_secs(16));
    assert_eq!(causes(&health.readiness().reasons), ["no_answer"]);
}

#[test]
fn a_full_store_of_this_process_takes_nobody_out() {
    let (health, thread, clock) = health();
    thread.record(Ok(()));
    clock.advance(Duration::from_hours(1));
    thread.record(Err(StoreError::Full));
    let logged = health.readiness();
    assert_eq!((logged.status, causes(&logged.warnings)), ("ready", vec!["full"]));
}

#[test]
fn each_cause_is_told_once_in_an_outage() {
    let (_health, thread, _clock) = health();
    thread.record(Ok(()));
    let lost = Err(StoreError::NobodyListens);
    let loads = Err(StoreError::Loading);
    assert_eq!(thread.record(lost), Some(StoreChange::Broken(StoreError::NobodyListens)));
    assert_eq!(thread.record(lost), None);
    assert_eq!(thread.record(loads), Some(StoreChange::Broken(StoreError::Loading)));
    assert_eq!(thread.record(lost), None, "it was told");
    assert_eq!(thread.record(Ok(())), Some(StoreChange::Recovered));
    assert_eq!(thread.record(Ok(())), None);
    assert_eq!(thread.record(lost), Some(StoreChange::Broken(StoreError::NobodyListens)));
}

#[test]
fn the_store_is_named_by_host_and_port() {
    let (health, thread, _clock) = health();
    health.store_is_at(Some("cache.example:6379".to_owned()));
    thread.record(Err(StoreError::NobodyListens));
    let shown = serde_json::to_value(health.readiness()).unwrap();
    let address = shown.pointer("/reasons/0/address");
    assert_eq!(address, Some(&"cache.example:6379".into()));
}

#[test]
fn a_provider_that_cannot_be_asked_is_a_warning_until_it_can() {
    let (health, thread, _clock) = health();
    thread.record(Ok(()));
    let op = UpstreamName::parse("op").unwrap();
    let error = ProviderError::Http(OutboundHttpError::NobodyListens);
    health.record_provider(&op, Some(Finding::provider_unavailable(&op, &(&error).into())));
    let shown = serde_json::to_value(health.readiness()).unwrap();
    let at = |path: &str| shown.pointer(path).and_then(|value| value.as_str());
    assert_eq!(at("/status"), Some("ready"));
    assert_eq!(at("/warnings/0/reason"), Some("provider_unavailable"));
    assert_eq!(at("/warnings/0/upstream"), Some("op"));
    assert_eq!(at("/warnings/0/cause"), Some("nobody_listens"));
    health.record_provider(&op, None);
    assert_eq!(health.readiness().warnings, []);
}

#[test]
fn a_configuration_that_was_refused_is_a_warning_until_one_is_used() {
    let (health, thread, _clock) = health();
    thread.record(Ok(()));
    health.runs(ConfigurationHash::new([7; 32]));
    let hash = ConfigurationHash::new([7; 32]).to_string();
    let noon = Timestamp::UNIX_EPOCH;
    health.configuration_was_read(hash.clone(), ReloadOutcome::Refused, noon);
    health.replicas_differ(true);
    let told = health.readiness();
    let expected = vec!["configuration_refused", "configurations_differ"];
    assert_eq!((told.status, causes(&told.warnings)), ("ready", expected));
    let shown = serde_json::to_value(health.configuration()).unwrap();
    let at = |path: &str| shown.pointer(path).and_then(|value| value.as_str());
    assert_eq!((at("/hash"), at("/last_read/outcome")), (Some(&*hash), Some("refused")));
    health.configuration_was_read(hash.clone(), ReloadOutcome::Pending, noon);
    let expected = ["configuration_pending", "configurations_differ"];
    assert_eq!(causes(&health.readiness().warnings), expected);
    health.configuration_was_read(hash, ReloadOutcome::Changed, noon);
    health.replicas_differ(false);
    assert_eq!(health.readiness().warnings, []);
}

#[test]
fn a_process_that_stops_is_not_ready() {
    let (health, thread, _clock) = health();
    thread.record(Ok(()));
    health.stop();
    assert_eq!(causes(&health.readiness().reasons), ["stopping"]);
}

#[test]
fn one_thread_that_never_was_served_makes_nobody_ready() {
    let (health, [one, other], _clock) = health_of_two();
    assert_eq!(one.record(Ok(())), None);
    assert_eq!(causes(&health.readiness().reasons), ["starting"]);
    let refused = StoreError::TooManyClients;
    assert_eq!(other.record(Err(refused)), Some(StoreChange::Broken(refused)));
    assert_eq!(one.record(Ok(())), None);
    assert_eq!(causes(&health.readiness().reasons), ["too_many_clients"]);
    assert_eq!(other.record(Ok(())), Some(StoreChange::Ready));
    assert_eq!(health.readiness().status, "ready");
}

#[test]
fn one_thread_that_is_not_served_is_told_once_and_ends_once() {
    let (health, [one, other], clock) = health_of_two();
    one.record(Ok(()));
    other.record(Ok(()));
    let refused = Err(StoreError::TooManyClients);
    assert_eq!(one.record(refused), Some(StoreChange::Broken(StoreError::TooManyClients)));
    for _ in 0..16 {
        clock.advance(Duration::from_secs(1));
        assert_eq!(other.record(Ok(())), None, "another thread is served");
        assert_eq!(one.record(refused), None, "it was told");
    }
    assert_eq!(health.store_errors(), [StoreError::TooManyClients]);
    assert_eq!(causes(&health.readiness().reasons), ["too_many_clients"]);
    assert_eq!(one.record(Ok(())), Some(StoreChange::Recovered));
    assert_eq!(other.record(Ok(())), None);
    assert_eq!(health.readiness().status, "ready");
    assert_eq!(health.store_errors(), []);
}

#[test]
fn what_all_threads_say_is_told_once() {
    let (health, [one, other], _clock) = health_of_two();
    let lost = Err(StoreError::NobodyListens);
    assert_eq!(one.record(lost), Some(StoreChange::Broken(StoreError::NobodyListens)));
    assert_eq!(causes(&health.readiness().reasons), ["nobody_listens"]);
    assert_eq!(other.record(lost), None);
    assert_eq!(causes(&health.readiness().reasons), ["nobody_listens"]);
    assert_eq!(one.record(Ok(())), None);
    assert_eq!(other.record(Ok(())), Some(StoreChange::Ready));
}

#[test]
fn a_thread_that_checks_no_more_is_no_answer_until_another_takes_its_place() {
    let (health, [one, other], clock) = health_of_two();
    one.record(Ok(()));
    other.record(Ok(()));
    assert!(health.check_in().is_none(), "each place has its thread");
    drop(one);
    clock.advance(Duration::from_secs(16));
    other.record(Ok(()));
    assert_eq!(causes(&health.readiness().reasons), ["no_answer"]);
    health.check_in().unwrap().record(Ok(()));
    assert_eq!(health.readiness().status, "ready");
}
