//! Logging out at a SAML identity provider, in both directions.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::downstream::BackChannels;
use silta_broker::ports::{Clock as _, StoreError};
use silta_broker::upstream::{RequestBinding, SamlLogout, SamlUpstream, SingleLogoutService};
use silta_broker::{
    AfterLogout, EndedSession, FailedLogout, FinishedLogin, FinishedLogout, HeldSessions,
    InboundRequest, LoginError, LogoutEnd, LogoutError, LogoutMessageError, LogoutOutcome,
    LogoutStep, OutboundMessage, ReceivedLogout, Settings, StartedLogin, UpstreamName,
};
use silta_oidc::LogoutRedirect;
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{LogoutStatus, MessageError, MessageParameter, NameId, Part, RedirectMessage};
use silta_testkit::forge::{ForgedLogout, REQUEST, SLO, text};
use silta_testkit::keys;

use crate::client_logout::{AFTER, clients_with_logout};
use crate::faulty_store::Outage;
use crate::fixture::{Fixture, SEAL, allowed, callback_body, configured, party, suomifi_name};
use crate::saml_upstream::{self, NAME, changed_message, request_id};
use crate::wire::{bearer, form, member, query_param};

mod qualifiers;
mod two_upstreams;

const THEIRS: &str = "https://idp.example/slo?a=1";

/// By redirect, in the person's language.
fn single_logout() -> SamlLogout {
    let mut parties = saml_upstream::upstream().parties;
    Arc::make_mut(&mut parties).vetuma = true;
    SamlLogout {
        parties,
        slo_url: SLO.to_owned(),
        logout: SingleLogoutService {
            binding: RequestBinding::Redirect(THEIRS.to_owned()),
            response_url: None,
            origin: "https://idp.example".to_owned(),
            unknown_session: LogoutOutcome::UnknownSession,
        },
    }
}

fn fixture() -> Fixture {
    with(single_logout())
}

fn with(logout: SamlLogout) -> Fixture {
    let upstream = SamlUpstream { logout: Some(logout), ..saml_upstream::upstream() };
    Fixture::with(|settings| {
        let mut upstream = configured(Arc::new(upstream));
        upstream.tells_logouts = true;
        settings.upstreams.insert(suomifi_name(), upstream);
    })
}

/// The same with clients that can ask for logouts.
pub(crate) fn with_client_logout() -> Fixture {
    replica_with_client_logout(&Fixture::new(), BackChannels::new())
}

/// Another replica of that, which tells these.
pub(crate) fn replica_with_client_logout(fixture: &Fixture, told: BackChannels) -> Fixture {
    fixture.notifying([SEAL, SEAL], (clients_with_logout(), told), can_log_out)
}

fn can_log_out(settings: &mut Settings) {
    let upstream = SamlUpstream { logout: Some(single_logout()), ..saml_upstream::upstream() };
    let mut upstream = configured(Arc::new(upstream));
    upstream.tells_logouts = true;
    settings.upstreams.insert(suomifi_name(), upstream);
}

/// The ID token and the credentials of such a login.
pub(crate) async fn login_with_tokens(fixture: &Fixture) -> (String, String) {
    let code = login(fixture).await;
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    (member(&tokens, "id_token"), bearer(&tokens))
}

/// A login whose session the identity provider calls `_session`; its code.
async fn login(fixture: &Fixture) -> String {
    let started = fixture.started().await;
    let message = own_message(&started);
    let location = fixture.finish(&started, &message).await.unwrap();
    query_param(&location, "code").unwrap()
}

/// The answer to this one, with an assertion of its own.
fn own_message(started: &StartedLogin) -> String {
    let id = request_id(&started.message);
    let own = |assertion: String| assertion.replacen("\"_assertion\"", &format!("\"_of{id}\""), 1);
    changed_message(&id, ("high", crate::fixture::NOON), own)
}

/// Such a login; what its browser holds.
pub(crate) async fn login_held(fixture: &Fixture) -> HeldSessions {
    let started = fixture.started().await;
    let message = own_message(&started);
    let body = callback_body(&started, &message);
    let finished = fixture.bring(&suomifi_name(), &body, Some(&started.browser)).await;
    let FinishedLogin::Answered { sessions, .. } = finished.unwrap() else {
        unreachable!("the upstream is asked once")
    };
    sessions
}

