//! Sessions: what a login leaves behind, and what ends with it.

use std::time::Duration;

use silta_broker::{FinishedLogin, HeldSessions, LoginError, SessionPolicy};
use silta_oidc::TokenRequestError;

use crate::faulty_store::Outage;
use crate::fixture::{Fixture, SEAL, callback_body, party, suomifi_name};
use crate::wire::{bearer, claims, client_error, query_param};

/// A login of the shop in a browser that holds these sessions, up to the code and what the browser holds
/// then.
pub(crate) async fn login(fixture: &Fixture, held: &HeldSessions) -> (String, HeldSessions) {
    let started = fixture.started().await;
    let body = callback_body(&started, started.relay_state.as_str());
    let finished = fixture.bring_holding(&suomifi_name(), &body, &started.browser, held).await;
    let FinishedLogin::Answered { message, sessions } = finished.unwrap() else {
        unreachable!("the upstream is asked once")
    };
    (query_param(&message, "code").unwrap(), sessions)
}

/// The names that a cookie holds.
fn names(sessions: &HeldSessions) -> Vec<String> {
    let cookie = sessions.to_cookie();
    cookie.split('~').map(|one| one.split('.').next().unwrap().to_owned()).collect()
}

fn aino(fixture: &Fixture) {
    fixture
        .idp
        .asserts(&[("urn:oid:1.2.246.21", &["010170-912X"]), ("urn:oid:2.5.4.42", &["Aino"])]);
}

#[tokio::test]
async fn a_login_leaves_a_session_that_its_id_token_names() {
    let fixture = Fixture::new();
    let (code, sessions) = login(&fixture, &HeldSessions::default()).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    assert_eq!(names(&sessions), [claims(&tokens)["sid"].as_str().unwrap()]);
    assert_eq!(fixture.store.live("session").await, 1);
}

#[tokio::test]
async fn a_session_gets_a_new_name_at_each_login() {
    let fixture = Fixture::new();
    let (_, first) = login(&fixture, &HeldSessions::default()).await;
    let (_, second) = login(&fixture, &first).await;
    let (first, second) = (names(&first), names(&second));
    assert_eq!(second.len(), 2, "the same person keeps both");
    assert_eq!(second[1], first[0]);
    assert_ne!(second[0], first[0]);
}

#[tokio::test]
async fn another_persons_login_ends_the_session_that_the_browser_held() {
    let fixture = Fixture::new();
    let (code, nordeas) = login(&fixture, &HeldSessions::default()).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    let (open, _) = login(&fixture, &HeldSessions::default()).await;
    assert!(fixture.opens(&bearer(&tokens)).await);
    aino(&fixture);
    let (code, ainos) = login(&fixture, &nordeas).await;
    assert_eq!(names(&ainos).len(), 1, "nothing is merged");
    let lines = fixture.audit.lines();
    let end = ["session ended: another_person"];
    assert_eq!(lines.iter().filter(|line| line.starts_with("session")).collect::<Vec<_>>(), end);
    assert!(!fixture.opens(&bearer(&tokens)).await);
    assert!(fixture.audit.last().starts_with("no userinfo: the access token is unknown"));
    // Sessions that this browser does not hold stay, and the new one is good.
    fixture.redeem(&open, &[]).await.unwrap();
    fixture.redeem(&code, &[]).await.unwrap();
}

#[tokio::test]
async fn a_code_of_a_session_that_has_ended_buys_nothing() {
    let fixture = Fixture::new();
    let (code, nordeas) = login(&fixture, &HeldSessions::default()).await;
    aino(&fixture);
    login(&fixture, &nordeas).await;
    let refused = fixture.redeem(&code, &[]).await.unwrap_err();
    assert_eq!(refused, TokenRequestError::SessionEnded.into());
    assert_eq!(fixture.audit.last(), "shop got no tokens: invalid_grant session_ended");
    assert_eq!(fixture.store.live("access").await, 0);
}

