//! Provider metadata [OIDC Discovery §3].

use serde_json::{Value, json};

use crate::{
    jose::algorithm::SignatureAlgorithm,
    op::{issuer::Issuer, response::ResponseMode},
    wire::scope::Scope,
};

/// What an installation offers beside what is fixed here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offer<'a> {
    /// The levels that can be reached.
    pub acr_values: &'a [String],
    /// The names of the mapped claims.
    pub claims: &'a [String],
    /// What signs ID tokens.
    pub algorithms: &'a [SignatureAlgorithm],
    /// Whether a client gets refresh tokens.
    pub refresh_tokens: bool,
}

/// The body of `/.well-known/openid-configuration` [OIDC Discovery §3].
#[must_use]
pub fn provider_metadata(issuer: &Issuer, offer: Offer<'_>) -> Value {
    let Offer { acr_values, claims, algorithms, refresh_tokens } = offer;
    let algorithms: Vec<_> = algorithms.iter().map(|one| one.as_str()).collect();
    let claims: Vec<_> =
        PROTOCOL_CLAIMS.into_iter().chain(claims.iter().map(String::as_str)).collect();
    let scopes =
        Scope::ALL.into_iter().filter(|one| *one != Scope::OfflineAccess || refresh_tokens);
    let grant_types: &[_] = if refresh_tokens {
        &["authorization_code", "refresh_token"]
    } else {
        &["authorization_code"]
    };
    let assertions = SignatureAlgorithm::ALL.map(SignatureAlgorithm::as_str);
    let mut metadata = json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.endpoint("/authorize"),
        "token_endpoint": issuer.endpoint("/token"),
        "userinfo_endpoint": issuer.endpoint("/userinfo"),
        "revocation_endpoint": issuer.endpoint("/revoke"),
        "introspection_endpoint": issuer.endpoint("/introspect"),
        "pushed_authorization_request_endpoint": issuer.endpoint("/par"),
        "end_session_endpoint": issuer.endpoint("/logout"),
        "backchannel_logout_supported": true,
        // Each logout token has a `sid` [OIDC Back-Channel Logout §2.1].
        "backchannel_logout_session_supported": true,
        "jwks_uri": issuer.endpoint("/jwks"),
        "scopes_supported": scopes.map(Scope::as_str).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL.map(ResponseMode::as_str),
        "grant_types_supported": grant_types,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "client_secret_basic", "private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": assertions,
        "revocation_endpoint_auth_methods_supported":
            ["client_secret_post", "client_secret_basic", "private_key_jwt", "none"],
        "revocation_endpoint_auth_signing_alg_values_supported": assertions,
        "introspection_endpoint_auth_methods_supported":
            ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": assertions,
        "code_challenge_methods_supported": ["S256"],
        // Not `consent`: it is accepted, and nobody is asked.
        "prompt_values_supported": ["none", "login", "select_account"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        // Its default would be true.
        "request_uri_parameter_supported": false,
    });
    // A list without elements must be left out [RFC 8414 §3.2].
    if let (Some(members), false) = (metadata.as_object_mut(), acr_values.is_empty()) {
        members.insert("acr_values_supported".to_owned(), json!(acr_values));
    }
    metadata
}

/// The claims of every ID token, beside the mapped ones.
const PROTOCOL_CLAIMS: [&str; 10] =
    ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash", "sid"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::issuer;

    #[test]
    fn names_its_endpoints_under_the_issuer() {
        let metadata = provider_metadata(&issuer(), Offer::default());
        for (member, url) in [
            ("issuer", "https://login.example"),
            ("authorization_endpoint", "https://login.example/authorize"),
            ("token_endpoint", "https://login.example/token"),
            ("userinfo_endpoint", "https://login.example/userinfo"),
            ("revocation_endpoint", "https://login.example/revoke"),
            ("introspection_endpoint", "https://login.example/introspect"),
            ("pushed_authorization_request_endpoint", "https://login.example/par"),
            ("end_session_endpoint", "https://login.example/logout"),
            ("jwks_uri", "https://login.example/jwks"),
        ] {
            assert_eq!(metadata.get(member), Some(&json!(url)));
        }
    }

    #[test]
    fn says_what_it_does_and_what_it_does_not() {
        let (acr, claims) = (["urn:high".to_owned()], ["hetu".to_owned()]);
        let algorithms = [SignatureAlgorithm::Rs256, SignatureAlgorithm::Es256];
        let (acr_values, claims, algorithms) = (&acr[..], &claims[..], &algorithms[..]);
        let offer = Offer { acr_values, claims, algorithms, ..Offer::default() };
        let metadata = provider_metadata(&issuer(), offer);
        for (member, value) in [
            ("response_modes_supported", json!(["query", "form_post"])),
            ("code_challenge_methods_supported", json!(["S256"])),
            (
                "token_endpoint_auth_methods_supported",
                json!(["client_secret_post", "client_secret_basic", "private_key_jwt", "none"]),
            ),
            (
                "token_endpoint_auth_signing_alg_values_supported",
                json!(["RS256", "PS256", "ES256"]),
            ),
            ("acr_values_supported", json!(["urn:high"])),
            ("id_token_signing_alg_values_supported", json!(["RS256", "ES256"])),
            ("authorization_response_iss_parameter_supported", json!(true)),
            ("claims_parameter_supported", json!(true)),
            ("backchannel_logout_supported", json!(true)),
            ("backchannel_logout_session_supported", json!(true)),
            ("request_parameter_supported", json!(false)),
            ("request_uri_parameter_supported", json!(false)),
        ] {
            assert_eq!(metadata.get(member), Some(&value), "{member}");
        }
        let claims = metadata.get("claims_supported").and_then(Value::as_array);
        for name in ["sub", "acr", "hetu"] {
            assert!(claims.is_some_and(|claims| claims.contains(&json!(name))), "{name}");
        }
    }

    #[test]
    fn names_refresh_tokens_only_where_a_client_gets_them() {
        for (refresh_tokens, last_scope, grant_types) in [
            (false, "phone", json!(["authorization_code"])),
            (true, "offline_access", json!(["authorization_code", "refresh_token"])),
        ] {
            let offer = Offer { refresh_tokens, ..Offer::default() };
            let metadata = provider_metadata(&issuer(), offer);
            let scopes = metadata.get("scopes_supported").and_then(Value::as_array);
            assert_eq!(scopes.and_then(|scopes| scopes.last()), Some(&json!(last_scope)));
            assert_eq!(metadata.get("grant_types_supported"), Some(&grant_types));
        }
    }

    #[test]
    fn leaves_an_empty_list_out() {
        assert_eq!(
            provider_metadata(&issuer(), Offer::default()).get("acr_values_supported"),
            None
        );
    }
}
