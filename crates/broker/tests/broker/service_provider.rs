//! SAML service providers as relying parties: when a request counts, and what it is answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_broker::downstream::{ConfiguredServiceProvider, NameIdRule, SamlIdentityProvider};
use silta_broker::ports::Downstream as _;
use silta_broker::{
    AccessRule, FailedLogin, Freshness, InboundRequest, LoginError, Matching, OpenLoginsError,
    OutboundMessage, Protocol, RelyingPartyPolicy, StartedLogin,
};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_store::MemoryStore;
use silta_testkit::clock::FixedClock;
use silta_testkit::forge::{ACS, ForgedRequest, IDP_ENTITY, REQUEST, SP_ENTITY, SSO, registered};
use silta_testkit::keys;

use crate::faulty_store::{FaultyStore, Outage};
use crate::fixture::{
    FAMILY, Fixture, GIVEN, HETU, NOON, SEAL, asked, party, policy, ports, source_of,
};
use crate::scripted_idp::ACR;

mod single_sign_on;

#[tokio::test]
async fn a_person_is_answered_with_a_response_at_the_registered_address() {
    let fixture = fixture(AccessRule::Everyone);
    let started = start(&fixture, &ForgedRequest::default()).await.unwrap();
    let answer = fixture.finish(&started, "_assertion").await.unwrap();
    let (response, relay_state) = posted(&answer);
    assert_eq!(relay_state.as_deref(), Some("handle"));
    assert!(response.contains("status:Success") && response.contains(GIVEN));
    assert!(response.contains(&format!("InResponseTo=\"{REQUEST}\"")));
    assert_eq!(fixture.audit.last(), format!("crm finished at suomifi with {ACR}"));
}

#[tokio::test]
async fn wishes_reach_the_upstream() {
    let fixture = fixture(AccessRule::Everyone);
    let request = ForgedRequest::default()
        .with("ForceAuthn=\"true\"")
        .holding(&context("minimum", &["urn:a", ACR]));
    start(&fixture, &request).await.unwrap();
    let sent = fixture.idp.script(|script| script.requests.pop()).unwrap();
    assert_eq!(sent.freshness, Freshness::Now);
    assert_eq!(sent.acr_values, ["urn:a", ACR]);
}

/// The end of a line survives our own XML, in which no reader may change it.
#[tokio::test]
async fn the_end_of_a_line_in_a_value_is_a_line_feed_for_a_service_provider_too() {
    for came in ["rivi 1\r\nrivi 2", "rivi 1\rrivi 2", "rivi 1\nrivi 2"] {
        let fixture = fixture(AccessRule::Everyone);
        fixture.idp.asserts(&[("urn:oid:1.2.246.21", &[HETU]), ("urn:oid:2.5.4.42", &[came])]);
        let started = start(&fixture, &ForgedRequest::default()).await.unwrap();
        let answer = fixture.finish(&started, "_assertion").await.unwrap();
        let (response, _) = posted(&answer);
        assert!(response.contains(">rivi 1&#10;rivi 2<"), "{came:?}");
    }
}

/// A stronger context is not what was asked for [SAML2Core §3.3.2.2.1].
#[tokio::test]
async fn an_exact_context_is_not_exceeded() {
    let fixture = fixture(AccessRule::Everyone);
    for (comparison, classes, status) in [
        ("exact", &["urn:a", ACR][..], "status:Success"),
        ("exact", &["urn:a"], "status:NoAuthnContext"),
        ("minimum", &["urn:a"], "status:Success"),
    ] {
        let id = format!("_{comparison}{}", classes.len());
        let request = ForgedRequest::default().id(&id).holding(&context(comparison, classes));
        let started = start(&fixture, &request).await.unwrap();
        let answer = match fixture.finish(&started, &id).await {
            Ok(answer) => answer,
            Err(failed) => {
                assert_eq!(failed.error, LoginError::NoRequestedLevel);
                failed.answer.unwrap()
            }
        };
        assert!(posted(&answer).0.contains(status), "{comparison} {classes:?}");
    }
}

