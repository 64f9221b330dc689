#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::sha::sha256;
use openssl::sign::Signer;
use serde_json::json;

use super::*;
use crate::SigningKey;
use crate::op::client_authentication::{
    Authentication, ClientAuthenticationError, ClientCredentials, claimed_client,
};
use crate::op::client_registry::ClientRegistry;
use crate::samples::{
    CALLBACK, KEY, KIDS, SECRET, client, issuer, keys, named_client, params, pem, stored,
};
use crate::{ClientId, RegisteredRedirect};

const NOW: Timestamp = Timestamp::constant(1_795_262_400, 0);
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Clients, of which the robots sign: the first by an RSA key, or by another one on P-256.
static CLIENTS: LazyLock<ClientRegistry> = LazyLock::new(|| {
    let mut set = keys().jwks();
    set.get_mut("keys").unwrap().as_array_mut().unwrap().push(ec_jwk());
    ClientRegistry::new([client(), robot("robot", &set), robot("other-robot", &foreign_set())])
        .unwrap()
});

static EC: LazyLock<EcKey<Private>> = LazyLock::new(|| {
    EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap()
});

static FOREIGN: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_pem(&pem(2048)).unwrap());

fn robot(id: &str, set: &Value) -> Client {
    let keys = JwkSet::read(set.to_string().as_bytes()).unwrap();
    let id = ClientId::parse(id).unwrap();
    let callback = RegisteredRedirect::parse(CALLBACK).unwrap();
    Client::new(id, ClientKeys::Registered(keys), callback)
}

fn foreign_set() -> Value {
    crate::KeyRing::new(FOREIGN.public().clone(), vec![]).jwks()
}

fn ec_jwk() -> Value {
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    let [mut x, mut y] = [(); 2].map(|()| openssl::bn::BigNum::new().unwrap());
    EC.public_key().affine_coordinates(EC.group(), &mut x, &mut y, &mut context).unwrap();
    let [x, y] = [x, y].map(|one| URL_SAFE_NO_PAD.encode(one.to_vec_padded(32).unwrap()));
    json!({ "kty": "EC", "crv": "P-256", "kid": "curve", "x": x, "y": y })
}

/// The claims of a good assertion, with some replaced or, by null, left out.
fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "iss": "robot",
        "sub": "robot",
        "aud": "https://login.example",
        "jti": "once",
        "iat": NOW.as_second(),
        "exp": NOW.as_second() + 60,
    });
    change(&mut claims, changes);
    claims
}

fn header(changes: Value) -> Value {
    let mut header = json!({ "alg": "RS256", "kid": KEY.public().kid(), "typ": "JWT" });
    change(&mut header, changes);
    header
}

fn change(object: &mut Value, changes: Value) {
    let object = object.as_object_mut().unwrap();
    let Value::Object(changes) = changes else { unreachable!() };
    object.extend(changes);
    object.retain(|_, value| !value.is_null());
}

fn input(header: &Value, claims: &Value) -> String {
    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encoded(header), encoded(claims))
}

fn signed_by(key: &SigningKey, header: Value, claims: &Value) -> String {
    let input = input(&self::header(header), claims);
    let signature = URL_SAFE_NO_PAD.encode(key.sign(input.as_bytes()).unwrap());
    format!("{input}.{signature}")
}

fn signed(changes: Value) -> String {
    signed_by(&KEY, json!({}), &claims(changes))
}

fn read(compact: &str) -> Result<ClientCredentials, ClientAuthenticationError> {
    let form = params([("client_assertion", compact), ("client_assertion_type", KIND)]);
    ClientCredentials::read(&form, None)
}

/// Whom an assertion proves, and by which id and until when it counts.
fn judged(compact: &str) -> Result<(String, String, Timestamp), ClientAuthenticationError> {
    let credentials = read(compact)?;
    let Authentication::Asserted(assertion) = credentials.authenticate(&CLIENTS)? else {
        unreachable!("an assertion is no secret")
    };
    let ClientKeys::Registered(keys) = assertion.keys() else { unreachable!("no URL") };
    let verified = assertion.verify(keys, &issuer(), NOW)?;
    let (id, until) = (verified.id().to_owned(), verified.until());
    Ok((verified.client().id().as_str().to_owned(), id, until))
}