/// Nobody logged in, so nobody's place is taken.
#[tokio::test]
async fn a_login_that_cannot_be_answered_ends_no_session() {
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["urn:another"]}}}"#;
    let fixture = Fixture::new();
    let mut held = HeldSessions::default();
    let mut codes = vec![];
    for _ in 0..4 {
        let (code, now) = login(&fixture, &held).await;
        (held, codes) = (now, [codes, vec![code]].concat());
    }
    for change in [|_: &Fixture| (), aino] {
        change(&fixture);
        let started = fixture.start(&[("claims", essential)]).await.unwrap();
        let body = callback_body(&started, started.relay_state.as_str());
        let (name, browser) = (suomifi_name(), &started.browser);
        let failed = fixture.bring_holding(&name, &body, browser, &held).await.unwrap_err();
        assert_eq!((failed.error, failed.sessions), (LoginError::NoRequestedLevel, None));
        assert_eq!(fixture.store.live("session").await, 4, "and none has begun");
    }
    for code in codes {
        fixture.redeem(&code, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn nobody_ends_a_session_by_its_name_alone() {
    let fixture = Fixture::new();
    let (code, nordeas) = login(&fixture, &HeldSessions::default()).await;
    let secret = nordeas.to_cookie();
    let (_, other) = login(&fixture, &HeldSessions::default()).await;
    let other = other.to_cookie();
    // The name of the one and the secret of the other, in the browser of a third person.
    let (name, _) = secret.split_once('.').unwrap();
    let (_, secret) = other.split_once('.').unwrap();
    aino(&fixture);
    let held = HeldSessions::from_cookie(&format!("{name}.{secret}"));
    let (_, sessions) = login(&fixture, &held).await;
    assert_eq!(names(&sessions).len(), 1);
    fixture.redeem(&code, &[]).await.unwrap();
}

#[tokio::test]
async fn a_brief_session_lasts_as_long_as_what_was_made_from_it() {
    let fixture = Fixture::new();
    let (code, _) = login(&fixture, &HeldSessions::default()).await;
    // The last second of the code, then the last of the access token.
    fixture.clock.advance(Duration::from_secs(59));
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    fixture.clock.advance(Duration::from_secs(299));
    assert!(fixture.opens(&bearer(&tokens)).await);
    fixture.clock.advance(Duration::from_secs(12));
    assert_eq!(fixture.store.live("session").await, 0);
}

#[tokio::test]
async fn a_session_that_is_kept_ends_when_it_is_idle_and_takes_its_tokens_along() {
    let fixture = kept(Some(Duration::from_secs(100)), Duration::from_hours(8));
    let (code, _) = login(&fixture, &HeldSessions::default()).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    fixture.clock.advance(Duration::from_secs(99));
    assert!(fixture.opens(&bearer(&tokens)).await);
    fixture.clock.advance(Duration::from_secs(1));
    assert!(!fixture.opens(&bearer(&tokens)).await);
}

/// A session of the shop that lasts so long, and shorter when nothing uses it.
fn kept(idle: Option<Duration>, absolute: Duration) -> Fixture {
    Fixture::with(|settings| {
        let policy = settings.relying_parties.get_mut(&party("shop")).unwrap();
        policy.session = SessionPolicy::Kept { idle, absolute };
    })
}

#[tokio::test]
async fn a_redemption_uses_the_session() {
    let fixture = kept(Some(Duration::from_secs(100)), Duration::from_hours(8));
    let (code, _) = login(&fixture, &HeldSessions::default()).await;
    fixture.clock.advance(Duration::from_secs(59));
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    fixture.clock.advance(Duration::from_secs(99));
    assert!(fixture.opens(&bearer(&tokens)).await);
    fixture.clock.advance(Duration::from_secs(1));
    assert!(!fixture.opens(&bearer(&tokens)).await);
}

#[tokio::test]
async fn a_session_that_the_store_keeps_too_long_has_ended_all_the_same() {
    let fixture = kept(None, Duration::from_secs(30));
    let tokens = fixture.tokens().await;
    let (code, _) = login(&fixture, &HeldSessions::default()).await;
    fixture.clock.advance(Duration::from_secs(30));
    fixture.store.keep_too_long("session").await;
    fixture.store.keep_too_long("access").await;
    assert_eq!((fixture.store.live("session").await, fixture.store.live("access").await), (2, 1));
    assert!(!fixture.opens(&bearer(&tokens)).await);
    let refused = fixture.redeem(&code, &[]).await.unwrap_err();
    assert_eq!(refused, TokenRequestError::SessionEnded.into());
}

#[tokio::test]
async fn a_session_that_nobody_can_read_is_forgotten_and_locks_nobody_out() {
    let fixture = Fixture::new();
    let (code, held) = login(&fixture, &HeldSessions::default()).await;
    let (key, _) = fixture.store.last("session");
    fixture.store.tamper(&key, b"sealed with a key that is gone".to_vec()).await;
    let (_, sessions) = login(&fixture, &held).await;
    assert_eq!(names(&sessions).len(), 1);
    assert!(fixture.redeem(&code, &[]).await.is_err());
    // The name is no proof: a replica that can read it finds it where it was.
    assert_eq!(fixture.store.live("session").await, 2);
}

#[tokio::test]
async fn the_seventeenth_session_of_a_browser_ends_the_first() {
    let fixture = Fixture::new();
    let (mut held, mut tokens) = (HeldSessions::default(), vec![]);
    for _ in 0..17 {
        fixture.clock.advance(Duration::from_secs(10));
        let (code, now) = login(&fixture, &held).await;
        held = now;
        tokens.push(bearer(&fixture.redeem(&code, &[]).await.unwrap()));
    }
    assert_eq!(names(&held).len(), 16);
    assert!(!fixture.opens(&tokens.remove(0)).await);
    for access_token in tokens {
        assert!(fixture.opens(&access_token).await);
    }
}

#[tokio::test]
async fn the_seventeenth_session_of_a_browser_ends_one_that_nothing_uses_before_any_other() {
    let refreshing = kept(Some(Duration::from_mins(30)), Duration::from_hours(8));
    let brief = refreshing.replica([SEAL, SEAL]);
    let (used, mut held) = login(&refreshing, &HeldSessions::default()).await;
    let mut tokens = vec![bearer(&brief.redeem(&used, &[]).await.unwrap())];
    for _ in 0..16 {
        brief.clock.advance(Duration::from_secs(10));
        let (code, now) = login(&brief, &held).await;
        held = now;
        tokens.push(bearer(&brief.redeem(&code, &[]).await.unwrap()));
    }
    assert_eq!(names(&held).len(), 16);
    assert!(!brief.opens(&tokens.remove(1)).await);
    for access_token in tokens {
        assert!(brief.opens(&access_token).await);
    }
}

/// As where a browser opens its pages of yesterday: no code is worthless before it is redeemed.
#[tokio::test]
async fn whoever_logs_in_in_many_pages_at_once_gets_into_each() {
    let fixture = Fixture::new();
    let (mut held, mut codes) = (HeldSessions::default(), vec![]);
    for _ in 0..32 {
        let (code, now) = login(&fixture, &held).await;
        (held, codes) = (now, [codes, vec![code]].concat());
    }
    let started = fixture.started().await;
    let body = callback_body(&started, started.relay_state.as_str());
    let (name, browser) = (suomifi_name(), &started.browser);
    let failed = fixture.bring_holding(&name, &body, browser, &held).await.unwrap_err();
    assert_eq!(failed.error, LoginError::SessionBusy);
    assert_eq!(client_error(&failed).as_deref(), Some("temporarily_unavailable"));
    for code in codes {
        fixture.redeem(&code, &[]).await.unwrap();
    }
    // A minute later as many stay as ever.
    fixture.clock.advance(Duration::from_mins(1));
    let (_, held) = login(&fixture, &held).await;
    assert_eq!((names(&held).len(), fixture.store.live("session").await), (16, 16));
}

#[tokio::test]
async fn a_login_that_fails_leaves_no_session_beyond_the_sixteen_of_its_browser() {
    for outage in [Outage::Before, Outage::After] {
        for call in 0.. {
            let fixture = Fixture::new();
            let mut held = HeldSessions::default();
            for _ in 0..16 {
                (_, held) = login(&fixture, &held).await;
            }
            fixture.clock.advance(Duration::from_mins(1));
            let started = fixture.started().await;
            let body = callback_body(&started, started.relay_state.as_str());
            fixture.store.fail(call, outage);
            let (name, browser) = (suomifi_name(), &started.browser);
            let finished = fixture.bring_holding(&name, &body, browser, &held).await;
            let is_over = fixture.store.heal();
            assert_eq!(finished.is_ok(), is_over, "{call} {outage:?}");
            assert!(fixture.store.live("session").await <= 16, "{call} {outage:?}");
            if is_over {
                assert!(call >= 22, "{call}");
                break;
            }
        }
    }
}

mod at_upstream;
mod refused_person;
mod room;
mod single_sign_on;