#[tokio::test]
async fn nothing_is_signed_for_a_login_that_there_is_no_room_for() {
    let fixture = fixture(AccessRule::Everyone);
    fixture.store.set_usage(99 << 30, 100 << 30);
    let failed = start(&fixture, &ForgedRequest::default()).await.unwrap_err();
    let full = LoginError::TooManyOpen(OpenLoginsError::AllLogins);
    assert_eq!((failed.error, failed.answer), (full, None));
}

/// A signature is all that a passive request costs us, and it begins no login.
#[tokio::test]
async fn a_passive_request_is_answered_where_a_login_would_start_and_once() {
    let fixture = fixture(AccessRule::Everyone);
    let passive = || ForgedRequest::default().with("IsPassive=\"true\"");
    fixture.store.set_usage(99 << 30, 100 << 30);
    let failed = start(&fixture, &passive()).await.unwrap_err();
    let full = LoginError::TooManyOpen(OpenLoginsError::AllLogins);
    assert_eq!((failed.error, failed.answer), (full, None));

    fixture.store.set_usage(0, 100 << 30);
    let failed = start(&fixture, &passive()).await.unwrap_err();
    assert_eq!(failed.error, LoginError::LoginRequired);
    assert!(posted(&failed.answer.unwrap()).0.contains("status:NoPassive"));
    let failed = start(&fixture, &passive()).await.unwrap_err();
    assert_eq!((failed.error, failed.answer), (LoginError::ReplayedRequest, None));
    assert_eq!(fixture.idp.script(|script| script.requests.len()), 0, "nobody is sent anywhere");
}

#[tokio::test]
async fn a_request_that_comes_again_is_answered_to_nobody() {
    let fixture = fixture(AccessRule::Everyone);
    start(&fixture, &ForgedRequest::default()).await.unwrap();
    let failed = start(&fixture, &ForgedRequest::default()).await.unwrap_err();
    assert_eq!((failed.error, failed.answer), (LoginError::ReplayedRequest, None));
    assert_eq!(fixture.audit.last(), "crm refused at suomifi: replayed_request");
    assert!(start(&fixture, &ForgedRequest::default().id("_new")).await.is_ok());
}

#[tokio::test]
async fn a_person_without_access_is_told_to_the_service_provider_alone() {
    let values = vec!["somebody else".to_owned()];
    let attribute = "nationalIdentificationNumber".to_owned();
    let fixture = fixture(AccessRule::Has { attribute, values, matching: Matching::Any });
    let started = start(&fixture, &ForgedRequest::default()).await.unwrap();
    let failed = fixture.finish(&started, "_assertion").await.unwrap_err();
    assert_eq!(failed.error, LoginError::NotAllowed);
    let (response, relay_state) = posted(&failed.answer.unwrap());
    assert_eq!(relay_state.as_deref(), Some("handle"));
    assert!(response.contains("status:RequestDenied") && !response.contains(GIVEN));
}

/// A service provider judges by it how fresh a login is, so it is never our own time.
#[tokio::test]
async fn an_authn_instant_is_never_invented() {
    let fixture = fixture(AccessRule::Everyone);
    let started = start(&fixture, &ForgedRequest::default()).await.unwrap();
    let sent = fixture.idp.script(|script| script.requests.pop()).unwrap();
    assert!(sent.needs_authn_instant, "the upstream is told");
    fixture.idp.script(|script| {
        script.requests.push(sent);
        script.authn_instant = None;
    });
    let failed = fixture.finish(&started, "_assertion").await.unwrap_err();
    assert_eq!(failed.error, LoginError::NoAuthnInstant);
    assert_eq!(fixture.audit.last(), "crm refused at suomifi: no_authn_instant");
    let (response, _) = posted(&failed.answer.unwrap());
    assert!(response.contains("status:Responder") && !response.contains("AuthnInstant"));
}

#[tokio::test]
async fn a_client_may_be_left_without_an_auth_time() {
    let fixture = fixture(AccessRule::Everyone);
    fixture.idp.script(|script| script.authn_instant = None);
    fixture.tokens().await;
    assert!(!fixture.idp.script(|script| script.requests.pop()).unwrap().needs_authn_instant);
}

