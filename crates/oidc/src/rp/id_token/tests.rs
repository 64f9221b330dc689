#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::*;
use crate::jose::{jwk_set::KeySelectionError, jws::JwsError};
use crate::rp::claims::ClaimsError;
use crate::rp::samples::{
    NOW, SUBJECT, claims, header, jwk_set, nonce, signed, signed_text, verified, verify,
};
use crate::samples::{KEY, keys};
use crate::wire::json::JsonError;

/// Why a token of this header and these claims, signed by the provider's key, is refused.
fn refused(header: &Value, claims: &Value) -> IdTokenError {
    verify(&signed(header, claims), |_| {}, &jwk_set()).unwrap_err()
}

/// The good value with one member replaced, or left out when it is null.
fn with(mut good: Value, name: &str, value: Value) -> Value {
    let members = good.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    good
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW.as_second() + seconds).unwrap()
}

#[test]
fn a_good_token_says_who_logged_in_when_and_how() {
    let token = verified();
    assert_eq!(token.subject().as_str(), SUBJECT);
    assert_eq!(token.acr().unwrap().as_str(), "urn:high");
    assert_eq!(token.auth_time(), Some(at(-10)));
    assert_eq!(token.session_id(), None);
    assert_eq!(token.claims().values("given_name"), ["Nordea"]);
    assert_eq!(token.compact().expose_secret(), signed(&header(), &claims()));
    assert_eq!(token.claims().iter().count(), 1);
}

#[test]
fn takes_what_the_specification_leaves_open() {
    for (name, value) in [
        ("aud", json!(["silta"])),
        ("azp", json!("silta")),
        ("nbf", json!(NOW.as_second())),
        ("exp", json!(1_763_726_460.5)),
        ("auth_time", Value::Null),
        ("acr", Value::Null),
        ("sid", json!("s-1")),
        ("at_hash", json!(crate::wire::at_hash::at_hash("an-access-token"))),
    ] {
        let token = signed(&header(), &with(claims(), name, value.clone()));
        assert!(verify(&token, |_| {}, &jwk_set()).is_ok(), "{name} {value}");
    }
    for typ in ["JWT", "jwt"] {
        let token = signed(&with(header(), "typ", json!(typ)), &claims());
        assert!(verify(&token, |_| {}, &jwk_set()).is_ok(), "{typ}");
    }
}

#[test]
fn each_claim_that_deviates_has_its_own_reason() {
    use IdTokenError as E;
    let (now, second) = (NOW, NOW.as_second());
    for (name, value, reason) in [
        ("iss", json!("https://evil.example"), E::WrongIssuer),
        ("iss", json!("https://op.example/"), E::WrongIssuer),
        ("iss", Value::Null, E::Missing("iss")),
        ("iss", json!(["https://op.example"]), E::Malformed("iss")),
        ("aud", json!("another"), E::WrongAudience),
        ("aud", json!("SILTA"), E::WrongAudience),
        ("aud", json!(["another"]), E::WrongAudience),
        ("aud", Value::Null, E::Missing("aud")),
        ("aud", json!([]), E::Malformed("aud")),
        ("aud", json!(["silta", 1]), E::Malformed("aud")),
        ("aud", json!(vec!["silta"; 17]), E::Malformed("aud")),
        ("aud", json!(["silta", "another"]), E::UntrustedAudience),
        ("aud", json!(["another", "silta"]), E::UntrustedAudience),
        ("azp", json!("another"), E::WrongAuthorizedParty),
        ("azp", json!(["silta"]), E::Malformed("azp")),
        ("exp", json!(second - 60), E::Expired { expires_at: at(-60), now }),
        ("exp", Value::Null, E::Missing("exp")),
        ("exp", json!("1763726460"), E::Malformed("exp")),
        ("exp", json!(1e300), E::Malformed("exp")),
        ("iat", json!(second + 61), E::IssuedInTheFuture { issued_at: at(61), now }),
        ("iat", Value::Null, E::Missing("iat")),
        ("nbf", json!(second + 61), E::NotYetValid { not_before: at(61), now }),
        ("nbf", json!(true), E::Malformed("nbf")),
        ("nonce", json!(Nonce::new(&[9; 32]).as_str()), E::WrongNonce),
        ("nonce", json!(""), E::WrongNonce),
        ("nonce", Value::Null, E::Missing("nonce")),
        ("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"), E::WrongAccessTokenHash),
        ("at_hash", json!(""), E::WrongAccessTokenHash),
        ("auth_time", json!(second + 61), E::AuthenticatedInTheFuture { auth_time: at(61) }),
        ("sub", Value::Null, E::Missing("sub")),
        ("sub", json!(""), E::Malformed("sub")),
        ("sub", json!(7), E::Malformed("sub")),
        ("sub", json!("ä"), E::Malformed("sub")),
        ("sub", json!("s".repeat(256)), E::Malformed("sub")),
        ("acr", json!("two words"), E::Malformed("acr")),
        ("acr", json!(["urn:high"]), E::Malformed("acr")),
        ("sid", json!("s".repeat(257)), E::Malformed("sid")),
        ("given_name", json!("x".repeat(5000)), E::Claims(ClaimsError::LongValue)),
    ] {
        assert_eq!(
            refused(&header(), &with(claims(), name, value.clone())),
            reason,
            "{name} {value}"
        );
    }
}

