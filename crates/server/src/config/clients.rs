//! `clients`: who may ask, and what each is given.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use silta_broker::{AccessRule, RelyingPartyPolicy};
use silta_mapping::Dictionary;
use silta_oidc::{Client, ClientId, ClientSecret, RESERVED_CLAIMS, RegisteredRedirect};

use super::keys::non_empty;
use super::policy::{LevelRule, allowed_upstreams, rules, sector};
use super::secret::{self, Resolver};
use super::upstreams::Upstreams;
use super::yaml::{Section, Value};
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
        let allowed = allowed_upstreams(&section, upstreams, LevelRule::Optional);
        let rules = section
            .required("claims", "claim names, each with the attribute it comes from")
            .and_then(|value| rules(value, dictionary, &RESERVED_CLAIMS));
        section.refuse_unknown();
        let policy = RelyingPartyPolicy {
            upstreams: allowed?,
            rules: rules?,
            access: AccessRule::Everyone,
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

fn token_life(value: &Value<'_>) -> Option<Duration> {
    let life = value.duration()?;
    if (MIN_TOKEN_LIFE..=MAX_TOKEN_LIFE).contains(&life) {
        Some(life)
    } else {
        value.refuse("it is not between one minute and one hour", "write a duration such as 5m")
    }
}

/// As in the OIDC crate: enough for a redirect and a userinfo call.
const TOKEN_LIFE: Duration = Duration::from_mins(5);
/// Some relying parties count a token of a minute as already expired.
const MIN_TOKEN_LIFE: Duration = Duration::from_mins(1);
/// Tokens cannot be refreshed, and nothing here needs one for longer.
const MAX_TOKEN_LIFE: Duration = Duration::from_hours(1);
