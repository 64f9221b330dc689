//! A client asks for a logout: by a hint without a question, without one with a confirmation.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::downstream::BackChannels;
use silta_broker::ports::StoreError;
use silta_broker::{
    FailedLogout, FinishedLogin, FinishedLogout, HeldSessions, InboundRequest, Language, LoggedOut,
    LoginError, LogoutEnd, LogoutError, LogoutOutcome, LogoutStep, OutboundMessage, SessionPolicy,
};
use silta_oidc::{Client, LogoutRequestError, RegisteredRedirect};
use silta_saml::LogoutStatus;

use crate::back_channel::{NotifiedClient, channels};
use crate::faulty_store::Outage;
use crate::fixture::{
    Fixture, KIOSK_CALLBACK, SEAL, STATE, callback_body, clients, party, suomifi_name,
};
use crate::logout::{
    answered, login_held, login_with_tokens, replica_with_client_logout, with_client_logout,
};
use crate::wire::{form, member, query_param};

pub(crate) const AFTER: &str = "https://shop.example/logged-out?tenant=a";
const KIOSK_AFTER: &str = "https://kiosk.example/bye";

/// Shop and kiosk, whose sessions a logout can end.
fn fixture() -> Fixture {
    fixture_notifying(BackChannels::new())
}

/// The same, where these clients are told of logouts.
pub(crate) fn fixture_notifying(told: BackChannels) -> Fixture {
    replica_notifying(&Fixture::new(), told)
}

/// Another replica that tells these.
pub(crate) fn replica_notifying(fixture: &Fixture, told: BackChannels) -> Fixture {
    fixture.notifying([SEAL, SEAL], (clients_with_logout(), told), |settings| {
        for name in ["shop", "kiosk"] {
            let policy = settings.relying_parties.get_mut(&party(name)).unwrap();
            policy.session = SessionPolicy::Kept { idle: None, absolute: Duration::from_hours(8) };
        }
    })
}

/// The clients, of which the shop and the kiosk have addresses after a logout.
pub(crate) fn clients_with_logout() -> Vec<Client> {
    let with_logout = |client: Client| match client.id().as_str() {
        "shop" => registered(client, AFTER),
        "kiosk" => registered(client, KIOSK_AFTER),
        _ => client,
    };
    clients().into_iter().map(with_logout).collect()
}

fn registered(client: Client, uri: &str) -> Client {
    client.with_post_logout_redirect_uri(RegisteredRedirect::parse(uri).unwrap())
}

/// A login of the shop, redeemed.
pub(crate) struct Login {
    pub(crate) id_token: String,
    access_token: String,
    pub(crate) sessions: HeldSessions,
}

pub(crate) async fn login(fixture: &Fixture, held: &HeldSessions) -> Login {
    let started = fixture.started().await;
    let body = callback_body(&started, started.relay_state.as_str());
    let finished = fixture.bring_holding(&suomifi_name(), &body, &started.browser, held).await;
    let FinishedLogin::Answered { message, sessions } = finished.unwrap() else {
        unreachable!("the upstream is asked once")
    };
    let code = query_param(&message, "code").unwrap();
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    let access_token = format!("Bearer {}", member(&tokens, "access_token"));
    Login { id_token: member(&tokens, "id_token"), access_token, sessions }
}

pub(crate) async fn a_login(fixture: &Fixture) -> Login {
    login(fixture, &HeldSessions::default()).await
}

pub(crate) fn aino(fixture: &Fixture) {
    fixture
        .idp
        .asserts(&[("urn:oid:1.2.246.21", &["010170-912X"]), ("urn:oid:2.5.4.42", &["Aino"])]);
}

pub(crate) async fn asked(
    fixture: &Fixture,
    pairs: &[(&str, &str)],
    held: &HeldSessions,
) -> Result<LoggedOut, FailedLogout> {
    let query = form(pairs);
    let asked = fixture.oidc.read_logout(InboundRequest::Query(&query));
    fixture.broker.log_out(asked, held, vec!["sv".to_owned()]).await
}

fn finished(logged_out: LoggedOut) -> FinishedLogout {
    let LogoutStep::Finished(finished) = logged_out.step else { unreachable!("the end of it") };
    finished
}