#[test]
fn an_audience_beside_us_is_not_trusted_whatever_azp_says() {
    for azp in ["silta", "another"] {
        let shared = with(with(claims(), "aud", json!(["silta", "another"])), "azp", json!(azp));
        assert_eq!(refused(&header(), &shared), IdTokenError::UntrustedAudience, "{azp}");
    }
}

#[test]
fn the_clocks_may_differ_by_the_skew_and_no_more() {
    let second = NOW.as_second();
    for (name, value) in [("exp", second - 59), ("iat", second + 60), ("nbf", second + 60)] {
        let token = signed(&header(), &with(claims(), name, json!(value)));
        assert!(verify(&token, |_| {}, &jwk_set()).is_ok(), "{name}");
        let strict = verify(&token, |expect| expect.skew = Duration::ZERO, &jwk_set());
        assert!(strict.is_err(), "{name}");
    }
    // At the very instant it is too late.
    let token = signed(&header(), &with(claims(), "exp", json!(second)));
    let strict = verify(&token, |expect| expect.skew = Duration::ZERO, &jwk_set());
    assert_eq!(strict.unwrap_err(), IdTokenError::Expired { expires_at: NOW, now: NOW });
}

#[test]
fn freshness_that_was_asked_for_must_be_shown() {
    let fresh = |since: i64, token: &str| {
        verify(token, |expect| expect.authenticated_since = Some(at(since)), &jwk_set())
    };
    let token = signed(&header(), &claims());
    assert!(fresh(-10, &token).is_ok() && fresh(50, &token).is_ok());
    assert_eq!(
        fresh(51, &token).unwrap_err(),
        IdTokenError::NotFresh { auth_time: at(-10), needed: at(51) }
    );
    let silent = signed(&header(), &with(claims(), "auth_time", Value::Null));
    assert_eq!(fresh(-10, &silent).unwrap_err(), IdTokenError::Missing("auth_time"));
}