/// What the identity provider says of that session.
pub(crate) fn request() -> ForgedLogout {
    ForgedLogout::request().naming(name()).sessions(&["_session"])
}

fn name() -> NameId {
    let (value, none) = (NAME.to_owned(), None);
    NameId { value, format: None, name_qualifier: none.clone(), sp_name_qualifier: none }
}

pub(crate) async fn received(
    fixture: &Fixture,
    forged: &ForgedLogout,
) -> Result<ReceivedLogout, FailedLogout> {
    let query = forged.query();
    let message = InboundRequest::Query(&query);
    fixture.broker.receive_logout(&suomifi_name(), message).await.unwrap()
}

/// The codes that the identity provider is told, and its RelayState; the answer is for its own address.
fn told(received: ReceivedLogout) -> (String, Option<String>) {
    let ReceivedLogout::Answered(message) = received else { unreachable!("an answer") };
    let OutboundMessage::Redirect(url) = message else { unreachable!("a redirect") };
    let query = url.as_str().strip_prefix(THEIRS).unwrap().strip_prefix('&').unwrap();
    let message = read(MessageParameter::Response, query);
    assert!(message.xml().contains("InResponseTo=\"_logout\""));
    assert!(message.xml().contains(&format!("Destination=\"{THEIRS}\"")));
    (text::status_codes(message.xml()).join(" "), message.relay_state().map(str::to_owned))
}

fn read(parameter: MessageParameter, query: &str) -> RedirectMessage {
    let keys = [keys::SP.verification()];
    RedirectMessage::verify(parameter, query, &keys, &SignatureAlgorithm::ALL).unwrap()
}

#[tokio::test]
async fn the_session_ends_first_and_then_the_identity_provider_is_told_so() {
    let fixture = fixture();
    let code = login(&fixture).await;
    let answer = told(received(&fixture, &request()).await.unwrap());
    assert_eq!(answer, ("Success".to_owned(), Some("handle".to_owned())));
    let lines = fixture.audit.lines();
    let ended = ["session ended: upstream_logout", "suomifi logged out: done"];
    assert!(lines.ends_with(&ended.map(str::to_owned)), "{lines:?}");
    assert!(fixture.redeem(&code, &[]).await.is_err());
}

/// Whatever the qualifiers that are left out, and without a session all of that name.
#[tokio::test]
async fn every_way_to_write_the_same_name_finds_the_session() {
    let us = "https://login.example/saml".to_owned();
    let idp = "https://idp.example/entity".to_owned();
    for (name_qualifier, sp_name_qualifier, sessions) in [
        (None, Some(us.clone()), &["_session"][..]),
        (Some(idp.clone()), None, &["_other", "_session"]),
        (Some(idp), Some(us), &[]),
    ] {
        let fixture = fixture();
        let code = login(&fixture).await;
        let named = NameId { name_qualifier, sp_name_qualifier, ..name() };
        let request = ForgedLogout::request().naming(named).sessions(sessions);
        assert_eq!(told(received(&fixture, &request).await.unwrap()).0, "Success");
        assert!(fixture.redeem(&code, &[]).await.is_err());
    }
}

