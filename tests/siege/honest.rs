//! Honest people: they come at a steady pace, each from an address of their own, and log in.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, HeaderName, LOCATION, RETRY_AFTER, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};
use serde_json::Value;
use silta_testkit::deadline::DEADLINE;
use silta_testkit::quick_idp::QuickIdp;
use silta_testkit::test_dir::{CALLBACK, OTHER_SECRET};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};
use url::Url;

use super::deployment::Deployment;

/// When somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Quiet,
    /// The hostile machine gets ready.
    Before,
    During,
    After,
    /// Nobody comes any more.
    Over,
}

/// One login, at its end.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) phase: Phase,
    /// How long the ACS took for the answer that was not "come again".
    pub(super) acs: Duration,
    /// The same of the token endpoint.
    pub(super) token: Duration,
    /// How often they were told to come again, and did.
    pub(super) again: u32,
    /// Why they gave up.
    pub(super) lost: Option<String>,
}

/// Everybody who comes.
pub(super) struct Users {
    clock: AttackClock,
    visits: Arc<Mutex<Vec<Visit>>>,
    arrived: watch::Receiver<usize>,
    coming: tokio::task::JoinHandle<()>,
}

/// Says how far the attack is.
#[derive(Clone)]
pub(super) struct AttackClock(watch::Sender<Phase>);

impl AttackClock {
    /// What those who come from now on are counted as.
    pub(super) fn now(&self, phase: Phase) {
        self.0.send_replace(phase);
    }
}

impl Users {
    /// From now on they come.
    pub(super) fn come(deployment: &Deployment) -> Self {
        let entrance = Arc::new(Entrance {
            base: format!("http://{}", deployment.address()),
            idp: QuickIdp::of(&deployment.dir),
            browsers: (1..=ADDRESSES).map(browser).collect(),
        });
        let (phase, seen) = watch::channel(Phase::Quiet);
        let (count, arrived) = watch::channel(0);
        let visits = Arc::new(Mutex::new(vec![]));
        let kept = visits.clone();
        let coming = tokio::spawn(async move {
            let mut pace = interval(PACE);
            // A machine that stood still is not to be run over.
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut people = JoinSet::new();
            for turn in 0_u32.. {
                pace.tick().await;
                let phase = *seen.borrow();
                if phase == Phase::Over {
                    break;
                }
                let (entrance, kept, count) = (entrance.clone(), kept.clone(), count.clone());
                people.spawn(async move {
                    let visit = entrance.visit(turn, phase).await;
                    kept.lock().unwrap().push(visit);
                    count.send_modify(|count| *count += 1);
                });
            }
            people.join_all().await;
        });
        Self { clock: AttackClock(phase), visits, arrived, coming }
    }

    /// What tells them how far the attack is.
    pub(super) fn clock(&self) -> AttackClock {
        self.clock.clone()
    }

    /// Waits until so many have come and gone.
    pub(super) async fn wait_for(&self, many: usize) {
        let mut arrived = self.arrived.clone();
        let enough = tokio::time::timeout(DEADLINE, arrived.wait_for(|count| *count >= many)).await;
        drop(enough.expect("people come in time").expect("they are ours"));
    }

    /// Nobody comes any more; those who are there end their logins.
    pub(super) async fn go_home(self) -> Vec<Visit> {
        self.clock.now(Phase::Over);
        self.coming.await.expect("nobody panics");
        std::mem::take(&mut self.visits.lock().unwrap())
    }
}

/// The way in: the broker's address, the identity provider, and a browser for each address.
struct Entrance {
    base: String,
    idp: QuickIdp,
    browsers: Vec<Client>,
}

impl Entrance {
    async fn visit(&self, turn: u32, phase: Phase) -> Visit {
        let mut visit =
            Visit { phase, acs: Duration::ZERO, token: Duration::ZERO, again: 0, lost: None };
        visit.lost = self.log_in(turn, &mut visit).await.err();
        visit
    }

