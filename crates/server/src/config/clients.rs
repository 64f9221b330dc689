//! `clients`: who may ask, and what each is given.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use silta_broker::{RelyingPartyPolicy, UpstreamName};
use silta_mapping::{ClaimRule, ClaimRules, ClaimSource, Dictionary, Take};
use silta_oidc::{Client, ClientId, ClientSecret, RESERVED_CLAIMS, RegisteredRedirect};

use super::keys::non_empty;
use super::secret::{self, Resolver};
use super::upstreams::Upstreams;
use super::yaml::{Section, Value, suggestion};
use crate::aws::Versions;

pub(super) fn read(
    value: &Value<'_>,
    dictionary: Option<&Dictionary>,
    upstreams: Option<&Upstreams>,
    resolver: &dyn Resolver,
) -> Option<Vec<(Client, RelyingPartyPolicy)>> {
    let read = value.entries()?.into_iter().map(|(name, value)| {
        let id = match ClientId::parse(&name) {
            Ok(id) => Some(id),
            Err(error) => value.refuse_with(&error),
        };
        let section = value.section()?;
        let client = client(id.as_ref(), &section, resolver);
        let sector = section
            .optional("sector")
            .map_or_else(|| id.as_ref().map(|id| id.as_str().to_owned()), sector);
        let upstream = section
            .required("upstream", "the name of one of the upstreams")
            .and_then(|value| upstream(value, upstreams));
        let min_acr = section
            .optional("min_acr")
            .map_or(Some(None), |value| min_acr(value, upstream.as_ref(), upstreams).map(Some));
        let rules = section
            .required("claims", "claim names, each with the attribute it comes from")
            .and_then(|value| rules(value, dictionary));
        section.refuse_unknown();
        let policy = RelyingPartyPolicy {
            upstream: upstream?,
            min_acr: min_acr?,
            rules: rules?,
            sector: sector?,
        };
        Some((client?, policy))
    });
    non_empty(value, read.collect())
}

fn client(id: Option<&ClientId>, section: &Section<'_>, resolver: &dyn Resolver) -> Option<Client> {
    let secret = section
        .required("secret", "a reference to its secret, such as env:NAME")
        .and_then(|value| secrets_of(value, resolver));
    let also = section
        .optional("also_accepted_secret")
        .map_or(Some(None), |value| secrets_of(value, resolver).map(Some));
    let redirects = section
        .required(
            "redirect_uris",
            "the URIs that answers may go to, exactly as the client sends them",
        )
        .and_then(|value| {
            let uris = value.list().iter().map(redirect).collect();
            non_empty(value, uris)
        });
    let pkce = section.optional("require_pkce").map_or(Some(false), Value::boolean);
    let id_token_life = section.optional("id_token_life").map_or(Some(TOKEN_LIFE), token_life);
    let access_life = section.optional("access_token_life").map_or(Some(TOKEN_LIFE), token_life);

    let mut redirects = redirects?.into_iter();
    let mut secrets = secret?.all().chain(also?.into_iter().flat_map(Versions::all));
    let mut client = Client::new(id?.clone(), secrets.next()?, redirects.next()?)
        .with_token_lives(id_token_life?, access_life?);
    for redirect in redirects {
        client = client.with_redirect_uri(redirect);
    }
    for secret in secrets {
        client = client.with_second_secret(secret);
    }
    Some(if pkce? { client.requiring_pkce() } else { client })
}

/// A file usually ends with a newline that is not part of the secret.
fn secrets_of(value: &Value<'_>, resolver: &dyn Resolver) -> Option<Versions<ClientSecret>> {
    let versions = secret::resolve_versions(value, resolver)?;
    secret::warn_of_format(value, without_newline(&versions.current));
    secret::read_versions(value, versions, |content| {
        ClientSecret::new(&SecretString::from(without_newline(content)))
    })
}

fn without_newline(secret: &SecretString) -> &str {
    secret.expose_secret().trim_end_matches(['\r', '\n'])
}

fn redirect(value: &Value<'_>) -> Option<RegisteredRedirect> {
    match RegisteredRedirect::parse(value.text()?) {
        Ok(redirect) => Some(redirect),
        Err(error) => value.refuse_with(&error),
    }
}

/// An empty name shared by accident would give two clients the same `sub`.
fn sector(value: &Value<'_>) -> Option<String> {
    match value.text()?.trim() {
        "" => value.refuse("it is empty", "write a name, or leave it out"),
        name => Some(name.to_owned()),
    }
}

