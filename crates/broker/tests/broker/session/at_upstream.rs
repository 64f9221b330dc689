//! Sessions that the upstream ends.

use std::time::Duration;

use silta_broker::ports::Clock as _;
use silta_broker::{
    EndedSession, HeldSessions, LoginError, SessionPolicy, StartedLogin, UpstreamName,
};
use silta_oidc::TokenRequestError;

use super::{aino, login};
use crate::fixture::{CALLBACK, Fixture, NOON, SEAL, STATE, callback_body, party, suomifi_name};
use crate::scripted_idp::PRINCIPAL;
use crate::wire::{client_error, query_param, seconds, url};

/// The shop's sessions are kept, and the upstream tells when it ends one.
pub(super) fn fixture() -> Fixture {
    let fixture = Fixture::with(tells_logouts);
    index(&fixture, Some("_1"));
    fixture
}

pub(super) fn tells_logouts(settings: &mut silta_broker::Settings) {
    let policy = settings.relying_parties.get_mut(&party("shop")).unwrap();
    policy.session = SessionPolicy::Kept { idle: None, absolute: Duration::from_hours(8) };
    settings.upstreams.get_mut(&suomifi_name()).unwrap().tells_logouts = true;
}

/// The next logins have this session there.
pub(super) fn index(fixture: &Fixture, index: Option<&str>) {
    fixture.idp.script(|script| script.session = Some((index.map(str::to_owned), None)));
}

/// The next logins are those of this name there.
pub(super) fn principal(fixture: &Fixture, name: &str) {
    fixture.idp.script(|script| name.clone_into(&mut script.principal));
}

pub(super) async fn ended(fixture: &Fixture, indexes: &[&str]) -> Vec<EndedSession> {
    let indexes: Vec<_> = indexes.iter().map(|index| (*index).to_owned()).collect();
    fixture.broker.end_at_upstream(&suomifi_name(), PRINCIPAL, &indexes).await.unwrap()
}

pub(super) async fn code(fixture: &Fixture) -> String {
    login(fixture, &HeldSessions::default()).await.0
}

pub(super) async fn is_good(fixture: &Fixture, code: &str) -> bool {
    match fixture.redeem(code, &[]).await {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error, TokenRequestError::SessionEnded.into());
            false
        }
    }
}

pub(super) async fn finished(fixture: &Fixture, started: &StartedLogin) -> Result<(), LoginError> {
    let finished = fixture.finish(started, started.relay_state.as_str()).await;
    finished.map(drop).map_err(|failed| {
        assert_eq!(client_error(&failed).as_deref(), Some("access_denied"));
        failed.error
    })
}

#[tokio::test]
async fn the_upstream_ends_the_session_that_it_names_at_whatever_replica_it_began() {
    let fixture = fixture();
    let one = code(&fixture).await;
    index(&fixture, Some("_2"));
    let other = code(&fixture).await;
    let replica = fixture.changed([SEAL, SEAL], crate::fixture::clients(), tells_logouts);
    let sessions = ended(&replica, &["_1"]).await;
    let [EndedSession { upstream: Some((upstream, Some(_))), participants, .. }] = &sessions[..]
    else {
        unreachable!("one session, with what its upstream needs: {sessions:?}")
    };
    assert_eq!((upstream, &participants[0].relying_party), (&suomifi_name(), &party("shop")));
    assert_eq!(fixture.audit.last(), "session ended: upstream_logout");
    assert!(!is_good(&fixture, &one).await);
    assert!(is_good(&fixture, &other).await);
    // Once more is no error.
    assert_eq!(ended(&fixture, &["_1"]).await.len(), 0);
}

#[tokio::test]
async fn without_an_index_all_sessions_of_the_principal_end() {
    let fixture = fixture();
    let mut codes = vec![];
    for one in [Some("_1"), Some("_2"), None] {
        index(&fixture, one);
        codes.push(code(&fixture).await);
    }
    assert_eq!(ended(&fixture, &[]).await.len(), 3);
    for code in codes {
        assert!(!is_good(&fixture, &code).await);
    }
}

#[tokio::test]
async fn nobody_else_is_logged_out() {
    let fixture = fixture();
    let code = code(&fixture).await;
    let other = UpstreamName::parse("other").unwrap();
    for (upstream, principal, index) in [
        (&suomifi_name(), "another person", "_1"),
        (&other, PRINCIPAL, "_1"),
        (&suomifi_name(), PRINCIPAL, "_guessed"),
    ] {
        let indexes = [index.to_owned()];
        let ended = fixture.broker.end_at_upstream(upstream, principal, &indexes).await;
        assert_eq!(ended.unwrap().len(), 0, "{principal} {index}");
    }
    assert!(is_good(&fixture, &code).await);
}