#[test]
fn each_header_that_deviates_has_its_own_reason() {
    use JwsError as E;
    let long = "x".repeat(17_000);
    for (name, value, reason) in [
        ("alg", json!("none"), E::Unsigned),
        ("alg", json!("nOnE"), E::Unsigned),
        ("alg", json!("HS256"), E::Algorithm),
        ("alg", json!("RS384"), E::Algorithm),
        ("alg", json!("rs256"), E::Algorithm),
        ("alg", json!(""), E::Algorithm),
        ("alg", Value::Null, E::HeaderMember("alg")),
        ("alg", json!(["RS256"]), E::HeaderMember("alg")),
        ("alg", json!("PS256"), E::Key(KeySelectionError::NoFittingKey)),
        ("alg", json!("ES256"), E::Key(KeySelectionError::NoFittingKey)),
        ("kid", json!("another"), E::Key(KeySelectionError::UnknownKid)),
        ("kid", json!("../../etc/passwd"), E::Key(KeySelectionError::UnknownKid)),
        ("kid", json!(7), E::HeaderMember("kid")),
        ("crit", json!(["exp"]), E::Extension),
        ("crit", json!([]), E::Extension),
        ("b64", json!(false), E::Extension),
        ("jku", json!("https://evil.example/jwks"), E::KeyInHeader),
        ("x5u", json!("https://evil.example/key"), E::KeyInHeader),
        ("jwk", keys().jwks()["keys"][0].clone(), E::KeyInHeader),
        ("typ", json!("logout+jwt"), E::Kind("JWT")),
        ("typ", json!("at+jwt"), E::Kind("JWT")),
        ("x5c", json!([long]), E::Header(JsonError::TooLong)),
    ] {
        let error = refused(&with(header(), name, value.clone()), &claims());
        assert_eq!(error, IdTokenError::Jws(reason), "{name} {value}");
        let unknown = reason == E::Key(KeySelectionError::UnknownKid);
        assert_eq!(error.needs_new_keys(), unknown, "{name} {value}");
    }
}

#[test]
fn text_that_two_readers_could_read_differently_is_no_token() {
    use JwsError as E;
    let (header, claims) = (header().to_string(), claims().to_string());
    let twice = claims.replacen('{', r#"{"sub":"somebody-else","#, 1);
    let zero = claims.replacen("Nordea", "Nor\\u0000dea", 1);
    let two_keys = header.replacen('{', r#"{"alg":"none","#, 1);
    let token = signed_text(&header, &claims);
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (first, payload) = input.split_once('.').unwrap();
    let spare_bits = format!("{}B", token.strip_suffix(char::is_alphanumeric).unwrap_or(&token));
    for (text, reason) in [
        (signed_text(&header, &twice), E::Payload(JsonError::RepeatedMember)),
        (signed_text(&header, &zero), E::Payload(JsonError::ZeroCharacter)),
        (signed_text(&header, "[]"), E::Payload(JsonError::NotAnObject)),
        (signed_text(&header, &format!("{claims} {{}}")), E::Payload(JsonError::NotJson)),
        (signed_text(&two_keys, &claims), E::Header(JsonError::RepeatedMember)),
        (signed_text("", &claims), E::Header(JsonError::NotJson)),
        (String::new(), E::NotCompact),
        (input.to_owned(), E::NotCompact),
        (format!("{token}.x"), E::NotCompact),
        (format!("{token}.x.y"), E::Encrypted),
        (format!("{token}="), E::NotCompact),
        (format!("{token}\n"), E::NotCompact),
        (format!("{first}.{payload}=.{signature}"), E::Signature),
        (spare_bits, E::NotCompact),
        ("a".repeat(65 * 1024), E::TooLong),
    ] {
        let error = verify(&text, |_| {}, &jwk_set()).unwrap_err();
        assert_eq!(error, IdTokenError::Jws(reason), "{reason}");
    }
}

#[test]
fn what_the_provider_did_not_sign_says_nothing() {
    let token = signed(&header(), &claims());
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (first, _) = input.split_once('.').unwrap();
    let forged = with(claims(), "sub", json!("somebody-else")).to_string();
    let forged = format!("{first}.{}.{signature}", URL_SAFE_NO_PAD.encode(forged));
    let empty = format!("{input}.");
    let zeros = format!("{input}.{}", URL_SAFE_NO_PAD.encode([0; 256]));
    for token in [forged, empty, zeros] {
        let error = verify(&token, |_| {}, &jwk_set()).unwrap_err();
        assert_eq!(error, IdTokenError::Jws(JwsError::Signature));
    }
}

/// The classic confusion: the public key, which everybody has, as the secret of HMAC.
#[test]
fn a_public_key_is_no_secret() {
    let jwk = keys().jwks()["keys"][0].clone();
    let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
    let header = with(header(), "alg", json!("HS256")).to_string();
    let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let input = format!("{}.{}", encoded(&header), encoded(&claims().to_string()));
    for secret in [modulus, jwk.to_string().into_bytes()] {
        let key = PKey::hmac(&secret).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let mac = signer.sign_oneshot_to_vec(input.as_bytes()).unwrap();
        let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac));
        let error = verify(&token, |_| {}, &jwk_set()).unwrap_err();
        assert_eq!(error, IdTokenError::Jws(JwsError::Algorithm));
    }
}

