//! The good login that the tests deviate from.
#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::Timestamp;

use super::{
    AuthorizationResponse, Callback, CallbackExpectation, CodeVerifier, Nonce, ProviderIssuer,
    ReceivedCode, State,
};
use crate::samples::params;
use crate::wire::client_id::ClientId;

pub(crate) const ISSUER: &str = "https://op.example";
pub(crate) const REDIRECT_URI: &str = "https://login.example/oidc/op/callback";

/// 2025-11-21T12:00:00Z
pub(crate) const NOW: Timestamp = Timestamp::constant(1_763_726_400, 0);

pub(crate) fn issuer() -> ProviderIssuer {
    ProviderIssuer::parse(ISSUER).unwrap()
}

pub(crate) fn client_id() -> ClientId {
    ClientId::parse("silta").unwrap()
}

pub(crate) fn state() -> State {
    State::new(&[1; 32])
}

pub(crate) fn nonce() -> Nonce {
    Nonce::new(&[2; 32])
}

pub(crate) fn verifier() -> CodeVerifier {
    CodeVerifier::new(&[3; 32])
}

pub(crate) fn received_code(code: &str) -> ReceivedCode {
    let (state, issuer) = (state(), issuer());
    let expect = CallbackExpectation { state: &state, issuer: &issuer, issuer_required: false };
    let sent = params([("code", code), ("state", state.as_str())]);
    match Callback::read(&sent).unwrap().verify(&expect).unwrap() {
        AuthorizationResponse::Code(code) => code,
        AuthorizationResponse::Error(error) => unreachable!("{error:?}"),
    }
}
