//! Logging out with an OpenID Provider, in both directions.

use silta_broker::ports::{CallbackRoom, Upstream};
use silta_broker::{
    FailedLogout, InboundRequest, LogoutError, LogoutMessage, LogoutMessageError, LogoutOutcome,
    LogoutToAsk, NeededOfPerson, OutboundMessage, ReceivedLogout, SourceNetwork, UpstreamLogout,
    UpstreamSession,
};
use silta_oidc::rp::LogoutTokenError;
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::op::signed_with_header;

use super::*;
use crate::faulty_store::Outage;
use crate::fixture::{Fixture, suomifi_name};
use crate::wire::form;

const RETURN: &str = "https://login.example/oidc/op/logged_out";

fn provider() -> Provider {
    logging_out(ProviderIs::Up(Duration::ZERO))
}

/// A provider that logs out with us.
fn logging_out(provider_is: ProviderIs) -> Provider {
    let logout = OidcLogoutSettings { return_uri: RETURN.to_owned() };
    Provider::with(provider_is, Some(logout))
}

fn logout(provider: &Provider) -> &dyn UpstreamLogout {
    provider.upstream.logout().unwrap()
}

/// The session of a login whose ID token has these claims too.
async fn session(provider: &Provider, claims: Value) -> UpstreamSession {
    let begun = provider.start([None, None], |_| {}).await.unwrap();
    provider.finish(&begun, claims, NOON).await.unwrap().session.unwrap()
}

/// Whoever is refused for their level has a session there too.
#[tokio::test]
async fn who_authenticated_at_a_weaker_level_is_known_for_their_logout() {
    let provider = provider();
    let sent = provider.start([Some("high"), None], |_| {}).await.unwrap();
    let claims = json!({ "acr": "middle", "sid": "s-1" });
    let failed = provider.judged(&sent, claims.clone(), NOON).await.unwrap_err();
    assert_eq!(failed.error, CallbackError::Oidc(OidcCallbackError::WeakLevel));
    let known = failed.identity.unwrap();
    assert_eq!(known.acr, "middle");
    assert_eq!(known.session.unwrap().names, session(&provider, claims).await.names);
    for (deviation, reason) in [
        (json!({ "acr": "unheard-of" }), "unknown_level"),
        (json!({ "acr": "middle", "nonce": "another" }), "id_token_wrong_nonce"),
        (json!({ "acr": "middle", "aud": "another" }), "id_token_wrong_audience"),
    ] {
        let failed = provider.judged(&sent, deviation, NOON).await.unwrap_err();
        assert_eq!((failed.error.reason(), failed.identity.is_none()), (reason, true));
    }
}

