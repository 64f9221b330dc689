//! A person whom our own policy refuses is logged in at the identity provider, and can log out there.

use std::time::Duration;

use silta_broker::upstream::OidcCallbackError;
use silta_broker::{
    AccessRule, CallbackError, FailedLogin, HeldSessions, LoginError, LogoutStep, Matching,
    OutboundMessage, SessionPolicy, Settings, Visitor,
};

use super::at_upstream::{ended, finished, index, is_good, principal, tells_logouts};
use super::{aino, login, names};
use crate::client_logout::asked;
use crate::faulty_store::Outage;
use crate::fixture::{Fixture, NOON, SEAL, callback_body, clients, party, source_of, suomifi_name};
use crate::wire::{bearer, client_error, member};

const NOBODY: &[(&str, &[&str])] = &[("urn:oid:2.5.4.42", &["Nordea"])];

/// The shop lets in somebody else alone.
fn closed(settings: &mut Settings) {
    tells_logouts(settings);
    let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
    let attribute = "nationalIdentificationNumber".to_owned();
    shop.access = AccessRule::Has {
        attribute,
        values: vec!["somebody else".to_owned()],
        matching: Matching::Any,
    };
}

fn stricter(settings: &mut Settings) {
    tells_logouts(settings);
    let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
    upstream.least_level = Some("urn:higher".to_owned());
}

/// A login of the shop in a browser that holds these sessions, which the session `_1` answers.
async fn refused(fixture: &Fixture, held: &HeldSessions) -> FailedLogin {
    index(fixture, Some("_1"));
    let started = fixture.started().await;
    let body = callback_body(&started, started.relay_state.as_str());
    let finished = fixture.bring_holding(&suomifi_name(), &body, &started.browser, held).await;
    finished.unwrap_err()
}

#[tokio::test]
async fn the_identity_provider_logs_out_whom_no_policy_let_in() {
    for (change, attributes, error) in [
        (closed as fn(&mut Settings), None, LoginError::NotAllowed),
        (stricter, None, LoginError::LevelRaised),
        (tells_logouts, Some(NOBODY), LoginError::NoSubject),
    ] {
        let fixture = Fixture::with(change);
        if let Some(attributes) = attributes {
            fixture.idp.asserts(attributes);
        }
        let failed = refused(&fixture, &HeldSessions::default()).await;
        assert_eq!(failed.error, error);
        assert!(client_error(&failed).is_some(), "the client is told as before");
        assert_eq!(names(&failed.sessions.unwrap()).len(), 1, "{error}");
        assert_eq!(fixture.store.live("session").await, 1, "{error}");
        let sessions = ended(&fixture, &["_1"]).await;
        let [session] = &sessions[..] else { unreachable!("one session: {sessions:?}") };
        assert!(session.participants.is_empty(), "nobody was told of the person");
        assert!(session.upstream.as_ref().is_some_and(|(_, handle)| handle.is_some()));
        assert_eq!(fixture.audit.last(), "session ended: upstream_logout");
        assert_eq!(fixture.store.live("session").await, 0);
    }
}

/// It is the adapter that refuses then, and knows whom.
#[tokio::test]
async fn who_reached_too_low_a_level_for_the_request_can_log_out() {
    let too_weak = || CallbackError::Oidc(OidcCallbackError::WeakLevel);
    let fixture = Fixture::with(tells_logouts);
    fixture.idp.script(|script| script.too_weak = Some(too_weak()));
    let nothing = HeldSessions::default();
    let failed = refused(&fixture, &nothing).await;
    assert_eq!(failed.error, LoginError::Upstream(too_weak()));
    assert_eq!(client_error(&failed).as_deref(), Some("unmet_authentication_requirements"));
    let held = failed.sessions.unwrap();
    let logged_out = asked(&fixture, &[("client_id", "shop")], &held).await.unwrap();
    assert!(matches!(logged_out.step, LogoutStep::Confirm(_)));
    let sessions = ended(&fixture, &["_1"]).await;
    let [session] = &sessions[..] else { unreachable!("one session: {sessions:?}") };
    assert!(session.participants.is_empty(), "nobody was told of the person");

    // The same person at the level that was asked for: both sessions belong to them.
    let later = Fixture::with(tells_logouts);
    later.idp.script(|script| script.too_weak = Some(too_weak()));
    let held = refused(&later, &nothing).await.sessions.unwrap();
    later.idp.script(|script| script.too_weak = None);
    assert_eq!(names(&login(&later, &held).await.1)[1..], names(&held));
}

