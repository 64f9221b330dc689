//! How many sessions one person has at an upstream, and which of them end.

use std::time::Duration;

use silta_broker::{HeldSessions, LoginError, SessionPolicy};

use super::at_upstream::{
    code, ended, finished, fixture, index, is_good, principal, tells_logouts,
};
use super::{aino, login};
use crate::faulty_store::Outage;
use crate::fixture::{Fixture, GIVEN, HETU, SEAL, clients, party};
use crate::scripted_idp::PRINCIPAL;
use crate::wire::bearer;

fn nordea(fixture: &Fixture) {
    fixture.idp.asserts(&[("urn:oid:1.2.246.21", &[HETU]), ("urn:oid:2.5.4.42", &[GIVEN])]);
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_of_one_person_ends() {
    let fixture = fixture();
    let first = code(&fixture).await;
    for number in 0..64 {
        index(&fixture, Some(&format!("_{number}")));
        code(&fixture).await;
    }
    let told = fixture.audit.lines();
    assert!(told.contains(&"session ended: too_many_sessions".to_owned()));
    assert!(!is_good(&fixture, &first).await);
    assert_eq!(ended(&fixture, &[]).await.len(), 64);
}

#[tokio::test]
async fn of_too_many_sessions_of_one_person_one_that_nothing_uses_ends_before_any_other() {
    let fixture = fixture();
    let refreshing = fixture.changed([SEAL, SEAL], clients(), |settings| {
        tells_logouts(settings);
        let policy = settings.relying_parties.get_mut(&party("shop")).unwrap();
        let (idle, absolute) = (Some(Duration::from_mins(30)), Duration::from_hours(8));
        policy.session = SessionPolicy::Kept { idle, absolute };
    });
    let (used, unused) = (refreshing.tokens().await, code(&fixture).await);
    for _ in 0..63 {
        code(&fixture).await;
    }
    assert!(fixture.opens(&bearer(&used)).await);
    assert!(!is_good(&fixture, &unused).await);
    // Of those that are used, the oldest, and never the newest of all.
    for _ in 0..63 {
        code(&refreshing).await;
    }
    assert!(fixture.opens(&bearer(&used)).await);
    let newest = code(&fixture).await;
    assert!(is_good(&fixture, &newest).await);
    assert!(!fixture.opens(&bearer(&used)).await);
    assert_eq!(ended(&fixture, &[]).await.len(), 64);
}

#[tokio::test]
async fn one_person_with_a_new_name_at_each_login_has_no_more_sessions_than_any() {
    let fixture = fixture();
    aino(&fixture);
    principal(&fixture, "aino");
    let ainos = code(&fixture).await;
    nordea(&fixture);
    let mut codes = vec![];
    for number in 0..65 {
        principal(&fixture, &format!("transient {number}"));
        codes.push(code(&fixture).await);
    }
    assert_eq!(fixture.store.live("session").await, 65);
    assert!(!is_good(&fixture, &codes.remove(0)).await);
    for code in codes {
        assert!(is_good(&fixture, &code).await);
    }
    assert!(is_good(&fixture, &ainos).await, "somebody else's");
}

#[tokio::test]
async fn a_session_that_is_over_makes_room_before_any_other() {
    let fixture = fixture();
    let first = code(&fixture).await;
    let (over, held) = login(&fixture, &HeldSessions::default()).await;
    for _ in 0..62 {
        code(&fixture).await;
    }
    // Somebody else at the same browser.
    aino(&fixture);
    principal(&fixture, "aino");
    login(&fixture, &held).await;
    assert!(!is_good(&fixture, &over).await);
    nordea(&fixture);
    principal(&fixture, PRINCIPAL);
    code(&fixture).await;
    assert!(is_good(&fixture, &first).await);
    assert_eq!(ended(&fixture, &[]).await.len(), 64);
}

#[tokio::test]
async fn neither_do_ends_push_out_sessions_nor_sessions_ends() {
    let fixture = fixture();
    let old = fixture.started().await;
    fixture.clock.advance(Duration::from_secs(1));
    ended(&fixture, &["_old"]).await;
    for _ in 0..65 {
        code(&fixture).await;
    }
    index(&fixture, Some("_old"));
    assert_eq!(finished(&fixture, &old).await, Err(LoginError::SessionOver));
    let others: Vec<_> = (0..64).map(|number| format!("_other_{number}")).collect();
    let others: Vec<_> = others.iter().map(String::as_str).collect();
    ended(&fixture, &others).await;
    assert_eq!(ended(&fixture, &["_1"]).await.len(), 64);
}

/// Whatever the store does, a logout finds it: it leaves the list once it is over.
#[tokio::test]
async fn a_session_that_is_one_too_many_is_found_until_it_is_over() {
    let fixture = fixture();
    let mut verbs = None;
    for before_the_end in 0..6 {
        for _ in 0..64 {
            code(&fixture).await;
        }
        let started = fixture.started().await;
        let calls = fixture.store.calls();
        // The end of the other one comes last.
        if let Some(verbs) = verbs {
            fixture.store.fail(verbs - before_the_end, Outage::Before);
        }
        let finished = fixture.finish(&started, started.relay_state.as_str()).await;
        assert_eq!(finished.is_ok(), verbs.is_none(), "{before_the_end}");
        verbs = verbs.or(Some(fixture.store.calls() - calls));
        fixture.store.heal();
        ended(&fixture, &[]).await;
        assert_eq!(fixture.store.live("session").await, 0, "{before_the_end}");
        fixture.clock.advance(Duration::from_hours(9));
    }
}
