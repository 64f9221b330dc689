//! The rules of an authorization request, one function each.

use std::time::Duration;

use super::rule_error::AuthorizeRuleError;
use crate::{
    op::{claims_request::RequestedAcr, client::Client, response::ResponseMode},
    wire::{language_tags::language_tags, params::Params, pkce::CodeChallenge, scope::Scope},
};

/// What we look at comes once and is not absurdly long. Parameters that are not in the list, such as `display`,
/// are not looked at [RFC 6749 §3.1]; a `login_hint` has a rule of its own.
pub(super) fn each_once_and_bounded(params: &Params) -> Result<(), AuthorizeRuleError> {
    for (name, longest) in MAX_LENGTH {
        if params.one(name)?.is_some_and(|value| value.len() > longest) {
            return Err(AuthorizeRuleError::TooLong(name));
        }
    }
    Ok(())
}

/// Any text without control characters: it is kept for half an hour, and copied into an ID token.
pub(super) fn nonce(params: &Params) -> Result<Option<String>, AuthorizeRuleError> {
    match params.one("nonce")? {
        Some(nonce) if nonce.contains(char::is_control) => {
            Err(AuthorizeRuleError::ControlCharacter("nonce"))
        }
        nonce => Ok(nonce.map(str::to_owned)),
    }
}

/// Nothing is hidden in a request object, and none is ever fetched [OIDC Core §6].
pub(super) fn no_request_object(params: &Params) -> Result<(), AuthorizeRuleError> {
    for (name, reason) in [
        ("request", AuthorizeRuleError::RequestObject),
        ("request_uri", AuthorizeRuleError::RequestUri),
        ("registration", AuthorizeRuleError::Registration),
    ] {
        if params.one(name)?.is_some() {
            return Err(reason);
        }
    }
    Ok(())
}

/// Tokens never pass through the browser [RFC 9700 §2.1.2].
pub(super) fn response_type(params: &Params) -> Result<(), AuthorizeRuleError> {
    match params.one("response_type")? {
        Some("code") => Ok(()),
        Some(_) => Err(AuthorizeRuleError::ResponseType),
        None => Err(AuthorizeRuleError::ResponseTypeMissing),
    }
}

/// Nothing may be hidden in a fragment, where only scripts could read it.
pub(super) fn response_mode(params: &Params) -> Result<Option<ResponseMode>, AuthorizeRuleError> {
    let mode = params.one("response_mode")?;
    mode.map(|mode| ResponseMode::parse(mode).ok_or(AuthorizeRuleError::ResponseMode)).transpose()
}

/// `openid` must be there, unknown scopes may [OIDC Core §3.1.2.1]. `offline_access` of a client that gets
/// no refresh tokens is ignored [OIDC Core §11].
pub(super) fn scopes(params: &Params, client: &Client) -> Result<Vec<Scope>, AuthorizeRuleError> {
    let mut scopes = params.one("scope")?.map(Scope::parse_known).unwrap_or_default();
    scopes.retain(|scope| *scope != Scope::OfflineAccess || client.may_refresh());
    if !scopes.contains(&Scope::Openid) {
        return Err(AuthorizeRuleError::NoOpenid);
    }
    Ok(scopes)
}

/// PKCE with S256, or not at all where the client need not [RFC 7636 §4.3, §4.4.1].
pub(super) fn challenge(
    params: &Params,
    client: &Client,
) -> Result<Option<CodeChallenge>, AuthorizeRuleError> {
    match (params.one("code_challenge")?, params.one("code_challenge_method")?) {
        (Some(challenge), Some("S256")) => {
            CodeChallenge::parse(challenge).map(Some).ok_or(AuthorizeRuleError::CodeChallenge)
        }
        (Some(_), _) => Err(AuthorizeRuleError::ChallengeMethod),
        (None, Some(_)) => Err(AuthorizeRuleError::MethodWithoutChallenge),
        (None, None) if client.requires_pkce() => Err(AuthorizeRuleError::ChallengeMissing),
        (None, None) => Ok(None),
    }
}

