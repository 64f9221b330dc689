#![expect(clippy::unwrap_used, reason = "tests")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::form_urlencoded::byte_serialize;

use super::*;
use crate::OAuthErrorCode;
use crate::op::client::{ClientSecret, RegisteredRedirect};
use crate::samples::{
    CALLBACK, CHALLENGE, SECRET, VERIFIER, authorized, client, clients, code, is_description,
    named_client, params,
};
use crate::wire::params::RepeatedParamError;

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

/// The same without credentials in the form.
fn bare(changes: &[(&str, &str)]) -> Params {
    let mut without = vec![("client_secret", "")];
    if changes.iter().all(|(name, _)| *name != "client_id") {
        without.push(("client_id", ""));
    }
    without.extend(changes);
    form(&without)
}

fn basic_credentials(id: &str, secret: &str) -> String {
    let [id, secret] = [id, secret].map(|text| byte_serialize(text.as_bytes()).collect::<String>());
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn parse(changes: &[(&str, &str)]) -> TokenRequest {
    TokenRequest::parse(&form(changes), None).unwrap()
}

fn refusal(form: &Params, authorization: Option<&str>) -> TokenRequestError {
    TokenRequest::parse(form, authorization).unwrap_err()
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
fn a_client_authenticates_in_the_form() {
    let request = parse(&[]);
    assert_eq!(request.authenticate(&clients()).unwrap().id(), client().id());
    assert_eq!(request.code().unwrap().digest(), code().digest());
}

#[test]
fn a_client_authenticates_in_the_header_with_reserved_characters_in_its_secret() {
    for header in [
        basic_credentials("shop", SECRET),
        basic_credentials("shop", SECRET).replacen("Basic", "bASIC", 1),
    ] {
        let request = TokenRequest::parse(&bare(&[]), Some(&header)).unwrap();
        assert_eq!(request.authenticate(&clients()).unwrap().id(), client().id());
    }
}

#[test]
fn a_secret_in_the_header_counts_as_decoded_and_as_it_stands() {
    let of = |id: &str, secret: &str| {
        let (id, secret) = (ClientId::parse(id).unwrap(), ClientSecret::new(&secret.into()));
        let callback = RegisteredRedirect::parse(CALLBACK).unwrap();
        Client::new(id, secret.unwrap(), callback)
    };
    let clients = ClientRegistry::new([
        of("plus", "Zm9v+YmFy/YmF6==Qux1"),
        of("percent", "a-secret-of-100%-and-%zz"),
        of("escape", "a-secret-with-%2B-in-it"),
        of("a%41", "a-secret-of-somebody"),
        of("aA", "a-secret-of-somebody"),
        of("b%42", "first-secret+of-two"),
        of("bB", "first-secret of-two"),
    ])
    .unwrap();
    let who = |text: &str| {
        let header = format!("Basic {}", STANDARD.encode(text));
        let request = TokenRequest::parse(&bare(&[]), Some(&header)).unwrap();
        request.authenticate(&clients).map(|client| client.id().as_str())
    };
    for (text, expected) in [
        ("plus:Zm9v+YmFy/YmF6==Qux1", Ok("plus")),
        ("plus:Zm9v%2BYmFy%2FYmF6%3D%3DQux1", Ok("plus")),
        ("pl%75s:Zm9v%2BYmFy/YmF6==Qux1", Ok("plus")),
        ("percent:a-secret-of-100%-and-%zz", Ok("percent")),
        ("percent:a-secret-of-100%25-and-%25zz", Ok("percent")),
        ("escape:a-secret-with-%2B-in-it", Ok("escape")),
        ("escape:a-secret-with-%252B-in-it", Ok("escape")),
        // In neither form the secret: once too often decoded, or half.
        ("plus:Zm9v YmFy/YmF6==Qux1", Err(TokenRequestError::InvalidClient)),
        ("plus:Zm9v%20YmFy/YmF6==Qux1", Err(TokenRequestError::InvalidClient)),
        ("percent:a-secret-of-100%-and-%25zz", Err(TokenRequestError::InvalidClient)),
        ("escape:a-secret-with-+-in-it", Err(TokenRequestError::InvalidClient)),
        ("escape:a-secret-with-%25252B-in-it", Err(TokenRequestError::InvalidClient)),
        // Id and secret are read alike: the raw secret does not go with the decoded id.
        ("pl%75s:Zm9v+YmFy/YmF6==Qux1", Err(TokenRequestError::InvalidClient)),
        ("shop:100%", Err(TokenRequestError::InvalidClient)),
        ("shop:%00", Err(TokenRequestError::InvalidClient)),
        // Read in one way it proves one client, read in the other way another one.
        ("a%41:a-secret-of-somebody", Err(TokenRequestError::InvalidClient)),
        ("aA:a-secret-of-somebody", Ok("aA")),
        ("b%42:first-secret+of-two", Err(TokenRequestError::InvalidClient)),
        ("b%2542:first-secret%2Bof-two", Ok("b%42")),
    ] {
        assert_eq!(who(text), expected, "{text}");
    }
}

#[test]
fn a_client_id_in_the_form_chooses_among_the_readings_of_the_header() {
    let header = format!("Basic {}", STANDARD.encode(format!("sh%6Fp:{}", "a secret+")));
    for (named, expected) in [
        ("shop", Ok(())),
        ("sh%6Fp", Ok(())),
        ("other", Err(TokenRequestError::ConflictingCredentials)),
    ] {
        let parsed = TokenRequest::parse(&bare(&[("client_id", named)]), Some(&header));
        assert_eq!(parsed.map(|_| ()), expected, "{named}");
    }
}

#[test]
fn the_header_may_repeat_its_client_id_in_the_form() {
    let header = basic_credentials("shop", SECRET);
    let same = bare(&[("client_id", "shop")]);
    assert!(TokenRequest::parse(&same, Some(&header)).is_ok());
    let other = bare(&[("client_id", "other")]);
    assert_eq!(refusal(&other, Some(&header)), TokenRequestError::ConflictingCredentials);
}

#[test]
fn refuses_two_ways_to_authenticate_at_once() {
    let header = basic_credentials("shop", SECRET);
    assert_eq!(refusal(&form(&[]), Some(&header)), TokenRequestError::ConflictingCredentials);
    let asserting = [("client_assertion", "e.y.J")];
    assert_eq!(refusal(&form(&asserting), None), TokenRequestError::ConflictingCredentials);
    assert_eq!(
        refusal(&bare(&asserting), Some(&header)),
        TokenRequestError::ConflictingCredentials
    );
}

#[test]
fn refuses_clients_that_do_not_authenticate() {
    assert_eq!(refusal(&bare(&[]), None), TokenRequestError::NoCredentials);
    assert_eq!(refusal(&bare(&[("client_id", "shop")]), None), TokenRequestError::NoCredentials);
    let asserting = bare(&[("client_assertion", "e.y.J")]);
    assert_eq!(refusal(&asserting, None), TokenRequestError::UnsupportedAuthentication);
}

#[test]
fn refuses_a_header_that_it_cannot_read() {
    let raw = |text: &[u8]| format!("Basic {}", STANDARD.encode(text));
    for header in [
        String::new(),
        "Basic".to_owned(),
        "Basic !!!".to_owned(),
        basic_credentials("shop", SECRET).replacen("Basic", "Bearer", 1),
        raw(b"no-colon"),
        raw(b"shop:\xFF"),
    ] {
        let error = refusal(&bare(&[]), Some(&header));
        assert_eq!(error, TokenRequestError::UnreadableAuthorization, "{header}");
    }
}

#[test]
fn an_unknown_client_and_a_wrong_secret_look_the_same() {
    for (id, secret) in [("nobody", SECRET), ("shop", "wrong"), ("SHOP", SECRET), ("shop", "")] {
        let header = basic_credentials(id, secret);
        let request = TokenRequest::parse(&bare(&[]), Some(&header)).unwrap();
        let error = request.authenticate(&clients()).unwrap_err();
        assert_eq!(error, TokenRequestError::InvalidClient, "{id} {secret}");
    }
}

#[test]
fn refuses_what_is_missing_repeated_or_of_another_grant() {
    for (changes, error) in [
        (vec![("grant_type", "")], TokenRequestError::Missing("grant_type")),
        (vec![("code", "")], TokenRequestError::Missing("code")),
        (vec![("redirect_uri", "")], TokenRequestError::Missing("redirect_uri")),
        (vec![("client_id", "")], TokenRequestError::Missing("client_id")),
        (vec![("grant_type", "refresh_token")], TokenRequestError::UnsupportedGrantType),
        (vec![("grant_type", "password")], TokenRequestError::UnsupportedGrantType),
        (
            vec![("code", "a"), ("code", "b")],
            TokenRequestError::Repeated(RepeatedParamError("code")),
        ),
        (
            vec![("client_secret", SECRET), ("client_secret", SECRET)],
            TokenRequestError::Repeated(RepeatedParamError("client_secret")),
        ),
    ] {
        assert_eq!(refusal(&form(&changes), None), error);
    }
}

#[test]
fn a_code_that_cannot_be_ours_is_judged_after_its_client() {
    let request = parse(&[("code", "guessed")]);
    assert!(request.authenticate(&clients()).is_ok());
    assert_eq!(request.code().unwrap_err(), TokenRequestError::UnknownCode);
}

#[test]
fn the_owner_of_a_code_may_spend_it() {
    assert_eq!(without_pkce().check(&parse(&[]), &client()), Ok(()));
    let proven = parse(&[("code_verifier", VERIFIER)]);
    assert_eq!(with_pkce().check(&proven, &client()), Ok(()));
}

#[test]
fn a_code_is_bound_to_client_redirect_uri_and_challenge() {
    let thief = named_client("other", CALLBACK);
    assert_eq!(without_pkce().check(&parse(&[]), &thief), Err(TokenRequestError::WrongClient));

    for near in ["https://shop.example/oauth2/idpresponse/", "https://shop.example/oauth2"] {
        let request = parse(&[("redirect_uri", near)]);
        assert_eq!(
            without_pkce().check(&request, &client()),
            Err(TokenRequestError::WrongRedirect)
        );
    }

    assert_eq!(with_pkce().check(&parse(&[]), &client()), Err(TokenRequestError::VerifierMissing));
    let empty = parse(&[("code_verifier", "")]);
    assert_eq!(with_pkce().check(&empty, &client()), Err(TokenRequestError::VerifierMissing));
    for wrong in [CHALLENGE, "too-short"] {
        let request = parse(&[("code_verifier", wrong)]);
        assert_eq!(with_pkce().check(&request, &client()), Err(TokenRequestError::WrongVerifier));
    }
}

#[test]
fn a_verifier_without_a_challenge_is_a_downgrade() {
    let request = parse(&[("code_verifier", VERIFIER)]);
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
        (TokenRequestError::ConflictingCredentials, C::InvalidRequest, 400),
        (TokenRequestError::UnsupportedGrantType, C::UnsupportedGrantType, 400),
        (TokenRequestError::NoCredentials, C::InvalidClient, 401),
        (TokenRequestError::UnreadableAuthorization, C::InvalidClient, 401),
        (TokenRequestError::InvalidClient, C::InvalidClient, 401),
        (TokenRequestError::UnknownCode, C::InvalidGrant, 400),
        (TokenRequestError::WrongClient, C::InvalidGrant, 400),
        (TokenRequestError::WrongRedirect, C::InvalidGrant, 400),
        (TokenRequestError::VerifierMissing, C::InvalidGrant, 400),
        (TokenRequestError::WrongVerifier, C::InvalidGrant, 400),
        (TokenRequestError::VerifierWithoutChallenge, C::InvalidGrant, 400),
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
