#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::OAuthErrorCode;
use crate::op::client_authentication::ClientAuthenticationError;
use crate::op::refresh_token::RefreshToken;
use crate::samples::{
    CALLBACK, CHALLENGE, SECRET, VERIFIER, authorized, client, clients, code, is_description,
    named_client, params,
};
use crate::wire::params::RepeatedParamError;
use crate::wire::scope::Scope;
use crate::{ClientAuthentication, RegisteredRedirect};

/// A good token request by `client_secret_post`, with some parameters replaced or added.
fn form(changes: &[(&str, &str)]) -> Params {
    let code = code();
    let usual = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("client_id", "shop"),
        ("client_secret", SECRET),
    ];
    let kept = usual.into_iter().filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
    params(kept.chain(changes.iter().copied()))
}

fn parse(changes: &[(&str, &str)]) -> TokenRequest {
    TokenRequest::parse(&form(changes), None).unwrap()
}

/// The code request of the form with these changes.
fn code_request(changes: &[(&str, &str)]) -> CodeRequest {
    match parse(changes).grant {
        GrantRequest::Code(request) => request,
        GrantRequest::Refresh(_) => unreachable!("it presents a code"),
    }
}

/// The refresh request of a form with these parameters.
fn refresh_request(changes: &[(&str, &str)]) -> Result<RefreshRequest, TokenRequestError> {
    let usual = [("grant_type", "refresh_token"), ("code", ""), ("redirect_uri", "")];
    match TokenRequest::parse(&form(&[&usual[..], changes].concat()), None)?.grant {
        GrantRequest::Refresh(request) => Ok(request),
        GrantRequest::Code(_) => unreachable!("it presents a refresh token"),
    }
}

fn refusal(changes: &[(&str, &str)]) -> TokenRequestError {
    TokenRequest::parse(&form(changes), None).unwrap_err()
}

fn with_pkce() -> GrantBinding {
    GrantBinding::of(&authorized(&[
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]))
}

fn without_pkce() -> GrantBinding {
    GrantBinding::of(&authorized(&[]))
}

#[test]
fn refuses_what_is_missing_repeated_or_of_another_grant() {
    for (changes, error) in [
        (vec![("grant_type", "")], TokenRequestError::Missing("grant_type")),
        (vec![("code", "")], TokenRequestError::Missing("code")),
        (vec![("redirect_uri", "")], TokenRequestError::Missing("redirect_uri")),
        (vec![("client_id", "")], ClientAuthenticationError::ClientIdMissing.into()),
        (vec![("grant_type", "refresh_token")], TokenRequestError::Missing("refresh_token")),
        (vec![("grant_type", "password")], TokenRequestError::UnsupportedGrantType),
        (
            vec![("code", "a"), ("code", "b")],
            TokenRequestError::Repeated(RepeatedParamError("code")),
        ),
        (
            vec![("client_secret", SECRET), ("client_secret", SECRET)],
            ClientAuthenticationError::Repeated(RepeatedParamError("client_secret")).into(),
        ),
    ] {
        assert_eq!(refusal(&changes), error);
    }
}

#[test]
fn a_code_that_cannot_be_ours_is_judged_after_its_client() {
    let guessed = [("code", "guessed")];
    assert!(parse(&guessed).credentials().authenticate(&clients()).is_ok());
    assert_eq!(code_request(&guessed).code().unwrap_err(), TokenRequestError::UnknownCode);
    assert_eq!(code_request(&[]).code().unwrap().digest(), code().digest());
}

#[test]
fn a_refresh_token_that_cannot_be_ours_is_judged_after_its_client() {
    let token = RefreshToken::new(&[1; 16], 3, &[2; 32]);
    let text = token.to_text();
    let request = refresh_request(&[("refresh_token", text.expose_secret())]).unwrap();
    assert_eq!(request.token().unwrap().family_digest(), token.family_digest());
    let guessed = refresh_request(&[("refresh_token", "guessed")]).unwrap();
    assert_eq!(guessed.token().unwrap_err(), TokenRequestError::UnknownRefreshToken);
}

#[test]
fn a_refresh_may_ask_for_what_was_granted_and_for_no_more() {
    let granted = [Scope::Openid, Scope::Email];
    let asks = |scope| {
        let request = refresh_request(&[("refresh_token", "x"), ("scope", scope)]).unwrap();
        request.check_scopes(&granted)
    };
    for scope in ["", "email", "openid email offline_access", "openid unknown"] {
        assert_eq!(asks(scope), Ok(()), "{scope}");
    }
    assert_eq!(asks("openid phone"), Err(TokenRequestError::ScopeNotGranted));
}

