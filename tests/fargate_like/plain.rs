//! A login as a plain client does it: a browser in front, a server behind.

use std::sync::Arc;

use reqwest::header::{HeaderMap, SERVER};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;
use silta_testkit::browser::Browser;
use url::Url;

use super::stage::CLIENT_SECRET;
use super::{Ended, Stage};

/// One whole login by a new browser, to the claims.
///
/// # Errors
/// [`Ended`], with what was told instead.
///
/// # Panics
/// When the load balancer itself is not there.
pub async fn login(stage: Arc<Stage>, turn: usize) -> Result<(), Ended> {
    let (url, sent) = (stage.balancer.url(), format!("state of {turn}"));
    let authorize = Url::parse_with_params(
        &format!("{url}/authorize"),
        [
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", &sent),
        ],
    );
    let mut browser = Browser::with(stage.balancer.client(), CALLBACK);
    let page = browser.follow(authorize.expect("a URL").as_str()).await;
    not_cut(page.status, &page.headers)?;
    let Some(code) = page.told("code") else {
        let told = page.told("error").unwrap_or_default();
        return Err(lost(&format!("{} answers {} {told}", page.url.path(), page.status)));
    };
    if page.told("state") != Some(sent) {
        return Err(lost("the state is another one"));
    }

    let redemption = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("client_secret", CLIENT_SECRET),
        ("redirect_uri", CALLBACK),
        ("code", &code),
    ];
    let tokens = told(stage.http.post(format!("{url}/token")).form(&redemption), "/token").await?;
    let access = tokens["access_token"].as_str().ok_or_else(|| lost("no access token"))?;
    let asked = stage.http.get(format!("{url}/userinfo")).bearer_auth(access);
    let claims = told(asked, "/userinfo").await?;
    if tokens["id_token"].is_string() && claims["FI_firstName"] == "Väinö" {
        Ok(())
    } else {
        Err(lost("no ID token, or the claims of somebody else"))
    }
}

/// The JSON that an endpoint answers with.
async fn told(request: RequestBuilder, endpoint: &str) -> Result<Value, Ended> {
    let answer = request.send().await.map_err(|_| lost(&format!("{endpoint} does not answer")))?;
    let status = answer.status();
    not_cut(status, answer.headers())?;
    let json: Value = answer.json().await.unwrap_or_default();
    if status.is_success() {
        return Ok(json);
    }
    Err(lost(&format!("{endpoint} answers {status} {}", json["error"])))
}

/// Only the load balancer's own answers are cuts: a replica that answers 503 has refused.
fn not_cut(status: StatusCode, headers: &HeaderMap) -> Result<(), Ended> {
    let its_own = headers.get(SERVER).is_some_and(|name| name == "awselb/2.0");
    if its_own && status.is_server_error() { Err(Ended::Cut(status.as_u16())) } else { Ok(()) }
}

fn lost(why: &str) -> Ended {
    Ended::Lost(why.to_owned())
}

const CLIENT: &str = "cognito";
const CALLBACK: &str = "https://my-pool.auth.eu-north-1.amazoncognito.com/oauth2/idpresponse";
