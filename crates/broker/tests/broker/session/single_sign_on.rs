//! Requests that a session answers, and those for which the upstream is asked all the same.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::{
    FailedLogin, HeldSessions, LoginError, OutboundMessage, PersonName, ReceivedLogin,
    RelyingPartyPolicy, SessionPolicy, Settings, Visitor, Window,
};
use silta_mapping::{NAME_ID, QUALIFIED_NAME_ID};
use silta_testkit::dictionary::suomifi;

use super::{aino, login};
use crate::expected_person::of_retired_key;
use crate::fixture::{
    APP_CALLBACK, Fixture, GIVEN, HETU, KIOSK_CALLBACK, NOON, SEAL, allowed, clients, configured,
    one_claim, party, source_of, suomifi_name,
};
use crate::mapping::{GIVEN_NAME, NATIONAL};
use crate::scripted_idp::{ACR, HIGH_ACR, ScriptedIdp};
use crate::wire::{claims, client_error, member, query_param, seconds};

mod joining;
mod room;

const KIOSK: [(&str, &str); 2] = [("client_id", "kiosk"), ("redirect_uri", KIOSK_CALLBACK)];
const IDLE: Duration = Duration::from_mins(30);
const SHARED: SessionPolicy =
    SessionPolicy::Shared { idle: IDLE, absolute: Duration::from_hours(8) };

/// Every client, and the upstream, allow single sign-on.
fn shared(settings: &mut Settings) {
    for policy in settings.relying_parties.values_mut() {
        policy.session = SHARED;
    }
    settings.upstreams.get_mut(&suomifi_name()).unwrap().sso = true;
}

fn policy_of<'s>(settings: &'s mut Settings, client: &str) -> &'s mut RelyingPartyPolicy {
    settings.relying_parties.get_mut(&party(client)).unwrap()
}

/// The same replica after a change of its configuration.
fn changed(fixture: &Fixture, change: impl FnOnce(&mut Settings)) -> Fixture {
    fixture.changed([SEAL, SEAL], clients(), |settings| {
        shared(settings);
        change(settings);
    })
}

/// A request of the kiosk in a browser that holds these sessions.
async fn kiosk(
    fixture: &Fixture,
    held: &HeldSessions,
    changes: &[(&str, &str)],
) -> Result<ReceivedLogin, FailedLogin> {
    let visitor = Visitor { sessions: held.clone(), ..source_of(1).into() };
    fixture.ask(visitor, &[&KIOSK, changes].concat()).await
}

fn answered(received: Result<ReceivedLogin, FailedLogin>) -> OutboundMessage {
    match received.unwrap() {
        ReceivedLogin::Answered(message) => message,
        ReceivedLogin::Started(_) => unreachable!("the session is enough"),
    }
}

fn is_asked(received: Result<ReceivedLogin, FailedLogin>) -> bool {
    match received.unwrap() {
        ReceivedLogin::Answered(_) => false,
        ReceivedLogin::Started(_) => true,
    }
}

/// The claims of the kiosk's ID token for this answer.
async fn kiosk_claims(fixture: &Fixture, answer: &OutboundMessage) -> serde_json::Value {
    let code = query_param(answer, "code").unwrap();
    claims(&fixture.redeem(&code, &KIOSK).await.unwrap())
}

#[tokio::test]
async fn a_session_answers_another_client_without_asking_the_upstream() {
    let fixture = Fixture::with(shared);
    let (code, held) = login(&fixture, &HeldSessions::default()).await;
    let shops = claims(&fixture.redeem(&code, &[]).await.unwrap());
    fixture.clock.advance(Duration::from_mins(10));
    let answer = answered(kiosk(&fixture, &held, &[]).await);
    assert_eq!(
        fixture.audit.last(),
        format!("kiosk answered from a session of suomifi with {ACR}")
    );
    let kiosks = kiosk_claims(&fixture, &answer).await;
    assert_eq!(fixture.idp.script(|script| script.requests.len()), 1);
    assert_eq!(kiosks["given_name"], GIVEN);
    for same in ["auth_time", "acr", "national_id"] {
        assert_eq!(kiosks[same], shops[same], "{same}");
    }
    assert_eq!(kiosks["auth_time"], (NOON - seconds(30)).as_second());
    // Neither by the person's name nor by the session's can two clients tell that they know one person.
    for own in ["sub", "sid"] {
        assert_ne!(kiosks[own], shops[own], "{own}");
    }
}