#[tokio::test]
async fn an_answer_at_too_low_a_level_that_was_used_before_leaves_nothing() {
    let too_weak = || CallbackError::Oidc(OidcCallbackError::WeakLevel);
    let fixture = Fixture::with(tells_logouts);
    index(&fixture, Some("_1"));
    fixture.idp.script(|script| script.too_weak = Some(too_weak()));
    // The login, its mark, and then the mark of the answer: whether it was used before nobody knows.
    for (assertion, outage, kept) in
        [("_one", None, true), ("_one", None, false), ("_two", Some(2), false)]
    {
        let started = fixture.started().await;
        if let Some(call) = outage {
            fixture.store.fail(call, Outage::Before);
        }
        let failed = fixture.finish(&started, assertion).await.map(|_: OutboundMessage| ());
        let failed = failed.unwrap_err();
        assert_eq!(failed.error, LoginError::Upstream(too_weak()), "{assertion}");
        assert_eq!(failed.sessions.is_some(), kept, "{assertion}");
    }
    assert_eq!(fixture.store.live("session").await, 1);
}

/// And it ends by itself.
#[tokio::test]
async fn the_browser_of_who_was_refused_is_asked_whether_to_log_out() {
    let fixture = Fixture::with(closed);
    let held = refused(&fixture, &HeldSessions::default()).await.sessions.unwrap();
    let logged_out = asked(&fixture, &[("client_id", "shop")], &held).await.unwrap();
    assert!(matches!(logged_out.step, LogoutStep::Confirm(_)));
    fixture.clock.advance(Duration::from_hours(1));
    let logged_out = asked(&fixture, &[("client_id", "shop")], &held).await.unwrap();
    assert!(matches!(logged_out.step, LogoutStep::Finished(_)));
}

#[tokio::test]
async fn what_is_kept_of_a_refused_person_answers_no_request() {
    let shared = |settings: &mut Settings| {
        for policy in settings.relying_parties.values_mut() {
            let (idle, absolute) = (Duration::from_mins(30), Duration::from_hours(8));
            policy.session = SessionPolicy::Shared { idle, absolute };
        }
    };
    let fixture = Fixture::with(|settings| {
        closed(settings);
        shared(settings);
    });
    let held = refused(&fixture, &HeldSessions::default()).await.sessions.unwrap();
    // The same replica with a policy that would let them in.
    let open = fixture.changed([SEAL, SEAL], clients(), |settings| {
        tells_logouts(settings);
        shared(settings);
    });
    let visitor = Visitor { sessions: held, ..source_of(1).into() };
    let failed = open.ask(visitor, &[("prompt", "none")]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::LoginRequired);
}

#[tokio::test]
async fn who_is_refused_keeps_the_sessions_that_the_browser_holds() {
    let fixture = Fixture::with(tells_logouts);
    let (code, held) = login(&fixture, &HeldSessions::default()).await;
    let closed = fixture.changed([SEAL, SEAL], clients(), closed);
    let after = refused(&closed, &held).await.sessions.unwrap();
    assert_eq!(names(&after)[1..], names(&held));
    fixture.redeem(&code, &[]).await.unwrap();
    // The same person once more, who is let in: both belong to them.
    let (_, held) = login(&fixture, &after).await;
    assert_eq!(names(&held)[1..], names(&after));
}

#[tokio::test]
async fn whoever_is_refused_again_and_again_ends_no_session_that_somebody_was_let_in_to() {
    let fixture = Fixture::with(tells_logouts);
    index(&fixture, Some("_1"));
    let (code, mut held) = login(&fixture, &HeldSessions::default()).await;
    let first = names(&held);
    let closed = fixture.changed([SEAL, SEAL], clients(), closed);
    for others in (2..16).chain([16, 16, 16]) {
        held = refused(&closed, &held).await.sessions.unwrap();
        assert_eq!(names(&held).len(), others);
        assert_eq!(names(&held).last(), first.last());
        assert_eq!(fixture.store.live("session").await, others, "the oldest of its like ends");
    }
    assert!(is_good(&fixture, &code).await);
    // Whoever is let in takes the place of one that is kept for the logout alone.
    let (_, held) = login(&fixture, &held).await;
    assert_eq!((names(&held).len(), names(&held).last()), (16, first.last()));
}