/// A logout token with these claims beside the usual ones.
fn token(claims: &Value) -> String {
    let mut all = json!({
        "iss": ISSUER, "aud": "silta", "jti": "j-1", "iat": NOON.as_second(),
        "exp": NOON.as_second() + 120,
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    signed_with_header(&header(KID), &all, &keys::IDP)
}

fn header(kid: &str) -> Value {
    json!({ "alg": "RS256", "kid": kid, "typ": "logout+jwt" })
}

async fn received(provider: &Provider, token: &str) -> Result<LogoutMessage, LogoutMessageError> {
    let form = form(&[("logout_token", token)]);
    logout(provider).read(InboundRequest::Form(&form), NOON).await
}

#[tokio::test]
async fn a_logout_token_names_the_session_as_its_login_did() {
    let provider = provider();
    let with_sid = session(&provider, json!({ "sid": "s-1" })).await;
    let [person, alone] = &with_sid.names[..] else {
        unreachable!("by the person, and by the sid")
    };
    assert_eq!((person.index.as_deref(), &alone.index), (Some("s-1"), &None));
    let without = session(&provider, json!({})).await;
    assert_eq!(without.names.len(), 1);
    for (claims, principal, indexes) in [
        (json!({ "sub": "person" }), &person.principal, &[][..]),
        (json!({ "sub": "person", "sid": "s-1" }), &person.principal, &["s-1"]),
        (json!({ "sid": "s-1" }), &alone.principal, &[]),
    ] {
        let LogoutMessage::Request(request) = received(&provider, &token(&claims)).await.unwrap()
        else {
            unreachable!("it asks for an end")
        };
        assert_eq!(
            (&request.principal, &request.indexes[..]),
            (principal, &*indexes.iter().map(ToString::to_string).collect::<Vec<_>>())
        );
        assert_eq!((request.replay.issuer.as_str(), request.replay.id.as_str()), (ISSUER, "j-1"));
    }
    // Nobody whose `sub` looks like a `sid` is somebody else.
    let other = session(&provider, json!({ "sub": "sid:s-1" })).await;
    assert_ne!(other.names[0].principal, alone.principal);
    assert_eq!(logout(&provider).of_unknown_session(), LogoutOutcome::Done);
}

#[tokio::test]
async fn nothing_but_a_logout_token_of_this_provider_ends_a_session() {
    let provider = provider();
    let id_token = json!({ "sub": "person", "nonce": "n", "events": null });
    let error = received(&provider, &token(&id_token)).await.unwrap_err();
    assert_eq!(error, LogoutMessageError::Token(LogoutTokenError::NoLogout));
    let id_token = rs256(&json!({ "iss": ISSUER }), &keys::IDP, KID);
    let error = received(&provider, &id_token).await.unwrap_err();
    assert_eq!(error.reason(), "logout_token_type");
    let stranger = signed_with_header(&header(KID), &json!({ "iss": ISSUER }), &keys::SP);
    let error = received(&provider, &stranger).await.unwrap_err();
    assert_eq!(error.reason(), "logout_token_signature");
    let claims = json!({ "iss": ISSUER });
    let unknown = signed_with_header(&header("another"), &claims, &keys::IDP);
    let error = received(&provider, &unknown).await.unwrap_err();
    assert_eq!(error.reason(), "logout_token_key");
    let read = logout(&provider).read(InboundRequest::Form("a=b"), NOON).await;
    assert_eq!(read.unwrap_err(), LogoutMessageError::TokenMissing);
    let twice = "logout_token=a&logout_token=b";
    let read = logout(&provider).read(InboundRequest::Form(twice), NOON).await;
    assert_eq!(read.unwrap_err().reason(), "repeated_field");
}

#[tokio::test]
async fn a_token_that_nobody_can_judge_now_is_the_operators_matter() {
    let provider = logging_out(ProviderIs::Down);
    let error = received(&provider, &token(&json!({ "sub": "person" }))).await.unwrap_err();
    assert_eq!(error, LogoutMessageError::Provider("nobody_listens"));
    let error = LogoutError::from(error);
    assert_eq!(error.class(), silta_broker::ErrorClass::Operator);
    assert_eq!((error.reason(), error.cause()), ("provider_unavailable", Some("nobody_listens")));
}

#[tokio::test]
async fn the_provider_is_asked_with_the_id_token_and_answers_with_the_handle() {
    let provider = provider();
    let session = session(&provider, json!({ "sid": "s-1" })).await;
    let ask = LogoutToAsk {
        session: &session.handle,
        ui_locales: &["fi".to_owned()],
        entropy: &SeededEntropy::from_seed(3),
        now: NOON,
    };
    let (message, handle) = logout(&provider).ask(&ask).await.unwrap();
    let OutboundMessage::Post { url, fields, .. } = &message else { unreachable!("it is posted") };
    assert_eq!(url, &format!("{ISSUER}/logout"));
    let field = |name: &str| fields.iter().find(|field| field.0 == name).unwrap().1.clone();
    assert_eq!(field("id_token_hint"), *provider.http.id_token.lock().unwrap());
    assert_eq!(
        (field("post_logout_redirect_uri"), field("ui_locales")),
        (RETURN.into(), "fi".into())
    );
    let query = form(&[("state", &field("state"))]);
    let read = logout(&provider).read(InboundRequest::Query(&query), NOON).await.unwrap();
    let LogoutMessage::Response { handle: returned, outcome } = read else {
        unreachable!("it is the return")
    };
    assert_eq!((returned, outcome), (handle, LogoutOutcome::Done));
    let read = logout(&provider).read(InboundRequest::Query(""), NOON).await;
    assert_eq!(read.unwrap_err(), LogoutMessageError::StateMissing);
    assert!(!format!("{message:?} {session:?}").contains(&field("id_token_hint")));
}

#[tokio::test]
async fn where_we_do_not_log_out_nothing_is_kept() {
    let provider = Provider::new();
    assert!(provider.upstream.logout().is_none());
    let begun = provider.start([None, None], |_| {}).await.unwrap();
    let identity = provider.finish(&begun, json!({ "sid": "s-1" }), NOON).await.unwrap();
    assert!(identity.session.is_none());
}

/// The scripted logins, whose sessions are those that this provider has of its one person.
struct EndedByProvider {
    logins: Arc<dyn Upstream>,
    provider: Provider,
}

#[async_trait]
impl Upstream for EndedByProvider {
    async fn start(
        &self,
        request: &UpstreamRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError> {
        self.logins.start(request).await
    }

    fn relay_state(&self, callback: &Callback) -> Result<RelayState, CallbackError> {
        self.logins.relay_state(callback)
    }

    async fn make_room(
        &self,
        source: SourceNetwork,
        now: Timestamp,
    ) -> Result<CallbackRoom, CallbackError> {
        self.logins.make_room(source, now).await
    }

    async fn finish(
        &self,
        callback: &Callback,
        pending: &Pending,
        needed: NeededOfPerson,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        let identity = self.logins.finish(callback, pending, needed, now).await?;
        Ok(Identity { session: Some(session(&self.provider, json!({})).await), ..identity })
    }

    fn reaches(&self, acr: &str, least: &str) -> bool {
        self.logins.reaches(acr, least)
    }

    fn logout(&self) -> Option<&dyn UpstreamLogout> {
        self.provider.upstream.logout()
    }
}

fn ended_by_provider() -> Fixture {
    Fixture::with(|settings| {
        let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
        let logins = upstream.adapter.clone();
        upstream.adapter = Arc::new(EndedByProvider { logins, provider: provider() });
        upstream.tells_logouts = true;
    })
}

/// What the status of our answer says of this token.
async fn heard(fixture: &Fixture, token: &str) -> Result<LogoutOutcome, FailedLogout> {
    let form = form(&[("logout_token", token)]);
    let message = InboundRequest::Form(&form);
    match fixture.broker.receive_logout(&suomifi_name(), message).await.unwrap()? {
        ReceivedLogout::Heard(outcome) => Ok(outcome),
        ReceivedLogout::Answered(_) | ReceivedLogout::Finished(_) => unreachable!("a back channel"),
    }
}

/// Its provider is told to send it again.
#[tokio::test]
async fn a_logout_token_that_failed_here_counts_when_it_comes_again_and_then_no_more() {
    for outage in [Outage::Before, Outage::After] {
        for call in 0.. {
            let fixture = ended_by_provider();
            let code = fixture.code(&[]).await;
            let token = token(&json!({ "sub": "person" }));
            fixture.store.fail(call, outage);
            let first = heard(&fixture, &token).await.map_err(|failed| failed.error.class());
            if fixture.store.heal() {
                assert_eq!((first, call > 4), (Ok(LogoutOutcome::Done), true));
                break;
            }
            let failed = [Ok(LogoutOutcome::Failed), Err(silta_broker::ErrorClass::Operator)];
            assert!(failed.contains(&first), "{call} {outage:?}: {first:?}");
            let again = heard(&fixture, &token).await.map_err(|failed| failed.error);
            // It was done where nothing but the answer to its mark was lost.
            let is_marked = again == Err(LogoutError::Replayed) && outage == Outage::After;
            assert!(is_marked || again == Ok(LogoutOutcome::Done), "{call} {outage:?}: {again:?}");
            assert_eq!(fixture.store.live("session").await, 0, "{call} {outage:?}");
            assert!(fixture.redeem(&code, &[]).await.is_err());
            let replayed = heard(&fixture, &token).await.unwrap_err();
            assert_eq!(replayed.error, LogoutError::Replayed);
        }
    }
}

/// Who sent it before must not log out who has logged in since.
#[tokio::test]
async fn a_logout_token_that_is_used_up_ends_no_session() {
    let fixture = ended_by_provider();
    fixture.code(&[]).await;
    let token = token(&json!({ "sub": "person" }));
    assert_eq!(heard(&fixture, &token).await.unwrap(), LogoutOutcome::Done);
    // Longer than the clocks of two replicas are apart: a new login whatever its instant.
    fixture.clock.advance(Duration::from_secs(61));
    let code = fixture.code(&[]).await;
    assert_eq!(heard(&fixture, &token).await.unwrap_err().error, LogoutError::Replayed);
    fixture.redeem(&code, &[]).await.unwrap();
}
