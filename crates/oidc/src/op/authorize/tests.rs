#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::samples::{
    CALLBACK, CHALLENGE, authorize_params, authorized, client, clients, is_description, issuer,
    params, redirect, unsigned_object,
};
use crate::wire::params::{ParamsError, RepeatedParamError};
use crate::{AuthorizeResponse, OAuthErrorCode};
use crate::{ClientAuthentication, RegisteredRedirect};

/// Why the usual request is refused once these parameters are replaced or added.
fn refusal(changes: &[(&str, &str)]) -> AuthorizeError {
    AuthorizeRequest::validate(&authorize_params(changes), &clients()).unwrap_err()
}

fn page(changes: &[(&str, &str)]) -> AuthorizePageError {
    match refusal(changes) {
        AuthorizeError::Page(error) => error,
        AuthorizeError::Redirect(error) => unreachable!("redirected: {error}"),
    }
}

fn redirected(changes: &[(&str, &str)]) -> AuthorizeRedirectError {
    match refusal(changes) {
        AuthorizeError::Page(error) => unreachable!("a page: {error}"),
        AuthorizeError::Redirect(error) => *error,
    }
}

fn reason(changes: &[(&str, &str)]) -> AuthorizeRuleError {
    redirected(changes).rule
}

#[test]
fn takes_the_plain_request_of_cognito() {
    let valid = authorized(&[]);
    assert_eq!(valid.client_id.as_str(), "shop");
    assert_eq!(valid.redirect, redirect());
    assert_eq!(valid.state, State::new("H4sI.opaque").ok());
    assert_eq!(valid.scopes, [Scope::Openid, Scope::Profile]);
    assert_eq!((valid.nonce, valid.challenge, valid.max_age), (None, None, None));
    assert!(!valid.prompt_none && !valid.prompt_login);
}

#[test]
fn takes_everything_that_is_supported() {
    let valid = authorized(&[
        ("response_mode", "query"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "login consent select_account"),
        ("max_age", "0"),
        ("acr_values", "urn:b  urn:a"),
        ("ui_locales", "sv fi-FI"),
        ("login_hint", "\"><script>"),
        ("display", "hologram"),
        ("claims", "{\"deep\":[[[[]]]]}"),
        ("claims_locales", "sv"),
        ("unheard_of", "x"),
    ]);
    assert_eq!(valid.nonce.as_deref(), Some("n-1"));
    assert_eq!(valid.challenge, CodeChallenge::parse(CHALLENGE));
    assert!(valid.prompt_login && !valid.prompt_none);
    assert_eq!(valid.max_age, Some(Duration::ZERO));
    assert_eq!(valid.acr_values, ["urn:b", "urn:a"]);
    assert_eq!(valid.ui_locales, ["sv", "fi-FI"]);
    assert_eq!(valid.login_hint.as_deref(), Some("\"><script>"));
}

#[test]
fn a_hint_that_is_too_long_or_comes_twice_is_as_if_there_were_none() {
    let longest = "h".repeat(256);
    assert_eq!(authorized(&[("login_hint", &longest)]).login_hint, Some(longest.clone()));
    for changes in [
        &[("login_hint", "a"), ("login_hint", "b")][..],
        &[("login_hint", &format!("{longest}h"))],
        &[("login_hint", "")],
    ] {
        assert_eq!(authorized(changes).login_hint, None);
    }
}

#[test]
fn shows_a_page_while_there_is_no_redirect_uri_to_trust() {
    let shop = client().id().clone();
    for (changes, error) in [
        ([("client_id", "")], AuthorizePageError::ClientMissing),
        ([("client_id", "nobody")], AuthorizePageError::UnknownClient),
        ([("redirect_uri", "")], AuthorizePageError::RedirectMissing { client: shop.clone() }),
        (
            [("redirect_uri", "https://evil.example/")],
            AuthorizePageError::RedirectMismatch { client: shop.clone() },
        ),
        // Another client's.
        (
            [("redirect_uri", "https://other.example/cb")],
            AuthorizePageError::RedirectMismatch { client: shop.clone() },
        ),
    ] {
        assert_eq!(page(&changes), error);
    }
}

#[test]
fn shows_a_page_when_client_or_redirect_uri_comes_twice() {
    for name in ["client_id", "redirect_uri"] {
        let value = if name == "client_id" { "shop" } else { CALLBACK };
        assert_eq!(
            page(&[(name, value), (name, value)]),
            AuthorizePageError::Repeated(RepeatedParamError(name))
        );
    }
}

