//! The answer: which ones will do.

use std::time::Duration;

use jiff::Timestamp;
use silta_broker::ports::Upstream;
use silta_broker::{Ask, Begun, Identity, Posted, Refusal, SamlUpstream};
use silta_saml::{Part, Rejected};

use super::{IDP, answered, ask, begin, climbing, upstream};
use crate::wire::seconds;
use crate::world::{HETU, NOON};

#[test]
fn a_good_answer_becomes_an_identity_in_our_own_words() {
    let (_, begun) = begin(&upstream(), &ask()).unwrap();
    let identity = judged(&begun, &answered(&begun, "middle", NOON), NOON).unwrap();
    let once = (identity.once.issuer.as_str(), identity.once.id.as_str(), identity.once.until);
    // Five minutes, and the clock skew of one.
    assert_eq!(once, (IDP, "_assertion", NOON + seconds(360)));
    assert_eq!((identity.acr.as_str(), identity.authenticated), ("middle", NOON));
    let national = ("urn:oid:1.2.246.21".to_owned(), vec![HETU.to_owned()]);
    assert_eq!(identity.attributes[0], national);
}

#[test]
fn an_answer_to_another_request_will_not_do() {
    let idp = upstream();
    let (_, begun) = begin(&idp, &ask()).unwrap();
    let (_, other) = begin(&idp, &Ask { random: [2; 16], ..ask() }).unwrap();
    let refused = judged(&begun, &answered(&other, "high", NOON), NOON);
    assert_eq!(refused.unwrap_err(), Rejected::NotOurRequest { part: Part::Response }.into());
}

#[test]
fn a_weaker_level_than_needed_will_not_do() {
    let (_, begun) = begin(&upstream(), &Ask { min_acr: Some("high"), ..ask() }).unwrap();
    let refused = judged(&begun, &answered(&begun, "middle", NOON), NOON);
    assert_eq!(refused.unwrap_err(), Rejected::WeakAuthnContext.into());
    assert!(judged(&begun, &answered(&begun, "high", NOON), NOON).is_ok());
}

#[test]
fn a_level_means_the_same_when_the_ladder_changed_meanwhile() {
    let (_, begun) = begin(&upstream(), &Ask { min_acr: Some("middle"), ..ask() }).unwrap();
    let taller = climbing(&["lowest", "low", "middle", "high"]);
    let judge = |idp: &SamlUpstream, level| {
        idp.finish(&answered(&begun, level, NOON), &begun, NOON).map(|identity| identity.acr)
    };
    assert_eq!(judge(&taller, "low").unwrap_err(), Rejected::WeakAuthnContext.into());
    assert_eq!(judge(&taller, "middle").unwrap(), "middle");
    // The level that was asked for is gone: nothing can be as strong as it.
    let shorter = climbing(&["low", "high"]);
    assert_eq!(judge(&shorter, "high").unwrap_err(), Rejected::WeakAuthnContext.into());
}

#[test]
fn an_authentication_before_the_request_will_not_do_when_a_fresh_one_was_asked() {
    // prompt=login, and max_age=0.
    for max_age in [None, Some(Duration::ZERO)] {
        let (_, begun) = begin(&upstream(), &Ask { again: true, max_age, ..ask() }).unwrap();
        let later = NOON + seconds(120);
        let before = NOON - seconds(61);
        let refused = judged(&begun, &answered(&begun, "low", before), later);
        let not_fresh = Rejected::NotFresh { authenticated: before, needed: NOON };
        assert_eq!(refused.unwrap_err(), not_fresh.into());
        // One minute of clock skew is forgiven.
        assert!(judged(&begun, &answered(&begun, "low", NOON - seconds(60)), later).is_ok());
    }
}

#[test]
fn an_authentication_older_than_max_age_will_not_do() {
    let max_age = Some(Duration::from_mins(10));
    let (_, begun) = begin(&upstream(), &Ask { max_age, ..ask() }).unwrap();
    let later = NOON + seconds(120);
    let needed = later - seconds(600);
    let old = needed - seconds(61);
    let refused = judged(&begun, &answered(&begun, "low", old), later);
    assert_eq!(refused.unwrap_err(), Rejected::NotFresh { authenticated: old, needed }.into());
    let young = needed - seconds(60);
    assert!(judged(&begun, &answered(&begun, "low", young), later).is_ok());
}

#[test]
fn what_is_no_message_will_not_do() {
    let (_, begun) = begin(&upstream(), &ask()).unwrap();
    let refused = judged(&begun, &Posted::new("<Response/>".to_owned()), NOON);
    assert_eq!(refused.unwrap_err(), Rejected::NotBase64.into());
}

fn judged(begun: &Begun, posted: &Posted, now: Timestamp) -> Result<Identity, Refusal> {
    upstream().finish(posted, begun, now)
}
