#![expect(clippy::unwrap_used, reason = "tests")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::form_urlencoded::byte_serialize;

use super::*;
use crate::OAuthErrorCode;
use crate::RegisteredRedirect;
use crate::samples::{CALLBACK, SECRET, clients, is_description, params};
use crate::wire::client_id::ClientId;
use crate::wire::params::RepeatedParamError;

/// Good credentials by `client_secret_post`.
fn posted() -> Params {
    params([("client_id", "shop"), ("client_secret", SECRET)])
}

fn basic(id: &str, secret: &str) -> String {
    let [id, secret] = [id, secret].map(|text| byte_serialize(text.as_bytes()).collect::<String>());
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn raw_basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

fn read(form: &[(&str, &str)], authorization: Option<&str>) -> ClientCredentials {
    ClientCredentials::read(&params(form.iter().copied()), authorization).unwrap()
}

/// The client that credentials prove without an assertion.
fn proved(
    credentials: &ClientCredentials,
    clients: &ClientRegistry,
) -> Result<String, ClientAuthenticationError> {
    match credentials.authenticate(clients)? {
        Authentication::Proved(client) => Ok(client.id().as_str().to_owned()),
        Authentication::Asserted(_) => unreachable!("nothing was asserted"),
    }
}

fn refusal(form: &[(&str, &str)], authorization: Option<&str>) -> ClientAuthenticationError {
    ClientCredentials::read(&params(form.iter().copied()), authorization).unwrap_err()
}

#[test]
fn a_client_authenticates_in_the_form() {
    let credentials = ClientCredentials::read(&posted(), None).unwrap();
    assert_eq!(proved(&credentials, &clients()), Ok("shop".to_owned()));
}

#[test]
fn a_client_authenticates_in_the_header_with_reserved_characters_in_its_secret() {
    let header = basic("shop", SECRET);
    for header in [header.clone(), header.replacen("Basic", "bASIC", 1)] {
        let credentials = read(&[], Some(&header));
        assert_eq!(proved(&credentials, &clients()), Ok("shop".to_owned()));
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
    let who = |text: &str| proved(&read(&[], Some(&raw_basic(text))), &clients);
    let failed = Err(ClientAuthenticationError::Failed);
    for (text, expected) in [
        ("plus:Zm9v+YmFy/YmF6==Qux1", Ok("plus")),
        ("plus:Zm9v%2BYmFy%2FYmF6%3D%3DQux1", Ok("plus")),
        ("pl%75s:Zm9v%2BYmFy/YmF6==Qux1", Ok("plus")),
        ("percent:a-secret-of-100%-and-%zz", Ok("percent")),
        ("percent:a-secret-of-100%25-and-%25zz", Ok("percent")),
        ("escape:a-secret-with-%2B-in-it", Ok("escape")),
        ("escape:a-secret-with-%252B-in-it", Ok("escape")),
        // In neither form the secret: once too often decoded, or half.
        ("plus:Zm9v YmFy/YmF6==Qux1", failed),
        ("plus:Zm9v%20YmFy/YmF6==Qux1", failed),
        ("percent:a-secret-of-100%-and-%25zz", failed),
        ("escape:a-secret-with-+-in-it", failed),
        ("escape:a-secret-with-%25252B-in-it", failed),
        // Id and secret are read alike: the raw secret does not go with the decoded id.
        ("pl%75s:Zm9v+YmFy/YmF6==Qux1", failed),
        ("shop:100%", failed),
        ("shop:%00", failed),
        // Read in one way it proves one client, read in the other way another one.
        ("a%41:a-secret-of-somebody", failed),
        ("aA:a-secret-of-somebody", Ok("aA")),
        ("b%42:first-secret+of-two", failed),
        ("b%2542:first-secret%2Bof-two", Ok("b%42")),
    ] {
        assert_eq!(who(text), expected.map(str::to_owned), "{text}");
    }
}

#[test]
fn a_client_id_in_the_form_chooses_among_the_readings_of_the_header() {
    let header = raw_basic("sh%6Fp:a secret+");
    for (named, expected) in [
        ("shop", Ok(())),
        ("sh%6Fp", Ok(())),
        ("other", Err(ClientAuthenticationError::Conflicting)),
    ] {
        let read = ClientCredentials::read(&params([("client_id", named)]), Some(&header));
        assert_eq!(read.map(|_| ()), expected, "{named}");
    }
}

#[test]
fn the_header_may_repeat_its_client_id_in_the_form() {
    let header = basic("shop", SECRET);
    let same = read(&[("client_id", "shop")], Some(&header));
    assert_eq!(proved(&same, &clients()), Ok("shop".to_owned()));
    let other = refusal(&[("client_id", "other")], Some(&header));
    assert_eq!(other, ClientAuthenticationError::Conflicting);
}

#[test]
fn refuses_two_ways_to_authenticate_at_once() {
    let header = basic("shop", SECRET);
    let (id, secret) = (("client_id", "shop"), ("client_secret", SECRET));
    let assertion = ("client_assertion", "e.y.J");
    for (form, header) in [
        (&[id, secret][..], Some(header.as_str())),
        (&[id, secret, assertion], None),
        (&[id, assertion], Some(&header)),
    ] {
        assert_eq!(refusal(form, header), ClientAuthenticationError::Conflicting, "{form:?}");
    }
}

#[test]
fn refuses_clients_that_do_not_authenticate() {
    assert_eq!(refusal(&[], None), ClientAuthenticationError::Missing);
    for id in ["shop", "stranger"] {
        let missing = Err(ClientAuthenticationError::Missing);
        assert_eq!(proved(&read(&[("client_id", id)], None), &clients()), missing, "{id}");
    }
    let nameless = refusal(&[("client_secret", SECRET)], None);
    assert_eq!(nameless, ClientAuthenticationError::ClientIdMissing);
    let twice = [("client_secret", SECRET), ("client_secret", SECRET)];
    let repeated = RepeatedParamError("client_secret").into();
    assert_eq!(refusal(&twice, None), repeated);
}

#[test]
fn a_public_client_says_its_id_and_proves_nothing_by_a_secret() {
    let id = ClientId::parse("app").unwrap();
    let redirect = RegisteredRedirect::parse(CALLBACK).unwrap();
    let public = Client::new(id, ClientAuthentication::None, redirect);
    assert!(public.is_public() && public.requires_pkce());
    let clients = ClientRegistry::new([public]).unwrap();
    assert_eq!(proved(&read(&[("client_id", "app")], None), &clients), Ok("app".to_owned()));
    let failed = Err(ClientAuthenticationError::Failed);
    for secret in ["", SECRET] {
        let header = basic("app", secret);
        assert_eq!(proved(&read(&[], Some(&header)), &clients), failed, "{secret}");
    }
    let posted = read(&[("client_id", "app"), ("client_secret", SECRET)], None);
    assert_eq!(proved(&posted, &clients), failed);
}

#[test]
fn refuses_a_header_that_it_cannot_read() {
    for header in [
        String::new(),
        "Basic".to_owned(),
        "Basic !!!".to_owned(),
        basic("shop", SECRET).replacen("Basic", "Bearer", 1),
        raw_basic("no-colon"),
        format!("Basic {}", STANDARD.encode(b"shop:\xFF")),
    ] {
        let error = refusal(&[], Some(&header));
        assert_eq!(error, ClientAuthenticationError::UnreadableHeader, "{header}");
    }
}

#[test]
fn an_unknown_client_and_a_wrong_secret_look_the_same() {
    for (id, secret) in [("nobody", SECRET), ("shop", "wrong"), ("SHOP", SECRET), ("shop", "")] {
        let credentials = read(&[], Some(&basic(id, secret)));
        let failed = Err(ClientAuthenticationError::Failed);
        assert_eq!(proved(&credentials, &clients()), failed, "{id} {secret}");
    }
}

#[test]
fn each_fault_has_the_code_and_status_of_the_rfc() {
    use ClientAssertionError as A;
    use ClientAuthenticationError as E;
    use OAuthErrorCode as C;
    for (error, code, status) in [
        (E::Repeated(RepeatedParamError("client_id")), C::InvalidRequest, 400),
        (E::ClientIdMissing, C::InvalidRequest, 400),
        (E::Conflicting, C::InvalidRequest, 400),
        (E::Missing, C::InvalidClient, 401),
        (E::AssertionType, C::InvalidClient, 401),
        (E::UnreadableHeader, C::InvalidClient, 401),
        (E::Failed, C::InvalidClient, 401),
        (A::Malformed.into(), C::InvalidClient, 401),
        (A::Algorithm.into(), C::InvalidClient, 401),
        (A::Header.into(), C::InvalidClient, 401),
        (A::UnknownKey.into(), C::InvalidClient, 401),
        (A::UnfitKey.into(), C::InvalidClient, 401),
        (A::Signature.into(), C::InvalidClient, 401),
        (A::Issuer.into(), C::InvalidClient, 401),
        (A::Audience.into(), C::InvalidClient, 401),
        (A::Times.into(), C::InvalidClient, 401),
        (A::Expired.into(), C::InvalidClient, 401),
        (A::TooLong.into(), C::InvalidClient, 401),
        (A::NotYetValid.into(), C::InvalidClient, 401),
        (A::Id.into(), C::InvalidClient, 401),
        (A::Replayed.into(), C::InvalidClient, 401),
    ] {
        assert_eq!((error.error_code(), error.status()), (code, status), "{error}");
        assert_eq!(error.www_authenticate().is_some(), status == 401, "{error}");
        assert!(is_description(&error.to_string()), "{error}");
    }
}

#[test]
fn never_prints_a_secret() {
    let in_header = read(&[], Some(&basic("shop", SECRET)));
    for credentials in [in_header, ClientCredentials::read(&posted(), None).unwrap()] {
        let printed = format!("{credentials:?}");
        assert!(printed.contains("shop") && !printed.contains(SECRET), "{printed}");
    }
}
