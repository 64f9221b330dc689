#![expect(clippy::unwrap_used, reason = "tests")]

use crate::audit::counters::LOGIN_DURATION;
use silta_oidc::{LogoutRequestError, TokenRequestError, UserInfoRequestError};

use super::*;
use crate::error_class::ErrorClass;
use crate::form_body_error::FormBodyError;
use crate::open_logins::OpenLoginsError;
use crate::ports::StoreError;
use crate::unavailable_error::UnavailableError;
use crate::versioned::RecordError;

/// Asserts the severity of each event, and its counters with the values of their labels; `failure` stands
/// behind them where our operator can act.
fn check<'a>(events: impl IntoIterator<Item = (Event<'a>, Severity, &'static str)>) {
    for (event, severity, expected) in events {
        let described = event.describe();
        let count = |count: &Count| {
            assert_eq!(count.values.len(), count.counter.labels.len(), "{}", count.counter.name);
            assert!(COUNTERS.contains(&count.counter), "{}", count.counter.name);
            format!("{}({})", count.counter.name, count.values.join(","))
        };
        let mut told: Vec<_> = described.counts.iter().map(count).collect();
        told.extend(described.is_failure.then(|| "failure".to_owned()));
        assert_eq!(told.join(" "), expected, "{}", described.message);
        assert_eq!(described.severity, severity, "{}", described.message);
        for time in &described.times {
            assert_eq!(time.values.len(), time.timer.labels.len(), "{}", time.timer.name);
            assert!(TIMERS.contains(&time.timer), "{}", time.timer.name);
        }
    }
}

fn login() -> LoginId {
    serde_json::from_value("A4M94AWY".into()).unwrap()
}

fn client() -> RelyingParty {
    RelyingParty::parse("shop").unwrap()
}

#[test]
fn a_finished_login_is_timed_and_only_its_begin_and_end_say_how_old_logins_are() {
    let (login, client, upstream) = (&login(), &client(), &UpstreamName::parse("idp").unwrap());
    let (acr, took) = ("high", Duration::from_secs(3));
    let measured = [LOGIN_DURATION.took(took, &["shop", "idp"])];
    for (event, age, times) in [
        (
            Event::LoginStarted { login, client, upstream },
            Some(LoginAge::Begins { client, upstream }),
            &[][..],
        ),
        // It is one login, whose half hour has begun.
        (Event::LoginAskedAgain { login, client, upstream }, None, &[]),
        (Event::LoginFinished { login, client, upstream, acr, took }, None, &measured),
        (Event::LoginAbandoned { login, client, upstream }, Some(LoginAge::Over), &[]),
    ] {
        let described = event.describe();
        assert_eq!(described.age, age, "{}", described.message);
        assert_eq!(described.times, times, "{}", described.message);
    }
}

