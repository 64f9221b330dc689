//! OpenID Providers.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use silta_broker::{ClientCredential, OidcUpstreamSettings, UpstreamName};
use silta_oidc::rp::{Acr, Origin, ProviderIssuer};
use silta_oidc::{ClientId, SignatureAlgorithm};

use super::{ReadContext, choice, owned, skew};
use crate::config::keys::non_empty;
use crate::config::secret;
use crate::config::yaml::{Section, Value};

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
    let issuer =
        section.required("issuer", "the issuer of the provider, such as https://op.example");
    let issuer = issuer.and_then(|value| match ProviderIssuer::parse(value.text()?) {
        // A login would come back here for ever.
        Ok(issuer) if context.issuer.is_some_and(|own| own.as_str() == issuer.as_str()) => {
            value.refuse("it is our own public_url", "write the issuer of the provider")
        }
        Ok(issuer) => Some(issuer),
        Err(error) => value.refuse_with(&error),
    });
    let client_id = section.required("client_id", "our client id at the provider");
    let client_id = client_id.and_then(|value| match ClientId::parse(value.text()?) {
        Ok(id) => Some(id),
        Err(error) => value.refuse_with(&error),
    });
    let credential = credential(section, context);
    let words = SignatureAlgorithm::ALL.map(|one| (one.as_str(), one));
    let algorithms = choice(section, "id_token_algorithms", &SignatureAlgorithm::ALL, &words);
    let origins = section
        .optional("origins")
        .map_or(Some(vec![]), |value| non_empty(value, value.list().iter().map(origin).collect()));
    let scopes = section
        .optional("scopes")
        .map_or(Some(vec![]), |value| non_empty(value, value.list().iter().map(scope).collect()));
    let levels = section.required("loa", "its acr values, weakest first").and_then(levels);
    let userinfo = section.optional("userinfo").map_or(Some(true), Value::boolean);
    let skew = section
        .optional("clock_skew")
        .map_or(Some(SKEW), |value| skew(value).and_then(|skew| Duration::try_from(skew).ok()));
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
        },
    })
}

/// `authentication`: a secret in the header or in the form, or a signed assertion by the key of ID
/// tokens, whose public half stands at our `/jwks`.
fn credential(section: &Section<'_>, context: &ReadContext<'_>) -> Option<ClientCredential> {
    #[derive(Clone, Copy)]
    enum Method {
        Basic,
        Post,
        Key,
    }
    let method = section.optional("authentication").map_or(Some(Method::Basic), |value| {
        value.one_of(&[
            ("client_secret_basic", Method::Basic),
            ("client_secret_post", Method::Post),
            ("private_key_jwt", Method::Key),
        ])
    })?;
    if let Method::Key = method {
        let keys = context.keys?;
        let (key, signer) = (keys.key_ring.active().clone(), keys.signer.clone());
        return Some(ClientCredential::PrivateKeyJwt { key, signer });
    }
    let secret =
        section.required("client_secret", "a reference to our secret, such as env:NAME")?;
    let resolved = secret::resolve(secret, context.resolver)?;
    secret::warn_of_format(secret, resolved.expose_secret().trim_end_matches(['\r', '\n']));
    let resolved = resolved.expose_secret().trim_end_matches(['\r', '\n']);
    if resolved.is_empty() {
        return secret.refuse("the secret is empty", "put the provider's secret there");
    }
    let resolved = SecretString::from(resolved);
    Some(match method {
        Method::Post => ClientCredential::SecretPost(resolved),
        Method::Basic | Method::Key => ClientCredential::SecretBasic(resolved),
    })
}

/// Each item is a level: one `acr`, or a list of those that are equally strong.
fn levels(value: &Value<'_>) -> Option<Vec<Vec<Acr>>> {
    let levels = value.list();
    let levels =
        levels.iter().map(|level| non_empty(level, level.list().iter().map(acr).collect()));
    let levels: Vec<Vec<Acr>> = non_empty(value, levels.collect())?;
    let mut all: Vec<_> = levels.iter().flatten().collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    if all.len() < count {
        return value.refuse("a level stands in it twice", "write each level once");
    }
    Some(levels)
}

fn acr(value: &Value<'_>) -> Option<Acr> {
    let parsed = Acr::parse(value.text()?);
    parsed.or_else(|| value.refuse("it is no acr value", "write it without blanks"))
}

fn origin(value: &Value<'_>) -> Option<Origin> {
    match Origin::parse(value.text()?) {
        Ok(origin) => Some(origin),
        Err(error) => value.refuse_with(&error),
    }
}

fn scope(value: &Value<'_>) -> Option<String> {
    let scope = owned(value)?;
    if scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')) {
        return Some(scope);
    }
    value.refuse("it is no scope", "write one word of printable ASCII")
}

/// Providers keep their clocks; a minute is what saml2int allows too.
const SKEW: Duration = Duration::from_mins(1);