#[test]
fn a_query_that_cannot_be_read_is_a_page() {
    let error = AuthorizeError::from(Params::parse("state=%00").unwrap_err());
    assert_eq!(error, AuthorizeError::Page(AuthorizePageError::Malformed(ParamsError::ZeroByte)));
}

#[test]
fn redirects_with_the_state_once_the_redirect_uri_is_known() {
    let error = redirected(&[("scope", "profile")]);
    assert_eq!(error.client, *client().id());
    assert_eq!(error.redirect, redirect());
    assert_eq!(error.state, State::new("H4sI.opaque").ok());
    assert_eq!(
        (error.rule, error.rule.error_code()),
        (AuthorizeRuleError::NoOpenid, OAuthErrorCode::InvalidScope)
    );
}

#[test]
fn does_not_give_back_a_state_that_it_did_not_take() {
    let longest = "s".repeat(State::MAX_LENGTH);
    assert_eq!(authorized(&[("state", &longest)]).state, State::new(&longest).ok());

    let too_long = redirected(&[("state", &"s".repeat(State::MAX_LENGTH + 1))]);
    assert_eq!((too_long.rule, too_long.state), (AuthorizeRuleError::TooLong("state"), None));

    let twice = redirected(&[("state", "a"), ("state", "b")]);
    assert_eq!(
        (twice.rule, twice.state),
        (AuthorizeRuleError::Repeated(RepeatedParamError("state")), None)
    );
}

#[test]
fn a_mode_that_is_asked_for_holds_for_the_answer_and_for_the_refusal() {
    assert_eq!(authorized(&[]).mode, ResponseMode::Query);
    for mode in ResponseMode::ALL {
        let asked = ("response_mode", mode.as_str());
        assert_eq!(authorized(&[asked]).mode, mode);
        assert_eq!(redirected(&[asked, ("scope", "profile")]).mode, mode);
        assert_eq!(redirected(&[asked, ("state", "\u{1}")]).mode, mode);
    }
    // A refused mode is not used, and the state is not at fault.
    for changes in [vec![("response_mode", "fragment")], vec![("response_mode", "form_post"); 2]] {
        let error = redirected(&changes);
        assert_eq!(
            (error.mode, error.state),
            (ResponseMode::Query, State::new("H4sI.opaque").ok())
        );
    }
}

#[test]
fn a_refused_request_object_says_where_its_refusal_goes_and_nothing_else() {
    let says = |claims: &str| unsigned_object(claims);
    let all = says(
        r#"{"response_mode":"form_post","state":"inside","scope":"openid","nonce":"n",
            "redirect_uri":"https://shop.example/oauth2/idpresponse"}"#,
    );
    let nothing_outside = [("request", all.as_str()), ("state", ""), ("redirect_uri", "")];
    let error = redirected(&nothing_outside);
    assert_eq!(error.rule.error_code(), OAuthErrorCode::RequestNotSupported);
    assert_eq!((error.mode, error.state), (ResponseMode::FormPost, State::new("inside").ok()));
    assert_eq!(error.redirect, redirect());

    // What stands outside wins.
    let error = redirected(&[("request", &all), ("response_mode", "query"), ("state", "outside")]);
    assert_eq!((error.mode, error.state), (ResponseMode::Query, State::new("outside").ok()));

    // What would be refused outside counts for nothing inside.
    let hostile = says(r#"{"response_mode":"fragment","state":"a\u0001"}"#);
    let error = redirected(&[("request", &hostile), ("state", "")]);
    assert_eq!((error.mode, error.state), (ResponseMode::Query, None));
}

