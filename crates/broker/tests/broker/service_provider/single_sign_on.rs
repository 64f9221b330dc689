//! A session answers a service provider too, where that is enough.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::{
    AccessRule, FailedLogin, HeldSessions, InboundRequest, LoginError, Matching, Protocol,
    ReceivedLogin, RelyingPartyPolicy, SessionPolicy, Visitor,
};
use silta_testkit::forge::ForgedRequest;

use super::{context, posted, provider};
use crate::fixture::{Fixture, GIVEN, HETU, party, policy, source_of, suomifi_name};
use crate::scripted_idp::ACR;
use crate::session::login;

/// The shop and a service provider with this rule agree to single sign-on.
fn fixture(access: AccessRule) -> Fixture {
    Fixture::with(|settings| {
        settings.downstreams.insert(Protocol::Saml, Arc::new(provider()));
        let crm = RelyingPartyPolicy { access, ..policy("crm.example") };
        settings.relying_parties.insert(party("crm"), crm);
        let (idle, absolute) = (Duration::from_mins(30), Duration::from_hours(8));
        for policy in settings.relying_parties.values_mut() {
            policy.session = SessionPolicy::Shared { idle, absolute };
        }
        settings.upstreams.get_mut(&suomifi_name()).unwrap().sso = true;
    })
}

async fn ask(
    fixture: &Fixture,
    held: &HeldSessions,
    request: &ForgedRequest,
) -> Result<ReceivedLogin, FailedLogin> {
    let query = request.query();
    let visitor = Visitor { sessions: held.clone(), ..source_of(1).into() };
    fixture.broker.start_login(Protocol::Saml, InboundRequest::Query(&query), visitor).await
}

/// The Response, if the session is enough for one.
fn response(received: Result<ReceivedLogin, FailedLogin>) -> Option<String> {
    match received.unwrap() {
        ReceivedLogin::Answered(message) => Some(posted(&message).0),
        ReceivedLogin::Started(_) => None,
    }
}

fn only(national_id: &str) -> AccessRule {
    let attribute = "nationalIdentificationNumber".to_owned();
    AccessRule::Has { attribute, values: vec![national_id.to_owned()], matching: Matching::Any }
}

#[tokio::test]
async fn the_access_rule_of_today_decides_about_the_person_of_a_session() {
    for (rule, answers) in
        [(AccessRule::Everyone, true), (only(HETU), true), (only("010170-912X"), false)]
    {
        let fixture = fixture(rule);
        let (_, held) = login(&fixture, &HeldSessions::default()).await;
        let response = response(ask(&fixture, &held, &ForgedRequest::default()).await);
        assert_eq!(response.is_some(), answers);
        if let Some(response) = response {
            assert!(response.contains("status:Success") && response.contains(GIVEN));
        } else {
            // Perhaps the upstream says something else by now.
            assert_eq!(fixture.audit.last(), "crm started at suomifi");
        }
    }
}

#[tokio::test]
async fn a_request_that_comes_again_is_not_answered_from_a_session_either() {
    let fixture = fixture(AccessRule::Everyone);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    assert!(response(ask(&fixture, &held, &ForgedRequest::default()).await).is_some());
    let failed = ask(&fixture, &held, &ForgedRequest::default()).await.unwrap_err();
    assert_eq!((failed.error, failed.answer), (LoginError::ReplayedRequest, None));
}

#[tokio::test]
async fn wishes_of_a_service_provider_are_granted_or_asked_for_at_the_upstream() {
    let fixture = fixture(AccessRule::Everyone);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    for (number, (wish, answers)) in [
        (ForgedRequest::default().with("ForceAuthn=\"true\""), false),
        (ForgedRequest::default().with("IsPassive=\"true\""), true),
        (ForgedRequest::default().holding(&context("exact", &[ACR])), true),
        (ForgedRequest::default().holding(&context("exact", &["urn:a"])), false),
        (ForgedRequest::default().holding(&context("minimum", &["urn:a", ACR])), true),
    ]
    .into_iter()
    .enumerate()
    {
        let received = ask(&fixture, &held, &wish.id(&format!("_{number}"))).await;
        assert_eq!(response(received).is_some(), answers, "{number}");
    }
}

/// A service provider judges by it how fresh a login is, so it is never our own time.
#[tokio::test]
async fn a_session_without_an_authn_instant_answers_no_service_provider() {
    let fixture = fixture(AccessRule::Everyone);
    fixture.idp.script(|script| script.authn_instant = None);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    assert_eq!(response(ask(&fixture, &held, &ForgedRequest::default()).await), None);
}
