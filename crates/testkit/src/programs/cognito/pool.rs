//! What is configured: a pool, its attributes, and its OpenID Connect provider.

use std::fmt;

use serde_json::{Map, Value};
use url::Url;

use super::USER_AGENT;
use crate::back_channel::{BackChannel, Call, CallError};

/// A user pool, as far as federation sees it.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Its id, like `eu-north-1_Example`.
    pub id: String,
    /// The host of its prefix domain or of its own one.
    pub domain: String,
    /// The attributes that its people have beside `username`.
    pub attributes: Vec<Attribute>,
}

/// One attribute of a pool.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name, with `custom:` if it is no standard one.
    pub name: String,
    /// A login that leaves it empty fails.
    pub required: bool,
    /// If it is not, a login that brings a value fails.
    pub mutable: bool,
    /// If the app client may not write it, a value that comes is left out without a word.
    pub writable: bool,
}

/// An OpenID Connect provider of a pool, named as in `CreateIdentityProvider`.
#[derive(Clone)]
pub struct Provider {
    /// `ProviderName`.
    pub name: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: String,
    /// `oidc_issuer`.
    pub oidc_issuer: String,
    /// `authorize_scopes`, separated by spaces.
    pub authorize_scopes: String,
    /// `attributes_request_method`.
    pub attributes_request_method: UserInfoMethod,
    /// `AttributeMapping`: pool attribute, claim.
    pub mapping: Vec<(String, String)>,
}

/// How userinfo is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserInfoMethod {
    /// GET.
    Get,
    /// POST.
    Post,
}

/// Where the provider's discovery document says that it can be reached.
#[derive(Debug, Clone)]
pub struct Endpoints {
    pub(super) authorize: Url,
    pub(super) token: Url,
    pub(super) userinfo: Url,
    pub(super) jwks: Url,
}

/// The rule that a configuration breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CognitoConfigError {
    /// `ProviderName` has not 1 to 32 characters.
    ProviderName,
    /// Client id or secret is empty: there are no public clients.
    Credentials,
    /// The issuer ends with a slash.
    TrailingSlash,
    /// The named address is no https URL.
    NotHttps(&'static str),
    /// The named address has another port than 443 or 80.
    Port(&'static str, u16),
    /// `openid` is not among the scopes.
    NoOpenidScope,
    /// More than 50 custom attributes.
    TooManyAttributes,
    /// A custom attribute's name has more than 20 characters after `custom:`.
    AttributeName(String),
    /// A key of the mapping has not 1 to 32 characters.
    MappingKey(String),
    /// A key of the mapping is no attribute of the pool.
    NoSuchAttribute(String),
    /// The discovery document cannot be read.
    Discovery(CallError),
    /// The discovery document is another issuer's, or differs in a character.
    OtherIssuer,
    /// The discovery document lacks this member.
    NoEndpoint(&'static str),
}

impl Pool {
    /// The redirect URI to register at the provider.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("https://{}/oauth2/idpresponse", self.domain)
    }

    pub(super) fn check(&self) -> Result<(), CognitoConfigError> {
        let custom = || self.attributes.iter().filter_map(|one| one.name.strip_prefix("custom:"));
        if custom().count() > CUSTOM_ATTRIBUTES {
            return Err(CognitoConfigError::TooManyAttributes);
        }
        let long = custom().find(|name| !(1..=CUSTOM_NAME).contains(&name.chars().count()));
        long.map_or(Ok(()), |name| Err(CognitoConfigError::AttributeName(name.to_owned())))
    }
}

impl Attribute {
    /// An attribute that anybody may lack and any login may write.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), required: false, mutable: true, writable: true }
    }
}

impl Provider {
    pub(super) fn check(&self, pool: &Pool) -> Result<(), CognitoConfigError> {
        if !KEY.contains(&self.name.chars().count()) {
            return Err(CognitoConfigError::ProviderName);
        }
        if self.client_id.is_empty() || self.client_secret.is_empty() {
            return Err(CognitoConfigError::Credentials);
        }
        if self.oidc_issuer.ends_with('/') {
            return Err(CognitoConfigError::TrailingSlash);
        }
        reachable("issuer", &self.oidc_issuer)?;
        if !self.authorize_scopes.split(' ').any(|scope| scope == "openid") {
            return Err(CognitoConfigError::NoOpenidScope);
        }
        for (key, _) in &self.mapping {
            if !KEY.contains(&key.chars().count()) {
                return Err(CognitoConfigError::MappingKey(key.clone()));
            }
            if key != "username" && !pool.attributes.iter().any(|one| one.name == *key) {
                return Err(CognitoConfigError::NoSuchAttribute(key.clone()));
            }
        }
        Ok(())
    }
}

impl Endpoints {
    pub(super) async fn discover(
        network: &impl BackChannel,
        provider: &Provider,
    ) -> Result<Self, CognitoConfigError> {
        let issuer = &provider.oidc_issuer;
        let url = reachable("issuer", &format!("{issuer}/.well-known/openid-configuration"))?;
        let call = Call::get(&url).with("user-agent", USER_AGENT);
        let document = network.send(call).await.and_then(|answer| answer.object());
        let document = document.map_err(CognitoConfigError::Discovery)?;
        if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(CognitoConfigError::OtherIssuer);
        }
        Ok(Self {
            authorize: endpoint(&document, "authorization_endpoint")?,
            token: endpoint(&document, "token_endpoint")?,
            userinfo: endpoint(&document, "userinfo_endpoint")?,
            jwks: endpoint(&document, "jwks_uri")?,
        })
    }
}

fn endpoint(document: &Map<String, Value>, name: &'static str) -> Result<Url, CognitoConfigError> {
    let url = document.get(name).and_then(Value::as_str);
    reachable(name, url.ok_or(CognitoConfigError::NoEndpoint(name))?)
}

/// An address that the pool can call.
fn reachable(name: &'static str, url: &str) -> Result<Url, CognitoConfigError> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "https");
    let url = url.ok_or(CognitoConfigError::NotHttps(name))?;
    match url.port() {
        None | Some(80) => Ok(url),
        Some(port) => Err(CognitoConfigError::Port(name, port)),
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({} at {})", self.name, self.oidc_issuer)
    }
}

const KEY: std::ops::RangeInclusive<usize> = 1..=32;
const CUSTOM_NAME: usize = 20;
const CUSTOM_ATTRIBUTES: usize = 50;