#[tokio::test]
async fn a_session_that_is_not_known_is_told_as_the_configuration_says() {
    for (outcome, codes) in [
        (LogoutOutcome::UnknownSession, "Requester UnknownPrincipal"),
        (LogoutOutcome::Done, "Success"),
    ] {
        let mut logout = single_logout();
        logout.logout.unknown_session = outcome;
        let fixture = with(logout);
        let code = login(&fixture).await;
        for wrong in [
            request().sessions(&["_guessed"]),
            request().id("_2").sessions(&[""]),
            request().id("_3").naming(NameId { value: "another".to_owned(), ..name() }),
            request().id("_4").naming(NameId { format: Some("urn:x".to_owned()), ..name() }),
        ] {
            let received = received(&fixture, &wrong).await.unwrap();
            let ReceivedLogout::Answered(message) = received else { unreachable!() };
            let OutboundMessage::Redirect(url) = message else { unreachable!() };
            let query = url.as_str().split_once("?a=1&").unwrap().1;
            let said = read(MessageParameter::Response, query);
            assert_eq!(text::status_codes(said.xml()).join(" "), codes);
        }
        fixture.redeem(&code, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn a_request_counts_once_and_one_that_is_refused_changes_nothing() {
    let fixture = fixture();
    let code = login(&fixture).await;
    let unsigned = received(&fixture, &request().unsigned()).await.unwrap_err();
    let error = MessageError::Unsigned { part: Part::Request };
    let error = LogoutMessageError::Saml(error.into());
    assert_eq!(unsigned.error, LogoutError::Message(error));
    assert_eq!(fixture.audit.last(), "suomifi logout refused: unsigned");
    received(&fixture, &request().sessions(&["_guessed"])).await.unwrap();
    let again = received(&fixture, &request()).await.unwrap_err();
    assert_eq!(again.error, LogoutError::Replayed, "one ID, whatever it names");
    fixture.redeem(&code, &[]).await.unwrap();
}

/// A success is never told of a session that may live on; and the request is used up, so it is told.
#[tokio::test]
async fn an_outage_is_no_success() {
    for outage in [Outage::Before, Outage::After] {
        let fixture = fixture();
        login(&fixture).await;
        fixture.store.fail(0, outage);
        let failed = received(&fixture, &request()).await.unwrap_err();
        let down = LoginError::StoreUnavailable(StoreError::NoAnswer);
        assert_eq!(failed.error, LogoutError::Login(down));
        for n in 1..5 {
            let fixture = with(single_logout());
            login(&fixture).await;
            fixture.store.fail(n, outage);
            let answer = told(received(&fixture, &request()).await.unwrap());
            assert_eq!(answer.0, "Responder", "call {n}, {outage:?}");
            assert_eq!(fixture.audit.last(), "suomifi logged out: failed");
        }
    }
}

#[tokio::test]
async fn an_answer_goes_by_post_and_elsewhere_where_the_identity_provider_has_it_so() {
    let mut logout = single_logout();
    logout.logout.binding = RequestBinding::Post(THEIRS.to_owned());
    logout.logout.response_url = Some("https://idp.example/response".to_owned());
    let fixture = with(logout);
    let posted = form(&[("SAMLRequest", &request().post()), ("RelayState", "a&b")]);
    let message = InboundRequest::Form(&posted);
    let received = fixture.broker.receive_logout(&suomifi_name(), message).await.unwrap().unwrap();
    let ReceivedLogout::Answered(message) = received else { unreachable!() };
    let OutboundMessage::Post { url, fields, framed_by, .. } = message else { unreachable!() };
    assert_eq!(framed_by, ["https://idp.example"]);
    assert_eq!(url, "https://idp.example/response");
    assert_eq!(
        (fields[0].0, fields[1].clone()),
        ("SAMLResponse", ("RelayState", "a&b".to_owned()))
    );
    let twice = format!("{posted}&SAMLRequest=x");
    let message = InboundRequest::Form(&twice);
    let failed = fixture.broker.receive_logout(&suomifi_name(), message).await.unwrap();
    assert_eq!(failed.unwrap_err().error.reason(), "repeated_field");
}

/// The session of `fixture`'s only login, ended here.
async fn ended(fixture: &Fixture) -> EndedSession {
    login(fixture).await;
    // As the text of its one way to be written has it.
    let principal = saml_upstream::principal();
    let mut ended = fixture.broker.end_at_upstream(&suomifi_name(), &principal, &[]).await.unwrap();
    ended.remove(0)
}

/// What the identity provider is asked, and by which ID.
async fn asked(fixture: &Fixture, next: Option<&str>) -> (RedirectMessage, String) {
    let session = ended(fixture).await;
    let locales = ["de".to_owned(), "sv-FI".to_owned()];
    let next = next.map(|next| serde_json::from_value(next.into()).unwrap());
    let next = AfterLogout { next: next.as_ref(), ..AfterLogout::default() };
    let message = fixture.broker.start_upstream_logout(&session, &locales, next).await;
    let Ok(Some(message)) = message else { unreachable!("it can be asked") };
    assert!(fixture.audit.last().ends_with("asked suomifi to log out"));
    sent(&message)
}

/// What goes to the identity provider, and its ID.
fn sent(message: &OutboundMessage) -> (RedirectMessage, String) {
    let OutboundMessage::Redirect(url) = message else { unreachable!("a redirect") };
    let query = url.as_str().strip_prefix(THEIRS).unwrap().strip_prefix('&').unwrap();
    let message = read(MessageParameter::Request, query);
    let (_, id) = message.xml().split_once(" ID=\"").unwrap();
    let id = id.split_once('"').unwrap().0.to_owned();
    (message, id)
}

/// The identity provider answers this request.
pub(crate) async fn answered(
    fixture: &Fixture,
    request: &OutboundMessage,
    status: LogoutStatus,
) -> FinishedLogout {
    let answer = ForgedLogout::response(status).swap(REQUEST, &sent(request).1);
    let answer = answer.issued(fixture.clock.now());
    match received(fixture, &answer).await.unwrap() {
        ReceivedLogout::Finished(finished) => finished,
        ReceivedLogout::Answered(_) | ReceivedLogout::Heard(_) => unreachable!("it answers"),
    }
}

#[tokio::test]
async fn the_identity_provider_is_asked_by_the_name_that_it_gave() {
    let fixture = fixture();
    let (message, _) = asked(&fixture, None).await;
    let xml = message.xml();
    assert!(xml.contains(&format!("<saml:NameID>{NAME}</saml:NameID>")), "{xml}");
    assert!(xml.contains("<samlp:SessionIndex>_session</samlp:SessionIndex>"), "{xml}");
    assert!(xml.contains("<LG>sv</LG>"), "{xml}");
    assert_eq!(message.relay_state(), None);
}

#[tokio::test]
async fn what_the_identity_provider_answers_is_told_as_it_is() {
    for (status, outcome) in [
        (LogoutStatus::Success, LogoutOutcome::Done),
        (LogoutStatus::Partial, LogoutOutcome::Partly),
        (LogoutStatus::UnknownPrincipal, LogoutOutcome::UnknownSession),
        (LogoutStatus::Failed, LogoutOutcome::Failed),
    ] {
        let fixture = fixture();
        let (_, id) = asked(&fixture, Some("https://rp.example/out?state=1")).await;
        let answer = ForgedLogout::response(status).swap(REQUEST, &id);
        let ReceivedLogout::Finished(finished) = received(&fixture, &answer).await.unwrap() else {
            unreachable!("the end of a logout")
        };
        assert_eq!(finished.end, LogoutEnd::AtUpstream(outcome));
        let next = "https://rp.example/out?state=1";
        assert_eq!(finished.next.as_ref().map(LogoutRedirect::as_str), Some(next));
        let done = outcome == LogoutOutcome::Done;
        assert_eq!(finished.goes_on_to().is_some(), done, "whoever may not be is told so");
        // It is told once.
        let again = received(&fixture, &answer).await.unwrap_err();
        assert_eq!(again.error, LogoutError::Expired);
    }
}

#[tokio::test]
async fn an_answer_that_is_late_forged_or_to_no_request_is_none() {
    let fixture = fixture();
    let (_, id) = asked(&fixture, None).await;
    let good = || ForgedLogout::response(LogoutStatus::Success).swap(REQUEST, &id);
    let forged = received(&fixture, &good().unsigned()).await.unwrap_err();
    assert_eq!(forged.error.reason(), "unsigned");
    let nobodys = ForgedLogout::response(LogoutStatus::Success);
    assert_eq!(received(&fixture, &nobodys).await.unwrap_err().error, LogoutError::Expired);
    // Ten minutes are for reading the page of the identity provider.
    fixture.clock.advance(Duration::from_mins(10));
    let late = good().issued(crate::fixture::NOON + Duration::from_mins(10));
    assert_eq!(received(&fixture, &late).await.unwrap_err().error, LogoutError::Expired);
}

#[tokio::test]
async fn an_upstream_that_cannot_log_out_is_not_asked_and_takes_nothing() {
    let fixture = fixture();
    let mut session = ended(&fixture).await;
    let other = UpstreamName::parse("other").unwrap();
    assert!(!fixture.broker.can_log_out(&other) && fixture.broker.can_log_out(&suomifi_name()));
    assert!(fixture.broker.receive_logout(&other, InboundRequest::Query("")).await.is_none());
    session.upstream = session.upstream.map(|(_, kept)| (other, kept));
    let nobody = fixture.broker.start_upstream_logout(&session, &[], AfterLogout::default()).await;
    assert_eq!(nobody.unwrap(), None);
}