/// How a logout ended, and where the person goes without a page.
fn ended(logged_out: LoggedOut) -> (LogoutEnd, Option<String>) {
    let finished = finished(logged_out);
    (finished.end, finished.goes_on_to().map(|to| to.as_str().to_owned()))
}

/// The fields of the form that asks the person.
fn confirmation(logged_out: LoggedOut) -> Vec<(&'static str, String)> {
    let LogoutStep::Confirm(fields) = logged_out.step else { unreachable!("a question") };
    fields
}

fn pairs<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[tokio::test]
async fn a_hint_ends_its_session_and_the_person_goes_on_with_the_state_alone() {
    let fixture = fixture();
    let login = a_login(&fixture).await;
    let wanted = [
        ("id_token_hint", login.id_token.as_str()),
        ("post_logout_redirect_uri", AFTER),
        ("state", STATE),
    ];
    let logged_out = asked(&fixture, &wanted, &login.sessions).await.unwrap();
    assert!(logged_out.sessions.is_empty(), "the browser forgets it");
    assert_eq!(logged_out.language.map(Language::tag), Some("sv"));
    let (end, goes_on) = ended(logged_out);
    assert_eq!(end, LogoutEnd::Here);
    let goes_on = goes_on.unwrap();
    let state = url::form_urlencoded::byte_serialize(STATE.as_bytes()).collect::<String>();
    assert_eq!(goes_on, format!("{AFTER}&state={}", state.replace('+', "%20")));
    assert!(!fixture.opens(&login.access_token).await);
    let lines = fixture.audit.lines();
    let told = ["session ended: logged_out", "shop logged out: here"].map(str::to_owned);
    assert!(lines.windows(2).any(|two| two == told), "{lines:?}");
    // What the session was named with when it has ended: no error, and on as before.
    let again = asked(&fixture, &wanted, &login.sessions).await.unwrap();
    let (end, again) = ended(again);
    assert_eq!((end, again), (LogoutEnd::OverBefore, Some(goes_on)));
}

/// Without its cookie too: a client may keep a token for longer than a browser keeps cookies.
#[tokio::test]
async fn a_hint_ends_its_session_in_any_browser_and_no_other_persons() {
    let fixture = fixture();
    let nordea = a_login(&fixture).await;
    aino(&fixture);
    let aino = a_login(&fixture).await;
    let hint = [("id_token_hint", nordea.id_token.as_str())];
    // Aino's browser is sent with the token of another person.
    let logged_out = asked(&fixture, &hint, &aino.sessions).await.unwrap();
    assert_eq!(logged_out.sessions, aino.sessions);
    assert_eq!(finished(logged_out).end, LogoutEnd::Here);
    assert!(!fixture.opens(&nordea.access_token).await);
    assert!(fixture.opens(&aino.access_token).await);
}

/// Otherwise a session that is left would answer for who is logged out.
#[tokio::test]
async fn a_hint_ends_whatever_the_browser_holds_of_the_same_person() {
    let fixture = fixture();
    let first = a_login(&fixture).await;
    let second = login(&fixture, &first.sessions).await;
    let elsewhere = a_login(&fixture).await;
    let hint = [("id_token_hint", second.id_token.as_str())];
    let logged_out = asked(&fixture, &hint, &second.sessions).await.unwrap();
    assert!(logged_out.sessions.is_empty());
    assert!(!fixture.opens(&first.access_token).await);
    assert!(!fixture.opens(&second.access_token).await);
    // In another browser the person stays.
    assert!(fixture.opens(&elsewhere.access_token).await);

    // The session that the token names is over, and the client knows the person by the same name.
    let later = login(&fixture, &HeldSessions::default()).await;
    let logged_out = asked(&fixture, &hint, &later.sessions).await.unwrap();
    assert_eq!(finished(logged_out).end, LogoutEnd::Here);
    assert!(!fixture.opens(&later.access_token).await);
}

