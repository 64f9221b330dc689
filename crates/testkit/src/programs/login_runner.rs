//! Runs whole logins by thousands, quick enough to measure what they cost a replica.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::deadline::DEADLINE;
use crate::keys::KeyPair;
use crate::quick_idp::QuickIdp;
use crate::silta::Silta;
use crate::test_dir::{CALLBACK, OTHER_SECRET, TestDir};

/// Runs logins at one replica: a relying party, a browser and an identity provider in one.
#[derive(Debug)]
pub struct LoginRunner {
    http: Client,
    base: String,
    idp: QuickIdp,
    /// Whether whoever is told that too many come loads the page again.
    comes_again: bool,
}

impl LoginRunner {
    /// At this replica, which was configured by [`TestDir::configure`] with [`ConfigParams::without_idp`].
    ///
    /// [`ConfigParams::without_idp`]: crate::test_dir::ConfigParams::without_idp
    #[must_use]
    pub fn at(silta: &Silta, dir: &TestDir) -> Self {
        Self::through(silta.address(), dir)
    }

    /// The same at the address of something in front of it.
    #[must_use]
    pub fn through(address: SocketAddr, dir: &TestDir) -> Self {
        Self {
            http: Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            base: format!("http://{address}"),
            idp: QuickIdp::of(dir),
            comes_again: false,
        }
    }

    /// The same with people who do as a page says that asks them to come again.
    #[must_use]
    pub fn coming_again(self) -> Self {
        Self { comes_again: true, ..self }
    }

    /// The same at an identity provider that signs with another key.
    #[must_use]
    pub fn signing_with(self, key: &KeyPair) -> Self {
        Self { idp: self.idp.signing_with(key), ..self }
    }

    /// Runs so many logins, eight at a time.
    ///
    /// # Panics
    /// When one of them fails.
    pub async fn many(self, logins: u32) {
        let (this, begun) = (Arc::new(self), Arc::new(AtomicU32::new(0)));
        let mut browsers = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (this, begun) = (this.clone(), begun.clone());
            browsers.spawn(async move {
                loop {
                    let turn = begun.fetch_add(1, Ordering::Relaxed);
                    if turn >= logins {
                        break;
                    }
                    this.one(turn).await;
                }
            });
        }
        browsers.join_all().await;
    }

    async fn sent(&self, request: RequestBuilder) -> Response {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let answer = request.try_clone().unwrap().send().await.unwrap();
            let is_busy = answer.status() == StatusCode::SERVICE_UNAVAILABLE;
            if !(is_busy && self.comes_again) || Instant::now() > deadline {
                return answer;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Runs the login of the invented person `turn`, up to the userinfo response.
    ///
    /// # Panics
    /// When it fails.
    pub async fn one(&self, turn: u32) -> Value {
        let location = self.come_back(turn).await;
        let code = location.split("code=").nth(1).expect("a code").split('&').next().unwrap();

        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "other"),
            ("client_secret", OTHER_SECRET),
            ("redirect_uri", CALLBACK),
            ("code", code),
        ];
        let tokens = self.http.post(format!("{}/token", self.base)).form(&form);
        let tokens: Value = self.sent(tokens).await.json().await.unwrap();
        let token = tokens["access_token"].as_str();
        let token = token.unwrap_or_else(|| panic!("no tokens, but {tokens}"));
        let userinfo = self.http.get(format!("{}/userinfo", self.base)).bearer_auth(token);
        let told = self.sent(userinfo).await;
        assert!(told.status().is_success());
        told.json().await.unwrap()
    }

    /// Runs the login of the invented person `turn` up to where the browser is sent to the relying party.
    ///
    /// # Panics
    /// When it is not sent there.
    pub async fn come_back(&self, turn: u32) -> String {
        let authorize = format!(
            "{}/authorize?client_id=other&redirect_uri={CALLBACK}&response_type=code&scope=openid&state=s",
            self.base
        );
        let left = self.sent(self.http.get(authorize)).await;
        let header = |name| left.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let cookie = header(SET_COOKIE).split(';').next().unwrap().to_owned();
        let request = self.idp.request(&header(LOCATION));
        let response = self.idp.answer(&request, turn);

        let form = [("SAMLResponse", response), ("RelayState", request.relay_state.unwrap())];
        let acs = self.http.post(format!("{}/saml/idp/acs", self.base));
        let back = self.sent(acs.header(COOKIE, cookie).form(&form)).await;
        back.headers().get(LOCATION).unwrap().to_str().unwrap().to_owned()
    }
}

const AT_ONCE: u32 = 8;
/// Sooner than a person.
const AGAIN: Duration = Duration::from_millis(100);