#[test]
fn the_owner_of_a_code_may_spend_it() {
    assert_eq!(without_pkce().check(&code_request(&[]), &client()), Ok(()));
    let proven = code_request(&[("code_verifier", VERIFIER)]);
    assert_eq!(with_pkce().check(&proven, &client()), Ok(()));
}

#[test]
fn a_code_is_bound_to_client_redirect_uri_and_challenge() {
    let thief = named_client("other", CALLBACK);
    assert_eq!(
        without_pkce().check(&code_request(&[]), &thief),
        Err(TokenRequestError::WrongClient)
    );

    for near in ["https://shop.example/oauth2/idpresponse/", "https://shop.example/oauth2"] {
        let request = code_request(&[("redirect_uri", near)]);
        assert_eq!(
            without_pkce().check(&request, &client()),
            Err(TokenRequestError::WrongRedirect)
        );
    }

    assert_eq!(
        with_pkce().check(&code_request(&[]), &client()),
        Err(TokenRequestError::VerifierMissing)
    );
    let empty = code_request(&[("code_verifier", "")]);
    assert_eq!(with_pkce().check(&empty, &client()), Err(TokenRequestError::VerifierMissing));
    for wrong in [CHALLENGE, "too-short"] {
        let request = code_request(&[("code_verifier", wrong)]);
        assert_eq!(with_pkce().check(&request, &client()), Err(TokenRequestError::WrongVerifier));
    }
}

#[test]
fn a_code_without_a_challenge_is_worth_nothing_to_a_public_client() {
    let redirect = RegisteredRedirect::parse(CALLBACK).unwrap();
    let public = Client::new(client().id().clone(), ClientAuthentication::None, redirect);
    let error = without_pkce().check(&code_request(&[]), &public);
    assert_eq!(error, Err(TokenRequestError::VerifierMissing));
    let proven = code_request(&[("code_verifier", VERIFIER)]);
    assert_eq!(with_pkce().check(&proven, &public), Ok(()));
}

#[test]
fn a_code_without_a_challenge_is_worth_nothing_once_its_client_must_use_pkce() {
    let error = without_pkce().check(&code_request(&[]), &client().requiring_pkce());
    assert_eq!(error, Err(TokenRequestError::VerifierMissing));
}

#[test]
fn a_verifier_without_a_challenge_is_a_downgrade() {
    let request = code_request(&[("code_verifier", VERIFIER)]);
    let error = without_pkce().check(&request, &client()).unwrap_err();
    assert_eq!(error, TokenRequestError::VerifierWithoutChallenge);
}

#[test]
fn a_binding_survives_the_store_unchanged() {
    let kept = serde_json::to_vec(&with_pkce()).unwrap();
    assert_eq!(serde_json::from_slice::<GrantBinding>(&kept).unwrap(), with_pkce());
}

#[test]
fn each_fault_has_the_code_and_status_of_the_rfc() {
    use OAuthErrorCode as C;
    for (error, code, status) in [
        (TokenRequestError::Missing("code"), C::InvalidRequest, 400),
        (TokenRequestError::UnsupportedGrantType, C::UnsupportedGrantType, 400),
        (ClientAuthenticationError::Conflicting.into(), C::InvalidRequest, 400),
        (ClientAuthenticationError::Failed.into(), C::InvalidClient, 401),
        (TokenRequestError::UnknownCode, C::InvalidGrant, 400),
        (TokenRequestError::WrongClient, C::InvalidGrant, 400),
        (TokenRequestError::WrongRedirect, C::InvalidGrant, 400),
        (TokenRequestError::VerifierMissing, C::InvalidGrant, 400),
        (TokenRequestError::WrongVerifier, C::InvalidGrant, 400),
        (TokenRequestError::VerifierWithoutChallenge, C::InvalidGrant, 400),
        (TokenRequestError::UnauthorizedClient, C::UnauthorizedClient, 400),
        (TokenRequestError::UnknownRefreshToken, C::InvalidGrant, 400),
        (TokenRequestError::RefreshTokenReused, C::InvalidGrant, 400),
        (TokenRequestError::LoginNotAccepted, C::InvalidGrant, 400),
        (TokenRequestError::ScopeNotGranted, C::InvalidScope, 400),
    ] {
        assert_eq!((error.error_code(), error.status()), (code, status), "{error}");
        assert_eq!(error.www_authenticate().is_some(), status == 401, "{error}");
        assert!(is_description(&error.to_string()), "{error}");
    }
}

#[test]
fn never_prints_a_secret_a_code_or_a_verifier() {
    let printed = format!("{:?}", parse(&[("code_verifier", VERIFIER)]));
    for hidden in [SECRET, VERIFIER, code().as_str()] {
        assert!(!printed.contains(hidden), "{printed}");
    }
}
