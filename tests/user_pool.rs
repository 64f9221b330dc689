//! The user pool that logs the published test person in: one custom attribute for each claim.

use reqwest::Client;
use serde_json::{Map, Value};
use silta_testkit::cognito::{
    AppRequest, Attribute, Cognito, CognitoConfigError, Pool, Provider, UserInfoMethod,
};

use crate::person::NORDEA;

/// A pool whose provider is the broker at `issuer`, with its client `cognito`, and with nobody in
/// it yet. `callback` is `https://<domain of the pool>/oauth2/idpresponse`.
///
/// # Errors
/// The rule that the discovery document breaks, or why it cannot be read.
pub async fn create(
    network: Client,
    issuer: &str,
    callback: &str,
    client_secret: &str,
    attributes_request_method: UserInfoMethod,
) -> Result<Cognito, CognitoConfigError> {
    let claims = NORDEA.claims().chain(["acr"]);
    let mapping: Vec<_> =
        claims.map(|claim| (format!("{CUSTOM}{claim}"), claim.to_owned())).collect();
    let domain = callback.split('/').nth(2).expect("a host").to_owned();
    let attributes = mapping.iter().map(|(name, _)| Attribute::new(name)).collect();
    let pool = Pool { id: "eu-north-1_Example".to_owned(), domain, attributes };
    let provider = Provider {
        name: "Suomi.fi-kirjautuminen".to_owned(),
        client_id: "cognito".to_owned(),
        client_secret: client_secret.to_owned(),
        oidc_issuer: issuer.to_owned(),
        authorize_scopes: "openid".to_owned(),
        attributes_request_method,
        mapping,
    };
    Cognito::create(network, pool, provider).await
}

/// What an application asks of the pool.
#[must_use]
pub fn app() -> AppRequest {
    AppRequest {
        client_id: "app".to_owned(),
        redirect_uri: "https://app.example/back".to_owned(),
        state: String::new(),
    }
}

/// The custom attributes among what an application gets, under the names that the broker gave them.
#[must_use]
pub fn told(claims: &Map<String, Value>) -> Value {
    let custom = |(name, value): (&String, &Value)| {
        Some((name.strip_prefix(CUSTOM)?.to_owned(), value.clone()))
    };
    claims.iter().filter_map(custom).collect()
}

const CUSTOM: &str = "custom:";
