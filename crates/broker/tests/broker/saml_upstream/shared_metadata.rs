//! Metadata that one replica fetches for all: who asks, who learns, and what a store cannot make anybody
//! believe.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use silta_broker::ports::{Background, OutboundHttpError, Upstream as _, Work};
use silta_broker::upstream::{
    DescribedSamlUpstream, MetadataFetchError, MetadataSettings, NoNewerMetadata,
};
use silta_saml::{MetadataError, MetadataSigners};
use silta_testkit::keys::{self, KeyPair, ROGUE};

use super::described::{Replicas, Server, document, later, refreshed, unknown_key, until};
use super::{EVERYTHING, anybody, ask_at, request_id, response};
use crate::faulty_store::{Outage, all_is_done, give_up_after};
use crate::fixture::NOON;

const NEWEST: &str = "newest_metadata";
const DOCUMENT: &str = "idp_metadata";
const ATTEMPT: &str = "metadata_attempt";

/// The fingerprints of the keys that are known.
fn keys_of(upstream: &DescribedSamlUpstream) -> Vec<String> {
    let known = upstream.description().unwrap();
    known.signing().iter().map(|one| one.fingerprint().to_string()).collect()
}

fn fingerprints(keys: &[&KeyPair]) -> Vec<String> {
    keys.iter().map(|key| key.certificate().fingerprint().to_string()).collect()
}

#[tokio::test]
async fn one_of_two_replicas_that_start_together_fetches_for_both() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&keys::IDP])));
    let (a, b) = (replicas.one(&server), replicas.one(&server));
    tokio::join!(a.refresh(), b.refresh());
    assert_eq!((a.take_news().outcome, b.take_news().outcome), (Some(Ok(())), Some(Ok(()))));
    assert_eq!((keys_of(&a), server.asked()), (keys_of(&b), 1));
    replicas.clock.advance(Duration::from_hours(1));
    for _ in 0..2 {
        tokio::join!(a.refresh(), b.refresh());
        replicas.clock.advance(Duration::from_secs(15));
    }
    assert_eq!(server.asked(), 2, "and once more after an hour");
}

#[tokio::test]
async fn a_replica_that_starts_while_the_server_is_down_knows_what_the_others_know() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&keys::IDP])));
    replicas.one(&server).refresh().await;
    *server.answer.lock().unwrap() = Err(OutboundHttpError::NoConnection);
    // After an hour it would be fetched again, and after a week nobody believes what lies there.
    replicas.clock.advance(Duration::from_hours(7 * 24 - 1));
    let late = replicas.one(&server);
    let told = refreshed(&late).await;
    assert_eq!((told, keys_of(&late)), (Some(Ok(())), fingerprints(&[&keys::IDP])));
    replicas.clock.advance(Duration::from_hours(1));
    let too_late = replicas.one(&server);
    let told = refreshed(&too_late).await;
    let down = MetadataFetchError::Http(OutboundHttpError::NoConnection);
    assert_eq!((told, too_late.description().is_none()), (Some(Err(down)), true));
}

#[tokio::test]
async fn an_unknown_key_has_one_replica_ask_and_both_learn() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&ROGUE])));
    let both = [replicas.one(&server), replicas.one(&server)];
    for one in &both {
        one.refresh().await;
    }
    assert_eq!(server.asked(), 1);
    server.publishes(document(&[&keys::IDP]));
    let judged = both.each_ref().map(|upstream| async move {
        let (message, pending) = ask_at(upstream, &anybody(), NOON).await.unwrap();
        let callback = response(&request_id(&message), "low", NOON);
        upstream.finish(&callback, &pending, EVERYTHING, NOON).await.is_ok()
    });
    let [a, b] = judged;
    assert_eq!((tokio::join!(a, b), server.asked()), ((true, true), 2));
}