#[test]
fn an_algorithm_that_is_not_configured_is_not_accepted() {
    static OTHERS: [SignatureAlgorithm; 2] = [SignatureAlgorithm::Ps256, SignatureAlgorithm::Es256];
    let token = signed(&header(), &claims());
    for algorithms in [&OTHERS[..], &[]] {
        let error = verify(&token, |expect| expect.algorithms = algorithms, &jwk_set());
        assert_eq!(error.unwrap_err(), IdTokenError::Jws(JwsError::Algorithm));
    }
}

#[test]
fn a_token_without_kid_needs_the_only_key_that_fits() {
    let token = signed(&with(header(), "kid", Value::Null), &claims());
    assert!(verify(&token, |_| {}, &jwk_set()).is_ok());
    let mut set = keys().jwks();
    let mut second = set["keys"][0].clone();
    second["kid"] = json!("second");
    set["keys"].as_array_mut().unwrap().push(second);
    let two = JwkSet::read(set.to_string().as_bytes()).unwrap();
    let error = verify(&token, |_| {}, &two).unwrap_err();
    assert_eq!(error, IdTokenError::Jws(JwsError::Key(KeySelectionError::KidMissing)));
}

#[test]
fn nothing_about_the_person_is_printed() {
    let printed = format!("{:?} {:?}", verified(), verified().subject());
    assert!(!printed.contains(SUBJECT) && !printed.contains("Nordea"), "{printed}");
    assert!(!printed.contains(nonce().as_str()), "{printed}");
    assert!(format!("{:?}", IdToken::received("e.y.J")).ends_with("(redacted)"));
    assert!(KEY.public().kid().len() > 10);
}

/// Tokens that `jose` (npm) and `joserfc` (Python) made for the login of the samples.
#[test]
fn other_makers_tokens_are_judged_alike() {
    let makers: Value = serde_json::from_str(include_str!("foreign.json")).unwrap();
    let mut judged = 0;
    for maker in makers.as_array().unwrap() {
        let keys = JwkSet::read(maker["jwks"].to_string().as_bytes()).unwrap();
        for token in maker["tokens"].as_array().unwrap() {
            let verdict = verify(token["token"].as_str().unwrap(), |_| {}, &keys);
            let expected = match token["verdict"].as_str().unwrap() {
                "good" => Ok(()),
                "unsigned" => Err(IdTokenError::Jws(JwsError::Unsigned)),
                "algorithm" => Err(IdTokenError::Jws(JwsError::Algorithm)),
                "encrypted" => Err(IdTokenError::Jws(JwsError::Encrypted)),
                "extension" => Err(IdTokenError::Jws(JwsError::Extension)),
                "signature" => Err(IdTokenError::Jws(JwsError::Signature)),
                "unknown kid" => {
                    Err(IdTokenError::Jws(JwsError::Key(KeySelectionError::UnknownKid)))
                }
                other => unreachable!("{other}"),
            };
            assert_eq!(verdict.map(|_| ()), expected, "{} {}", maker["maker"], token["name"]);
            judged += 1;
        }
    }
    assert!(judged >= 14, "{judged}");
}