fn refused(compact: &str) -> ClientAssertionError {
    match judged(compact) {
        Err(ClientAuthenticationError::Assertion(error)) => error,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn an_assertion_for_us_or_for_an_endpoint_that_clients_name_proves_its_client() {
    let until = Timestamp::constant(NOW.as_second() + 120, 0);
    let robot = Ok(("robot".to_owned(), "once".to_owned(), until));
    assert_eq!(judged(&signed(json!({}))), robot);
    for audience in ["https://login.example/token", "https://login.example/par"] {
        assert_eq!(judged(&signed(json!({ "aud": audience, "iat": null }))), robot, "{audience}");
    }
    let untyped = signed_by(&KEY, json!({ "typ": null }), &claims(json!({})));
    assert_eq!(judged(&untyped), robot);
    // A fraction of a second is a number too.
    let fraction = json!({ "exp": 1_795_262_460.0 });
    assert_eq!(judged(&signed(fraction)), robot);
}

#[test]
fn a_client_signs_by_an_elliptic_key_too() {
    let input = input(&header(json!({ "alg": "ES256", "kid": "curve" })), &claims(json!({})));
    let made = EcdsaSig::sign(&sha256(input.as_bytes()), &EC).unwrap();
    let halves = [made.r(), made.s()].map(|half| half.to_vec_padded(32).unwrap()).concat();
    let (client, ..) = judged(&format!("{input}.{}", URL_SAFE_NO_PAD.encode(halves))).unwrap();
    assert_eq!(client, "robot");
}

#[test]
fn what_no_key_of_the_client_signed_proves_nothing() {
    let with_header = |changes: Value| signed_by(&KEY, changes, &claims(json!({})));
    let good = signed(json!({}));
    let (unsigned, signature) = good.rsplit_once('.').unwrap();
    let hmac = {
        let input = input(&header(json!({ "alg": "HS256" })), &claims(json!({})));
        // The confusion needs a public key that everybody has.
        let secret = keys().jwks().to_string();
        let key = PKey::hmac(secret.as_bytes()).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let made = signer.sign_oneshot_to_vec(input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(made))
    };
    let none = format!("{}.", input(&header(json!({ "alg": "none" })), &claims(json!({}))));
    let other_claims = input(&header(json!({})), &claims(json!({ "jti": "twice" })));
    let by_foreign = signed_by(&FOREIGN, json!({}), &claims(json!({})));
    for (compact, reason) in [
        (none, ClientAssertionError::Algorithm),
        (hmac, ClientAssertionError::Algorithm),
        (with_header(json!({ "alg": "RS384" })), ClientAssertionError::Algorithm),
        (with_header(json!({ "kid": "../../etc" })), ClientAssertionError::UnknownKey),
        (with_header(json!({ "kid": "curve" })), ClientAssertionError::UnfitKey),
        (with_header(json!({ "jku": "https://evil.example" })), ClientAssertionError::Header),
        (with_header(json!({ "jwk": {} })), ClientAssertionError::Header),
        (with_header(json!({ "x5u": "https://evil.example" })), ClientAssertionError::Header),
        (with_header(json!({ "crit": ["b64"], "b64": false })), ClientAssertionError::Header),
        (with_header(json!({ "typ": "logout+jwt" })), ClientAssertionError::Header),
        (format!("{unsigned}."), ClientAssertionError::Signature),
        (format!("{other_claims}.{signature}"), ClientAssertionError::Signature),
        (by_foreign, ClientAssertionError::Signature),
        (format!("{good}.x.y"), ClientAssertionError::Malformed),
        (format!("{unsigned}=.{signature}"), ClientAssertionError::Malformed),
    ] {
        assert_eq!(refused(&compact), reason, "{compact}");
    }
}

/// Each is signed by the client's key, so that nothing but its form is wrong.
#[test]
fn an_assertion_that_is_encrypted_compressed_nested_or_deep_proves_nothing() {
    let signed = |header: &str, payload: &[u8]| {
        let parts = [header.as_bytes(), payload].map(|part| URL_SAFE_NO_PAD.encode(part));
        let input = parts.join(".");
        let signature = URL_SAFE_NO_PAD.encode(KEY.sign(input.as_bytes()).unwrap());
        format!("{input}.{signature}")
    };
    // The client is named beside it, so that it is looked for by no claim.
    let judged = |compact: &str| {
        let form = [
            ("client_id", "robot"),
            ("client_assertion", compact),
            ("client_assertion_type", KIND),
        ];
        let credentials = ClientCredentials::read(&params(form), None).unwrap();
        let Ok(Authentication::Asserted(assertion)) = credentials.authenticate(&CLIENTS) else {
            unreachable!()
        };
        let ClientKeys::Registered(keys) = assertion.keys() else { unreachable!("no URL") };
        assertion.verify(keys, &issuer(), NOW).map(|_| ())
    };
    let text = |changes: Value| header(changes).to_string();
    let (plain, good) = (text(json!({})), claims(json!({})).to_string());
    assert_eq!(judged(&signed(&plain, good.as_bytes())), Ok(()));
    let deep = format!(r#"{{"deep":{}{},"#, "[".repeat(400), "]".repeat(400));
    let deepened = |object: &str| object.replacen('{', &deep, 1);
    let zip = text(json!({ "zip": "DEF" }));
    let nested = text(json!({ "cty": "JWT" }));
    let inner = signed(&plain, good.as_bytes());
    for (what, compact) in [
        ("encrypted", format!("{inner}.a.b")),
        ("compressed", signed(&zip, &stored(good.as_bytes()))),
        ("nested", signed(&nested, inner.as_bytes())),
        ("deep claims", signed(&plain, deepened(&good).as_bytes())),
        ("a deep header", signed(&deepened(&plain), good.as_bytes())),
    ] {
        assert_eq!(judged(&compact), Err(ClientAssertionError::Malformed), "{what}");
    }
    for kid in KIDS {
        let compact = signed(&text(json!({ "kid": kid })), good.as_bytes());
        assert_eq!(judged(&compact), Err(ClientAssertionError::UnknownKey), "{kid}");
    }
}

#[test]
fn an_assertion_of_another_for_another_or_of_another_time_proves_nothing() {
    let now = NOW.as_second();
    let issuer = "https://login.example";
    for (changes, reason) in [
        (json!({ "iss": "shop" }), ClientAssertionError::Issuer),
        (json!({ "iss": null }), ClientAssertionError::Issuer),
        (json!({ "iss": ["robot"] }), ClientAssertionError::Issuer),
        (json!({ "aud": null }), ClientAssertionError::Audience),
        (json!({ "aud": "https://login.example/" }), ClientAssertionError::Audience),
        (json!({ "aud": "https://login.example/userinfo" }), ClientAssertionError::Audience),
        (json!({ "aud": "https://login.example/revoke" }), ClientAssertionError::Audience),
        (json!({ "aud": "https://login.example/introspect" }), ClientAssertionError::Audience),
        (json!({ "aud": "https://other.example" }), ClientAssertionError::Audience),
        // Of whom else is named nobody knows what they do with it.
        (json!({ "aud": [issuer] }), ClientAssertionError::Audience),
        (json!({ "aud": [issuer, "https://other.example"] }), ClientAssertionError::Audience),
        (json!({ "exp": null }), ClientAssertionError::Times),
        (json!({ "exp": "soon" }), ClientAssertionError::Times),
        (json!({ "exp": 1e300 }), ClientAssertionError::Times),
        (json!({ "iat": "now" }), ClientAssertionError::Times),
        (json!({ "exp": now - 60 }), ClientAssertionError::Expired),
        (json!({ "exp": now + 3661 }), ClientAssertionError::TooLong),
        (json!({ "iat": now + 61 }), ClientAssertionError::NotYetValid),
        (json!({ "nbf": now + 61 }), ClientAssertionError::NotYetValid),
        (json!({ "jti": null }), ClientAssertionError::Id),
        (json!({ "jti": "" }), ClientAssertionError::Id),
        (json!({ "jti": 7 }), ClientAssertionError::Id),
    ] {
        let printed = changes.to_string();
        assert_eq!(refused(&signed(changes)), reason, "{printed}");
    }
    for good in [
        json!({ "exp": now - 59 }),
        json!({ "exp": now + 3660 }),
        json!({ "iat": now + 60, "nbf": now + 60 }),
    ] {
        assert!(judged(&signed(good.clone())).is_ok(), "{good}");
    }
}

#[test]
fn the_key_of_one_client_speaks_for_no_other() {
    let as_other = json!({ "iss": "other-robot", "sub": "other-robot" });
    assert_eq!(refused(&signed(as_other)), ClientAssertionError::UnknownKey);
    // The form names the other, the assertion itself the robot.
    let (compact, id) = (signed(json!({})), "other-robot");
    let form =
        [("client_id", id), ("client_assertion", &*compact), ("client_assertion_type", KIND)];
    let credentials = ClientCredentials::read(&params(form), None).unwrap();
    let Ok(Authentication::Asserted(assertion)) = credentials.authenticate(&CLIENTS) else {
        unreachable!()
    };
    assert_eq!(assertion.client().id().as_str(), id);
    let robots = JwkSet::read(keys().jwks().to_string().as_bytes()).unwrap();
    let judged = assertion.verify(&robots, &issuer(), NOW);
    assert_eq!(judged.map(|_| ()), Err(ClientAssertionError::Issuer));
}

#[test]
fn each_client_proves_itself_in_its_own_way() {
    let failed = ClientAuthenticationError::Failed;
    let by_secret = params([("client_id", "robot"), ("client_secret", SECRET)]);
    let by_secret = ClientCredentials::read(&by_secret, None).unwrap();
    assert_eq!(by_secret.authenticate(&CLIENTS).map(|_| ()), Err(failed));
    for id in ["shop", "stranger"] {
        let compact = signed(json!({ "iss": id, "sub": id }));
        assert_eq!(judged(&compact), Err(failed), "{id}");
    }
}

#[test]
fn an_assertion_says_what_it_is_and_whose() {
    let compact = signed(json!({}));
    let kind = ("client_assertion_type", KIND);
    for (form, reason) in [
        (vec![("client_assertion", &*compact)], ClientAuthenticationError::AssertionType),
        (
            vec![("client_assertion", &*compact), ("client_assertion_type", "saml2-bearer")],
            ClientAuthenticationError::AssertionType,
        ),
        (vec![("client_assertion", "x"), kind], ClientAssertionError::Malformed.into()),
        (vec![("client_assertion", "e30.e30.x"), kind], ClientAssertionError::Malformed.into()),
    ] {
        let read = ClientCredentials::read(&params(form.iter().copied()), None);
        assert_eq!(read.map(|_| ()), Err(reason), "{form:?}");
    }
}

#[test]
fn the_log_names_the_client_of_an_assertion_that_is_one_of_ours() {
    let clients = ClientRegistry::new([named_client("robot", CALLBACK)]).unwrap();
    let form = |compact: &str| format!("x=%zz&client_assertion={compact}");
    let claimed = |form: &str| claimed_client(form, None, &clients).map(|one| one.id().to_string());
    assert_eq!(claimed(&form(&signed(json!({})))), Some("robot".to_owned()));
    assert_eq!(claimed(&form(&signed(json!({ "sub": "stranger" })))), None);
    let two = format!("{}&client_id=stranger", form(&signed(json!({}))));
    assert_eq!(claimed(&two), Some("robot".to_owned()));
}

#[test]
fn nothing_of_an_assertion_is_printed() {
    let compact = signed(json!({}));
    let credentials = read(&compact).unwrap();
    let proof = credentials.authenticate(&CLIENTS).unwrap();
    let printed = format!("{credentials:?} {proof:?}");
    assert!(printed.contains("robot") && !printed.contains(&compact), "{printed}");
    let Authentication::Asserted(assertion) = proof else { unreachable!() };
    let ClientKeys::Registered(keys) = assertion.keys() else { unreachable!("no URL") };
    let verified = assertion.verify(keys, &issuer(), NOW).unwrap();
    assert_eq!(format!("{verified:?}"), "VerifiedClientAssertion(robot)");
}
