//! A user pool and a load balancer that nobody here wrote: ministack's, as relying parties.
//!
//! They are kinder than ours: neither looks at the ID token's signature, and the pool reads its
//! claims from the ID token alone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::installed::installed;
use crate::program::Program;
use crate::test_dir::TestDir;

/// AWS on a loopback port, in memory. Dropping it kills it.
#[derive(Debug)]
pub struct Ministack {
    _program: Program,
    address: SocketAddr,
    http: Client,
    // Dropped after the program that writes into it.
    _place: TestDir,
}

/// A user pool.
#[derive(Debug)]
pub struct UserPool {
    id: String,
    /// Its one app client.
    pub client_id: String,
}

/// What both relying parties are told about the broker.
#[derive(Debug, Clone, Copy)]
pub struct Broker<'a> {
    /// Its issuer.
    pub issuer: &'a str,
    /// The client id.
    pub client_id: &'a str,
    /// The client secret.
    pub client_secret: &'a str,
}

impl Ministack {
    /// An empty AWS, ready when this returns.
    ///
    /// # Panics
    /// When it does not start, with everything that it said; in every other verb when it refuses.
    #[must_use]
    pub fn start() -> Self {
        let place = TestDir::new();
        let mut command = Command::new("sh");
        // It tells its port on standard error, where nobody waits for lines.
        command.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(installed("ministack/bin/ministack"));
        let settings =
            [("GATEWAY_PORT", "0"), ("BIND_HOST", "127.0.0.1"), ("MINISTACK_REGION", REGION)];
        let unused = [("IOT_MTLS_ENABLED", "0"), ("SFTP_ENABLED", "0")];
        command.envs(settings).envs(unused);
        command.env("TMPDIR", place.folder()).env("STATE_DIR", place.folder());
        let program = Program::start("ministack", &mut command);
        let address = program.wait_for_start("port", |line| {
            let (_, address) = line.split_once("Running on http://")?;
            address.split(' ').next()?.parse().ok()
        });
        let http = Client::builder().no_proxy().build().unwrap();
        Self { _program: program, address, http, _place: place }
    }

    /// Where it listens, for everything that it plays.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A pool at `<domain>.auth.eu-north-1.amazoncognito.com`, with the broker as its provider
    /// `Silta`; `mapping` is pool attribute, claim.
    pub async fn user_pool(
        &self,
        domain: &str,
        callback: &str,
        broker: Broker<'_>,
        mapping: &[(String, String)],
    ) -> UserPool {
        let pool = self.cognito("CreateUserPool", json!({ "PoolName": "people" })).await;
        let id = pool["UserPool"]["Id"].as_str().expect("a pool").to_owned();
        let named = json!({ "UserPoolId": id, "Domain": domain });
        self.cognito("CreateUserPoolDomain", named).await;
        let provider = json!({
            "UserPoolId": id,
            "ProviderName": "Silta",
            "ProviderType": "OIDC",
            "ProviderDetails": {
                "client_id": broker.client_id,
                "client_secret": broker.client_secret,
                "oidc_issuer": broker.issuer,
                "authorize_scopes": "openid",
                "attributes_request_method": "GET",
            },
            "AttributeMapping": mapping.iter().cloned().collect::<BTreeMap<_, _>>(),
        });
        self.cognito("CreateIdentityProvider", provider).await;
        let client = json!({
            "UserPoolId": id,
            "ClientName": "app",
            "CallbackURLs": [callback],
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "SupportedIdentityProviders": ["Silta"],
        });
        let client = self.cognito("CreateUserPoolClient", client).await;
        let client_id = client["UserPoolClient"]["ClientId"].as_str().expect("a client").to_owned();
        UserPool { id, client_id }
    }

    /// Everybody in a pool, as `ListUsers` shows them.
    pub async fn users(&self, pool: &UserPool) -> Vec<Value> {
        let told = self.cognito("ListUsers", json!({ "UserPoolId": pool.id })).await;
        told["Users"].as_array().expect("users").clone()
    }