#[tokio::test]
async fn a_key_that_nobody_publishes_has_all_replicas_together_ask_once_a_minute() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&ROGUE])));
    let both = [replicas.one(&server), replicas.one(&server)];
    for one in &both {
        one.refresh().await;
    }
    for (seconds, asked, why) in [
        (0, 2, [NoNewerMetadata::SameKeys, NoNewerMetadata::AskedLately]),
        (59, 2, [NoNewerMetadata::AskedLately; 2]),
        (60, 3, [NoNewerMetadata::SameKeys, NoNewerMetadata::AskedLately]),
    ] {
        let now = later(seconds);
        replicas.clock.set(now);
        for (upstream, why) in both.iter().zip(why) {
            let (message, pending) = ask_at(upstream, &anybody(), now).await.unwrap();
            let callback = response(&request_id(&message), "low", NOON);
            let judged = upstream.finish(&callback, &pending, EVERYTHING, now).await;
            let error = judged.unwrap_err().error;
            assert_eq!(error, unknown_key(why), "{seconds}");
            assert_eq!(upstream.take_news().unknown_key, Some(why), "the operator is told why");
        }
        assert_eq!(server.asked(), asked, "{seconds}");
    }
}

#[tokio::test]
async fn another_replica_goes_on_when_the_one_that_fetches_dies() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&keys::IDP])));
    let dying = replicas.one(&server);
    // It has looked, claimed, fetched, and not written yet.
    assert!(!give_up_after(3, dying.refresh()).await);
    assert_eq!(replicas.store().all(ATTEMPT).len(), 1);
    let other = replicas.one(&server);
    assert_eq!(refreshed(&other).await, None, "it waits as long as an answer may take");
    assert!(other.description().is_none());
    replicas.clock.advance(Duration::from_secs(15));
    assert_eq!(refreshed(&other).await, Some(Ok(())));
}

/// Whichever of the verbs it is that the store does not do.
#[tokio::test]
async fn a_replica_that_cannot_ask_the_store_fetches_for_itself() {
    for verb in 0.. {
        let (replicas, server) = (Replicas::new(), Server::with(document(&[&keys::IDP])));
        let alone = replicas.one(&server);
        replicas.store().fail(verb, Outage::Before);
        assert_eq!((refreshed(&alone).await, server.asked()), (Some(Ok(())), 1), "{verb}");
        if replicas.store().heal() {
            assert!(verb > 3, "it looks, claims, writes twice and ends, and used {verb} verbs");
            return;
        }
        replicas.store().fail(0, Outage::Before);
        assert_eq!((refreshed(&alone).await, server.asked()), (None, 1), "it is young");
        assert!(!replicas.store().heal(), "the store was asked");
    }
}

/// Whoever can write to the store has no seal key; and what is sealed is judged again.
#[tokio::test]
async fn nothing_in_the_store_is_believed_that_the_wire_would_not_be_believed() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&keys::IDP])));
    replicas.one(&server).refresh().await;
    // Octets that nobody sealed.
    for kind in [NEWEST, DOCUMENT, ATTEMPT] {
        let (key, sealed) = replicas.store().last(kind);
        let mut octets = sealed.as_bytes().to_vec();
        octets[20] ^= 1;
        replicas.store().tamper(&key, octets).await;
    }
    let other = replicas.one(&server);
    assert_eq!((refreshed(&other).await, server.asked()), (Some(Ok(())), 2), "it asks by itself");

    // A document that has ended since, of a signer of today.
    let ending = until(&document(&[&keys::IDP]), "2026-11-21T13:00:00Z");
    let (replicas, server) = (Replicas::new(), Server::with(ending));
    replicas.one(&server).refresh().await;
    *server.answer.lock().unwrap() = Err(OutboundHttpError::NoAnswer);
    replicas.clock.advance(Duration::from_hours(1));
    let other = replicas.one(&server);
    let told = refreshed(&other).await;
    let no_answer = MetadataFetchError::Http(OutboundHttpError::NoAnswer);
    assert_eq!((told, other.description().is_none()), (Some(Err(no_answer)), true));
}