#[tokio::test]
async fn a_client_that_comes_again_is_told_the_same_of_the_same_session() {
    let fixture = Fixture::with(shared);
    let (code, held) = login(&fixture, &HeldSessions::default()).await;
    let shops = claims(&fixture.redeem(&code, &[]).await.unwrap());
    let mut sids = vec![];
    for _ in 0..2 {
        let answer = answered(kiosk(&fixture, &held, &[]).await);
        sids.push(kiosk_claims(&fixture, &answer).await["sid"].clone());
    }
    assert_eq!(sids[0], sids[1]);
    let visitor = Visitor { sessions: held, ..source_of(1).into() };
    let answer = answered(fixture.ask(visitor, &[]).await);
    let code = query_param(&answer, "code").unwrap();
    let again = claims(&fixture.redeem(&code, &[]).await.unwrap());
    assert_eq!((&again["sid"], &again["sub"]), (&shops["sid"], &shops["sub"]));
}

#[tokio::test]
async fn without_the_consent_of_both_clients_and_the_upstream_the_upstream_is_asked() {
    let kept = SessionPolicy::Kept { idle: Some(IDLE), absolute: IDLE };
    let brief = SessionPolicy::brief(Duration::from_mins(5), IDLE);
    for (client, policy) in [("shop", kept), ("shop", brief), ("kiosk", kept), ("kiosk", brief)] {
        let fixture = Fixture::with(|settings| {
            shared(settings);
            policy_of(settings, client).session = policy;
        });
        let (_, held) = login(&fixture, &HeldSessions::default()).await;
        assert!(is_asked(kiosk(&fixture, &held, &[]).await), "{client} {policy:?}");
    }
    let alone = |settings: &mut Settings| {
        settings.upstreams.get_mut(&suomifi_name()).unwrap().sso = false;
    };
    let fixture = Fixture::with(|settings| {
        shared(settings);
        alone(settings);
    });
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    assert!(is_asked(kiosk(&fixture, &held, &[]).await));
    // A session that began before does not count any more, either.
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    assert!(!is_asked(kiosk(&fixture, &held, &[]).await));
    assert!(is_asked(kiosk(&changed(&fixture, alone), &held, &[]).await));
}

#[tokio::test]
async fn a_level_that_the_session_does_not_reach_is_reached_at_the_upstream() {
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let essential =
        |acr: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{acr}"}}}}}}"#);
    for (acr, asked) in [(ACR, false), (HIGH_ACR, true)] {
        assert_eq!(is_asked(kiosk(&fixture, &held, &[("acr_values", acr)]).await), asked);
        let essential = essential(acr);
        assert_eq!(is_asked(kiosk(&fixture, &held, &[("claims", &essential)]).await), asked);
        let demanding = changed(&fixture, |settings| {
            policy_of(settings, "kiosk").upstreams[0].min_acr = Some(acr.to_owned());
        });
        assert_eq!(is_asked(kiosk(&demanding, &held, &[]).await), asked, "{acr}");
        let sharing = changed(&fixture, |settings| {
            let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
            upstream.least_level = Some(acr.to_owned());
        });
        assert_eq!(is_asked(kiosk(&sharing, &held, &[]).await), asked, "{acr}");
    }
    // One of several wishes is enough, and a wish that nobody knows is none.
    for enough in [format!("{HIGH_ACR} {ACR}"), "unknown".to_owned()] {
        assert!(!is_asked(kiosk(&fixture, &held, &[("acr_values", &enough)]).await), "{enough}");
    }
    // Stepped up, the browser holds a session that is enough for both.
    fixture.idp.script(|script| script.acr = HIGH_ACR);
    let (_, held) = login(&fixture, &held).await;
    for acr in [ACR, HIGH_ACR] {
        let answer = answered(kiosk(&fixture, &held, &[("acr_values", acr)]).await);
        assert_eq!(kiosk_claims(&fixture, &answer).await["acr"], HIGH_ACR);
    }
}