#[test]
fn each_event_of_a_login_is_counted_with_a_value_for_each_label() {
    let (login, client, upstream) = (&login(), &client(), &UpstreamName::parse("idp").unwrap());
    let (acr, took) = ("high", Duration::from_secs(3));
    let several = MappingError::SeveralValues { claim: "role".to_owned() };
    let names = &ArrivedNames::default();
    let long = TooLongToKeep { octets: 8_193 };
    let refused = |error| {
        let (client, upstream) = (Some(client), Some(upstream));
        Event::LoginRefused { login, client, upstream, error }
    };
    let unknown = Event::LoginRefused {
        login,
        client: None,
        upstream: None,
        error: &LoginError::CookieMissing,
    };
    let (newer, store) = (
        LoginError::Record(RecordError::Newer),
        LoginError::StoreUnavailable(StoreError::ReadOnly),
    );
    check([
        (
            Event::LoginStarted { login, client, upstream },
            Severity::Info,
            "logins_started(shop,idp)",
        ),
        (Event::LoginAskedAgain { login, client, upstream }, Severity::Info, ""),
        (Event::ClaimLeftOut { login, client, upstream, error: &several }, Severity::Warning, ""),
        (Event::AttributesArrived { login, client, upstream, names }, Severity::Warning, ""),
        (Event::AttributesNotKept { login, client, upstream, error: &long }, Severity::Warning, ""),
        (Event::HintIgnored { client }, Severity::Info, ""),
        (
            Event::ClientKeysNotFetched { client, error: &ClientKeysError::Busy },
            Severity::Warning,
            "",
        ),
        (
            Event::LoginFinished { login, client, upstream, acr, took },
            Severity::Info,
            "logins_ended(shop,idp,finished,)",
        ),
        (
            Event::LoginFromSession { login, first: login, client, upstream, acr },
            Severity::Info,
            "logins_from_session(shop,idp)",
        ),
        (Event::SessionEnded { login, why: SessionEnd::AnotherPerson }, Severity::Info, ""),
        (unknown, Severity::Info, "logins_ended(,,refused,cookie_missing) logins_refused(user)"),
        (
            refused(&LoginError::NotNavigation),
            Severity::Warning,
            "logins_ended(shop,idp,refused,not_a_navigation) logins_refused(client)",
        ),
        (
            refused(&newer),
            Severity::Warning,
            "logins_ended(shop,idp,refused,record_newer) logins_refused(update)",
        ),
        (
            refused(&store),
            Severity::Error,
            "logins_ended(shop,idp,refused,store_unavailable) logins_refused(operator) failure",
        ),
        (
            Event::LoginAbandoned { login, client, upstream },
            Severity::Info,
            "logins_abandoned(shop,idp)",
        ),
    ]);
}

#[test]
fn each_event_of_a_token_is_counted_with_a_value_for_each_label() {
    let (login, client) = (&login(), &client());
    let refused = |error| {
        let (client, login) = (Some(client), Some(login));
        Event::TokensRefused { client, login, error }
    };
    let unknown = &TokenRequestError::UnknownCode.into();
    let newer = UnavailableError::Record(RecordError::Newer);
    let store = UnavailableError::Store(StoreError::ReadOnly);
    let failed = "token_requests(shop,temporarily_unavailable) failure";
    let userinfo_failed = "userinfo_refused(temporarily_unavailable) failure";
    let userinfo = |error| Event::UserInfoRefused { error };
    let revoked = |what| Event::TokensRevoked { login, client, what };
    check([
        (Event::TokensIssued { login, client }, Severity::Info, "token_requests(shop,issued)"),
        (
            Event::TokensRefreshed { login, client },
            Severity::Info,
            "token_requests(shop,refreshed)",
        ),
        (Event::CodeReused { login, client }, Severity::Warning, "codes_reused()"),
        (Event::RefreshTokenReused { login, client }, Severity::Warning, "refresh_tokens_reused()"),
        (revoked(RevokedTokens::Access), Severity::Info, "revocations(shop,access_token)"),
        (revoked(RevokedTokens::Refresh), Severity::Info, "revocations(shop,refresh_tokens)"),
        (
            Event::RevocationRefused { client: Some(client), error: unknown },
            Severity::Warning,
            "revocations(shop,invalid_grant)",
        ),
        (
            Event::IntrospectionRefused { client: None, error: unknown },
            Severity::Warning,
            "introspections_refused(,invalid_grant)",
        ),
        (
            Event::TokensRefused { client: None, login: None, error: unknown },
            Severity::Warning,
            "token_requests(,invalid_grant)",
        ),
        (refused(&newer.into()), Severity::Warning, failed),
        (refused(&store.into()), Severity::Error, failed),
        (
            userinfo(&FormBodyError::TooLarge.into()),
            Severity::Info,
            "userinfo_refused(invalid_request)",
        ),
        (
            userinfo(&UserInfoRequestError::Missing.into()),
            Severity::Info,
            "userinfo_refused(no_token)",
        ),
        (userinfo(&newer.into()), Severity::Warning, userinfo_failed),
        (userinfo(&store.into()), Severity::Error, userinfo_failed),
    ]);
}

