//! `authentication` of a client, and what it needs: a secret, or keys.

use secrecy::{ExposeSecret, SecretString};
use silta_config::description::{ClientProof, clients};
use silta_config::secrets::Versions;
use silta_config::{Section, Value};
use silta_oidc::{
    ClientAuthentication, ClientKeys, ClientSecret, ClientSecrets, JwkSet, OutboundUrl,
};

use super::ReadContext;
use super::public_url::is_https_here;
use super::secret::{self, Party};

/// How the client of this `name` proves who it is.
pub(super) fn read(
    name: &str,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<ClientAuthentication> {
    match section.value(&clients::AUTHENTICATION)?.choice()? {
        ClientProof::Secret => secrets(name, section, context).map(ClientAuthentication::from),
        ClientProof::Key => keys(section, context).map(ClientAuthentication::from),
        ClientProof::None => Some(ClientAuthentication::None),
    }
}

fn secrets(name: &str, section: &Section<'_>, context: &ReadContext<'_>) -> Option<ClientSecrets> {
    let read = |value: Value<'_>| {
        let versions = secret::resolve_versions(value, context.sources)?;
        let plain = secret::plain(value, &versions.current)?;
        let party = Party::Client(name.to_owned());
        context.secrets.note(value, plain, &party, &context.own.octets)?;
        secret::read_versions(value, versions, |content| {
            ClientSecret::new(&SecretString::from(secret::without_newline(content)))
        })
    };
    let secret = section.value(&clients::SECRET).and_then(read);
    let also = section.optional(&clients::ALSO_ACCEPTED_SECRET);
    let also = also.map_or(Some(None), |value| read(value).map(Some));
    let mut all = secret?.all().chain(also?.into_iter().flat_map(Versions::all));
    let first = ClientSecrets::from(all.next()?);
    Some(all.fold(first, ClientSecrets::and))
}

fn keys(section: &Section<'_>, context: &ReadContext<'_>) -> Option<ClientKeys> {
    let Some(uri) = section.optional(&clients::JWKS_URI) else {
        return registered(section.value(&clients::KEYS)?, context);
    };
    let text = uri.text()?;
    // Only by http, which nobody can mean for another machine, is this one asked.
    if is_https_here(text) {
        let what = "it leads to this machine, where clients are asked by http alone";
        return uri.refuse(what, "write http://, or the name that others know it by");
    }
    match OutboundUrl::parse(text) {
        Ok(known) => Some(ClientKeys::Published(known)),
        Err(error) => uri.refuse_with(&error),
    }
}

/// Its public keys. Other versions of what is kept elsewhere are not needed: one set holds several keys.
fn registered(value: Value<'_>, context: &ReadContext<'_>) -> Option<ClientKeys> {
    let set = secret::resolve_public(value, context.sources)?.current;
    match JwkSet::read(set.expose_secret().as_bytes()) {
        Ok(keys) => Some(ClientKeys::Registered(keys)),
        Err(error) => value.refuse(error.to_string(), "give the client's public keys as a JWK Set"),
    }
}