#[tokio::test]
async fn an_authentication_that_is_too_old_and_a_new_one_are_made_at_the_upstream() {
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    // The person authenticated half a minute before noon.
    for (name, value, asked) in [
        ("max_age", "30", false),
        ("max_age", "29", true),
        ("max_age", "0", true),
        ("prompt", "login", true),
        ("prompt", "select_account", true),
        ("prompt", "login consent", true),
        ("prompt", "consent", false),
    ] {
        let received = kiosk(&fixture, &held, &[(name, value)]).await;
        assert_eq!(is_asked(received), asked, "{name}={value}");
    }
    fixture.idp.script(|script| script.authn_instant = None);
    let (_, undated) = login(&fixture, &HeldSessions::default()).await;
    assert!(is_asked(kiosk(&fixture, &undated, &[("max_age", "10000")]).await));
    assert!(!is_asked(kiosk(&fixture, &undated, &[]).await));
}

#[tokio::test]
async fn a_request_without_a_page_is_answered_from_a_session_that_is_enough_and_from_no_other() {
    let none = ("prompt", "none");
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    answered(kiosk(&fixture, &held, &[none]).await);
    for short in [("max_age", "29"), ("acr_values", HIGH_ACR)] {
        let failed = kiosk(&fixture, &held, &[none, short]).await.unwrap_err();
        assert_eq!(failed.error, LoginError::LoginRequired, "{short:?}");
        assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    }
    assert_eq!(fixture.idp.script(|script| script.requests.len()), 1, "nobody was asked");
    // An upstream that may be asked without a page is.
    let passive = changed(&fixture, |settings| {
        settings.upstreams.get_mut(&suomifi_name()).unwrap().passive = true;
    });
    assert!(!is_asked(kiosk(&passive, &held, &[none]).await));
    assert!(is_asked(kiosk(&passive, &held, &[none, ("acr_values", HIGH_ACR)]).await));
}

#[tokio::test]
async fn only_the_person_of_the_hint_is_answered_from_a_session() {
    let fixture = Fixture::with(shared);
    let (_, nordeas) = login(&fixture, &HeldSessions::default()).await;
    let code = query_param(&answered(kiosk(&fixture, &nordeas, &[]).await), "code").unwrap();
    let hint = member(&fixture.redeem(&code, &KIOSK).await.unwrap(), "id_token");
    let hint = [("id_token_hint", hint.as_str())];
    assert!(!is_asked(kiosk(&fixture, &nordeas, &hint).await));
    aino(&fixture);
    let (_, ainos) = login(&fixture, &HeldSessions::default()).await;
    assert!(is_asked(kiosk(&fixture, &ainos, &hint).await));
    let failed = kiosk(&fixture, &ainos, &[hint[0], ("prompt", "none")]).await.unwrap_err();
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
}