fn token_life(value: &Value<'_>) -> Option<Duration> {
    let life = value.duration()?;
    if (MIN_TOKEN_LIFE..=MAX_TOKEN_LIFE).contains(&life) {
        Some(life)
    } else {
        value.refuse("it is not between one minute and one hour", "write a duration such as 5m")
    }
}

fn upstream(value: &Value<'_>, upstreams: Option<&Upstreams>) -> Option<UpstreamName> {
    let (name, upstreams) = (value.text()?, upstreams?);
    if let Some((known, _)) = upstreams.iter().find(|(known, _)| known.as_str() == name) {
        return Some(known.clone());
    }
    let instead = suggestion(name, upstreams.keys().map(UpstreamName::as_str));
    value.refuse("it is not the name of an upstream", instead)
}

fn min_acr(
    value: &Value<'_>,
    upstream: Option<&UpstreamName>,
    upstreams: Option<&Upstreams>,
) -> Option<String> {
    let acr = value.text()?;
    let levels = upstreams?.get(upstream?)?.upstream.idp.assurance_levels();
    if levels.level(acr).is_some() {
        return Some(acr.to_owned());
    }
    let known = levels.from_level(0).join(", ");
    value.refuse("it is not a level of its upstream", format!("write one of {known}"))
}

fn rules(value: &Value<'_>, dictionary: Option<&Dictionary>) -> Option<ClaimRules> {
    let entries = value.entries()?;
    let rules: Vec<_> = entries.iter().map(|(claim, value)| rule(claim, value)).collect();
    let rules: Vec<ClaimRule> = rules.into_iter().collect::<Option<_>>()?;
    match ClaimRules::compile(dictionary?, rules, &RESERVED_CLAIMS) {
        Ok(rules) => Some(rules),
        Err(faults) => {
            for error in &faults {
                let at = entries.iter().find(|(claim, _)| claim == error.claim());
                at.map_or(value, |(_, at)| at).refuse_with::<()>(error);
            }
            None
        }
    }
}

/// `claim: attribute`, or a section that says more.
fn rule(claim: &str, value: &Value<'_>) -> Option<ClaimRule> {
    let plain = |source| ClaimRule {
        claim: claim.to_owned(),
        source,
        take: Take::Only,
        required: false,
        emit_empty: false,
    };
    if !value.is_mapping() {
        return Some(plain(ClaimSource::Attribute(vec![value.text()?.to_owned()])));
    }
    let section = value.section()?;
    let source = source(&section);
    let take = section.optional("take").map_or(Some(Take::Only), take);
    let required = section.optional("required").map_or(Some(false), Value::boolean);
    let emit_empty = section.optional("emit_empty").map_or(Some(false), Value::boolean);
    section.refuse_unknown();
    Some(ClaimRule { take: take?, required: required?, emit_empty: emit_empty?, ..plain(source?) })
}

fn source(section: &Section<'_>) -> Option<ClaimSource> {
    match (section.optional("from"), section.optional("constant")) {
        (Some(from), None) => {
            let names = from.list().iter().map(|one| one.text().map(str::to_owned)).collect();
            non_empty(from, names).map(ClaimSource::Attribute)
        }
        (None, Some(constant)) => constant.json().map(ClaimSource::Constant),
        _ => section.value().refuse(
            "it needs exactly one source",
            "write from: and an attribute, or constant: and a value",
        ),
    }
}

fn take(value: &Value<'_>) -> Option<Take> {
    if value.is_mapping() {
        let section = value.section()?;
        let joined = section.required("join", "the text to put between values")?.text();
        section.refuse_unknown();
        return joined.map(|between| Take::Join(between.to_owned()));
    }
    let words: [(_, fn() -> Take); 3] =
        [("only", || Take::Only), ("first", || Take::First), ("all", || Take::All)];
    value.one_of(&words).map(|take| take())
}

/// As in the OIDC crate: enough for a redirect and a userinfo call.
const TOKEN_LIFE: Duration = Duration::from_mins(5);
/// Some relying parties count a token of a minute as already expired.
const MIN_TOKEN_LIFE: Duration = Duration::from_mins(1);
/// Tokens cannot be refreshed, and nothing here needs one for longer.
const MAX_TOKEN_LIFE: Duration = Duration::from_hours(1);
