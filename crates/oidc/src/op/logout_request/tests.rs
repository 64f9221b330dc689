#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, json};

use super::*;
use crate::{
    ClientRegistry, IdToken, RegisteredRedirect, RepeatedParamError,
    samples::{KEY, KIDS, access_token, client, issuer, keys, named_client, params, stored},
};

const AFTER: &str = "https://shop.example/logged-out?tenant=a";
/// What the suite sends, and what a careless redirect would spoil.
const STATE: &str = "~!@#%^&*()_+ \"'\\|<>{}[];:,./?=&a=b€ä";

fn clients() -> ClientRegistry {
    let after = |uri| RegisteredRedirect::parse(uri).unwrap();
    let shop = client().with_post_logout_redirect_uri(after(AFTER));
    let shop = shop.with_post_logout_redirect_uri(after("https://shop.example/second"));
    ClientRegistry::new([shop, named_client("other", "https://other.example/cb")]).unwrap()
}

/// An ID token for `audience`, which expired years ago.
fn hint(audience: &str) -> String {
    let issued_at = Timestamp::UNIX_EPOCH;
    let token = IdToken {
        issuer: issuer(),
        subject: "k3x9".to_owned(),
        audience: named_client(audience, "https://x.example/").id().clone(),
        issued_at,
        expires_at: issued_at,
        auth_time: None,
        acr: "high".to_owned(),
        nonce: None,
        sid: Some("AAECAwQFBgcICQoLDA0ODw".to_owned()),
        claims: Map::new(),
    };
    let unsigned = token.unsigned(KEY.public(), &access_token());
    let signature = KEY.sign(unsigned.signing_input()).unwrap();
    unsigned.with_signature(&signature)
}

fn asked(pairs: &[(&str, &str)]) -> Result<LogoutRequest, LogoutRequestError> {
    let ours = (&issuer(), &keys());
    LogoutRequest::validate(&params(pairs.iter().copied()), &clients(), ours)
}

#[test]
fn an_expired_hint_proves_its_client_and_names_its_session() {
    let hint = hint("shop");
    let hinted = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", AFTER)];
    for named in [&[][..], &[("client_id", "shop")]] {
        let asked = asked(&[&hinted, named].concat()).unwrap();
        assert_eq!(asked.client.as_ref(), Some(client().id()));
        let person = asked.hint.unwrap();
        assert_eq!(person.sid(), Some("AAECAwQFBgcICQoLDA0ODw"));
        assert_eq!(person.sub_for(client().id()), Some("k3x9"));
        assert_eq!(asked.redirect.unwrap().as_str(), AFTER);
    }
}

#[test]
fn state_comes_back_exactly_and_nothing_else_is_added() {
    let pairs = [("client_id", "shop"), ("post_logout_redirect_uri", AFTER), ("state", STATE)];
    let redirect = asked(&pairs).unwrap().redirect.unwrap();
    let added = redirect.as_str().strip_prefix(AFTER).unwrap();
    assert!(added.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'), "{added}");
    let parsed: Vec<_> = url::form_urlencoded::parse(added.as_bytes()).into_owned().collect();
    assert_eq!(parsed, [("state".to_owned(), STATE.to_owned())]);
    assert_eq!(asked(&[("state", "x")]).unwrap().redirect, None, "a state of nothing");
}

#[test]
fn a_hint_that_we_did_not_issue_proves_nothing() {
    let good = hint("shop");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let claims = good.split('.').nth(1).unwrap();
    let none = "eyJhbGciOiJub25lIn0";
    for bad in [
        "x.y.z".to_owned(),
        format!("{none}.{claims}."),
        format!("{signed}."),
        format!("{signed}.{}", signature.chars().rev().collect::<String>()),
    ] {
        let error = asked(&[("id_token_hint", &bad)]).unwrap_err();
        assert_eq!(error, LogoutRequestError::IdTokenHint { client: None }, "{bad}");
    }
    let other_issuer = (&Issuer::parse("https://other.example").unwrap(), &keys());
    let params = params([("id_token_hint", good.as_str())]);
    let error = LogoutRequest::validate(&params, &clients(), other_issuer).unwrap_err();
    assert_eq!(error, LogoutRequestError::IdTokenHint { client: None });
}

#[test]
fn a_hint_that_proves_nothing_is_told_of_the_client_that_the_request_names() {
    let error = asked(&[("client_id", "shop"), ("id_token_hint", "abc")]).unwrap_err();
    assert_eq!(error.client().map(ClientId::as_str), Some("shop"));
    assert_eq!(error.reason(), "id_token_hint");
}

/// Signed by our key, so that nothing but its form is wrong.
fn signed(header: &str, payload: &[u8]) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(KEY.sign(input.as_bytes()).unwrap());
    format!("{input}.{signature}")
}

