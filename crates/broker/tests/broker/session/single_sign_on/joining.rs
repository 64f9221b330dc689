//! Who is in a session, when it ends, and what happens when it ends at this very moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use silta_broker::{HeldSessions, LoginError, ReceivedLogin, Settings, Visitor};
use silta_oidc::{Client, TokenRequestError};
use tokio::task::JoinSet;

use super::{KIOSK, answered, is_asked, kiosk, kiosk_claims, shared};
use crate::faulty_store::{Outage, after_verbs};
use crate::fixture::{Fixture, SEAL, client, clients, party, policy, source_of, suomifi_name};
use crate::refresh::{next, refresh};
use crate::scripted_idp::PRINCIPAL;
use crate::session::login;
use crate::wire::query_param;

/// The same, and the upstream tells when it has ended a session.
fn told(settings: &mut Settings) {
    shared(settings);
    settings.upstreams.get_mut(&suomifi_name()).unwrap().tells_logouts = true;
}

fn fixture() -> Fixture {
    let fixture = Fixture::with(told);
    fixture.idp.script(|script| script.session = Some((Some("_1".to_owned()), None)));
    fixture
}

/// The upstream ends its session; how many of ours end.
async fn end(fixture: &Fixture) -> usize {
    fixture.broker.end_at_upstream(&suomifi_name(), PRINCIPAL, &[]).await.unwrap().len()
}

#[tokio::test]
async fn the_end_of_a_session_takes_along_what_all_who_joined_it_were_given() {
    let fixture = fixture();
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let answer = answered(kiosk(&fixture, &held, &[]).await);
    let ended = fixture.broker.end_at_upstream(&suomifi_name(), PRINCIPAL, &[]).await.unwrap();
    let [ended] = &ended[..] else { unreachable!("it is one session") };
    let told = ended.participants.iter().map(|one| one.relying_party.as_str());
    assert_eq!(told.collect::<Vec<_>>(), ["shop", "kiosk"]);
    assert_ne!(ended.participants[0].sid, ended.participants[1].sid);
    assert_ne!(ended.participants[0].sub, ended.participants[1].sub);
    let code = query_param(&answer, "code").unwrap();
    let refused = fixture.redeem(&code, &KIOSK).await.unwrap_err();
    assert_eq!(refused, TokenRequestError::SessionEnded.into());
    assert!(is_asked(kiosk(&fixture, &held, &[]).await));
}

