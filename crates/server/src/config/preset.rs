//! `preset`: what the software of a client sends and can take.

use silta_broker::AllowedUpstream;
use silta_config::description::{ClientProof, ErrorsShownBy, TakeWord, claims, clients};
use silta_config::{Section, Value};
use silta_oidc::{COGNITO_VALUE, Client, Preset};

use super::ReadContext;
use super::public_url::{has_capital_host, path};

/// What is known of a client's software.
pub(super) struct Software {
    preset: Option<Preset>,
    errors: ErrorsShownBy,
}

/// Reads `preset` and `errors`, and refuses what the software of a preset cannot take.
pub(super) fn read(section: &Section<'_>) -> Option<Software> {
    let preset: Option<Option<Preset>> =
        section.optional(&clients::PRESET).map_or(Some(None), |value| value.choice().map(Some));
    let errors: Option<Option<ErrorsShownBy>> =
        section.optional(&clients::ERRORS).map_or(Some(None), |value| value.choice().map(Some));
    let preset = preset?;
    if let Some(preset) = preset {
        refuse_misfits(preset, section);
    }
    let errors = errors?.unwrap_or(match preset {
        Some(Preset::Alb) => ErrorsShownBy::Page,
        Some(Preset::Cognito) | None => ErrorsShownBy::Client,
    });
    Some(Software { preset, errors })
}

/// Neither software can be told of a logout behind the browser, and each keeps a session of its own. What ends that one differs.
pub(super) fn warn_of_logouts(
    client: &Section<'_>,
    allowed: &[AllowedUpstream],
    context: &ReadContext<'_>,
) {
    let Some(preset) = client.optional(&clients::PRESET) else { return };
    let logs_out = |one: &AllowedUpstream| context.logging_out.borrow().contains(&one.name);
    let is_there = |key| client.optional(key).is_some();
    if is_there(&clients::BACKCHANNEL_LOGOUT_URI) || !allowed.iter().any(logs_out) {
        return;
    }
    let refreshes = client.optional(&clients::REFRESH_TOKENS).and_then(|value| value.boolean());
    match preset.choice() {
        Some(Preset::Cognito) if !is_there(&clients::POST_LOGOUT_REDIRECT_URIS) => {
            let what = "after a logout Cognito's own session lives on: nothing tells it";
            let instead = "write post_logout_redirect_uris, and chain its sign-out to /logout/NAME";
            preset.warn(what, instead);
        }
        Some(Preset::Alb) if refreshes == Some(false) => {
            let what = "after a logout the load balancer's own session lives on: nothing tells it";
            preset
                .warn(what, "write refresh_tokens: true, so that it ends within access_token_life");
        }
        Some(Preset::Cognito | Preset::Alb) | None => {}
    }
}

impl Software {
    /// The client with this software.
    pub(super) fn of(self, client: Client) -> Client {
        let client = match self.preset {
            Some(preset) => client.with_preset(preset),
            None => client,
        };
        match self.errors {
            ErrorsShownBy::Client => client,
            ErrorsShownBy::Page => client.not_showing_errors(),
        }
    }
}

fn refuse_misfits(preset: Preset, section: &Section<'_>) {
    let redirects = section.optional(&clients::REDIRECT_URIS);
    for redirect in redirects.iter().flat_map(Value::list) {
        refuse_redirect(redirect);
    }
    let pkce = section.optional(&clients::REQUIRE_PKCE);
    if let Some(pkce) = pkce.filter(|value| value.boolean() == Some(true)) {
        pkce.refuse::<()>("the preset's software sends no challenge", "leave it out");
    }
    let proof = section.optional(&clients::AUTHENTICATION);
    let is_other =
        |value: &Value<'_>| matches!(value.choice(), Some(ClientProof::Key | ClientProof::None));
    if let Some(proof) = proof.filter(is_other) {
        proof.refuse::<()>("the preset's software has a secret and nothing else", "leave it out");
    }
    match preset {
        Preset::Cognito => {
            let refreshes = section.optional(&clients::REFRESH_TOKENS);
            if let Some(value) = refreshes.filter(|value| value.boolean() == Some(true)) {
                let what = "Cognito has refresh tokens of its own, and never uses ours";
                value.refuse::<()>(what, "leave it out");
            }
            let claims = section.optional(&clients::CLAIMS).and_then(|value| value.entries());
            for (claim, value) in claims.into_iter().flatten() {
                refuse_claim(claim, value);
            }
        }
        // It passes every claim on as it is.
        Preset::Alb => {}
    }
}

