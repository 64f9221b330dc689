//! OpenID Providers.

use secrecy::SecretString;
use silta_broker::UpstreamName;
use silta_broker::upstream::{ClientCredential, OidcLogoutSettings, OidcUpstreamSettings};
use silta_config::description::{Authentication, upstreams};
use silta_config::{Section, Value};
use silta_oidc::rp::{Acr, Origin, ProviderIssuer};
use silta_oidc::{ClientId, SignatureAlgorithm};

use super::{choice, levels, owned};
use crate::config::ReadContext;
use crate::config::public_url::{is_https_here, refuse_metadata};
use crate::config::secret::{self, Party};

/// An OpenID Provider.
pub(crate) struct OidcPeer {
    /// The adapter's settings.
    pub(crate) settings: OidcUpstreamSettings,
    /// Whether it may be on this machine.
    pub(crate) is_local: bool,
}

impl OidcPeer {
    /// Its levels, weakest first.
    pub(super) fn levels(&self) -> Vec<String> {
        self.settings.levels.iter().flatten().map(|acr| acr.as_str().to_owned()).collect()
    }
}

/// Reads the keys of an OIDC upstream.
pub(super) fn read(
    name: Option<&UpstreamName>,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<OidcPeer> {
    let issuer = section.value(&upstreams::ISSUER).and_then(|value| {
        refuse_metadata(value)?;
        // Only by http, which nobody can mean for another machine, is this one asked.
        if is_https_here(value.text()?) {
            let what = "it leads to this machine, where providers are asked by http alone";
            return value.refuse(what, "write http://, or the name that others know it by");
        }
        match ProviderIssuer::parse(value.text()?) {
            // A login would come back here for ever.
            Ok(issuer) if context.issuer.is_some_and(|own| own.as_str() == issuer.as_str()) => {
                value.refuse("it is our own public_url", "write the issuer of the provider")
            }
            Ok(issuer) => Some(issuer),
            Err(error) => value.refuse_with(&error),
        }
    });
    let client_id = section.value(&upstreams::CLIENT_ID).and_then(|value| {
        match ClientId::parse(value.text()?) {
            Ok(id) => Some(id),
            Err(error) => value.refuse_with(&error),
        }
    });
    let credential = credential(name, section, context);
    let algorithms = choice(section, &upstreams::ID_TOKEN_ALGORITHMS, &SignatureAlgorithm::ALL);
    let origins =
        section.optional(&upstreams::ORIGINS).map_or(Some(vec![]), |value| value.each(origin));
    let scopes =
        section.optional(&upstreams::SCOPES).map_or(Some(vec![]), |value| value.each(scope));
    let levels = section.value(&upstreams::ACR_VALUES).and_then(|value| levels(value, acr));
    let userinfo = section.value(&upstreams::USERINFO).and_then(|value| value.boolean());
    let skew = section.value(&upstreams::CLOCK_SKEW).and_then(|value| value.duration());
    let logout = section.value(&upstreams::LOGOUT).and_then(|value| value.boolean());
    if let (Some(name), Some(true)) = (name, logout) {
        context.logging_out.borrow_mut().insert(name.clone());
    }
    let return_uri = format!("{}/oidc/{}/logged_out", context.issuer?.as_str(), name?);
    let redirect_uri = format!("{}/oidc/{}/callback", context.issuer?.as_str(), name?);
    let issuer = issuer?;
    Some(OidcPeer {
        is_local: issuer.as_str().starts_with("http://"),
        settings: OidcUpstreamSettings {
            issuer,
            client_id: client_id?,
            redirect_uri,
            credential: credential?,
            algorithms: algorithms?,
            origins: origins?,
            scopes: scopes?,
            levels: levels?,
            userinfo: userinfo?,
            skew: skew?,
            logout: logout?.then_some(OidcLogoutSettings { return_uri }),
        },
    })
}

/// `authentication`: a secret in the header or in the form, or a signed assertion by the key of ID
/// tokens, whose public half stands at our `/jwks`.
fn credential(
    name: Option<&UpstreamName>,
    section: &Section<'_>,
    context: &ReadContext<'_>,
) -> Option<ClientCredential> {
    let method = section.value(&upstreams::AUTHENTICATION)?.choice()?;
    if method == Authentication::Key {
        let keys = context.keys?;
        let (key, signer) = (keys.key_ring.active().clone(), keys.signer.clone());
        return Some(ClientCredential::PrivateKeyJwt { key, signer });
    }
    let secret = section.value(&upstreams::CLIENT_SECRET)?;
    let resolved = secret::resolve(secret, context.sources)?;
    let resolved = secret::plain(secret, &resolved)?;
    let party = Party::Upstream(name?.clone());
    context.secrets.note(secret, resolved, &party, &context.own.octets)?;
    let resolved = SecretString::from(resolved);
    Some(match method {
        Authentication::Post => ClientCredential::SecretPost(resolved),
        Authentication::Basic | Authentication::Key => ClientCredential::SecretBasic(resolved),
    })
}

fn acr(value: Value<'_>) -> Option<Acr> {
    let parsed = Acr::parse(value.text()?);
    parsed.or_else(|| value.refuse("it is no acr value", "write it without blanks"))
}

fn origin(value: Value<'_>) -> Option<Origin> {
    match Origin::parse(value.text()?) {
        Ok(origin) => Some(origin),
        Err(error) => value.refuse_with(&error),
    }
}

fn scope(value: Value<'_>) -> Option<String> {
    let scope = owned(value)?;
    if scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')) {
        return Some(scope);
    }
    value.refuse("it is no scope", "write one word of printable ASCII")
}
