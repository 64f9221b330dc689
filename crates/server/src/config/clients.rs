//! `clients`: who may ask, and what each is given.

use std::collections::BTreeMap;

use silta_broker::{AccessRule, RelyingPartyPolicy};
use silta_config::description::{claims, clients, root};
use silta_config::{Section, Value};
use silta_oidc::{
    Client, ClientId, OutboundUrl, RESERVED_CLAIMS, RegisteredRedirect, Scope, SignatureAlgorithm,
};

use super::ReadContext;
use super::claim_reader::texts_of_missing;
use super::client_authentication;
use super::deny;
use super::policy::{allowed_upstreams, rules, sector};
use super::preset;
use super::public_url::has_capital_host;
use super::sessions;

pub(super) fn read(
    value: Value<'_>,
    context: &ReadContext<'_>,
) -> Option<Vec<(Client, RelyingPartyPolicy)>> {
    warn_of_redirects(value);
    let read = value.entries()?.into_iter().map(|(name, value)| {
        let id = match ClientId::parse(name) {
            Ok(id) => Some(id),
            Err(error) => value.refuse_with(&error),
        };
        let section = value.section(&root::CLIENTS)?;
        let client = client(id.as_ref(), name, &section, context);
        let (scopes, software) = (claim_scopes(&section), preset::read(&section));
        let client = client.zip(software).map(|(client, software)| software.of(client));
        let client = client.map(|client| {
            let scope = |client: Client, (claim, scope)| client.with_claim_scope(claim, scope);
            scopes.into_iter().fold(client, scope)
        });
        let sector = section.value(&clients::SECTOR).and_then(sector);
        let allowed = allowed_upstreams(&section, &clients::UPSTREAMS);
        let reach = context.dictionaries.of_allowed(allowed.as_deref());
        let claims = section.value(&clients::CLAIMS);
        let given = (&reach, context.tables);
        let rules =
            claims.and_then(|value| rules(value, &clients::CLAIMS, given, &RESERVED_CLAIMS));
        let missing = claims.and_then(|value| texts_of_missing(value, &clients::CLAIMS));
        let language = section
            .optional(&clients::LANGUAGE)
            .map_or(Some(None), |value| value.choice().map(Some));
        let session = sessions::of_client(&section, allowed.as_deref(), context);
        preset::warn_of_logouts(&section, allowed.as_deref().unwrap_or_default(), context);
        let (client, allowed) = (client?, allowed?);
        let deny = deny::of(context.deny, name, &allowed);
        let policy = RelyingPartyPolicy {
            upstreams: allowed,
            rules: rules?,
            access: AccessRule::Everyone,
            deny,
            missing: missing?,
            sector: sector?,
            language: language?,
            session: session?,
        };
        Some((client, policy))
    });
    // Each is read before any decides, so that the problems of all are found.
    read.collect::<Vec<_>>().into_iter().collect()
}

/// The claims that come by scope alone, with their scopes.
fn claim_scopes(section: &Section<'_>) -> Vec<(String, Scope)> {
    let claims = section.value(&clients::CLAIMS).and_then(|value| value.entries());
    let scopes = claims.into_iter().flatten().filter_map(|(claim, value)| {
        let rule = if value.is_mapping() { value.section(&clients::CLAIMS) } else { None };
        Some((claim.to_owned(), rule?.optional(&claims::SCOPE)?.choice()?))
    });
    scopes.collect()
}

fn client(
    id: Option<&ClientId>,
    name: &str,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<Client> {
    let authentication = client_authentication::read(name, section, context);
    let redirects = section.value(&clients::REDIRECT_URIS).and_then(|value| value.each(redirect));
    let after_logout = section.optional(&clients::POST_LOGOUT_REDIRECT_URIS);
    let after_logout = after_logout.map_or(Some(vec![]), |value| value.each(redirect));
    let told = section.optional(&clients::BACKCHANNEL_LOGOUT_URI);
    let told = told.map_or(Some(None), |value| backchannel(value).map(Some));
    let pkce = section.value(&clients::REQUIRE_PKCE).and_then(|value| value.boolean());
    let algorithm =
        section.value(&clients::ID_TOKEN_ALG).and_then(|value| algorithm(value, context));
    let id_token_life = section.value(&clients::ID_TOKEN_LIFE).and_then(|value| value.duration());
    let access_life = section.value(&clients::ACCESS_TOKEN_LIFE).and_then(|value| value.duration());
    let refreshes = section.value(&clients::REFRESH_TOKENS).and_then(|value| value.boolean());

    let mut redirects = redirects?.into_iter();
    let mut client = Client::new(id?.clone(), authentication?, redirects.next()?)
        .with_token_lives(id_token_life?, access_life?)
        .with_id_token_algorithm(algorithm?);
    for redirect in redirects {
        client = client.with_redirect_uri(redirect);
    }
    for uri in after_logout? {
        client = client.with_post_logout_redirect_uri(uri);
    }
    if let Some(uri) = told? {
        client = client.with_backchannel_logout_uri(uri);
    }
    let client = if pkce? { client.requiring_pkce() } else { client };
    Some(if refreshes? { client.with_refresh_tokens() } else { client })
}

/// How ID tokens are signed, if there is a key for it.
fn algorithm(value: Value<'_>, context: &ReadContext<'_>) -> Option<SignatureAlgorithm> {
    let algorithm = value.choice()?;
    let has_no_curve = context.keys.is_some_and(|keys| keys.ec_signer.is_none());
    if algorithm == SignatureAlgorithm::Es256 && has_no_curve {
        let what = "keys.id_token has no EC key, and only such a key signs so";
        let instead = "add one there: openssl ecparam -name prime256v1 -genkey -noout";
        return value.refuse(what, instead);
    }
    Some(algorithm)
}

fn backchannel(value: Value<'_>) -> Option<OutboundUrl> {
    match OutboundUrl::parse(value.text()?) {
        Ok(url) => Some(url),
        Err(error) => value.refuse_with(&error),
    }
}

fn redirect(value: Value<'_>) -> Option<RegisteredRedirect> {
    match RegisteredRedirect::parse(value.text()?) {
        Ok(redirect) => Some(redirect),
        Err(error) => value.refuse_with(&error),
    }
}

/// A redirect URI that is there twice, or whose host is written as nobody sends it.
fn warn_of_redirects(clients: Value<'_>) {
    let mut seen = BTreeMap::new();
    for (name, client) in clients.entries().into_iter().flatten() {
        let section = client.section(&root::CLIENTS);
        let optional = |key| section.as_ref().and_then(|section| section.optional(key));
        let redirects = optional(&clients::REDIRECT_URIS);
        // A preset refuses it.
        let has_preset = optional(&clients::PRESET).is_some();
        for redirect in redirects.iter().flat_map(Value::list) {
            let Some(uri) = redirect.text() else { continue };
            if !has_preset && has_capital_host(uri) {
                let instead = "write the host in small letters, as the client sends it";
                redirect.warn("its host has capital letters", instead);
            }
            match seen.insert(uri, name) {
                // Within one list the description says so.
                Some(first) if first == name => {}
                Some(first) => {
                    let what = format!("client {} has the same redirect URI", shown(first));
                    redirect.warn(what, "make sure that one application has both");
                }
                None => {}
            }
        }
    }
}

fn shown(name: &str) -> &str {
    silta_config::quotable(name).unwrap_or("above")
}