#[tokio::test]
async fn an_answer_that_was_on_its_way_when_the_person_logged_out_is_no_login() {
    for indexes in [&["_1"][..], &[]] {
        let fixture = fixture();
        let started = fixture.started().await;
        fixture.clock.advance(Duration::from_secs(1));
        assert_eq!(ended(&fixture, indexes).await.len(), 0);
        assert_eq!(finished(&fixture, &started).await, Err(LoginError::SessionOver));
        assert_eq!(fixture.store.live("code").await, 0);
    }
}

#[tokio::test]
async fn a_login_whose_session_is_over_there_ends_no_other_persons_session() {
    let fixture = fixture();
    let (code, held) = login(&fixture, &HeldSessions::default()).await;
    aino(&fixture);
    principal(&fixture, "aino");
    let started = fixture.started().await;
    fixture.clock.advance(Duration::from_secs(1));
    let over = fixture.broker.end_at_upstream(&suomifi_name(), "aino", &[]).await;
    assert_eq!(over.unwrap().len(), 0);
    let body = callback_body(&started, started.relay_state.as_str());
    let (name, browser) = (suomifi_name(), &started.browser);
    let failed = fixture.bring_holding(&name, &body, browser, &held).await.unwrap_err();
    assert_eq!(failed.error, LoginError::SessionOver);
    assert!(is_good(&fixture, &code).await);
}

/// The client learns that nobody logged in, and the operator finds why by the reference.
#[tokio::test]
async fn a_client_is_told_of_a_session_that_has_ended_with_the_reference_in_the_log() {
    let fixture = fixture();
    let started = fixture.started().await;
    fixture.clock.advance(Duration::from_secs(1));
    ended(&fixture, &["_1"]).await;
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(client_error(&failed).as_deref(), Some("access_denied"));
    let answer = failed.answer.unwrap();
    assert_eq!(url(&answer).split_once('?').unwrap().0, CALLBACK);
    assert_eq!(query_param(&answer, "state").as_deref(), Some(STATE));
    let told = "the login was cancelled or did not succeed";
    let told = format!("{told} (reference {})", failed.reference);
    assert_eq!(query_param(&answer, "error_description"), Some(told));
    assert_eq!(fixture.audit.last(), "shop refused at suomifi: session_ended_upstream");
    let reference = Some(failed.reference.to_string());
    assert_eq!(fixture.audit.references().last(), Some(&reference));
    assert_eq!(failed.sessions, None, "the browser holds nothing of it");
}

#[tokio::test]
async fn who_logs_in_again_after_a_logout_is_let_in() {
    let fixture = fixture();
    let (old, other) = (fixture.started().await, fixture.started().await);
    fixture.clock.advance(Duration::from_secs(1));
    ended(&fixture, &["_1"]).await;
    // Another session than the one that has ended.
    index(&fixture, Some("_2"));
    assert_eq!(finished(&fixture, &other).await, Ok(()));
    index(&fixture, Some("_1"));
    assert_eq!(finished(&fixture, &old).await, Err(LoginError::SessionOver));
    // One that began after the logout, whatever the index.
    fixture.clock.advance(Duration::from_secs(1));
    let new = fixture.started().await;
    fixture.idp.script(|script| script.authn_instant = Some(fixture.clock.now()));
    assert_eq!(finished(&fixture, &new).await, Ok(()));
}

#[tokio::test]
async fn an_answer_from_before_the_logout_is_no_login_where_the_clocks_of_replicas_are_apart() {
    for indexes in [&["_1"][..], &[]] {
        let fixture = fixture();
        // The replica where it begins is half a minute ahead, and the logout comes ten seconds later.
        fixture.clock.set(NOON + seconds(30));
        let started = fixture.started().await;
        fixture.clock.set(NOON + seconds(10));
        assert_eq!(ended(&fixture, indexes).await.len(), 0);
        assert_eq!(finished(&fixture, &started).await, Err(LoginError::SessionOver));
    }
}

