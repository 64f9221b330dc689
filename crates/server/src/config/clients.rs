//! `clients`: who may ask, and what each is given.

use secrecy::{ExposeSecret, SecretString};
use silta_broker::{AccessRule, RelyingPartyPolicy};
use silta_config::description::{clients, root};
use silta_config::{Section, Value};
use silta_oidc::{Client, ClientId, ClientSecret, RESERVED_CLAIMS, RegisteredRedirect};

use super::ReadContext;
use super::policy::{allowed_upstreams, rules, sector};
use super::secret::{self, Resolver};
use crate::aws::Versions;

pub(super) fn read(
    value: Value<'_>,
    context: &ReadContext<'_>,
) -> Option<Vec<(Client, RelyingPartyPolicy)>> {
    let read = value.entries()?.into_iter().map(|(name, value)| {
        let id = match ClientId::parse(name) {
            Ok(id) => Some(id),
            Err(error) => value.refuse_with(&error),
        };
        let section = value.section(&root::CLIENTS)?;
        let client = client(id.as_ref(), &section, context.resolver);
        let sector = section.value(&clients::SECTOR).and_then(sector);
        let allowed = allowed_upstreams(&section, &clients::UPSTREAMS);
        let rules = section
            .value(&clients::CLAIMS)
            .and_then(|value| rules(value, &clients::CLAIMS, context.dictionary, &RESERVED_CLAIMS));
        let policy = RelyingPartyPolicy {
            upstreams: allowed?,
            rules: rules?,
            access: AccessRule::Everyone,
            sector: sector?,
        };
        Some((client?, policy))
    });
    // Each is read before any decides, so that the problems of all are found.
    read.collect::<Vec<_>>().into_iter().collect()
}

fn client(id: Option<&ClientId>, section: &Section<'_>, resolver: &dyn Resolver) -> Option<Client> {
    let secret = section.value(&clients::SECRET).and_then(|value| secrets_of(value, resolver));
    let also = section
        .optional(&clients::ALSO_ACCEPTED_SECRET)
        .map_or(Some(None), |value| secrets_of(value, resolver).map(Some));
    let redirects = section.value(&clients::REDIRECT_URIS).and_then(|value| value.each(redirect));
    let pkce = section.value(&clients::REQUIRE_PKCE).and_then(|value| value.boolean());
    let id_token_life = section.value(&clients::ID_TOKEN_LIFE).and_then(|value| value.duration());
    let access_life = section.value(&clients::ACCESS_TOKEN_LIFE).and_then(|value| value.duration());

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
fn secrets_of(value: Value<'_>, resolver: &dyn Resolver) -> Option<Versions<ClientSecret>> {
    let versions = secret::resolve_versions(value, resolver)?;
    secret::warn_of_format(value, without_newline(&versions.current));
    secret::read_versions(value, versions, |content| {
        ClientSecret::new(&SecretString::from(without_newline(content)))
    })
}

fn without_newline(secret: &SecretString) -> &str {
    secret.expose_secret().trim_end_matches(['\r', '\n'])
}

fn redirect(value: Value<'_>) -> Option<RegisteredRedirect> {
    match RegisteredRedirect::parse(value.text()?) {
        Ok(redirect) => Some(redirect),
        Err(error) => value.refuse_with(&error),
    }
}