#[test]
fn each_event_of_a_logout_is_counted_with_a_value_for_each_label() {
    let (login, upstream) = (&login(), &UpstreamName::parse("idp").unwrap());
    let store = LoginError::StoreUnavailable(StoreError::ReadOnly);
    let received = |outcome, failure| Event::UpstreamLogoutReceived { upstream, outcome, failure };
    let party = LogoutParty::Upstream(upstream);
    let refused = |error| Event::LogoutRefused { reference: login, party, error };
    let client = &client();
    let of_client = |client, error| Event::LogoutRefused {
        reference: login,
        party: LogoutParty::RelyingParty(client),
        error,
    };
    let redirect = LogoutError::Request(LogoutRequestError::RedirectWithoutClient);
    let unread = LogoutError::RequestBody(FormBodyError::NotAForm);
    assert_eq!(unread.class(), ErrorClass::Client);
    let outcome = LogoutOutcome::Partly;
    check([
        (received(LogoutOutcome::Done, None), Severity::Info, "logouts(idp,received,done)"),
        (
            received(LogoutOutcome::Failed, Some(&store)),
            Severity::Error,
            "logouts(idp,received,failed) failure",
        ),
        (Event::UpstreamLogoutAsked { login, upstream }, Severity::Info, "logouts(idp,asked,)"),
        (
            Event::UpstreamLogoutAnswered { login, upstream, outcome },
            Severity::Info,
            "logouts(idp,answered,partly)",
        ),
        (refused(&LogoutError::Replayed), Severity::Info, "logouts(idp,refused,replayed_request)"),
        (refused(&LogoutError::Expired), Severity::Info, "logouts(idp,refused,logout_expired)"),
        (
            refused(&LogoutError::Login(store.clone())),
            Severity::Error,
            "logouts(idp,refused,store_unavailable) failure",
        ),
        (of_client(None, &redirect), Severity::Warning, "client_logouts(,redirect_without_client)"),
        (of_client(None, &unread), Severity::Warning, "client_logouts(,body_not_a_form)"),
        (
            of_client(Some(client), &LogoutError::Login(store.clone())),
            Severity::Error,
            "client_logouts(shop,store_unavailable) failure",
        ),
        (
            Event::ClientLogout { login: Some(login), client: Some(client), end: LogoutEnd::Here },
            Severity::Info,
            "client_logouts(shop,here)",
        ),
        (
            Event::ClientNotified { login, client },
            Severity::Info,
            "clients_told_of_logout(shop,confirmed,)",
        ),
        (
            Event::ClientNotNotified {
                login,
                client,
                error: &NotificationError::Status(500),
                again: true,
            },
            Severity::Warning,
            "clients_told_of_logout(shop,again,status)",
        ),
        (
            Event::ClientNotNotified {
                login,
                client,
                error: &NotificationError::Died,
                again: false,
            },
            Severity::Error,
            "clients_told_of_logout(shop,given_up,replica_died) failure",
        ),
        (Event::LogoutNotKept { error: &OutboxError::Full }, Severity::Error, "failure"),
        (
            Event::OutboxNotRead { error: &RecordError::Unreadable.into() },
            Severity::Error,
            "failure",
        ),
        (
            Event::UpstreamLogoutNotAsked {
                login,
                upstream,
                error: &LogoutError::Login(store.clone()),
            },
            Severity::Error,
            "logouts(idp,not_asked,store_unavailable) failure",
        ),
    ]);
}

/// What the log says of a token request that fails by a newer record is its reason; its span has a
/// cause, as that of every other failure.
#[test]
fn a_cause_that_is_the_reason_too_is_written_once() {
    let error = UnavailableError::Record(RecordError::Newer).into();
    let described = Event::TokensRefused { client: None, login: None, error: &error }.describe();
    assert_eq!((described.line.reason, described.line.cause), (Some("record_newer"), None));
    assert_eq!(described.span.cause, Some("record_newer"));
}