    /// A load balancer at `<name>.alb.localhost` with an HTTPS listener, that lets people through to
    /// `target` when the broker knows them.
    pub async fn load_balancer(&self, name: &str, broker: Broker<'_>, target: SocketAddr) {
        let balancer = self.elb("CreateLoadBalancer", &[("Name", name)]).await;
        let group = [("Name", name), ("Protocol", "HTTP"), ("TargetType", "ip")];
        let port = target.port().to_string();
        let group = self.elb("CreateTargetGroup", &[&group[..], &[("Port", &port)]].concat()).await;
        let group = element(&group, "TargetGroupArn");
        let ip = target.ip().to_string();
        let registered = [
            ("TargetGroupArn", group.as_str()),
            ("Targets.member.1.Id", &ip),
            ("Targets.member.1.Port", &port),
        ];
        self.elb("RegisterTargets", &registered).await;
        let issuer = broker.issuer;
        let [authorize, token, userinfo] =
            ["authorize", "token", "userinfo"].map(|path| format!("{issuer}/{path}"));
        let oidc = [
            ("Issuer", issuer),
            ("AuthorizationEndpoint", &authorize),
            ("TokenEndpoint", &token),
            ("UserInfoEndpoint", &userinfo),
            ("ClientId", broker.client_id),
            ("ClientSecret", broker.client_secret),
        ];
        let oidc = oidc.map(|(name, value)| {
            (format!("DefaultActions.member.1.AuthenticateOidcConfig.{name}"), value)
        });
        let balancer = element(&balancer, "LoadBalancerArn");
        let mut listener = vec![
            ("LoadBalancerArn", balancer.as_str()),
            ("Protocol", "HTTPS"),
            ("Port", "443"),
            ("Certificates.member.1.CertificateArn", CERTIFICATE),
            ("DefaultActions.member.1.Type", "authenticate-oidc"),
            ("DefaultActions.member.2.Type", "forward"),
            ("DefaultActions.member.2.TargetGroupArn", &group),
        ];
        listener.extend(oidc.iter().map(|(name, value)| (name.as_str(), *value)));
        self.elb("CreateListener", &listener).await;
    }

    async fn cognito(&self, action: &str, asked: Value) -> Value {
        let request = self.http.post(format!("http://{}/", self.address));
        let request = request
            .header(AUTHORIZATION, authorization("cognito-idp"))
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{action}"))
            .header(CONTENT_TYPE, "application/x-amz-json-1.1")
            .body(asked.to_string());
        let answer = good(action, request.send().await.expect("ministack answers")).await;
        serde_json::from_str(&answer).expect("JSON")
    }

    async fn elb(&self, action: &str, asked: &[(&str, &str)]) -> String {
        let form = [&[("Action", action), ("Version", "2015-12-01")], asked].concat();
        let request = self.http.post(format!("http://{}/", self.address));
        let request = request.header(AUTHORIZATION, authorization("elasticloadbalancing"));
        good(action, request.form(&form).send().await.expect("ministack answers")).await
    }
}

async fn good(action: &str, answer: Response) -> String {
    let status = answer.status();
    let body = answer.text().await.expect("a body");
    assert!(status.is_success(), "ministack refuses {action}: {status} {body}");
    body
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> String {
    let found = xml.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once('<'));
    found.unwrap_or_else(|| panic!("no {name} in {xml}")).0.to_owned()
}

/// Nobody checks the signature; service and region lead the request to its handler.
fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260601/{REGION}/{service}/aws4_request, \
         SignedHeaders=host, Signature=none"
    )
}

/// Requests of people name none, and find only what this one has.
const REGION: &str = "eu-north-1";
const CERTIFICATE: &str = "arn:aws:acm:eu-north-1:000000000000:certificate/test";