/// Each pins its own signers, so what one has verified is nothing that another one takes.
#[tokio::test]
async fn replicas_that_pin_other_signers_share_nothing() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&keys::IDP])));
    replicas.one(&server).refresh().await;
    let pinning = replicas.configured(&server, |settings| {
        let signers = MetadataSigners::new(vec![ROGUE.verification()]).unwrap();
        MetadataSettings { signers: Some(signers), ..settings }
    });
    let told = refreshed(&pinning).await;
    let unsigned = MetadataFetchError::Metadata(MetadataError::Unsigned);
    assert_eq!((told, server.asked()), (Some(Err(unsigned)), 2));
    assert!(pinning.description().is_none());
}

/// Somebody keeps what lay in the store, with a key that was taken back since, and puts it there again.
#[tokio::test]
async fn what_lay_in_the_store_before_does_not_take_the_place_of_what_is_known() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&ROGUE])));
    let upstream = replicas.one(&server);
    upstream.refresh().await;
    let kept = [replicas.store().last(NEWEST), replicas.store().last(DOCUMENT)];
    server.publishes(document(&[&keys::IDP]));
    replicas.clock.advance(Duration::from_hours(1));
    assert_eq!(refreshed(&upstream).await, Some(Ok(())));
    for (key, sealed) in kept {
        replicas.store().tamper(&key, sealed.as_bytes().to_vec()).await;
    }
    assert_eq!(refreshed(&upstream).await, None);
    assert_eq!(keys_of(&upstream), fingerprints(&[&keys::IDP]));
}

/// Clocks of replicas differ; what was fetched later is newer all the same.
#[tokio::test]
async fn a_replica_whose_clock_is_behind_shares_what_it_fetches() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&ROGUE])));
    let (ahead, behind) = (replicas.one(&server), replicas.one(&server));
    replicas.clock.advance(Duration::from_secs(40));
    ahead.refresh().await;
    behind.refresh().await;
    server.publishes(document(&[&keys::IDP]));
    replicas.clock.set(NOON);
    let (message, pending) = ask_at(&behind, &anybody(), NOON).await.unwrap();
    let callback = response(&request_id(&message), "low", NOON);
    assert!(behind.finish(&callback, &pending, EVERYTHING, NOON).await.is_ok());
    assert_eq!((refreshed(&ahead).await, server.asked()), (Some(Ok(())), 2));
    assert_eq!(keys_of(&ahead), fingerprints(&[&keys::IDP]));
}

/// Gives up at once whatever it waits for, which goes on.
struct Impatient;

#[async_trait]
impl Background for Impatient {
    async fn run(&self, work: Work, patience: Duration) {
        assert_eq!(patience, Duration::from_secs(3));
        tokio::spawn(work);
        tokio::task::yield_now().await;
    }

    async fn pause(&self, _: Duration) {
        tokio::task::yield_now().await;
    }

    fn go_on(&self, work: Work) {
        tokio::spawn(work);
    }
}

#[tokio::test]
async fn a_login_gives_up_before_the_server_answers_and_the_next_one_finds_what_came() {
    let (replicas, server) = (Replicas::new(), Server::with(document(&[&ROGUE])));
    let upstream = replicas.working(&server, Arc::new(Impatient));
    upstream.refresh().await;
    server.publishes(document(&[&keys::IDP]));
    server.holds_back();
    let (message, pending) = ask_at(&upstream, &anybody(), NOON).await.unwrap();
    let callback = response(&request_id(&message), "low", NOON);
    for _ in 0..2 {
        let judged = upstream.finish(&callback, &pending, EVERYTHING, NOON).await;
        let late = unknown_key(NoNewerMetadata::NotInTime);
        assert_eq!(judged.unwrap_err().error, late);
    }
    server.lets_go();
    all_is_done().await;
    assert!(upstream.finish(&callback, &pending, EVERYTHING, NOON).await.is_ok());
    assert_eq!(server.asked(), 2, "one request for all of them");
}
