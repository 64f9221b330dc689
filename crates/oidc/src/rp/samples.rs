//! The good login that the tests deviate from.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    AuthorizationResponse, Callback, CallbackExpectation, CodeVerifier, Expectation, IdToken,
    IdTokenError, Nonce, ProviderAccessToken, ProviderIssuer, ProviderResponse, ReceivedCode,
    State, TokenResponse, VerifiedIdToken,
};
use crate::jose::{algorithm::SignatureAlgorithm, jwk_set::JwkSet};
use crate::samples::{KEY, keys, params};
use crate::wire::client_id::ClientId;

pub(crate) const ISSUER: &str = "https://op.example";
pub(crate) const REDIRECT_URI: &str = "https://login.example/oidc/op/callback";
pub(crate) const SUBJECT: &str = "k3x9-subject";
pub(crate) const ACCESS_TOKEN: &str = "an-access-token";

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

pub(crate) fn access_token() -> ProviderAccessToken {
    let body = json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": "" });
    let body = body.to_string();
    let content_type = Some("application/json");
    let response = ProviderResponse { status: 200, content_type, body: body.as_bytes() };
    TokenResponse::read(&response).unwrap().access_token
}

/// The claims of a good token at [`NOW`].
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": "silta",
        "exp": NOW.as_second() + 300,
        "iat": NOW.as_second(),
        "nonce": nonce().as_str(),
        "auth_time": NOW.as_second() - 10,
        "acr": "urn:high",
        "given_name": "Nordea",
    })
}

pub(crate) fn header() -> Value {
    json!({ "alg": "RS256", "kid": KEY.public().kid() })
}

/// A token of these octets, signed by the key of the samples.
pub(crate) fn signed_text(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = KEY.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub(crate) fn signed(header: &Value, claims: &Value) -> String {
    signed_text(&header.to_string(), &claims.to_string())
}

pub(crate) fn jwk_set() -> JwkSet {
    JwkSet::read(keys().jwks().to_string().as_bytes()).unwrap()
}

/// Judges a token as that of the good login.
pub(crate) fn verify(
    compact: &str,
    change: impl FnOnce(&mut Expectation<'_>),
    keys: &JwkSet,
) -> Result<VerifiedIdToken, IdTokenError> {
    let (issuer, client_id, nonce, access_token) = (issuer(), client_id(), nonce(), access_token());
    let mut expect = Expectation {
        issuer: &issuer,
        client_id: &client_id,
        algorithms: &SignatureAlgorithm::ALL,
        nonce: &nonce,
        access_token: &access_token,
        authenticated_since: None,
        skew: Duration::from_mins(1),
    };
    change(&mut expect);
    IdToken::received(compact).verify(&expect, keys, NOW)
}

pub(crate) fn verified() -> VerifiedIdToken {
    verify(&signed(&header(), &claims()), |_| {}, &jwk_set()).unwrap()
}