#[tokio::test]
async fn whoever_logs_in_again_within_a_minute_of_a_logout_is_told_by_when_they_authenticated() {
    let end = NOON + seconds(100);
    for (after, authenticated, is_new) in [
        (1, Some(99), false),
        (1, Some(100), true),
        (1, None, true),
        (60, Some(99), false),
        (60, None, true),
        (61, Some(99), true),
        (0, Some(101), false),
        (0, None, false),
    ] {
        let fixture = fixture();
        // Within the second of the end.
        fixture.clock.set(end + Duration::from_millis(400));
        ended(&fixture, &[]).await;
        fixture.clock.advance(Duration::from_secs(after));
        let started = fixture.started().await;
        let authenticated = authenticated.map(|at| NOON + seconds(at));
        fixture.idp.script(|script| script.authn_instant = authenticated);
        let expected = if is_new { Ok(()) } else { Err(LoginError::SessionOver) };
        let what = format!("{after} s later, {authenticated:?}");
        assert_eq!(finished(&fixture, &started).await, expected, "{what}");
    }
    // Another session than the one that was named is no matter of time.
    let fixture = fixture();
    ended(&fixture, &["_1"]).await;
    fixture.clock.advance(Duration::from_secs(1));
    let started = fixture.started().await;
    index(&fixture, Some("_2"));
    assert_eq!(finished(&fixture, &started).await, Ok(()));
}

/// Whose own keys say nothing, because nothing uses or ends its sessions.
#[tokio::test]
async fn a_session_at_an_upstream_that_logs_out_lasts_as_long_as_its_client_says() {
    for (minutes, lasts) in [(60, 3_600), (1, 370)] {
        let fixture = Fixture::with(|settings| {
            tells_logouts(settings);
            let policy = settings.relying_parties.get_mut(&party("shop")).unwrap();
            let [token, absolute] = [5, minutes].map(Duration::from_mins);
            policy.session = SessionPolicy::brief(token, absolute);
        });
        index(&fixture, Some("_1"));
        code(&fixture).await;
        fixture.clock.advance(Duration::from_secs(lasts - 1));
        assert_eq!(fixture.store.live("session").await, 1, "{minutes}");
        fixture.clock.advance(Duration::from_secs(1));
        assert_eq!(fixture.store.live("session").await, 0, "no token is cut short");
    }
}

#[tokio::test]
async fn a_session_ends_when_the_upstream_says_that_its_own_does() {
    let fixture = fixture();
    let ends = NOON + Duration::from_secs(30);
    fixture.idp.script(|script| script.session = Some((None, Some(ends))));
    let code = code(&fixture).await;
    fixture.clock.advance(Duration::from_secs(30));
    assert!(!is_good(&fixture, &code).await);
}

/// As where the answer is verified in the last moment of it.
#[tokio::test]
async fn a_session_whose_end_at_the_upstream_has_come_is_no_login() {
    let decisions: [fn(&mut silta_broker::Settings); 2] = [tells_logouts, |_| ()];
    for decide in decisions {
        for ends in [NOON, NOON - seconds(30)] {
            let fixture = Fixture::with(decide);
            fixture.idp.script(|script| script.session = Some((Some("_1".to_owned()), Some(ends))));
            let started = fixture.started().await;
            assert_eq!(finished(&fixture, &started).await, Err(LoginError::SessionOver));
            for kind in ["code", "session", "upstream"] {
                assert_eq!(fixture.store.live(kind).await, 0, "{kind}");
            }
        }
    }
}

#[tokio::test]
async fn logins_and_logouts_of_one_person_at_once_leave_no_session_that_a_logout_cannot_find() {
    let fixture = std::sync::Arc::new(fixture());
    // Nothing but the beginning of a login tells whether it comes after a logout.
    fixture.idp.script(|script| script.authn_instant = None);
    let mut tasks = tokio::task::JoinSet::new();
    for turn in 0..16 {
        let fixture = fixture.clone();
        tasks.spawn(async move {
            if turn % 4 == 0 {
                ended(&fixture, &[]).await;
                return None;
            }
            // Those who begin after the last logout are let in.
            fixture.clock.advance(Duration::from_secs(1));
            let started = fixture.started().await;
            Some(finished(&fixture, &started).await)
        });
    }
    let logins: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    for outcome in [Ok(()), Err(LoginError::SessionOver)] {
        assert!(logins.contains(&outcome), "{logins:?}");
    }
    ended(&fixture, &[]).await;
    for (key, _) in fixture.store.all("session") {
        assert!(!fixture.store.is_live(&key).await, "{key:?}");
    }
}