/// What failed is for the operator: the client is told to try again.
#[test]
fn a_refused_push_says_what_failed_as_a_token_request_does() {
    let said = |error: &PushError| {
        let described = Event::PushRefused { client: None, error }.describe();
        let detail = described.line.detail.map(ToString::to_string).unwrap();
        (described.line.cause, described.span.cause, detail)
    };
    let store = UnavailableError::Store(StoreError::ReadOnly);
    let cause = Some("read_only");
    assert_eq!(said(&store.into()), (cause, cause, store.to_string()));
    let newer = UnavailableError::Record(RecordError::Newer);
    assert_eq!(said(&newer.into()), (None, Some("record_newer"), newer.to_string()));
    let source = OpenLoginsError::OneSource;
    assert_eq!(said(&source.into()), (None, None, source.to_string()));
    let wrong = PushError::from(FormBodyError::TooLarge);
    assert_eq!(said(&wrong), (None, None, wrong.to_string()));
}

/// Two events of one request would set each attribute of its span twice.
#[test]
fn a_reused_code_is_shown_by_the_refusal_that_follows() {
    let described = Event::CodeReused { login: &login(), client: &client() };
    let described = described.describe();
    assert_eq!((described.line.login, described.span.login), (Some("A4M94AWY"), None));
}

/// What only these cause has room in the log beside any flood.
#[test]
fn only_who_proved_who_they_are_causes_an_event_that_says_so() {
    let (login, client, upstream) = (&login(), &client(), &UpstreamName::parse("idp").unwrap());
    let (acr, took) = ("high", Duration::from_secs(3));
    let is_proved = |event: Event<'_>| event.describe().is_proved;
    assert!(is_proved(Event::LoginFinished { login, client, upstream, acr, took }));
    assert!(is_proved(Event::LoginAskedAgain { login, client, upstream }));
    let error = &MappingError::SeveralValues { claim: "role".to_owned() };
    assert!(is_proved(Event::ClaimLeftOut { login, client, upstream, error }));
    let names = &ArrivedNames::default();
    assert!(is_proved(Event::AttributesArrived { login, client, upstream, names }));
    let error = &TooLongToKeep { octets: 8_193 };
    assert!(is_proved(Event::AttributesNotKept { login, client, upstream, error }));
    assert!(is_proved(Event::TokensIssued { login, client }));
    assert!(is_proved(Event::TokensRefreshed { login, client }));
    assert!(is_proved(Event::CodeReused { login, client }));
    assert!(is_proved(Event::RefreshTokenReused { login, client }));
    assert!(is_proved(Event::ControlAnswered { command: ControlCommand::Configuration }));
    assert!(!is_proved(Event::ControlRefused { reason: ControlRefusal::NoCommand }));
    let what = RevokedTokens::Access;
    assert!(is_proved(Event::TokensRevoked { login, client, what }));
    let (outcome, failure) = (LogoutOutcome::Done, None);
    assert!(is_proved(Event::UpstreamLogoutReceived { upstream, outcome, failure }));
    assert!(is_proved(Event::UpstreamLogoutAsked { login, upstream }));
    assert!(is_proved(Event::UpstreamLogoutAnswered { login, upstream, outcome }));
    let error = &LogoutError::Expired;
    assert!(is_proved(Event::UpstreamLogoutNotAsked { login, upstream, error }));
    let party = LogoutParty::Upstream(upstream);
    assert!(!is_proved(Event::LogoutRefused { reference: login, party, error }));
    let logout = |login, end| Event::ClientLogout { login, client: Some(client), end };
    assert!(is_proved(logout(Some(login), LogoutEnd::Here)));
    assert!(!is_proved(logout(None, LogoutEnd::NobodyHere)));

    let error = &LoginError::CookieMissing;
    assert!(!is_proved(Event::LoginStarted { login, client, upstream }));
    assert!(!is_proved(Event::LoginAbandoned { login, client, upstream }));
    assert!(!is_proved(Event::LoginRefused { login, client: None, upstream: None, error }));
    let error = &RedeemError::Unavailable(UnavailableError::TooSlow);
    assert!(!is_proved(Event::TokensRefused { client: None, login: None, error }));
    assert!(!is_proved(Event::RevocationRefused { client: None, error }));
    assert!(!is_proved(Event::IntrospectionRefused { client: None, error }));
    let error = &UserInfoError::Unavailable(UnavailableError::TooSlow);
    assert!(!is_proved(Event::UserInfoRefused { error }));
}