#[tokio::test]
async fn nothing_is_kept_of_who_is_refused_where_those_who_were_let_in_take_all_the_room() {
    let fixture = Fixture::with(tells_logouts);
    index(&fixture, Some("_1"));
    let closed = fixture.changed([SEAL, SEAL], clients(), closed);
    // In one browser.
    let (mut codes, mut held) = (vec![], HeldSessions::default());
    for _ in 0..16 {
        let (code, now) = login(&fixture, &held).await;
        codes.push(code);
        held = now;
    }
    assert_eq!(refused(&closed, &held).await.sessions, None);
    // In all browsers; before that there is room for one, of which the newest is kept.
    let nothing = HeldSessions::default();
    for _ in 0..47 {
        codes.push(login(&fixture, &nothing).await.0);
    }
    for _ in 0..3 {
        assert!(refused(&closed, &nothing).await.sessions.is_some());
        assert_eq!(fixture.store.live("session").await, 64);
    }
    codes.push(login(&fixture, &nothing).await.0);
    assert_eq!(refused(&closed, &nothing).await.sessions, None);
    assert_eq!(fixture.store.live("session").await, 64);
    for code in codes {
        assert!(is_good(&fixture, &code).await);
    }
}

#[tokio::test]
async fn a_refused_person_with_a_new_name_at_each_login_has_64_records_at_most() {
    let fixture = Fixture::with(closed);
    for number in 0..66 {
        principal(&fixture, &format!("transient {number}"));
        assert!(refused(&fixture, &HeldSessions::default()).await.sessions.is_some());
    }
    assert_eq!(fixture.store.live("session").await, 64);
}

#[tokio::test]
async fn who_is_another_person_than_the_one_of_the_hint_can_log_out() {
    let fixture = Fixture::with(tells_logouts);
    index(&fixture, Some("_0"));
    let tokens = fixture.tokens().await;
    aino(&fixture);
    index(&fixture, Some("_1"));
    let hint = member(&tokens, "id_token");
    let started = fixture.start(&[("id_token_hint", &hint)]).await.unwrap();
    let body = callback_body(&started, started.relay_state.as_str());
    let nothing = HeldSessions::default();
    let failed = fixture.bring_holding(&suomifi_name(), &body, &started.browser, &nothing).await;
    let failed = failed.unwrap_err();
    assert_eq!(failed.error, LoginError::AnotherPerson);
    assert_eq!(names(&failed.sessions.unwrap()).len(), 1);
    let sessions = ended(&fixture, &["_1"]).await;
    let [session] = &sessions[..] else { unreachable!("one session: {sessions:?}") };
    assert!(session.participants.is_empty(), "nobody was told of the person");
    assert!(fixture.opens(&bearer(&tokens)).await);
}

#[tokio::test]
async fn nothing_is_kept_where_nobody_could_log_out_or_nobody_authenticated() {
    let fixture = Fixture::with(|settings| {
        closed(settings);
        settings.upstreams.get_mut(&suomifi_name()).unwrap().tells_logouts = false;
    });
    assert_eq!(refused(&fixture, &HeldSessions::default()).await.sessions, None);
    assert_eq!(fixture.store.live("session").await, 0);

    let fixture = Fixture::with(closed);
    fixture.idp.script(|script| script.session = Some((None, Some(NOON))));
    let failed = finished(&fixture, &fixture.started().await).await;
    assert_eq!(failed, Err(LoginError::NotAllowed));
    assert_eq!(fixture.store.live("session").await, 0, "their session there is over");

    let fixture = Fixture::with(closed);
    index(&fixture, Some("_1"));
    for (error, kept) in [(LoginError::NotAllowed, true), (LoginError::Replayed, false)] {
        let started = fixture.started().await;
        let failed = fixture.finish(&started, "_the_same").await.map(|_: OutboundMessage| ());
        let failed = failed.unwrap_err();
        assert_eq!((&failed.error, failed.sessions.is_some()), (&error, kept));
    }
    assert_eq!(fixture.store.live("session").await, 1);
}
