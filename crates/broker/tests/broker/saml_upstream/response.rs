//! The Response: which ones are accepted.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake};
use std::time::Duration;

use silta_broker::ports::Upstream as _;
use silta_broker::upstream::SamlUpstream;
use silta_broker::{
    Callback, CallbackError, ForeignRelayState, Freshness, LoginRequest, Pending, ReplayKey,
    ReplayProtection,
};
use silta_saml::{
    DecryptionError, MessageError, PRIVATE_OPERATIONS, Part, ResponseError, post_value,
};
use silta_testkit::forge::FakeIdp;
use silta_testkit::keys;

use super::{
    ACS, Asked, EVERYTHING, HANDLE, IDP, SP, anybody, asked, at_least, changed_message, fixture,
    judge, message, principal, refused, request_id, response, start, upstream, weak, with_levels,
};
use crate::fixture::{HETU, NOON};
use crate::wire::{form, seconds};

#[test]
fn a_good_answer_becomes_an_identity_in_our_own_words() {
    let (id, pending) = sent(&anybody());
    let identity = judge(&upstream(), &pending, &response(&id, "middle", NOON), NOON).unwrap();
    // Five minutes, and the clock skew of one.
    let until = NOON + seconds(360);
    let key = ReplayKey { issuer: IDP.to_owned(), id: "_assertion".to_owned(), until };
    assert_eq!(identity.replay, ReplayProtection::Remember(key));
    assert_eq!((identity.acr.as_str(), identity.authn_instant), ("middle", Some(NOON)));
    let national = ("urn:oid:1.2.246.21".to_owned(), vec![HETU.to_owned()]);
    assert!(identity.attributes[0] == national);
}

#[test]
fn a_session_there_ends_when_the_answer_says_so_and_not_before_by_a_slow_clock() {
    let (id, pending) = sent(&anybody());
    // One minute of clock skew.
    for (told, ends) in [(None, None), (Some(seconds(3_600)), Some(NOON + seconds(3_660)))] {
        let told = told.map(|told| format!("SessionNotOnOrAfter=\"{}\" ", NOON + told));
        let with_end = |assertion: String| {
            let index = format!("{}SessionIndex=", told.unwrap_or_default());
            assertion.replacen("SessionIndex=", &index, 1)
        };
        let message = changed_message(&id, ("low", NOON), with_end);
        let fields = [("SAMLResponse", message.as_str()), ("RelayState", HANDLE)];
        let callback = Callback::from_form(&form(&fields)).unwrap();
        let identity = judge(&upstream(), &pending, &callback, NOON).unwrap();
        assert_eq!(identity.session.unwrap().ends, ends);
    }
}

/// "For ever": the session here ends by its own rules, and is kept no longer.
#[tokio::test]
async fn a_session_there_may_end_with_the_year_9999() {
    let fixture = fixture();
    let started = fixture.started().await;
    let for_ever = |assertion: String| {
        let index = "SessionNotOnOrAfter=\"9999-12-31T23:59:59Z\" SessionIndex=";
        assertion.replacen("SessionIndex=", index, 1)
    };
    let message = changed_message(&request_id(&started.message), ("low", NOON), for_ever);
    assert!(fixture.finish(&started, &message).await.is_ok());
    assert_eq!(fixture.store.live("session").await, 1);
    fixture.clock.advance(Duration::from_hours(8));
    assert_eq!(fixture.store.live("session").await, 0);
}