/// Otherwise the session that another client began since would answer for who was told that they are logged
/// out.
#[tokio::test]
async fn a_hint_whose_session_is_over_asks_where_the_browser_holds_a_session_of_others() {
    let fixture = fixture();
    let first = a_login(&fixture).await;
    let hint = ("id_token_hint", first.id_token.as_str());
    asked(&fixture, &[hint], &HeldSessions::default()).await.unwrap();
    let started =
        fixture.start(&[("client_id", "kiosk"), ("redirect_uri", KIOSK_CALLBACK)]).await.unwrap();
    let body = callback_body(&started, started.relay_state.as_str());
    let (at, browser) = (suomifi_name(), &started.browser);
    let held = fixture.bring_holding(&at, &body, browser, &first.sessions).await;
    let FinishedLogin::Answered { sessions, .. } = held.unwrap() else {
        unreachable!("the upstream is asked once")
    };

    let wanted = [hint, ("post_logout_redirect_uri", AFTER), ("state", STATE)];
    let logged_out = asked(&fixture, &wanted, &sessions).await.unwrap();
    assert_eq!(logged_out.sessions, sessions);
    let fields = confirmation(logged_out);
    assert_eq!(pairs(&fields)[..3], [("client_id", "shop"), wanted[1], wanted[2]]);
    assert_eq!(fixture.store.live("session").await, 1);
    // The person says yes. The shop has no part in what ends.
    let logged_out = asked(&fixture, &pairs(&fields), &sessions).await.unwrap();
    assert!(logged_out.sessions.is_empty());
    assert_eq!(ended(logged_out), (LogoutEnd::Here, None));
    assert_eq!(fixture.store.live("session").await, 0);
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked_and_nothing_ends_before_the_answer() {
    let fixture = fixture();
    let login = a_login(&fixture).await;
    let wanted = [("client_id", "shop"), ("post_logout_redirect_uri", AFTER), ("state", STATE)];
    let logged_out = asked(&fixture, &wanted, &login.sessions).await.unwrap();
    assert_eq!(logged_out.sessions, login.sessions);
    let fields = confirmation(logged_out);
    assert!(fixture.opens(&login.access_token).await);
    assert_eq!(pairs(&fields)[..3], wanted);
    // The person says yes.
    let logged_out = asked(&fixture, &pairs(&fields), &login.sessions).await.unwrap();
    let (end, goes_on) = ended(logged_out);
    assert_eq!(end, LogoutEnd::Here);
    assert!(goes_on.unwrap().starts_with(AFTER));
    assert!(!fixture.opens(&login.access_token).await);
}

/// Any site can send a browser here with its cookie: what confirms has to come from our own page, for this
/// browser and for this request.
#[tokio::test]
async fn only_the_form_of_our_page_confirms_and_only_what_it_was_shown_for() {
    let fixture = fixture();
    let (login, mallory) = (a_login(&fixture).await, a_login(&fixture).await);
    let wanted = [("client_id", "shop"), ("post_logout_redirect_uri", AFTER)];
    let own = confirmation(asked(&fixture, &wanted, &login.sessions).await.unwrap());
    let own = own.last().unwrap().1.clone();
    let other = confirmation(asked(&fixture, &wanted, &mallory.sessions).await.unwrap());
    let other = other.last().unwrap().1.clone();
    assert_ne!(own, other);
    let flipped = if own.starts_with('A') { "B" } else { "A" };
    let flipped = format!("{flipped}{}", &own[1..]);
    for (pairs, what) in [
        (&[wanted[0], wanted[1], ("confirmation", &*other)][..], "another browser's"),
        (&[wanted[0], wanted[1], ("confirmation", &*flipped)], "a guess"),
        (&[wanted[0], wanted[1], ("confirmation", "yes")], "no confirmation at all"),
        (&[wanted[0], wanted[1], ("state", "x"), ("confirmation", &*own)], "another request's"),
        (&[wanted[0], ("confirmation", &*own)], "a shorter request's"),
        (&[("confirmation", &*own)], "nobody's"),
    ] {
        let logged_out = asked(&fixture, pairs, &login.sessions).await.unwrap();
        assert!(matches!(logged_out.step, LogoutStep::Confirm(_)), "{what}");
        assert!(fixture.opens(&login.access_token).await, "{what}");
    }
    // And none at all in a browser that holds nothing.
    let confirmed = [wanted[0], wanted[1], ("confirmation", &*own)];
    let logged_out = asked(&fixture, &confirmed, &HeldSessions::default()).await.unwrap();
    assert_eq!(finished(logged_out).end, LogoutEnd::NobodyHere);
    assert!(fixture.opens(&login.access_token).await);
}

/// Nothing proves who asked, so nobody is sent on without a page.
#[tokio::test]
async fn who_is_not_logged_in_is_told_so_with_the_way_on() {
    let fixture = fixture();
    let wanted = [("client_id", "shop"), ("post_logout_redirect_uri", AFTER)];
    let stranger = HeldSessions::from_cookie(&format!("{}.{}", "A".repeat(22), "A".repeat(43)));
    for held in [HeldSessions::default(), stranger] {
        let logged_out = asked(&fixture, &wanted, &held).await.unwrap();
        let finished = finished(logged_out);
        assert_eq!((finished.end, finished.goes_on_to()), (LogoutEnd::NobodyHere, None));
        assert_eq!(finished.next.unwrap().as_str(), AFTER);
        assert_eq!(fixture.audit.last(), "shop logged out: nobody_here");
    }
}

/// A client that the person never used can ask, and is not gone to.
#[tokio::test]
async fn a_client_without_a_part_in_the_session_is_not_gone_to() {
    let fixture = fixture();
    for wanted in [
        &[("client_id", "kiosk"), ("post_logout_redirect_uri", KIOSK_AFTER)][..],
        &[("client_id", "kiosk")],
        &[],
    ] {
        let login = a_login(&fixture).await;
        let fields = confirmation(asked(&fixture, wanted, &login.sessions).await.unwrap());
        let logged_out = asked(&fixture, &pairs(&fields), &login.sessions).await.unwrap();
        let finished = finished(logged_out);
        assert_eq!((finished.end, finished.next), (LogoutEnd::Here, None));
        assert!(!fixture.opens(&login.access_token).await);
    }
}

#[tokio::test]
async fn the_fixed_address_of_a_client_asks_the_person_and_then_goes_to_its_own_uri() {
    let fixture = fixture();
    let login = a_login(&fixture).await;
    let at = |client: &str| fixture.oidc.read_logout_at(client);
    let logged_out = fixture.broker.log_out(at("shop"), &login.sessions, vec![]).await.unwrap();
    let fields = confirmation(logged_out);
    let logged_out = asked(&fixture, &pairs(&fields), &login.sessions).await.unwrap();
    assert_eq!(ended(logged_out).1.as_deref(), Some(AFTER));
    let nobody = fixture.broker.log_out(at("nobody"), &login.sessions, vec![]).await.unwrap_err();
    assert_eq!(nobody.error, LogoutError::Request(LogoutRequestError::UnknownClient));
}

#[tokio::test]
async fn a_request_that_is_refused_ends_nothing_and_names_its_client_in_the_log() {
    let fixture = fixture();
    let login = a_login(&fixture).await;
    let (signed, _) = login.id_token.rsplit_once('.').unwrap();
    let unsigned = format!("{signed}.");
    for (pairs, line) in [
        (
            &[("id_token_hint", &*login.id_token), ("post_logout_redirect_uri", KIOSK_AFTER)][..],
            "shop logout refused: redirect_mismatch",
        ),
        (
            &[("id_token_hint", &*login.id_token), ("client_id", "kiosk")],
            "kiosk logout refused: hint_of_another_client",
        ),
        (&[("id_token_hint", &*unsigned)], "nobody logout refused: id_token_hint"),
        (&[("post_logout_redirect_uri", AFTER)], "nobody logout refused: redirect_without_client"),
        (&[("client_id", "x"), ("client_id", "x")], "nobody logout refused: repeated_parameter"),
    ] {
        let failed = asked(&fixture, pairs, &login.sessions).await.unwrap_err();
        assert_eq!(fixture.audit.last(), line);
        assert!(matches!(failed.error, LogoutError::Request(_)));
        assert!(fixture.opens(&login.access_token).await);
    }
}

/// Whatever the outage, nobody goes on as logged out while the session may live on, or before its upstream was
/// asked and its client told; and who asks again is logged out.
#[tokio::test]
async fn an_outage_is_told_and_the_logout_can_be_asked_again() {
    for outage in [Outage::Before, Outage::After] {
        // The name, and the end.
        for n in 0..2 {
            let client = Arc::new(NotifiedClient::default());
            let fixture = replica_with_client_logout(&Fixture::new(), channels(&client));
            let (id_token, access_token) = login_with_tokens(&fixture).await;
            let hint = [("id_token_hint", id_token.as_str()), ("post_logout_redirect_uri", AFTER)];
            fixture.store.fail(n, outage);
            let mut ends = vec![];
            for _ in 0..2 {
                match asked(&fixture, &hint, &HeldSessions::default()).await {
                    Err(failed) => {
                        let down = LoginError::StoreUnavailable(StoreError::NoAnswer);
                        assert_eq!(failed.error, LogoutError::Login(down), "call {n}, {outage:?}");
                    }
                    Ok(LoggedOut { step: LogoutStep::AtUpstream(request), .. }) => {
                        assert!(client.calls() > 0, "call {n}, {outage:?}");
                        let done = answered(&fixture, &request, LogoutStatus::Success).await;
                        let lives_on = fixture.opens(&access_token).await;
                        assert!(!lives_on || done.goes_on_to().is_none(), "call {n}, {outage:?}");
                        ends.push(done.end);
                    }
                    Ok(logged_out) => ends.push(finished(logged_out).end),
                }
            }
            let [done, partly] = [LogoutOutcome::Done, LogoutOutcome::Partly];
            let expected = match (n, outage) {
                (1, Outage::Before) => {
                    vec![LogoutEnd::AtUpstream(partly), LogoutEnd::AtUpstream(done)]
                }
                (1, Outage::After) => vec![LogoutEnd::AtUpstream(partly); 2],
                _ => vec![LogoutEnd::AtUpstream(done)],
            };
            assert_eq!(ends, expected, "call {n}, {outage:?}");
            assert!(!fixture.opens(&access_token).await, "call {n}, {outage:?}");
        }
    }
}

fn request_to_upstream(logged_out: LoggedOut) -> OutboundMessage {
    let LogoutStep::AtUpstream(message) = logged_out.step else { unreachable!("it is asked") };
    message
}

/// The browser shows the answer to the second request alone.
#[tokio::test]
async fn whoever_clicks_twice_is_sent_to_the_upstream_twice() {
    let fixture = with_client_logout();
    let (id_token, _) = login_with_tokens(&fixture).await;
    let hint = [("id_token_hint", id_token.as_str()), ("post_logout_redirect_uri", AFTER)];
    for _ in 0..2 {
        let logged_out = asked(&fixture, &hint, &HeldSessions::default()).await.unwrap();
        let request = request_to_upstream(logged_out);
        let done = answered(&fixture, &request, LogoutStatus::Success).await;
        assert_eq!(done.end, LogoutEnd::AtUpstream(LogoutOutcome::Done));
        assert!(done.goes_on_to().is_some());
    }
    fixture.clock.advance(Duration::from_mins(1));
    let logged_out = asked(&fixture, &hint, &HeldSessions::default()).await.unwrap();
    assert_eq!(finished(logged_out).end, LogoutEnd::OverBefore);
}

#[tokio::test]
async fn whoever_confirms_twice_is_sent_to_the_upstream_twice() {
    let fixture = with_client_logout();
    let held = login_held(&fixture).await;
    let wanted = [("client_id", "shop"), ("post_logout_redirect_uri", AFTER)];
    let fields = confirmation(asked(&fixture, &wanted, &held).await.unwrap());
    for _ in 0..2 {
        let logged_out = asked(&fixture, &pairs(&fields), &held).await.unwrap();
        let request = request_to_upstream(logged_out);
        let done = answered(&fixture, &request, LogoutStatus::Success).await;
        assert!(done.goes_on_to().is_some());
    }
    // Another request is not confirmed by it.
    let logged_out = asked(&fixture, &wanted, &held).await.unwrap();
    assert_eq!(finished(logged_out).end, LogoutEnd::NobodyHere);
}

/// The session here is over by then.
#[tokio::test]
async fn an_upstream_that_cannot_be_asked_is_told_of_on_the_page() {
    let fixture = with_client_logout();
    let login = login_with_tokens(&fixture).await;
    let hint = [("id_token_hint", login.0.as_str()), ("post_logout_redirect_uri", AFTER)];
    // The name, the end of the session, and then the record of what is asked.
    fixture.store.fail(2, Outage::Before);
    let logged_out = asked(&fixture, &hint, &HeldSessions::default()).await.unwrap();
    let finished = finished(logged_out);
    assert_eq!(finished.end, LogoutEnd::AtUpstream(LogoutOutcome::Failed));
    assert_eq!((finished.goes_on_to(), finished.next.is_some()), (None, true));
    assert_eq!(fixture.audit.last(), "suomifi not asked to log out: store_unavailable");
    assert!(!fixture.opens(&login.1).await);
}
