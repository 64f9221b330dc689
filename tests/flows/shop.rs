//! A relying party by hand, for requests that no library would send.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use silta_testkit::jws::Jws;
use silta_testkit::silta::Silta;
use silta_testkit::test_dir::{CALLBACK, OTHER_SECRET, SHOP_SECRET};
use url::form_urlencoded::Serializer;

/// The client `shop`, or another one that is named in a request.
pub(crate) struct Shop {
    issuer: String,
    http: Client,
}

/// What an endpoint answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null when the body is no JSON.
    pub(crate) json: Value,
}

impl Shop {
    pub(crate) const STATE: &'static str = "where the person was";
    pub(crate) const NONCE: &'static str = "n-0S6_WzA2Mj";
    /// A verifier and its challenge [RFC 7636 §B].
    pub(crate) const VERIFIER: &'static str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    pub(crate) const CHALLENGE: &'static str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    /// A client of the broker at `issuer`.
    pub(crate) fn of(issuer: &str) -> Self {
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self { issuer: issuer.to_owned(), http }
    }

    /// The same past whatever is in front of this replica.
    pub(crate) fn at(replica: &Silta) -> Self {
        Self::of(&format!("http://{}", replica.address()))
    }

    /// An authorization request; `changes` replace parameters, or with an empty value remove them.
    pub(crate) fn authorize(&self, changes: &[(&str, &str)]) -> String {
        let usual = [
            ("response_type", "code"),
            ("client_id", "shop"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid profile"),
            ("state", Self::STATE),
            ("nonce", Self::NONCE),
        ];
        format!("{}/authorize?{}", self.issuer, changed(&usual, changes))
    }

    /// Redeems a code as `shop` may.
    pub(crate) async fn redeem(&self, code: &str) -> Answer {
        self.redeem_with(&[("code", code)]).await
    }

    /// A token request with other parameters, or without some.
    pub(crate) async fn redeem_with(&self, changes: &[(&str, &str)]) -> Answer {
        self.post_form("/token", changed(&REDEMPTION, changes)).await
    }

    /// Exchanges a refresh token as `shop` may, with other parameters, or without some.
    pub(crate) async fn refresh(&self, token: &str, changes: &[(&str, &str)]) -> Answer {
        let usual = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", "shop"),
            ("client_secret", SHOP_SECRET),
        ];
        self.post_form("/token", changed(&usual, changes)).await
    }

    /// Asks an endpoint about a token as `shop` may, with other parameters, or without some.
    pub(crate) async fn ask(&self, path: &str, token: &str, changes: &[(&str, &str)]) -> Answer {
        let usual = [("token", token), ("client_id", "shop"), ("client_secret", SHOP_SECRET)];
        self.post_form(path, changed(&usual, changes)).await
    }

    /// Posts any text to an endpoint as a form.
    pub(crate) async fn post_form(&self, path: &str, form: impl Into<reqwest::Body>) -> Answer {
        let request = self.post(path).header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body(form)).await
    }

    /// A POST to an endpoint, yet without a body.
    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.issuer))
    }

    /// A GET of an endpoint.
    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.issuer))
    }

    /// A request of another method.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.issuer))
    }

    /// The metadata of the provider.
    pub(crate) async fn discovery(&self) -> Value {
        Answer::of(self.get("/.well-known/openid-configuration")).await.json
    }

    /// Asks with an access token who the person is.
    pub(crate) async fn userinfo(&self, token: &str) -> Answer {
        Answer::of(self.get("/userinfo").bearer_auth(token)).await
    }
}

impl Answer {
    /// Sends `request`.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let answer: Response = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.expect("a body");
        Self { status, headers, json: serde_json::from_slice(&body).unwrap_or_default() }
    }

    /// A text of the JSON.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> &str {
        self.json[name].as_str().expect("a text in the answer")
    }

    /// Status and `error`, for comparing.
    pub(crate) fn error(&self) -> (u16, &str) {
        (self.status, self.json["error"].as_str().unwrap_or_default())
    }
}

/// What a signed token says; nothing about it is verified.
#[track_caller]
pub(crate) fn claims_of(token: &str) -> Value {
    Value::Object(Jws::read(token).expect("a signed token").claims)
}

/// `usual` parameters, some replaced and, where the new value is empty, removed; a name that is not
/// among them is added.
pub(crate) fn changed(usual: &[(&str, &str)], changes: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    let replaced = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
    query.extend_pairs(usual.iter().filter(|(name, _)| !replaced(name)));
    query.extend_pairs(changes.iter().filter(|(_, value)| !value.is_empty()));
    query.finish()
}

/// What `shop` sends with a code.
const REDEMPTION: [(&str, &str); 4] = [
    ("grant_type", "authorization_code"),
    ("redirect_uri", CALLBACK),
    ("client_id", "shop"),
    ("client_secret", SHOP_SECRET),
];

/// The credentials of another client.
pub(crate) const OTHER: [(&str, &str); 2] =
    [("client_id", "other"), ("client_secret", OTHER_SECRET)];