#[tokio::test]
async fn without_a_page_nobody_is_answered_for_a_hint_that_nobody_can_read_any_more() {
    let fixture = Fixture::with(shared);
    let (_, nordeas) = login(&fixture, &HeldSessions::default()).await;
    let code = query_param(&answered(kiosk(&fixture, &nordeas, &[]).await), "code").unwrap();
    let hint = member(&fixture.redeem(&code, &KIOSK).await.unwrap(), "id_token");
    let hint = of_retired_key(&hint);
    let hint = ("id_token_hint", hint.as_str());
    aino(&fixture);
    let (_, ainos) = login(&fixture, &HeldSessions::default()).await;
    let failed = kiosk(&fixture, &ainos, &[hint, ("prompt", "none")]).await.unwrap_err();
    assert_eq!(failed.error, LoginError::LoginRequired);
    assert_eq!(client_error(&failed).as_deref(), Some("login_required"));
    // With a page it counts as none: the person sees who they are.
    answered(kiosk(&fixture, &ainos, &[hint]).await);
}

#[tokio::test]
async fn a_session_answers_nobody_whose_own_would_have_ended_by_then() {
    let hours = Duration::from_hours;
    for (shops, kiosks, minutes, asked) in
        [(8, 1, 59, false), (8, 1, 60, true), (1, 8, 59, false), (8, 8, 7 * 60 + 59, false)]
    {
        let fixture = Fixture::with(|settings| {
            shared(settings);
            for (client, absolute) in [("shop", shops), ("kiosk", kiosks)] {
                let absolute = hours(absolute);
                policy_of(settings, client).session =
                    SessionPolicy::Shared { idle: hours(8), absolute };
            }
        });
        let (_, held) = login(&fixture, &HeldSessions::default()).await;
        answered(kiosk(&fixture, &held, &[]).await);
        fixture.clock.advance(Duration::from_mins(minutes));
        assert_eq!(is_asked(kiosk(&fixture, &held, &[]).await), asked, "{shops} {kiosks}");
    }
}

#[tokio::test]
async fn another_persons_login_leaves_nothing_to_answer_from() {
    let fixture = Fixture::with(shared);
    let (_, nordeas) = login(&fixture, &HeldSessions::default()).await;
    aino(&fixture);
    let (_, ainos) = login(&fixture, &nordeas).await;
    assert!(is_asked(kiosk(&fixture, &nordeas, &[]).await));
    let answer = answered(kiosk(&fixture, &ainos, &[]).await);
    assert_eq!(kiosk_claims(&fixture, &answer).await["given_name"], "Aino");
}

#[tokio::test]
async fn a_session_of_an_upstream_that_the_client_may_not_use_answers_nothing() {
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let elsewhere = |settings: &mut Settings| {
        let mut elsewhere = configured(Arc::new(ScriptedIdp::default()));
        elsewhere.sso = true;
        settings.upstreams.insert(allowed("elsewhere").name, elsewhere);
    };
    let replaced = changed(&fixture, |settings| {
        elsewhere(settings);
        policy_of(settings, "kiosk").upstreams = vec![allowed("elsewhere")];
    });
    assert!(is_asked(kiosk(&replaced, &held, &[]).await));
    assert_eq!(fixture.audit.last(), "kiosk started at elsewhere");
    // Of several, the one of the session will do, unless the request names another.
    let both = changed(&fixture, |settings| {
        elsewhere(settings);
        policy_of(settings, "kiosk").upstreams = vec![allowed("elsewhere"), allowed("suomifi")];
    });
    for (hint, asked) in [("", false), ("suomifi", false), ("unknown", false), ("elsewhere", true)]
    {
        let received = kiosk(&both, &held, &[("idp_hint", hint)]).await;
        assert_eq!(is_asked(received), asked, "{hint}");
    }
}

#[tokio::test]
async fn a_session_whose_own_client_agrees_no_more_answers_nobody() {
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    // The app, which has joined it, agrees still; that is not enough.
    let app = [("client_id", "app"), ("redirect_uri", APP_CALLBACK)];
    let visitor = Visitor { sessions: held.clone(), ..source_of(1).into() };
    answered(fixture.ask(visitor, &app).await);
    for (client, asked) in [("shop", true), ("app", false)] {
        let kept = changed(&fixture, |settings| {
            let (idle, absolute) = (Some(IDLE), Duration::from_hours(8));
            policy_of(settings, client).session = SessionPolicy::Kept { idle, absolute };
        });
        assert_eq!(is_asked(kiosk(&kept, &held, &[]).await), asked, "{client}");
        let gone = changed(&fixture, |settings| {
            settings.relying_parties.remove(&party(client)).unwrap();
        });
        assert_eq!(is_asked(kiosk(&gone, &held, &[]).await), asked, "{client}");
    }
}