#[tokio::test]
async fn a_session_that_ends_while_it_is_answered_from_gives_nothing() {
    // The end begins somewhere between the calls of the answer, or behind them; or the answer between its calls.
    // Each of both is first at some turn.
    let mut answers = BTreeSet::new();
    let turns = (0..8).map(|verbs| (verbs, true)).chain((0..4).map(|verbs| (verbs, false)));
    for wait in turns {
        let fixture = fixture();
        let (_, held) = login(&fixture, &HeldSessions::default()).await;
        let (answering, ending) = (kiosk(&fixture, &held, &[]), end(&fixture));
        let (received, ended) = match wait {
            (verbs, true) => after_verbs(verbs, answering, ending).await,
            (verbs, false) => {
                let (ended, received) = after_verbs(verbs, ending, answering).await;
                (received, ended)
            }
        };
        assert_eq!(ended, 1, "{wait:?}");
        let received = received.unwrap();
        answers.insert(matches!(received, ReceivedLogin::Answered(_)));
        let ReceivedLogin::Answered(answer) = received else {
            assert_eq!(fixture.store.live("session").await, 0, "{wait:?}");
            continue;
        };
        let code = query_param(&answer, "code").unwrap();
        let refused = fixture.redeem(&code, &KIOSK).await.unwrap_err();
        assert_eq!(refused, TokenRequestError::SessionEnded.into(), "{wait:?}");
    }
    assert_eq!(answers.into_iter().collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn who_joins_a_session_goes_through_the_store_four_times() {
    let fixture = fixture();
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let before = fixture.store.calls();
    answered(kiosk(&fixture, &held, &[]).await);
    // Look at the session, keep a name of it, join it, keep the code.
    assert_eq!(fixture.store.calls() - before, 4);
}

#[tokio::test]
async fn a_use_prolongs_a_session_until_its_absolute_end() {
    let fixture = fixture();
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    // Half hours but a second each: at the first the kiosk joins, at the others it comes again.
    for turn in 0..16 {
        fixture.clock.advance(Duration::from_secs(1799));
        assert!(!is_asked(kiosk(&fixture, &held, &[]).await), "{turn}");
    }
    fixture.clock.advance(Duration::from_secs(16));
    assert!(is_asked(kiosk(&fixture, &held, &[]).await), "eight hours are over");

    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    fixture.clock.advance(Duration::from_mins(30));
    assert!(is_asked(kiosk(&fixture, &held, &[]).await), "nothing used it");
}

#[tokio::test]
async fn refresh_tokens_last_as_long_as_a_session_that_other_clients_prolong() {
    let all = clients().into_iter().map(Client::with_refresh_tokens).collect();
    let fixture = Fixture::new().changed([SEAL, SEAL], all, shared);
    let (code, held) = login(&fixture, &HeldSessions::default()).await;
    let mut tokens = fixture.redeem(&code, &[]).await.unwrap();
    for absences in [2, 13] {
        // The person works in the kiosk.
        for _ in 0..absences {
            fixture.clock.advance(Duration::from_mins(29));
            answered(kiosk(&fixture, &held, &[]).await);
        }
        tokens = refresh(&fixture, &next(&tokens)).await.unwrap();
    }
    fixture.clock.advance(Duration::from_mins(30));
    let refused = refresh(&fixture, &next(&tokens)).await.unwrap_err();
    assert_eq!(refused, TokenRequestError::SessionEnded.into(), "nothing used it");
    assert_eq!(fixture.store.live("refresh").await, 0, "it is not kept any longer");
}

#[tokio::test]
async fn a_session_is_answered_from_only_by_who_holds_its_secret() {
    let fixture = fixture();
    let (_, mine) = login(&fixture, &HeldSessions::default()).await;
    let (_, other) = login(&fixture, &HeldSessions::default()).await;
    assert!(!is_asked(kiosk(&fixture, &mine, &[]).await));
    let (mine, other) = (mine.to_cookie(), other.to_cookie());
    let (name, _) = mine.split_once('.').unwrap();
    let (_, secret) = other.split_once('.').unwrap();
    let guessed = HeldSessions::from_cookie(&format!("{name}.{secret}"));
    assert!(is_asked(kiosk(&fixture, &guessed, &[]).await));
}

#[tokio::test]
async fn the_name_by_which_a_client_joined_opens_nothing() {
    let fixture = fixture();
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let answer = answered(kiosk(&fixture, &held, &[]).await);
    let sid = kiosk_claims(&fixture, &answer).await["sid"].as_str().unwrap().to_owned();
    let cookie = held.to_cookie();
    let (_, secret) = cookie.split_once('.').unwrap();
    let guessed = HeldSessions::from_cookie(&format!("{sid}.{secret}"));
    assert!(is_asked(kiosk(&fixture, &guessed, &[]).await));
}

#[tokio::test]
async fn tabs_that_join_at_once_join_once() {
    let fixture = Arc::new(fixture());
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let mut tabs = JoinSet::new();
    for _ in 0..8 {
        let (fixture, held) = (fixture.clone(), held.clone());
        tabs.spawn(async move { kiosk(&fixture, &held, &[]).await });
    }
    let mut sids = vec![];
    for received in tabs.join_all().await {
        sids.push(kiosk_claims(&fixture, &answered(received)).await["sid"].clone());
    }
    assert!(sids.iter().all(|sid| *sid == sids[0]), "{sids:?}");
    assert_eq!(fixture.store.live("session").await, 2, "itself, and the one name that is used");
    let ended = fixture.broker.end_at_upstream(&suomifi_name(), PRINCIPAL, &[]).await.unwrap();
    assert_eq!(ended[0].participants.len(), 2);
}

#[tokio::test]
async fn a_session_has_32_relying_parties_and_a_33rd_is_sent_to_the_upstream() {
    let usual = fixture();
    let callback = |number: usize| format!("https://app{number}.example/cb");
    let names: Vec<_> = (0..33).map(|number| format!("app{number}")).collect();
    let mut all = clients();
    all.extend(names.iter().enumerate().map(|(at, name)| client(name, &[&callback(at)])));
    let fixture = usual.changed([SEAL, SEAL], all, |settings| {
        for name in &names {
            settings.relying_parties.insert(party(name), policy(name));
        }
        told(settings);
    });
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let ask = async |number: usize| {
        let (name, callback) = (&names[number], callback(number));
        let changes = [("client_id", name.as_str()), ("redirect_uri", &callback)];
        let visitor = Visitor { sessions: held.clone(), ..source_of(1).into() };
        is_asked(fixture.ask(visitor, &changes).await)
    };
    for number in 0..31 {
        assert!(!ask(number).await, "{number}");
    }
    for number in [31, 32] {
        assert!(ask(number).await, "{number}");
    }
    assert!(!ask(0).await, "who is in it already is answered");
}

#[tokio::test]
async fn a_store_that_fails_answers_nobody_from_a_session() {
    for again in [false, true] {
        for outage in [Outage::Before, Outage::After] {
            let mut call = 0;
            loop {
                let fixture = fixture();
                let (_, held) = login(&fixture, &HeldSessions::default()).await;
                if again {
                    answered(kiosk(&fixture, &held, &[]).await);
                }
                fixture.store.fail(call, outage);
                let received = kiosk(&fixture, &held, &[]).await;
                if fixture.store.heal() {
                    answered(received);
                    break;
                }
                let failed = received.unwrap_err();
                let stores = matches!(failed.error, LoginError::StoreUnavailable(_));
                assert!(stores, "{call} {outage:?}");
                // It works as soon as the store does.
                answered(kiosk(&fixture, &held, &[]).await);
                call += 1;
            }
            assert!(call >= 3, "{call} calls");
        }
    }
}