    async fn log_in(&self, turn: u32, visit: &mut Visit) -> Result<(), String> {
        let http = &self.browsers[turn as usize % self.browsers.len()];
        let left = self.leave(http, visit).await?;
        let cookie = header(&left, &SET_COOKIE)?.split(';').next().unwrap_or_default().to_owned();
        let request = self.idp.request(header(&left, &LOCATION)?);
        let answer = self.idp.answer(&request, turn);
        let relay_state = request.relay_state.ok_or("no RelayState")?;

        let form = [("SAMLResponse", answer), ("RelayState", relay_state)];
        let acs = format!("{}/saml/idp/acs", self.base);
        let post = || http.post(&acs).header(COOKIE, &cookie).form(&form);
        let (back, took) = ask("acs", post, visit).await?;
        visit.acs = took;
        let status = back.status();
        let back = header(&back, &LOCATION).map_err(|_| format!("acs: {status}"))?;
        let code = parameter(back, "code").ok_or("acs: an error for the client")?;

        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "other"),
            ("client_secret", OTHER_SECRET),
            ("redirect_uri", CALLBACK),
            ("code", &code),
        ];
        let token = format!("{}/token", self.base);
        let (tokens, took) = ask("token", || http.post(&token).form(&form), visit).await?;
        visit.token = took;
        let status = tokens.status();
        let tokens: Value = tokens.json().await.map_err(|_| format!("token: {status}, no JSON"))?;
        let bearer = tokens["access_token"].as_str().ok_or_else(|| format!("token: {status}"))?;
        let userinfo = format!("{}/userinfo", self.base);
        let (told, _) = ask("userinfo", || http.get(&userinfo).bearer_auth(bearer), visit).await?;
        let status = told.status();
        let told: Value = told.json().await.map_err(|_| format!("userinfo: {status}, no JSON"))?;
        told["sub"].is_string().then_some(()).ok_or_else(|| format!("userinfo: {status}"))
    }

    /// To the identity provider. Who is told that the broker cannot take them now goes back to the
    /// application, and begins anew.
    async fn leave(&self, http: &Client, visit: &mut Visit) -> Result<Response, String> {
        let url = format!(
            "{}/authorize?client_id=other&redirect_uri={CALLBACK}&response_type=code&scope=openid\
             &state=where-the-person-was&nonce=n-0S6_WzA2Mj",
            self.base
        );
        loop {
            let (left, _) = ask("authorize", || http.get(&url), visit).await?;
            let status = left.status();
            let to = header(&left, &LOCATION).map_err(|_| format!("authorize: {status}"))?;
            if !to.starts_with(CALLBACK) {
                return Ok(left);
            }
            let error = parameter(to, "error").unwrap_or_default();
            if error != "temporarily_unavailable" || visit.again >= TIMES {
                return Err(format!("authorize: {error}"));
            }
            visit.again += 1;
            sleep(SOON).await;
        }
    }
}

/// Sends until the answer is another one than "come again".
async fn ask(
    endpoint: &str,
    request: impl Fn() -> RequestBuilder,
    visit: &mut Visit,
) -> Result<(Response, Duration), String> {
    loop {
        let began = Instant::now();
        let answer = request().send().await.map_err(|error| {
            let kind = if error.is_timeout() { "no answer in time" } else { "connection broken" };
            format!("{endpoint}: {kind}")
        })?;
        let took = began.elapsed();
        if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
            return Ok((answer, took));
        }
        let wait = answer.headers().get(RETRY_AFTER).and_then(|text| text.to_str().ok());
        let wait = wait.and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let wait = wait.ok_or_else(|| format!("{endpoint}: 503 without Retry-After"))?;
        if visit.again >= TIMES {
            return Err(format!("{endpoint}: 503 again and again"));
        }
        visit.again += 1;
        sleep(wait.min(LATER)).await;
    }
}

fn browser(number: u8) -> Client {
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        // Each request shows anew whether a connection can be had.
        .pool_max_idle_per_host(0)
        .local_address(IpAddr::from(Ipv4Addr::new(127, 0, 1, number)))
        .timeout(UNBEARABLE)
        .build()
        .expect("a client")
}

fn header<'a>(answer: &'a Response, name: &HeaderName) -> Result<&'a str, String> {
    let missing = || format!("{} without {name}", answer.status());
    answer.headers().get(name).and_then(|value| value.to_str().ok()).ok_or_else(missing)
}

fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let (_, value) = url.query_pairs().find(|(key, _)| key == name)?;
    Some(value.into_owned())
}

/// Ten a second: a town at noon, a tenth of what one core can do.
const PACE: Duration = Duration::from_millis(100);
/// So many addresses of 127.0.1.0/24 are honest.
const ADDRESSES: u8 = 50;
/// Who waits so long for one answer has gone.
const UNBEARABLE: Duration = Duration::from_secs(30);
/// Who was told to come again so often has gone, too.
const TIMES: u32 = 10;
/// Nobody waits longer than this, whatever they are told.
const LATER: Duration = Duration::from_secs(5);
const SOON: Duration = Duration::from_secs(1);