/// The claim of the request is the first call: whatever becomes of it, nobody is sent anywhere.
#[tokio::test]
async fn a_store_that_does_not_say_whether_a_request_is_new_begins_no_login() {
    for outage in [Outage::Before, Outage::After] {
        let fixture = fixture(AccessRule::Everyone);
        fixture.store.fail(0, outage);
        let failed = start(&fixture, &ForgedRequest::default()).await.unwrap_err();
        assert!(matches!(failed.error, LoginError::StoreUnavailable(_)), "{outage:?}");
        assert!(posted(&failed.answer.unwrap()).0.contains("status:Responder"));
        assert_eq!(fixture.idp.script(|script| script.requests.len()), 0, "{outage:?}");
    }
}

#[tokio::test]
async fn nothing_that_is_printed_holds_a_person_or_what_was_sent() {
    let fixture = fixture(AccessRule::Everyone);
    let provider = provider();
    let query = ForgedRequest::default().relay_state(HETU).query();
    let request = InboundRequest::Query(&query);
    let mut printed = vec![format!("{provider:?} {request:?}")];
    let received = provider.receive(request).await.unwrap();
    printed.push(format!("{received:?}"));
    let started = start(&fixture, &ForgedRequest::default().relay_state(HETU)).await.unwrap();
    let answer = fixture.finish(&started, "_assertion").await.unwrap();
    printed.push(format!("{started:?} {answer:?} {}", fixture.audit.printed()));
    let unknown = ForgedRequest::default().issuer(HETU);
    let failed = start(&fixture, &unknown).await.unwrap_err();
    printed.push(format!("{failed:?} {}", failed.error));
    let printed = printed.join("\n");
    for secret in [HETU, GIVEN, FAMILY] {
        assert!(!printed.contains(secret), "something was printed");
    }
    assert!(printed.contains("LoginFinished"), "the test looked at something");
}

/// The usual broker with one service provider, whose requests must be signed.
fn fixture(access: AccessRule) -> Fixture {
    Fixture::with(|settings| {
        settings.downstreams.insert(Protocol::Saml, Arc::new(provider()));
        let policy = policy("crm.example");
        settings.relying_parties.insert(party("crm"), RelyingPartyPolicy { access, ..policy });
    })
}

/// It keeps nothing in its store.
fn provider() -> SamlIdentityProvider {
    let clock = Arc::new(FixedClock::at(NOON));
    let store = Arc::new(FaultyStore::of(MemoryStore::new(clock.clone())));
    let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
    let registered = registered(SP_ENTITY, &[ACS], Some(&keys::SP));
    let configured = ConfiguredServiceProvider { registered, name_id: NameIdRule::Persistent };
    SamlIdentityProvider {
        entity_id: IDP_ENTITY.to_owned(),
        sso_url: SSO.to_owned(),
        credential: key.credential().clone(),
        signer: Arc::new(key),
        service_providers: BTreeMap::from([(party("crm"), configured)]),
        ports: ports(&store, &clock, &Arc::default(), 3, [SEAL, SEAL]),
    }
}

async fn start(fixture: &Fixture, request: &ForgedRequest) -> Result<StartedLogin, FailedLogin> {
    let query = request.query();
    let request = InboundRequest::Query(&query);
    fixture.broker.start_login(Protocol::Saml, request, source_of(1)).await.map(asked)
}

/// The XML of a Response that is posted to the registered address, and the RelayState beside it.
fn posted(answer: &OutboundMessage) -> (String, Option<String>) {
    let OutboundMessage::Post { url, fields, .. } = answer else { unreachable!("it is posted") };
    assert_eq!(url, ACS);
    let field = |name: &str| fields.iter().find(|one| one.0 == name).map(|one| one.1.clone());
    let response = STANDARD.decode(field("SAMLResponse").unwrap()).unwrap();
    (String::from_utf8(response).unwrap(), field("RelayState"))
}

fn context(comparison: &str, classes: &[&str]) -> String {
    let classes = classes.iter().map(|class| {
        format!(
            "<saml:AuthnContextClassRef xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{class}\
             </saml:AuthnContextClassRef>"
        )
    });
    let classes: String = classes.collect();
    format!(
        "<samlp:RequestedAuthnContext Comparison=\"{comparison}\">{classes}\
         </samlp:RequestedAuthnContext>"
    )
}