/// Cognito and load balancers have one path, and hosts in small letters.
fn refuse_redirect(redirect: Value<'_>) {
    let Some(uri) = redirect.text() else { return };
    if has_capital_host(uri) {
        let instead = "write the host in small letters, as the preset's software sends it";
        redirect.refuse::<()>("its host has capital letters", instead);
    }
    if path(uri).is_some_and(|path| path != CALLBACK_PATH) {
        let instead = "write https://, its host, and /oauth2/idpresponse";
        redirect.refuse::<()>("the preset's software has another path", instead);
    }
}

/// What Cognito takes of a claim.
fn refuse_claim(claim: &str, value: Value<'_>) {
    if claim.len() > COGNITO_NAME && !STANDARD.contains(&claim) {
        let what = "Cognito takes names of 20 characters, and this is longer";
        value.refuse::<()>(what, "choose a shorter one");
    }
    let rule = if value.is_mapping() { value.section(&clients::CLAIMS) } else { None };
    let says = |key| rule.as_ref().and_then(|rule| rule.optional(key));
    let is_there = |key| says(key).is_some();
    let is_always_there =
        is_there(&claims::CONSTANT) && !is_there(&claims::WHEN) && !is_there(&claims::UNLESS);
    let says_what_without = is_there(&claims::DEFAULT)
        || says(&claims::REQUIRED)
            .is_some_and(|one| one.is_mapping() || one.boolean() == Some(true))
        || says(&claims::EMIT_EMPTY).and_then(|one| one.boolean()) == Some(true);
    if !is_always_there && !says_what_without {
        let what = "without a value Cognito keeps what an earlier login left";
        value.refuse::<()>(what, "add emit_empty: true, or required: true");
    }
    let parts = says(&claims::ONE_OF).into_iter().flat_map(|several| several.list());
    let parts = parts.filter(Value::is_mapping).filter_map(|one| one.section(&claims::ONE_OF));
    for part in rule.into_iter().chain(parts) {
        refuse_compound(&part);
    }
    if let Some(scope) = says(&claims::SCOPE) {
        let what = "Cognito keeps the claim of an earlier login where it does not come";
        scope.refuse::<()>(what, "leave it out: Cognito always asks for the same scopes");
    }
}

/// What Cognito takes of a rule, or of one of several.
fn refuse_compound(rule: &Section<'_>) {
    let is_there = |key| rule.optional(key).is_some();
    let is_long =
        |constant: &Value<'_>| constant.text().is_some_and(|text| text.len() > COGNITO_VALUE);
    if let Some(constant) = rule.optional(&claims::CONSTANT).filter(is_long) {
        constant.refuse::<()>("Cognito takes 2048 octets", "write a shorter text");
    }
    if let Some(object) = rule.optional(&claims::OBJECT) {
        let instead = "write template:, or a claim for each member";
        object.refuse::<()>("Cognito takes texts alone", instead);
    }
    let take = rule.optional(&claims::TAKE).filter(|take| !take.is_mapping());
    let is_list = |take: &Value<'_>| {
        take.choice() == Some(TakeWord::All)
            || (is_there(&claims::LIST) && take.choice() == Some(TakeWord::Only))
    };
    if let Some(take) = take.filter(is_list) {
        take.refuse::<()>("Cognito makes one odd text of a list", "write first or join");
    }
}

const CALLBACK_PATH: &str = "/oauth2/idpresponse";
/// The longest name of a custom attribute, to which a claim is usually mapped by its own name.
const COGNITO_NAME: usize = 20;
/// Cognito has an attribute of this name.
const STANDARD: [&str; 1] = ["phone_number_verified"];