#[tokio::test]
async fn what_nobody_needed_when_the_session_began_is_asked_for_at_the_upstream() {
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let rule = |attribute: &str| one_claim(&suomifi(), "more", attribute, false);
    // The family name is told to the others, and the municipality to nobody.
    for (attribute, asked) in [("sn", false), ("KotikuntaKuntanumero", true)] {
        let later =
            changed(&fixture, |settings| policy_of(settings, "kiosk").rules = rule(attribute));
        assert_eq!(is_asked(kiosk(&later, &held, &[]).await), asked, "{attribute}");
    }
}

#[tokio::test]
async fn a_session_of_somebody_of_whom_too_much_is_said_asks_again_and_its_operator_is_told() {
    let fixture = Fixture::with(shared);
    let long = "x".repeat(8 * 1024);
    fixture.idp.asserts(&[(NATIONAL, &[HETU]), (GIVEN_NAME, &[&long])]);
    let (code, held) = login(&fixture, &HeldSessions::default()).await;
    assert_eq!(claims(&fixture.redeem(&code, &[]).await.unwrap())["given_name"], long);
    let told = |fixture: &Fixture| {
        let lines = fixture.audit.lines().into_iter();
        lines.filter(|line| line.contains("began no session to share")).collect::<Vec<_>>()
    };
    let line = "shop began no session to share at suomifi: the attributes that clients with sso use \
                have 8203 octets, and a session keeps 8192; let fewer clients have sso, or let them use \
                fewer attributes";
    assert_eq!(told(&fixture), [line]);
    assert!(is_asked(kiosk(&fixture, &held, &[]).await));
    assert_eq!(told(&fixture), [line], "once for each login");
}

/// The session keeps it, sealed, for whoever is told of it.
#[tokio::test]
async fn a_session_of_somebody_who_is_known_by_their_name_id_answers_with_it() {
    let rules = one_claim(&suomifi(), "name", NAME_ID, true);
    let fixture = Fixture::with(|settings| {
        shared(settings);
        let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
        upstream.subject = vec![QUALIFIED_NAME_ID.to_owned()];
        for client in ["shop", "kiosk"] {
            policy_of(settings, client).rules = rules.clone();
        }
    });
    fixture.idp.script(|script| {
        script.attributes.clear();
        let (text, scope) = ("_7f3a".to_owned(), "scope ".to_owned());
        script.name = Some(PersonName { text, scope });
    });
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let answer = answered(kiosk(&fixture, &held, &[]).await);
    assert_eq!(kiosk_claims(&fixture, &answer).await["name"], "_7f3a");
    assert_eq!(fixture.idp.script(|script| script.requests.len()), 1);
}

#[tokio::test]
async fn a_frame_is_answered_only_where_no_page_may_be_shown() {
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let frame = || Visitor { window: Window::Frame, sessions: held.clone(), ..source_of(1).into() };
    let failed = fixture.ask(frame(), &KIOSK).await.unwrap_err();
    assert_eq!((failed.error, failed.answer), (LoginError::NotNavigation, None));
    let posted = [("prompt", "none"), ("response_mode", "form_post")];
    let answer = answered(fixture.ask(frame(), &[&KIOSK[..], &posted].concat()).await);
    let OutboundMessage::PostToOrigin { framed_by, .. } = answer else {
        unreachable!("it is posted")
    };
    assert_eq!(framed_by, ["https://kiosk.example"]);
}