#[test]
fn a_redirect_uri_in_a_request_object_must_be_registered_like_any_other() {
    let elsewhere = unsigned_object(r#"{"redirect_uri":"https://evil.example/"}"#);
    let mismatch = AuthorizePageError::RedirectMismatch { client: client().id().clone() };
    assert_eq!(page(&[("request", &elsewhere), ("redirect_uri", "")]), mismatch);
    let registered =
        unsigned_object(r#"{"redirect_uri":"https://shop.example/oauth2/idpresponse"}"#);
    let outside = ("redirect_uri", "https://evil.example/");
    assert_eq!(page(&[("request", &registered), outside]), mismatch);
}

#[test]
fn refuses_control_characters_in_what_it_keeps_and_gives_back() {
    let hostile = ["\u{1}", "a\r\nb", "\u{7f}", "\u{85}", "\u{9f}"].map(str::to_owned);
    for text in hostile.into_iter().chain(["\u{1}".repeat(State::MAX_LENGTH)]) {
        let error = redirected(&[("state", &text)]);
        assert_eq!(
            (error.rule, error.state, error.client),
            (AuthorizeRuleError::ControlCharacter("state"), None, client().id().clone()),
        );
    }
    let error = redirected(&[("nonce", "\u{1}")]);
    // The state is not at fault, and goes back [RFC 6749 §4.1.2.1].
    assert_eq!(
        (error.rule, error.state),
        (AuthorizeRuleError::ControlCharacter("nonce"), State::new("H4sI.opaque").ok())
    );
    assert_eq!(error.rule.error_code(), OAuthErrorCode::InvalidRequest);
    assert!(is_description(&error.rule.to_string()));
}

#[test]
fn takes_any_other_text_as_state_and_nonce() {
    for text in ["\"\\", "\u{a0}", "ä", "\u{1F600}", "\u{202e}\u{feff}", " "] {
        let valid = authorized(&[("state", text), ("nonce", text)]);
        assert_eq!((valid.state, valid.nonce.as_deref()), (State::new(text).ok(), Some(text)));
    }
}

#[test]
fn each_rule_refuses_for_its_own_reason() {
    use AuthorizeRuleError as R;
    let s256 = ("code_challenge_method", "S256");
    let many_levels = "urn:x ".repeat(17);
    for (changes, expected) in [
        (vec![("request", "e30.e30.")], R::RequestObject),
        (vec![("request_uri", "http://169.254.169.254/")], R::RequestUri),
        (vec![("registration", "{}")], R::Registration),
        (vec![("response_type", "")], R::ResponseTypeMissing),
        (vec![("response_type", "token")], R::ResponseType),
        (vec![("response_type", "code id_token")], R::ResponseType),
        (vec![("response_type", "CODE")], R::ResponseType),
        (vec![("response_mode", "fragment")], R::ResponseMode),
        (vec![("response_mode", "form_post.jwt")], R::ResponseMode),
        (vec![("scope", "")], R::NoOpenid),
        (vec![("scope", "openidx profile")], R::NoOpenid),
        (vec![("code_challenge", CHALLENGE)], R::ChallengeMethod),
        (
            vec![("code_challenge", CHALLENGE), ("code_challenge_method", "plain")],
            R::ChallengeMethod,
        ),
        (vec![("code_challenge", "short"), s256], R::CodeChallenge),
        (vec![s256], R::MethodWithoutChallenge),
        (vec![("prompt", "create")], R::Prompt),
        (vec![("prompt", "none create")], R::Prompt),
        (vec![("prompt", "none login")], R::PromptNoneNotAlone),
        (vec![("max_age", "-1")], R::MaxAge),
        (vec![("max_age", "+1")], R::MaxAge),
        (vec![("max_age", "1.5")], R::MaxAge),
        (vec![("max_age", "2147483648")], R::MaxAge),
        (vec![("acr_values", &many_levels)], R::TooManyAcrValues),
        (vec![("claims", "{\"deep\":[[[[")], R::Claims),
    ] {
        assert_eq!(reason(&changes), expected, "{changes:?}");
        assert!(is_description(&expected.to_string()), "{expected}");
    }
}

#[test]
fn bounds_what_it_keeps_and_what_it_ignores() {
    assert!(authorized(&[("nonce", &"n".repeat(1024))]).nonce.is_some());
    for (name, longest) in [("nonce", 1024), ("claims", 16 * 1024), ("ui_locales", 2048)] {
        let too_long = "n".repeat(longest + 1);
        assert_eq!(reason(&[(name, &too_long)]), AuthorizeRuleError::TooLong(name));
    }
}

#[test]
fn refuses_a_repeated_parameter_that_it_looks_at() {
    for name in ["scope", "nonce", "prompt", "request", "claims", "code_challenge"] {
        let repeated = AuthorizeRuleError::Repeated(RepeatedParamError(name));
        assert_eq!(reason(&[(name, "openid"), (name, "openid")]), repeated);
    }
    authorized(&[("resource", "a"), ("resource", "b")]);
}

#[test]
fn a_client_that_must_use_pkce_is_refused_without() {
    let strict = ClientRegistry::new([client().requiring_pkce()]).unwrap();
    let error = AuthorizeRequest::validate(&authorize_params(&[]), &strict).unwrap_err();
    let AuthorizeError::Redirect(error) = error else { unreachable!("a page") };
    assert_eq!(error.rule, AuthorizeRuleError::ChallengeMissing);

    let with =
        authorize_params(&[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
    assert!(AuthorizeRequest::validate(&with, &strict).unwrap().challenge.is_some());
}

#[test]
fn a_public_client_is_refused_without_a_challenge() {
    let redirect = RegisteredRedirect::parse(CALLBACK).unwrap();
    let public = Client::new(client().id().clone(), ClientAuthentication::None, redirect);
    let public = ClientRegistry::new([public]).unwrap();
    let error = AuthorizeRequest::validate(&authorize_params(&[]), &public).unwrap_err();
    let AuthorizeError::Redirect(error) = error else { unreachable!("a page") };
    assert_eq!(error.rule, AuthorizeRuleError::ChallengeMissing);
}

#[test]
fn carries_prompt_none_for_the_broker_to_decide() {
    let valid = authorized(&[("prompt", "none")]);
    assert!(valid.prompt_none && !valid.prompt_login);
}

#[test]
fn takes_the_largest_max_age() {
    let valid = authorized(&[("max_age", "2147483647")]);
    assert_eq!(valid.max_age, Some(Duration::from_secs(2_147_483_647)));
}

#[test]
fn keeps_only_well_formed_languages_and_not_too_many() {
    let valid = authorized(&[("ui_locales", "<script>alert(1)</script> fi sv_SE")]);
    assert_eq!(valid.ui_locales, ["fi"]);
    assert_eq!(authorized(&[("ui_locales", &"fi ".repeat(20))]).ui_locales.len(), 16);
}

#[test]
fn never_prints_a_state_or_a_nonce() {
    let printed = format!(
        "{:?} {:?}",
        authorized(&[("nonce", "secret-nonce"), ("state", "secret-state")]),
        redirected(&[("state", "secret-state"), ("scope", "x")]),
    );
    assert!(!printed.contains("secret-"), "{printed}");
}

#[test]
fn a_refusal_repeats_nothing_of_the_request() {
    let hostile = params([("client_id", "<b>"), ("redirect_uri", "https://evil.example")]);
    let shown = AuthorizeRequest::validate(&hostile, &clients()).unwrap_err().to_string();
    assert!(!shown.contains("<b>"), "{shown}");

    let error = redirected(&[("prompt", "<b>")]);
    let description = error.rule.to_string();
    let told = (error.rule.error_code(), description.as_str());
    let response = error.redirect.error(error.mode, &issuer(), told, error.state.as_ref());
    let AuthorizeResponse::Redirect(location) = response else { unreachable!("a form") };
    assert!(!location.as_str().contains("%3Cb%3E"));
}

#[test]
fn an_essential_acr_replaces_a_wish_and_a_voluntary_one_does_not() {
    let asked = |claims: &str| {
        let valid = authorized(&[("claims", claims), ("acr_values", "urn:c")]);
        (valid.acr_values, valid.essential_acr)
    };
    let one = |level: &str| vec![level.to_owned()];
    assert_eq!(
        asked(r#"{"id_token":{"acr":{"essential":true,"value":"urn:a"}}}"#),
        (one("urn:a"), one("urn:a"))
    );
    assert_eq!(asked(r#"{"id_token":{"acr":{"value":"urn:a"}}}"#), (one("urn:c"), vec![]));
    // Essential without a value: any level will do, and one always comes.
    assert_eq!(asked(r#"{"id_token":{"acr":{"essential":true}}}"#), (one("urn:c"), vec![]));
    let voluntary = authorized(&[("claims", r#"{"id_token":{"acr":{"value":"urn:a"}}}"#)]);
    assert_eq!((voluntary.acr_values, voluntary.essential_acr), (one("urn:a"), vec![]));
}

#[test]
fn only_names_that_the_client_gets_by_scope_are_kept() {
    let scoped = client().with_claim_scope("email".to_owned(), Scope::Email);
    let clients = ClientRegistry::new([scoped]).unwrap();
    let names = r#"{"userinfo":{"email":null,"given_name":null,"other":null}}"#;
    let valid = AuthorizeRequest::validate(&authorize_params(&[("claims", names)]), &clients);
    assert_eq!(valid.unwrap().claims, ["email"]);
}