#[test]
fn a_hint_that_is_encrypted_compressed_nested_or_deep_proves_nothing() {
    let good = hint("shop");
    let claims = URL_SAFE_NO_PAD.decode(good.split('.').nth(1).unwrap()).unwrap();
    let header = |more: &str| {
        format!(r#"{{"alg":"RS256","typ":"JWT","kid":"{}"{more}}}"#, KEY.public().kid())
    };
    let as_it_is = signed(&header(""), &claims);
    assert!(asked(&[("id_token_hint", &as_it_is)]).unwrap().hint.is_some());
    let deep = format!(r#""deep":{}{}"#, "[".repeat(400), "]".repeat(400));
    let text = String::from_utf8(claims.clone()).unwrap();
    let deep_claims = text.replacen('{', &format!("{{{deep},"), 1);
    for (what, bad) in [
        ("encrypted", format!("{as_it_is}.a.b")),
        ("compressed", signed(&header(r#","zip":"DEF""#), &stored(&claims))),
        ("nested", signed(&header(r#","cty":"JWT""#), good.as_bytes())),
        ("deep claims", signed(&header(""), deep_claims.as_bytes())),
        ("a deep header", signed(&header(&format!(",{deep}")), &claims)),
        ("a key brought along", signed(&header(r#","jwk":{}"#), &claims)),
        ("an extension", signed(&header(r#","crit":["b64"],"b64":false"#), &claims)),
    ] {
        let error = asked(&[("id_token_hint", &bad)]).unwrap_err();
        assert_eq!(error, LogoutRequestError::IdTokenHint { client: None }, "{what}");
    }
}

/// A `kid` is looked for among our own keys, and nowhere else.
#[test]
fn a_kid_that_is_a_path_a_query_or_an_address_names_no_key() {
    let claims = URL_SAFE_NO_PAD.decode(hint("shop").split('.').nth(1).unwrap()).unwrap();
    for kid in KIDS {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid }).to_string();
        let request = asked(&[("id_token_hint", &signed(&header, &claims))]).unwrap();
        assert!(
            request.hint.is_none() && request.client.is_none() && request.hint_ignored,
            "{kid}"
        );
    }
}

/// A key leaves the ring, and a client may keep its token for longer.
#[test]
fn a_hint_of_a_key_that_is_not_published_counts_as_none() {
    let good = hint("shop");
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "gone" }).to_string();
    let mut parts = good.split('.');
    parts.next();
    let header = URL_SAFE_NO_PAD.encode(header);
    let token = format!("{header}.{}", parts.collect::<Vec<_>>().join("."));
    let request = asked(&[("id_token_hint", &token)]).unwrap();
    assert!(request.hint.is_none() && request.client.is_none() && request.hint_ignored);
    let with_uri = [("id_token_hint", token.as_str()), ("post_logout_redirect_uri", AFTER)];
    assert_eq!(asked(&with_uri).unwrap_err(), LogoutRequestError::RedirectWithoutClient);
}

#[test]
fn each_rule_has_a_reason_of_its_own() {
    let (shop, other) = (hint("shop"), hint("other"));
    let id = |id: &str| named_client(id, "https://x.example/").id().clone();
    for (pairs, error) in [
        (&[("client_id", "nobody")][..], LogoutRequestError::UnknownClient),
        (&[("id_token_hint", &hint("gone"))], LogoutRequestError::UnknownClient),
        (
            &[("id_token_hint", &other), ("client_id", "shop")],
            LogoutRequestError::HintOfAnotherClient { client: id("shop") },
        ),
        (
            &[("id_token_hint", &other), ("post_logout_redirect_uri", AFTER)],
            LogoutRequestError::RedirectMismatch { client: id("other") },
        ),
        (
            // Its redirect URI for logins.
            &[("client_id", "other"), ("post_logout_redirect_uri", "https://other.example/cb")],
            LogoutRequestError::RedirectMismatch { client: id("other") },
        ),
        (
            &[("id_token_hint", &shop), ("post_logout_redirect_uri", &format!("{AFTER}&b=c"))],
            LogoutRequestError::RedirectMismatch { client: id("shop") },
        ),
        (&[("post_logout_redirect_uri", AFTER)], LogoutRequestError::RedirectWithoutClient),
        (
            &[("client_id", "shop"), ("post_logout_redirect_uri", AFTER), ("state", "a\nb")],
            LogoutRequestError::State { client: id("shop") },
        ),
        (&[("ui_locales", &"a".repeat(2049))], LogoutRequestError::TooLong("ui_locales")),
        (&[("client_id", "shop"), ("client_id", "shop")], RepeatedParamError("client_id").into()),
        (&[("state", "a"), ("state", "b")], RepeatedParamError("state").into()),
    ] {
        let refused = asked(pairs).unwrap_err();
        assert_eq!(refused, error);
        assert!(crate::samples::is_description(&refused.to_string()), "{refused}");
    }
}

#[test]
fn what_is_asked_again_holds_neither_hint_nor_confirmation() {
    let hint = hint("shop");
    let again = [
        ("client_id", "shop"),
        ("post_logout_redirect_uri", AFTER),
        ("state", STATE),
        ("ui_locales", "sv fi"),
    ];
    let more = [("id_token_hint", hint.as_str()), ("confirmation", "x"), ("logout_hint", "y")];
    let request = asked(&[&again[..], &more].concat()).unwrap();
    assert_eq!(request.confirmation.as_deref(), Some("x"));
    assert_eq!(request.ui_locales, ["sv", "fi"]);
    assert_eq!(request.again, again.map(|(name, value)| (name, value.to_owned())));
    // Whoever the hint alone names must be named without it.
    let request = asked(&[&again[1..], &more].concat()).unwrap();
    assert_eq!(request.again, again.map(|(name, value)| (name, value.to_owned())));
}

#[test]
fn the_address_of_a_client_leads_to_the_first_of_its_own() {
    let request = LogoutRequest::at_address_of("shop", &clients()).unwrap();
    assert_eq!(request.redirect.unwrap().as_str(), AFTER);
    let again = [("client_id", "shop"), ("post_logout_redirect_uri", AFTER)];
    assert_eq!(request.again, again.map(|(name, value)| (name, value.to_owned())));
    let other = LogoutRequest::at_address_of("other", &clients()).unwrap();
    assert_eq!((other.redirect, other.again.len()), (None, 1));
    let nobody = LogoutRequest::at_address_of("nobody", &clients()).unwrap_err();
    assert_eq!(nobody, LogoutRequestError::UnknownClient);
}
