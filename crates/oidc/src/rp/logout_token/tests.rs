#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::json;

use super::*;
use crate::jose::{jwk_set::KeySelectionError, jws::JwsError};
use crate::rp::IdTokenError;
use crate::rp::samples::{NOW, SUBJECT, client_id, header, issuer, jwk_set, signed};

/// The claims of a good logout token at [`NOW`].
fn claims() -> Value {
    json!({
        "iss": issuer().as_str(), "aud": "silta", "sub": SUBJECT, "sid": "s-1", "jti": "j-1",
        "iat": NOW.as_second(), "exp": NOW.as_second() + 120, "events": { EVENT: {} },
    })
}

fn logout_header() -> Value {
    let mut all = header();
    all["typ"] = LOGOUT_JWT.into();
    all
}

fn judged(header: &Value, claims: &Value) -> Result<VerifiedLogoutToken, LogoutTokenError> {
    let (issuer, client_id) = (issuer(), client_id());
    let expect = LogoutTokenExpectation {
        issuer: &issuer,
        client_id: &client_id,
        algorithms: &SignatureAlgorithm::ALL,
        skew: Duration::from_mins(1),
    };
    LogoutToken::received(&signed(header, claims)).verify(&expect, &jwk_set(), NOW)
}

/// The error for a token with this claim, or without it where it is null.
fn error(name: &str, value: Value) -> LogoutTokenError {
    let mut all = claims();
    let members = all.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    judged(&logout_header(), &all).unwrap_err()
}

#[test]
fn a_good_token_says_whose_session_is_over() {
    for (sub, sid) in [(true, true), (true, false), (false, true)] {
        let mut all = claims();
        let members = all.as_object_mut().unwrap();
        if !sub {
            members.remove("sub");
        }
        if !sid {
            members.remove("sid");
        }
        let token = judged(&logout_header(), &all).unwrap();
        assert_eq!((token.id(), token.valid_until().as_second()), ("j-1", NOW.as_second() + 180));
        let named = match token.whose() {
            LoggedOut::Everywhere(subject) => (Some(subject.as_str()), None),
            LoggedOut::Session(subject, session) => {
                (subject.as_ref().map(ProviderSubject::as_str), Some(session.as_str()))
            }
        };
        assert_eq!(named, (sub.then_some(SUBJECT), sid.then_some("s-1")));
        let printed = format!("{token:?} {:?}", token.whose());
        assert!(!printed.contains(SUBJECT) && !printed.contains("s-1"), "{printed}");
    }
    // Its typ is recommended, and the events say the same.
    assert!(judged(&header(), &claims()).is_ok());
}

#[test]
fn an_id_token_ends_nothing_and_a_logout_token_without_its_event_is_none() {
    for events in [Value::Null, json!({}), json!([EVENT]), json!(EVENT), json!({ EVENT: true })] {
        assert_eq!(error("events", events), LogoutTokenError::NoLogout);
    }
    assert_eq!(error("nonce", json!("n-0S6")), LogoutTokenError::Nonce);
    for typ in ["JWT", "at+jwt"] {
        let mut header = header();
        header["typ"] = typ.into();
        let error = judged(&header, &claims()).unwrap_err();
        assert_eq!(error, LogoutTokenError::Jws(JwsError::Kind(LOGOUT_JWT)), "{typ}");
    }
}

#[test]
fn a_token_of_somebody_else_or_for_somebody_else_is_refused() {
    let claim = LogoutTokenError::Claim;
    assert_eq!(error("iss", json!("https://evil.example")), claim(IdTokenError::WrongIssuer));
    assert_eq!(error("iss", Value::Null), claim(IdTokenError::Missing("iss")));
    assert_eq!(error("aud", json!("other")), claim(IdTokenError::WrongAudience));
    assert_eq!(error("aud", json!(["silta", "other"])), claim(IdTokenError::UntrustedAudience));
    for (member, value, reason) in [
        ("alg", "none", JwsError::Unsigned),
        ("alg", "HS256", JwsError::Algorithm),
        ("jku", "https://evil.example/keys", JwsError::KeyInHeader),
        ("kid", "unknown", JwsError::Key(KeySelectionError::UnknownKid)),
    ] {
        let mut header = logout_header();
        header[member] = value.into();
        let error = judged(&header, &claims()).unwrap_err();
        assert_eq!(error, LogoutTokenError::Jws(reason), "{member}");
        assert_eq!(error.needs_new_keys(), member == "kid");
    }
    let forged = signed(&logout_header(), &claims());
    let (signed_part, _) = forged.rsplit_once('.').unwrap();
    let forged = LogoutToken::received(&format!("{signed_part}.AAAA"));
    let (issuer, client_id) = (issuer(), client_id());
    let expect = LogoutTokenExpectation {
        issuer: &issuer,
        client_id: &client_id,
        algorithms: &SignatureAlgorithm::ALL,
        skew: Duration::ZERO,
    };
    let refused = forged.verify(&expect, &jwk_set(), NOW).unwrap_err();
    assert_eq!(refused, LogoutTokenError::Jws(JwsError::Signature));
}

#[test]
fn a_token_counts_for_its_time_and_for_an_hour_at_most() {
    let now = NOW.as_second();
    assert!(matches!(
        error("exp", json!(now - 60)),
        LogoutTokenError::Claim(IdTokenError::Expired { .. })
    ));
    assert_eq!(error("exp", Value::Null), LogoutTokenError::Claim(IdTokenError::Missing("exp")));
    assert_eq!(error("iat", Value::Null), LogoutTokenError::Claim(IdTokenError::Missing("iat")));
    let future = error("iat", json!(now + 61));
    assert!(matches!(future, LogoutTokenError::Claim(IdTokenError::IssuedInTheFuture { .. })));
    // One that is good for ten years is remembered for an hour, and refused after it.
    let aged = |age: i64| {
        let mut all = claims();
        all["iat"] = (now - age).into();
        all["exp"] = (now + 10 * 365 * 86400).into();
        judged(&logout_header(), &all)
    };
    assert_eq!(aged(3659).unwrap().valid_until().as_second(), now + 1);
    assert!(matches!(aged(3660).unwrap_err(), LogoutTokenError::TooOld { .. }));
}

#[test]
fn a_token_has_a_name_and_says_whose() {
    assert_eq!(error("jti", Value::Null), LogoutTokenError::NoId);
    for bad in [String::new(), "x".repeat(MAX_ID_BYTES + 1)] {
        assert_eq!(error("jti", bad.into()), LogoutTokenError::BadId);
    }
    assert_eq!(error("jti", json!(7)), LogoutTokenError::Claim(IdTokenError::Malformed("jti")));
    for (name, bad) in [("sub", json!("")), ("sub", json!(7)), ("sid", json!(""))] {
        let malformed = LogoutTokenError::Claim(IdTokenError::Malformed(name));
        assert_eq!(error(name, bad), malformed, "{name}");
    }
    let mut all = claims();
    for name in ["sub", "sid"] {
        all.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(judged(&logout_header(), &all).unwrap_err(), LogoutTokenError::Nobody);
}