/// Fields that the page of an identity provider sends along.
#[test]
fn other_fields_of_the_form_are_not_looked_at() {
    let (id, pending) = sent(&anybody());
    let message = message(&id, "low", NOON);
    let fields = [
        ("csrf_token", "x"),
        ("SAMLResponse", &message),
        ("submit", "Continue"),
        ("RelayState", HANDLE),
        ("submit", ""),
        ("SAMLRequest", "x"),
        ("SigAlg", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    ];
    let callback = Callback::from_form(&form(&fields)).unwrap();
    assert_eq!(upstream().relay_state(&callback).unwrap().as_str(), HANDLE);
    assert_eq!(judge(&upstream(), &pending, &callback, NOON).unwrap().acr, "low");
}

/// WS-Federation, and the profile of SAML 1.1 that names the target of the login.
#[test]
fn the_forms_of_other_protocols_will_not_do() {
    let answer = "<t:RequestSecurityTokenResponse/>";
    for (fields, refused) in [
        (
            &[("wa", "wsignin1.0"), ("wresult", answer), ("wctx", HANDLE)][..],
            CallbackError::MessageMissing("SAMLResponse"),
        ),
        (
            &[("SAMLResponse", "PFJlc3BvbnNlLz4="), ("TARGET", HANDLE)],
            CallbackError::NotBegunHere(ForeignRelayState::Missing),
        ),
        (
            &[("SAMLart", "AAQAAA=="), ("RelayState", HANDLE)],
            CallbackError::MessageMissing("SAMLResponse"),
        ),
    ] {
        let callback = Callback::from_form(&form(fields)).unwrap();
        assert_eq!(upstream().relay_state(&callback).unwrap_err(), refused);
    }
}

#[test]
fn an_answer_to_another_request_will_not_do() {
    let (_, pending) = sent(&anybody());
    let (other, _) = sent(&Asked { seed: 2, ..anybody() });
    let refused = judge(&upstream(), &pending, &response(&other, "high", NOON), NOON);
    assert_eq!(refused.unwrap_err(), ResponseError::NotOurRequest { part: Part::Response }.into());
}

#[test]
fn a_weaker_level_than_needed_will_not_do() {
    let (id, pending) = sent(&at_least("high"));
    let refused = judge(&upstream(), &pending, &response(&id, "middle", NOON), NOON);
    assert_eq!(refused.unwrap_err(), weak(&["high"], "middle"));
    assert!(judge(&upstream(), &pending, &response(&id, "high", NOON), NOON).is_ok());
}

/// Whoever is refused for their level has a session there too.
#[test]
fn who_authenticated_at_a_weaker_level_is_known_for_their_logout() {
    let (id, pending) = sent(&at_least("high"));
    let answer = response(&id, "middle", NOON);
    let failed = refused(&upstream(), &pending, &answer, NOON);
    assert_eq!(failed.error, weak(&["high"], "middle"));
    let known = failed.identity.unwrap();
    let session = known.session.unwrap();
    assert_eq!(known.acr, "middle");
    assert_eq!(session.names[0].principal, principal());
    assert_eq!(session.names[0].index.as_deref(), Some("_session"));
    let until = NOON + seconds(360);
    let key = ReplayKey { issuer: IDP.to_owned(), id: "_assertion".to_owned(), until };
    assert_eq!(known.replay, ReplayProtection::Remember(key));

    // Of an answer that is refused for anything else nobody is known.
    let (_, other) = sent(&Asked { seed: 2, ..at_least("high") });
    let anew = |request: &mut LoginRequest| request.freshness = Freshness::Now;
    let (fresh, wanted) = sent(&Asked { min_acr: Some("high"), ..asked(anew) });
    for (pending, answer, reason) in [
        (&other, answer, "not_our_request"),
        (&wanted, response(&fresh, "middle", NOON - seconds(61)), "not_fresh"),
        (&pending, response(&id, "unheard-of", NOON), "unknown_authn_context"),
    ] {
        let failed = refused(&upstream(), pending, &answer, NOON);
        assert_eq!((failed.error.reason(), failed.identity.is_none()), (reason, true));
    }
}

#[test]
fn a_level_means_the_same_when_the_ladder_changed_meanwhile() {
    let (id, pending) = sent(&at_least("middle"));
    let taller = with_levels(&["lowest", "low", "middle", "high"]);
    let judge = |idp: &SamlUpstream, level| {
        judge(idp, &pending, &response(&id, level, NOON), NOON).map(|identity| identity.acr)
    };
    assert_eq!(judge(&taller, "low").unwrap_err(), weak(&["middle", "high"], "low"));
    assert_eq!(judge(&taller, "middle").unwrap(), "middle");
    // The level that was asked for is gone: nothing can be as strong as it.
    let shorter = with_levels(&["low", "high"]);
    assert_eq!(judge(&shorter, "high").unwrap_err(), weak(&[], "high"));
}

#[test]
fn an_authentication_before_the_request_will_not_do_when_a_fresh_one_was_asked() {
    let (id, pending) = sent(&asked(|request| request.freshness = Freshness::Now));
    let later = NOON + seconds(120);
    let before = NOON - seconds(61);
    let refused = judge(&upstream(), &pending, &response(&id, "low", before), later);
    let not_fresh = ResponseError::NotFresh { authenticated: before, needed: NOON };
    assert_eq!(refused.unwrap_err(), not_fresh.into());
    // One minute of clock skew is forgiven.
    let in_time = response(&id, "low", NOON - seconds(60));
    assert!(judge(&upstream(), &pending, &in_time, later).is_ok());
}

#[test]
fn an_authentication_older_than_max_age_will_not_do() {
    let max_age = Freshness::MaxAge(Duration::from_mins(10));
    let (id, pending) = sent(&asked(|request| request.freshness = max_age));
    let later = NOON + seconds(120);
    let needed = later - seconds(600);
    let old = needed - seconds(61);
    let refused = judge(&upstream(), &pending, &response(&id, "low", old), later);
    assert_eq!(refused.unwrap_err(), ResponseError::NotFresh { authenticated: old, needed }.into());
    let young = needed - seconds(60);
    assert!(judge(&upstream(), &pending, &response(&id, "low", young), later).is_ok());
}

#[test]
fn what_is_no_message_will_not_do() {
    let (_, pending) = sent(&anybody());
    let no_message = form(&[("SAMLResponse", "<Response/>"), ("RelayState", HANDLE)]);
    let refused = judge(&upstream(), &pending, &Callback::from_form(&no_message).unwrap(), NOON);
    assert_eq!(refused.unwrap_err(), ResponseError::Message(MessageError::NotBase64).into());
}

#[test]
fn a_message_in_the_query_will_not_do() {
    let (_, pending) = sent(&anybody());
    let query = form(&[("SAMLResponse", "PA=="), ("RelayState", HANDLE)]);
    let refused = judge(&upstream(), &pending, &Callback::from_query(&query).unwrap(), NOON);
    assert_eq!(refused.unwrap_err(), CallbackError::WrongMethod);
}

/// The ID of the request that was sent, and what is remembered of it.
fn sent(asked: &Asked) -> (String, Pending) {
    let (message, pending) = start(&upstream(), asked).unwrap();
    (request_id(&message), pending)
}

/// Whoever serves other people sees the judgement pending and awake after each private operation that
/// opened nothing.
#[test]
fn between_two_private_operations_others_may_go_on() {
    let (id, pending) = sent(&anybody());
    let mut upstream = upstream();
    Arc::make_mut(&mut upstream.parties).service_provider.decryption_keys =
        vec![keys::SP.decryption()];
    let strangers = [&*keys::OTHER_SP, &*keys::ROGUE, &*keys::SP_NEXT, &*keys::IDP];
    let answer = FakeIdp::default().response().held_by(&strangers.map(|one| (one, None)));
    let answer = answer.issuer(IDP).issued(NOON).acs_url(ACS).audience(SP).in_response_to(&id);
    let fields = [("SAMLResponse", post_value(&answer.xml())), ("RelayState", HANDLE.to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let callback = Callback::from_form(&form(&fields)).unwrap();

    let count = Arc::new(WakeCount::default());
    let waker = count.clone().into();
    let mut context = Context::from_waker(&waker);
    let mut judgement = pin!(upstream.finish(&callback, &pending, EVERYTHING, NOON));
    for operation in 1..PRIVATE_OPERATIONS {
        assert!(judgement.as_mut().poll(&mut context).is_pending());
        assert_eq!(count.0.load(Ordering::Relaxed), operation);
    }
    let undecryptable = ResponseError::Decryption(DecryptionError::Undecryptable);
    match judgement.poll(&mut context) {
        Poll::Ready(refused) => assert_eq!(refused.unwrap_err().error, undecryptable.into()),
        Poll::Pending => unreachable!("a fourth operation"),
    }
}

#[derive(Default)]
struct WakeCount(AtomicUsize);

impl Wake for WakeCount {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
