//! A first login by its whole way, at a user pool or at a load balancer as strict as AWS's.
//!
//! Each person has a pool or a load balancer of their own, in which nobody has been: every attribute
//! that is seen there in the end has come by this login.

use std::sync::Arc;

use reqwest::header::SERVER;
use serde_json::Value;
use silta_testkit::alb::{self, Alb, Cookies, Settings, Visit};
use silta_testkit::back_channel::CallError;
use silta_testkit::browser::Browser;
use silta_testkit::cognito::{self, CognitoConfigError, Endpoint, UserInfoMethod};

use super::deployment::Deployment;
use crate::person::NORDEA;
use crate::{now, user_pool};

/// The relying party that a person comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StandIn {
    Cognito,
    Alb,
}

/// How a login ended that did not end well.
#[derive(Debug)]
pub(super) enum Ended {
    /// A replica broke off at this path: whoever tries again may succeed.
    Cut(String),
    /// Anything else. In words, without anything about the person.
    Lost(String),
}

/// One person, who is new everywhere, until the application knows their eleven attributes.
pub(super) async fn log_in(at: StandIn, deployment: Arc<Deployment>) -> Result<(), Ended> {
    let claims = match at {
        StandIn::Cognito => through_cognito(&deployment).await?,
        StandIn::Alb => through_alb(&deployment).await?,
    };
    NORDEA.is_who_was_told_of(&claims);
    deployment.record_claims(&claims);
    Ok(())
}

/// What the pool tells the application.
async fn through_cognito(deployment: &Deployment) -> Result<Value, Ended> {
    let (issuer, secret) = (deployment.balancer.url(), deployment.client_secret("cognito"));
    let pool = user_pool::create(
        deployment.http.clone(),
        &issuer,
        COGNITO_CALLBACK,
        &secret,
        UserInfoMethod::Get,
    );
    let mut pool = pool.await.map_err(|wrong| match wrong {
        CognitoConfigError::Discovery(failed) => call("/.well-known/openid-configuration", failed),
        other => Ended::Lost(format!("{other:?}")),
    })?;
    let authorize = pool.authorize(&user_pool::app(), now());
    let query = person_goes_to(deployment, authorize.as_str(), COGNITO_CALLBACK).await?;
    let signed_in = pool.idpresponse(&query, now()).await.map_err(|refused| match refused {
        cognito::CognitoError::Call(Endpoint::Token, failed) => call("/token", failed),
        cognito::CognitoError::Call(Endpoint::Jwks, failed) => call("/jwks", failed),
        cognito::CognitoError::Call(Endpoint::UserInfo, failed) => call("/userinfo", failed),
        other => Ended::Lost(format!("{other:?}")),
    })?;
    Ok(user_pool::told(&signed_in.claims))
}

/// What `x-amzn-oidc-data` holds.
async fn through_alb(deployment: &Deployment) -> Result<Value, Ended> {
    let (issuer, secret) = (deployment.balancer.url(), deployment.client_secret("alb"));
    let host = ALB_CALLBACK.split('/').nth(2).expect("a host");
    let settings = Settings::of_silta(&issuer, host, "alb", &secret);
    let alb = Alb::create(deployment.http.clone(), settings).expect("good settings");
    let mut cookies = Cookies::new();
    let Visit::Redirect(authorize) = alb.visit(&mut cookies, "/", now()).await else {
        return Err(Ended::Lost("somebody unknown is let through".to_owned()));
    };
    let query = person_goes_to(deployment, authorize.as_str(), ALB_CALLBACK).await?;
    let entered = alb.idpresponse(&mut cookies, &query, now()).await;
    let path = entered.map_err(|refused| match refused {
        alb::AlbError::Token(failed) => call("/token", failed),
        alb::AlbError::UserInfo(failed) => call("/userinfo", failed),
        other => Ended::Lost(format!("{other:?}")),
    })?;
    let Visit::Forwarded(seen) = alb.visit(&mut cookies, &path, now()).await else {
        return Err(Ended::Lost("who logged in is not let through".to_owned()));
    };
    let claims = alb.application_reads(&seen, now());
    Ok(Value::Object(claims.ok_or_else(|| Ended::Lost("no good x-amzn-oidc-data".to_owned()))?))
}

/// A new browser, from the relying party to the identity provider and back: the query there.
async fn person_goes_to(
    deployment: &Deployment,
    authorize: &str,
    back: &str,
) -> Result<String, Ended> {
    let page = Browser::with(deployment.balancer.client(), back).follow(authorize).await;
    if let Some(query) = page.location().as_ref().and_then(|to| to.query()) {
        return Ok(query.to_owned());
    }
    let path = page.url.path().to_owned();
    // Only the load balancer's own answers are cuts: a replica that answers 503 has refused.
    let its_own = page.headers.get(SERVER).is_some_and(|name| name == "awselb/2.0");
    if its_own && page.status.is_server_error() {
        return Err(Ended::Cut(path));
    }
    Err(Ended::Lost(format!("{path} answers {}", page.status)))
}

/// A call by a stand-in that did not end well. 502 is an answer that no replica gives.
fn call(path: &str, failed: CallError) -> Ended {
    match failed {
        CallError::Status(502) | CallError::Unreachable => Ended::Cut(path.to_owned()),
        other => Ended::Lost(format!("{path}: {other:?}")),
    }
}

const COGNITO_CALLBACK: &str =
    "https://my-pool.auth.eu-north-1.amazoncognito.com/oauth2/idpresponse";
const ALB_CALLBACK: &str = "https://app.example.fi/oauth2/idpresponse";
