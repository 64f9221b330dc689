//! The `OpenID` Provider that the broker trusts, and the one login there.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;
use silta_oidc::rp::{
    Expectation, IdToken, Nonce, ProviderAccessToken, ProviderIssuer, ProviderResponse,
    TokenResponse, VerifiedIdToken,
};
use silta_oidc::{ClientId, JwkSet, SignatureAlgorithm};

use crate::trust::IDP_KEY;
pub(crate) use crate::trust::NOON;

static PROVIDER: LazyLock<ProviderIssuer> =
    LazyLock::new(|| ProviderIssuer::parse(ISSUER).unwrap());
static CLIENT: LazyLock<ClientId> = LazyLock::new(|| ClientId::parse(CLIENT_ID).unwrap());
static KEYS: LazyLock<JwkSet> = LazyLock::new(|| JwkSet::read(JWKS.as_bytes()).unwrap());
static ACCESS_TOKEN: LazyLock<ProviderAccessToken> = LazyLock::new(|| {
    let body = json!({ "access_token": "a", "token_type": "Bearer", "id_token": "" }).to_string();
    let content_type = Some("application/json");
    let response = ProviderResponse { status: 200, content_type, body: body.as_bytes() };
    TokenResponse::read(&response).unwrap().access_token
});
/// The nonce of the login.
pub(crate) static NONCE: LazyLock<Nonce> = LazyLock::new(|| Nonce::new(&[7; 32]));

/// The claims of the good token.
#[must_use]
pub fn claims() -> String {
    let now = NOON.as_second();
    json!({
        "iss": ISSUER,
        "sub": "person-7",
        "aud": CLIENT_ID,
        "exp": now + 300,
        "iat": now,
        "auth_time": now - 10,
        "acr": "urn:example:loa:substantial",
        "nonce": NONCE.as_str(),
        "family_name": "Meikäläinen",
        "groups": ["a", "b"],
    })
    .to_string()
}

/// A token with these claims, signed by ES256: its signature in JWS is that of XML Signature
/// [RFC 7518 §3.4].
#[must_use]
pub fn sign(claims: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"op"}"#);
    let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = IDP_KEY.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// What the broker makes of a token.
pub(crate) fn verify(compact: &str) -> Option<VerifiedIdToken> {
    let expect = Expectation {
        issuer: &PROVIDER,
        client_id: &CLIENT,
        algorithms: &SignatureAlgorithm::ALL,
        nonce: &NONCE,
        access_token: &ACCESS_TOKEN,
        authenticated_since: None,
        skew: Duration::from_mins(1),
    };
    IdToken::received(compact).verify(&expect, &KEYS, NOON).ok()
}

/// Everything that can be read of a verified token, for comparing.
pub(crate) fn described(verified: &VerifiedIdToken) -> String {
    let claims = verified.claims().iter().map(|(name, values)| (name, values.collect::<Vec<_>>()));
    let claims: Vec<_> = claims.collect();
    format!(
        "{:?} {:?} {:?} {:?} {claims:?}",
        verified.subject().as_str(),
        verified.acr().map(silta_oidc::rp::Acr::as_str),
        verified.auth_time().map(Timestamp::as_second),
        verified.session_id(),
    )
}

/// The provider.
pub(crate) const ISSUER: &str = "https://op.example";
/// Our client id there.
pub(crate) const CLIENT_ID: &str = "silta";
/// The public half of [`IDP_KEY`], and one that is for something else.
const JWKS: &str = r#"{"keys":[
    {"kty":"EC","crv":"P-256","kid":"op","use":"sig","x":"YqAped-xY8QNfJLG0DYJUwSFT6foBo-qr0Vygr0oYgM","y":"BDAc2DU24ZDHjYtRnDJd71W85BVkaVE9lK-5ClHNRvc"},
    {"kty":"EC","crv":"P-256","kid":"enc","use":"enc","x":"YqAped-xY8QNfJLG0DYJUwSFT6foBo-qr0Vygr0oYgM","y":"BDAc2DU24ZDHjYtRnDJd71W85BVkaVE9lK-5ClHNRvc"}
]}"#;
