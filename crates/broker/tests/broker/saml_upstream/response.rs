//! The Response: which ones are accepted.

use std::time::Duration;

use jiff::Timestamp;
use silta_broker::ports::Upstream;
use silta_broker::{Callback, CallbackError, Identity, LoginRequest, Pending, SamlUpstream};
use silta_saml::{MessageError, Part, ResponseError};

use super::{IDP, login_request, response, start, upstream, with_levels};
use crate::fixture::{HETU, NOON};
use crate::wire::seconds;

#[test]
fn a_good_answer_becomes_an_identity_in_our_own_words() {
    let (_, pending) = start(&upstream(), &login_request()).unwrap();
    let identity = judge(&pending, &response(&pending, "middle", NOON), NOON).unwrap();
    let replay_key = (
        identity.replay_key.issuer.as_str(),
        identity.replay_key.id.as_str(),
        identity.replay_key.until,
    );
    // Five minutes, and the clock skew of one.
    assert_eq!(replay_key, (IDP, "_assertion", NOON + seconds(360)));
    assert_eq!((identity.acr.as_str(), identity.authn_instant), ("middle", NOON));
    let national = ("urn:oid:1.2.246.21".to_owned(), vec![HETU.to_owned()]);
    assert_eq!(identity.attributes[0], national);
}

#[test]
fn an_answer_to_another_request_will_not_do() {
    let idp = upstream();
    let (_, pending) = start(&idp, &login_request()).unwrap();
    let (_, other) = start(&idp, &LoginRequest { random: [2; 16], ..login_request() }).unwrap();
    let refused = judge(&pending, &response(&other, "high", NOON), NOON);
    assert_eq!(refused.unwrap_err(), ResponseError::NotOurRequest { part: Part::Response }.into());
}

#[test]
fn a_weaker_level_than_needed_will_not_do() {
    let (_, pending) =
        start(&upstream(), &LoginRequest { min_acr: Some("high"), ..login_request() }).unwrap();
    let refused = judge(&pending, &response(&pending, "middle", NOON), NOON);
    assert_eq!(refused.unwrap_err(), ResponseError::WeakAuthnContext.into());
    assert!(judge(&pending, &response(&pending, "high", NOON), NOON).is_ok());
}

#[test]
fn a_level_means_the_same_when_the_ladder_changed_meanwhile() {
    let (_, pending) =
        start(&upstream(), &LoginRequest { min_acr: Some("middle"), ..login_request() }).unwrap();
    let taller = with_levels(&["lowest", "low", "middle", "high"]);
    let judge = |idp: &SamlUpstream, level| {
        idp.finish(&response(&pending, level, NOON), &pending, NOON).map(|identity| identity.acr)
    };
    assert_eq!(judge(&taller, "low").unwrap_err(), ResponseError::WeakAuthnContext.into());
    assert_eq!(judge(&taller, "middle").unwrap(), "middle");
    // The level that was asked for is gone: nothing can be as strong as it.
    let shorter = with_levels(&["low", "high"]);
    assert_eq!(judge(&shorter, "high").unwrap_err(), ResponseError::WeakAuthnContext.into());
}

#[test]
fn an_authentication_before_the_request_will_not_do_when_a_fresh_one_was_asked() {
    // prompt=login, and max_age=0.
    for max_age in [None, Some(Duration::ZERO)] {
        let (_, pending) =
            start(&upstream(), &LoginRequest { force_authn: true, max_age, ..login_request() })
                .unwrap();
        let later = NOON + seconds(120);
        let before = NOON - seconds(61);
        let refused = judge(&pending, &response(&pending, "low", before), later);
        let not_fresh = ResponseError::NotFresh { authenticated: before, needed: NOON };
        assert_eq!(refused.unwrap_err(), not_fresh.into());
        // One minute of clock skew is forgiven.
        assert!(judge(&pending, &response(&pending, "low", NOON - seconds(60)), later).is_ok());
    }
}

#[test]
fn an_authentication_older_than_max_age_will_not_do() {
    let max_age = Some(Duration::from_mins(10));
    let (_, pending) = start(&upstream(), &LoginRequest { max_age, ..login_request() }).unwrap();
    let later = NOON + seconds(120);
    let needed = later - seconds(600);
    let old = needed - seconds(61);
    let refused = judge(&pending, &response(&pending, "low", old), later);
    assert_eq!(refused.unwrap_err(), ResponseError::NotFresh { authenticated: old, needed }.into());
    let young = needed - seconds(60);
    assert!(judge(&pending, &response(&pending, "low", young), later).is_ok());
}

#[test]
fn what_is_no_message_will_not_do() {
    let (_, pending) = start(&upstream(), &login_request()).unwrap();
    let refused = judge(&pending, &Callback::new("<Response/>".to_owned()), NOON);
    assert_eq!(refused.unwrap_err(), ResponseError::Message(MessageError::NotBase64).into());
}

fn judge(
    pending: &Pending,
    callback: &Callback,
    now: Timestamp,
) -> Result<Identity, CallbackError> {
    upstream().finish(callback, pending, now)
}
