#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;
use crate::rp::samples::{ISSUER, issuer};
use crate::wire::url::UrlError;

/// What `oidc-provider` writes, as far as it is looked at.
fn document() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://op.example/auth",
        "token_endpoint": "https://op.example/token",
        "userinfo_endpoint": "https://op.example/me",
        "jwks_uri": "https://op.example/jwks",
        "response_types_supported": ["code id_token", "code", "id_token", "none"],
        "grant_types_supported": ["implicit", "authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["PS256", "RS256", "ES256", "HS256", "none"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

fn read(document: &Value) -> Result<ProviderMetadata, DiscoveryError> {
    let body = document.to_string();
    answer(200, body.as_bytes())
}

fn answer(status: u16, body: &[u8]) -> Result<ProviderMetadata, DiscoveryError> {
    answer_expecting(false, status, body)
}

fn answer_expecting(
    logout: bool,
    status: u16,
    body: &[u8],
) -> Result<ProviderMetadata, DiscoveryError> {
    let issuer = issuer();
    let expect = ProviderExpectation {
        issuer: &issuer,
        origins: &[Origin::parse("https://keys.example").unwrap()],
        algorithms: &[SignatureAlgorithm::Es256, SignatureAlgorithm::Rs256],
        authentication: ClientAuthenticationMethod::PrivateKeyJwt,
        logout,
    };
    ProviderMetadata::read(&ProviderResponse { status, content_type: None, body }, &expect)
}

/// The usual document with one member replaced, or left out when it is null.
fn with(name: &str, value: Value) -> Result<ProviderMetadata, DiscoveryError> {
    let mut document = document();
    let members = document.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    read(&document)
}

#[test]
fn takes_metadata_that_agrees_with_the_configuration() {
    let metadata = read(&document()).unwrap();
    assert_eq!(metadata.token_endpoint.as_str(), "https://op.example/token");
    assert_eq!(metadata.userinfo_endpoint.unwrap().as_str(), "https://op.example/me");
    assert_eq!(metadata.algorithms, [SignatureAlgorithm::Es256, SignatureAlgorithm::Rs256]);
    assert!(metadata.sends_issuer);
}

#[test]
fn what_a_provider_leaves_out_it_does_not_have_or_does_not_say() {
    assert_eq!(with("userinfo_endpoint", Value::Null).unwrap().userinfo_endpoint, None);
    let iss = "authorization_response_iss_parameter_supported";
    assert!(!with(iss, Value::Null).unwrap().sends_issuer);
    for list in ["grant_types_supported", "code_challenge_methods_supported"] {
        assert!(with(list, Value::Null).is_ok(), "{list}");
    }
}

#[test]
fn each_deviation_has_its_own_reason() {
    use DiscoveryError as E;
    let lacks = |name, needed| E::Unsupported { name, needed };
    let algorithms = "id_token_signing_alg_values_supported";
    for (name, value, reason) in [
        ("issuer", Value::Null, E::WrongIssuer),
        ("issuer", json!("https://evil.example"), E::WrongIssuer),
        ("issuer", json!("https://op.example/"), E::WrongIssuer),
        ("issuer", json!("https://OP.example"), E::WrongIssuer),
        ("token_endpoint", Value::Null, E::Member("token_endpoint")),
        ("token_endpoint", json!(["https://op.example/token"]), E::Member("token_endpoint")),
        ("jwks_uri", Value::Null, E::Member("jwks_uri")),
        (algorithms, Value::Null, E::Member(algorithms)),
        (algorithms, json!(["HS256", "none", "RS512"]), E::NoCommonAlgorithm),
        (
            "authorization_response_iss_parameter_supported",
            json!("true"),
            E::Member("authorization_response_iss_parameter_supported"),
        ),
        (
            "response_types_supported",
            json!(["id_token"]),
            lacks("response_types_supported", "code"),
        ),
        (
            "grant_types_supported",
            json!(["implicit"]),
            lacks("grant_types_supported", "authorization_code"),
        ),
        (
            "code_challenge_methods_supported",
            json!(["plain"]),
            lacks("code_challenge_methods_supported", "S256"),
        ),
        (
            "token_endpoint_auth_methods_supported",
            json!(["client_secret_post"]),
            lacks("token_endpoint_auth_methods_supported", "private_key_jwt"),
        ),
    ] {
        assert_eq!(with(name, value).unwrap_err(), reason, "{name}");
    }
    assert_eq!(answer(302, b"{}").unwrap_err(), E::Status(302));
    assert_eq!(answer(200, b"<html>").unwrap_err(), E::Json(JsonError::NotJson));
    let twice = format!(r#"{{"issuer":"{ISSUER}","issuer":"{ISSUER}"}}"#);
    assert_eq!(answer(200, twice.as_bytes()).unwrap_err(), E::Json(JsonError::RepeatedMember));
    let long = format!("{{}}{}", " ".repeat(200_000));
    assert_eq!(answer(200, long.as_bytes()).unwrap_err(), E::Json(JsonError::TooLong));
}

#[test]
fn no_endpoint_leads_to_a_machine_that_nobody_listed() {
    for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"] {
        for (url, error) in [
            ("https://evil.example/", EndpointError::Origin),
            ("https://169.254.170.2/v2/credentials", EndpointError::Origin),
            ("http://op.example/", EndpointError::Url(UrlError::NotHttps)),
            ("http://127.0.0.1:6379/", EndpointError::Url(UrlError::NotHttps)),
        ] {
            let reason = DiscoveryError::Endpoint { name, error };
            assert_eq!(with(name, json!(url)).unwrap_err(), reason, "{url}");
        }
        assert!(with(name, json!("https://keys.example/x")).is_ok(), "{name}");
    }
}

#[test]
fn where_we_log_out_the_provider_has_a_place_for_it_and_elsewhere_it_is_not_looked_at() {
    let name = "end_session_endpoint";
    let place = "https://op.example/logout";
    let read = |logout: bool, value: Value| {
        let mut document = document();
        document.as_object_mut().unwrap().insert(name.to_owned(), value);
        answer_expecting(logout, 200, document.to_string().as_bytes())
    };
    let found = read(true, place.into()).unwrap().end_session_endpoint;
    assert_eq!(found.unwrap().as_str(), place);
    let without = document().to_string();
    let missing = answer_expecting(true, 200, without.as_bytes());
    assert_eq!(missing, Err(DiscoveryError::Member(name)));
    for faulty in [place.into(), Value::from("https://evil.example/"), 7.into()] {
        assert_eq!(read(false, faulty.clone()).unwrap().end_session_endpoint, None);
        assert_eq!(read(true, faulty.clone()).is_ok(), faulty == place, "{faulty}");
    }
}
