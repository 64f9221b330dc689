#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::rp::samples::{ISSUER, issuer, state};
use crate::samples::params;

/// What becomes of these parameters at a login of a provider that sends `iss`.
fn answer(pairs: &[(&str, &str)]) -> Result<AuthorizationResponse, CallbackError> {
    answer_where(true, pairs)
}

fn answer_where(
    issuer_required: bool,
    pairs: &[(&str, &str)],
) -> Result<AuthorizationResponse, CallbackError> {
    let (state, issuer) = (state(), issuer());
    let expect = CallbackExpectation { state: &state, issuer: &issuer, issuer_required };
    Callback::read(&params(pairs.iter().copied()))?.verify(&expect)
}

fn refusal(pairs: &[(&str, &str)]) -> CallbackError {
    answer(pairs).unwrap_err()
}

#[test]
fn takes_a_code_of_this_login_from_the_provider_that_was_asked() {
    let long = "e".repeat(MAX_CODE_BYTES);
    for code in ["c", "eyJ.eyJ..x.y", &long] {
        let state = state();
        let pairs = [("code", code), ("state", state.as_str()), ("iss", ISSUER)];
        match answer(&[&pairs[..], &[("session_state", "x"), ("foreign", "y")]].concat()) {
            Ok(AuthorizationResponse::Code(taken)) => assert_eq!(taken.as_str(), code),
            other => unreachable!("{other:?}"),
        }
    }
}

#[test]
fn each_deviation_has_its_own_reason() {
    let (own, other) = (state(), State::new(&[9; 32]));
    let (state, iss, code) = (("state", own.as_str()), ("iss", ISSUER), ("code", "c"));
    let error = ("error", "access_denied");
    let long = "e".repeat(MAX_CODE_BYTES + 1);
    let twice = |name| CallbackError::Repeated(RepeatedParamError(name));
    for (pairs, reason) in [
        (vec![code, iss], CallbackError::StateMissing),
        (vec![code, iss, ("state", "")], CallbackError::StateMissing),
        (vec![code, iss, ("state", other.as_str())], CallbackError::WrongState),
        (vec![error, iss, ("state", other.as_str())], CallbackError::WrongState),
        (vec![code, state], CallbackError::IssuerMissing),
        (vec![error, state], CallbackError::IssuerMissing),
        (vec![code, state, ("iss", "https://evil.example")], CallbackError::WrongIssuer),
        (vec![error, state, ("iss", "https://evil.example")], CallbackError::WrongIssuer),
        (vec![code, state, ("iss", "https://op.example/")], CallbackError::WrongIssuer),
        (vec![code, error, state, iss], CallbackError::CodeAndError),
        (vec![state, iss], CallbackError::Empty),
        (vec![state, iss, ("code", "")], CallbackError::Empty),
        (vec![state, iss, ("code", &long)], CallbackError::Code),
        (vec![state, iss, ("code", "ä")], CallbackError::Code),
        (vec![state, iss, ("code", "a\n")], CallbackError::Code),
        (vec![code, code, state, iss], twice("code")),
        (vec![code, state, state, iss], twice("state")),
        (vec![code, state, iss, ("iss", "")], twice("iss")),
        (vec![error, error, state, iss], twice("error")),
    ] {
        assert_eq!(refusal(&pairs), reason, "{pairs:?}");
    }
}

#[test]
fn an_issuer_that_nobody_announced_is_compared_all_the_same() {
    let own = state();
    let (state, code) = (("state", own.as_str()), ("code", "c"));
    assert!(answer_where(false, &[code, state]).is_ok());
    assert!(answer_where(false, &[code, state, ("iss", ISSUER)]).is_ok());
    let mixed_up = answer_where(false, &[code, state, ("iss", "https://evil.example")]);
    assert_eq!(mixed_up.unwrap_err(), CallbackError::WrongIssuer);
}

#[test]
fn an_error_becomes_one_of_a_closed_set() {
    let own = state();
    for (text, expected) in [
        ("access_denied", AuthorizationErrorCode::AccessDenied),
        ("cancel", AuthorizationErrorCode::AccessDenied),
        ("login_required", AuthorizationErrorCode::LoginRequired),
        ("<script>", AuthorizationErrorCode::Unknown),
    ] {
        let pairs = [
            ("error", text),
            ("error_description", "<script>"),
            ("state", own.as_str()),
            ("iss", ISSUER),
        ];
        match answer(&pairs) {
            Ok(AuthorizationResponse::Error(error)) => assert_eq!(error, expected),
            other => unreachable!("{other:?}"),
        }
    }
}

#[test]
fn a_code_is_not_printed() {
    let own = state();
    let pairs = [("code", "secret"), ("state", own.as_str()), ("iss", ISSUER)];
    let unverified = Callback::read(&params(pairs)).unwrap();
    assert_eq!(format!("{unverified:?}"), "Unverified(redacted)");
    let printed = format!("{:?}", answer(&pairs).unwrap());
    assert_eq!(printed, "Code(ReceivedCode(redacted))");
}