/// Whether `none` is asked, and whether a new authentication is: by `login`, or by `select_account`,
/// because an upstream that authenticates anew lets the person choose. Consent is the operator's
/// affair: `consent` is accepted and changes nothing.
pub(super) fn prompt(params: &Params) -> Result<(bool, bool), AuthorizeRuleError> {
    let words: Vec<_> = words(params.one("prompt")?).collect();
    if !words.iter().all(|word| matches!(*word, "none" | "login" | "consent" | "select_account")) {
        return Err(AuthorizeRuleError::Prompt);
    }
    let none = words.contains(&"none");
    if none && words.len() > 1 {
        return Err(AuthorizeRuleError::PromptNoneNotAlone);
    }
    Ok((none, words.contains(&"login") || words.contains(&"select_account")))
}

/// Seconds; bounded like the 32-bit number that others keep it in.
pub(super) fn max_age(params: &Params) -> Result<Option<Duration>, AuthorizeRuleError> {
    let Some(text) = params.one("max_age")? else { return Ok(None) };
    // `parse` alone would take a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i32>().ok().and_then(|seconds| u64::try_from(seconds).ok()) {
        Some(seconds) if digits => Ok(Some(Duration::from_secs(seconds))),
        _ => Err(AuthorizeRuleError::MaxAge),
    }
}

/// In order of preference [OIDC Core §3.1.2.1].
pub(super) fn acr_values(params: &Params) -> Result<Vec<String>, AuthorizeRuleError> {
    let values: Vec<_> = words(params.one("acr_values")?).map(str::to_owned).collect();
    if values.len() > MAX_LISTED {
        return Err(AuthorizeRuleError::TooManyAcrValues);
    }
    Ok(values)
}

/// The wished levels, and those that are essential. The latter replace what `acr_values` wishes; a
/// voluntary wish by `claims` counts where there is no other.
pub(super) fn wished_acr(
    acr_values: Vec<String>,
    by_claims: Option<RequestedAcr>,
) -> (Vec<String>, Vec<String>) {
    match by_claims {
        Some(RequestedAcr { values, essential: true }) if !values.is_empty() => {
            (values.clone(), values)
        }
        Some(RequestedAcr { values, .. }) if acr_values.is_empty() => (values, vec![]),
        Some(_) | None => (acr_values, vec![]),
    }
}

/// In order of preference [OIDC Core §3.1.2.1].
pub(super) fn ui_locales(params: &Params) -> Result<Vec<String>, AuthorizeRuleError> {
    Ok(language_tags(params.one("ui_locales")?))
}

/// Who is about to log in, if that was said once and with at most [`MAX_HINT`] octets. Any other hint is as if there
/// were none: it is a wish, and refuses nobody [OIDC Core §3.1.2.1].
pub(super) fn login_hint(params: &Params) -> Option<&str> {
    let hint = params.one("login_hint").ok().flatten();
    hint.filter(|hint| hint.len() <= MAX_HINT)
}

fn words(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.unwrap_or_default().split(' ').filter(|word| !word.is_empty())
}

/// Every parameter that is looked at, with its longest value in bytes: generous, but a record in
/// the store stays small. Those that come before the rules, and the `state`, have bounds of their own.
pub(super) const MAX_LENGTH: [(&str, usize); 14] = [
    ("response_type", 256),
    ("response_mode", 256),
    ("scope", 2048),
    ("nonce", 1024),
    ("code_challenge", 256),
    ("code_challenge_method", 256),
    ("prompt", 256),
    ("max_age", 256),
    ("acr_values", 4096),
    ("ui_locales", 2048),
    ("claims", 16 * 1024),
    // Claims have no languages here, so it is not honoured, only bounded [OIDC Core §5.2].
    ("claims_locales", 2048),
    ("id_token_hint", 16 * 1024),
    ("idp_hint", 256),
];

/// As long as an identifier of eIDAS may be, and longer than an address of mail (254).
const MAX_HINT: usize = 256;

/// More levels than anybody offers.
const MAX_LISTED: usize = 16;
