//! What sessions cost: an authorize that one answers, its octets in the store, and the memory of a hundred
//! thousand in this process.
//!
//! The identity provider costs nothing here: it asserts a person without XML.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark, which prints"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use silta_broker::downstream::OidcProvider;
use silta_broker::ports::{
    CallbackRoom, Key, Sealed, Store, StoreError, StoreUsage, Upstream, UpstreamRequest,
};
use silta_broker::{
    AccessRule, AllowedUpstream, Broker, Callback, CallbackError, ConfiguredUpstream,
    FailedCallback, FinishedLogin, HeldSessions, Identity, InboundRequest, NeededOfPerson,
    OutboundError, OutboundMessage, Pending, Ports, Protocol, ReceivedLogin, RelayState,
    RelyingParty, RelyingPartyPolicy, ReplayProtection, SealKey, SealedStore, SessionPolicy,
    Settings, SourceNetwork, SubjectKey, SubjectSource, Tagged, UpstreamName, Versioned, Visitor,
};
use silta_mapping::{ClaimRule, ClaimRules, Otherwise, Spelling, ValueRule};
use silta_oidc::{
    Client, ClientId, ClientSecret, Issuer, KeyRing, RESERVED_CLAIMS, RegisteredRedirect,
    SigningKey,
};
use silta_store::MemoryStore;
use silta_testkit::at_once::AtOnce;
use silta_testkit::bench::rounds;
use silta_testkit::clock::FixedClock;
use silta_testkit::dictionary::suomifi;
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::keys::KeyPair;
use silta_testkit::this_process::{cpu_nanos, resident};
use silta_testkit::unheard_audit::UnheardAudit;
use silta_testkit::unseen_steps::UnseenSteps;

fn main() {
    // `cargo test` builds and starts benchmarks too; it has nothing to learn from this one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let fixture = Fixture::new();
    let before = resident();
    let (mut joined, mut last) = (0, HeldSessions::default());
    for number in 0..*SESSIONS {
        last = runtime.block_on(fixture.login(number));
        let began = cpu_nanos();
        runtime.block_on(fixture.ask("forum", &last));
        joined += cpu_nanos() - began;
        // Codes and marks of a thousand logins a minute end meanwhile.
        if number % 1000 == 0 {
            fixture.clock.advance(Duration::from_mins(1));
        }
    }
    let began = cpu_nanos();
    for _ in 0..*AGAIN {
        runtime.block_on(fixture.ask("forum", &last));
    }
    let again = cpu_nanos() - began;
    let sizes = fixture.store.sizes.lock().unwrap().clone();
    fixture.clock.advance(Duration::from_hours(1));
    runtime.block_on(fixture.ask("forum", &last));
    println!("authorize answered, its client joins   {:8.1} us CPU", micros(joined, *SESSIONS));
    println!("authorize answered, its client is in   {:8.1} us CPU", micros(again, *AGAIN));
    println!("a session of two clients               {:8} octets", sizes[&true]);
    println!("the name of one of them                {:8} octets", sizes[&false]);
    let used = fixture.store.usage().unwrap().used;
    println!("{} such sessions, accounted       {:8.1} MiB", *SESSIONS, mebibytes(used));
    println!("resident memory more than without      {:8.1} MiB", mebibytes(resident() - before));
}

/// A broker whose two clients and upstream agree to single sign-on.
struct Fixture {
    broker: Broker,
    store: Arc<Measured>,
    clock: Arc<FixedClock>,
}

impl Fixture {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::at(NOON));
        let store =
            Arc::new(Measured { store: MemoryStore::new(clock.clone()), sizes: Mutex::default() });
        let entropy = Arc::new(SeededEntropy::from_seed(1));
        let ports = Arc::new(Ports {
            store: SealedStore::new(store.clone(), entropy.clone(), SealKey::new([2; 32]), vec![]),
            clock: clock.clone(),
            entropy,
            open_logins: Arc::default(),
            audit: Arc::new(UnheardAudit),
            background: Arc::new(AtOnce),
            steps: Arc::new(UnseenSteps),
        });
        let key = SigningKey::from_pem(&KeyPair::rsa("id token").key_pem()).unwrap();
        let keys = (KeyRing::new(key.public().clone(), vec![]), Arc::new(key) as _);
        let issuer = Issuer::parse("https://login.example").unwrap();
        let clients = CLIENTS.map(client);
        let oidc = Arc::new(OidcProvider::new(issuer, clients, keys, ports.clone()).unwrap());
        let name = UpstreamName::parse("idp").unwrap();
        let upstream = ConfiguredUpstream {
            dictionary: suomifi(),
            adapter: Arc::new(Idp),
            subject: vec!["nationalIdentificationNumber".to_owned()],
            spelling: Spelling::default(),
            subject_source: SubjectSource::named(name.clone()),
            least_level: None,
            passive: false,
            sso: true,
            tells_logouts: false,
        };
        let parties = CLIENTS.map(|id| (RelyingParty::parse(id).unwrap(), policy(id, &name)));
        let settings = Settings {
            subject_key: SubjectKey::new([1; 32]),
            upstreams: BTreeMap::from([(name, upstream)]),
            downstreams: BTreeMap::from([(Protocol::Oidc, oidc as _)]),
            relying_parties: BTreeMap::from(parties),
            language: None,
        };
        Self { broker: Broker::new(settings, ports).unwrap(), store, clock }
    }

    async fn request(&self, client: &str, held: &HeldSessions) -> ReceivedLogin {
        let query = format!(
            "client_id={client}&redirect_uri=https%3A%2F%2F{client}.example%2Fcb\
             &response_type=code&scope=openid&state=xyz&nonce=n"
        );
        let source = SourceNetwork::of(std::net::Ipv4Addr::LOCALHOST.into());
        let visitor = Visitor { sessions: held.clone(), ..source.into() };
        let request = InboundRequest::Query(&query);
        self.broker.start_login(Protocol::Oidc, request, visitor).await.unwrap()
    }

    /// A request that the session answers.
    async fn ask(&self, client: &str, held: &HeldSessions) {
        assert!(matches!(self.request(client, held).await, ReceivedLogin::Answered(_)));
    }

    /// A login of the person of this number: the session of its browser.
    async fn login(&self, number: u32) -> HeldSessions {
        let started = match self.request("shop", &HeldSessions::default()).await {
            ReceivedLogin::Started(started) => started,
            ReceivedLogin::Answered(_) => unreachable!("the browser holds no session"),
        };
        let query = format!("state={}&person={number}", started.relay_state.as_str());
        let name = UpstreamName::parse("idp").unwrap();
        let at = (&name, SourceNetwork::of(std::net::Ipv4Addr::LOCALHOST.into()));
        let callback = Callback::from_query(&query);
        let browser = |_: &_| Some(started.browser);
        match self.broker.finish_login(at, callback, browser).await.unwrap() {
            FinishedLogin::Answered { sessions, .. } => sessions,
            FinishedLogin::AskedAgain(_) => unreachable!("no age was asked for"),
        }
    }
}

/// Whoever comes is the person of the number in the callback.
struct Idp;

/// It remembers nothing.
struct Nothing;

impl Versioned for Nothing {
    const TAGS: &'static [&'static str] = &["nothing.1"];

    fn to_octets(&self) -> Option<Vec<u8>> {
        minicbor_serde::to_vec("nothing.1").ok()
    }

    fn read(_: &Tagged<'_>) -> Option<Self> {
        Some(Self)
    }
}

#[async_trait]
impl Upstream for Idp {
    async fn start(
        &self,
        _: &UpstreamRequest<'_>,
    ) -> Result<(OutboundMessage, Pending), OutboundError> {
        let url = "https://idp.example".to_owned();
        let message =
            OutboundMessage::Post { url, fields: vec![], beside: vec![], framed_by: vec![] };
        Ok((message, Pending::keep(&Nothing)?))
    }

    fn relay_state(&self, callback: &Callback) -> Result<RelayState, CallbackError> {
        let state = callback.one("state")?.and_then(RelayState::parse);
        state.ok_or(CallbackError::UnknownHandle("state"))
    }

    async fn make_room(
        &self,
        _: SourceNetwork,
        _: Timestamp,
    ) -> Result<CallbackRoom, CallbackError> {
        Ok(CallbackRoom::unbounded())
    }

    async fn finish(
        &self,
        callback: &Callback,
        _: &Pending,
        _: NeededOfPerson,
        now: Timestamp,
    ) -> Result<Identity, FailedCallback> {
        let number = callback.one("person")?.unwrap_or_default();
        let attribute =
            |(name, value): &(&str, &str)| (format!("urn:oid:{name}"), vec![(*value).to_owned()]);
        let mut attributes: Vec<_> = ATTRIBUTES.iter().map(attribute).collect();
        attributes.push(("urn:oid:1.2.246.21".to_owned(), vec![format!("invented-{number}")]));
        Ok(Identity {
            replay: ReplayProtection::BoundToLogin,
            authn_instant: Some(now),
            acr: "high".to_owned(),
            session: None,
            attributes,
            named: vec![],
            name: None,
        })
    }

    fn reaches(&self, acr: &str, least: &str) -> bool {
        acr == least
    }
}

/// The memory store, and how many octets the last record had that a session's name leads to: the session
/// itself, and the name of one who joined it, which is the shorter.
struct Measured {
    store: MemoryStore,
    sizes: Mutex<BTreeMap<bool, usize>>,
}

impl Measured {
    fn note(&self, key: &Key, value: &Sealed) {
        let octets = value.as_bytes().len();
        if key.kind() == "session" {
            self.sizes.lock().unwrap().insert(octets > 200, octets);
        }
    }
}

#[async_trait]
impl Store for Measured {
    async fn put(&self, key: &Key, value: Sealed, life: Duration) -> Result<(), StoreError> {
        self.note(key, &value);
        self.store.put(key, value, life).await
    }

    async fn peek(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.store.peek(key).await
    }

    async fn take(&self, key: &Key) -> Result<Option<Sealed>, StoreError> {
        self.store.take(key).await
    }

    async fn claim(&self, key: &Key, value: Sealed, life: Duration) -> Result<bool, StoreError> {
        self.store.claim(key, value, life).await
    }

    async fn swap(
        &self,
        key: &Key,
        seen: &Sealed,
        next: Sealed,
        life: Duration,
    ) -> Result<bool, StoreError> {
        self.note(key, &next);
        self.store.swap(key, seen, next, life).await
    }

    fn usage(&self) -> Option<StoreUsage> {
        self.store.usage()
    }
}

fn client(id: &str) -> Client {
    let secret = ClientSecret::new(&"a-secret-of-the-benchmark".into()).unwrap();
    let redirect = RegisteredRedirect::parse(&format!("https://{id}.example/cb")).unwrap();
    Client::new(ClientId::parse(id).unwrap(), secret, redirect)
}

fn policy(sector: &str, upstream: &UpstreamName) -> RelyingPartyPolicy {
    let rules = ["givenName", "sn", "displayName", "cn", "KotikuntaKuntaS"].map(|name| ClaimRule {
        otherwise: Otherwise::Blank,
        ..ClaimRule::new(format!("FI_{name}"), ValueRule::from(&[name]))
    });
    let (idle, absolute) = (Duration::from_hours(8), Duration::from_hours(8));
    RelyingPartyPolicy {
        upstreams: vec![AllowedUpstream { name: upstream.clone(), min_acr: None }],
        rules: ClaimRules::compile(&[&suomifi()], rules.to_vec(), &RESERVED_CLAIMS).unwrap(),
        access: AccessRule::Everyone,
        deny: vec![],
        missing: BTreeMap::new(),
        sector: sector.to_owned(),
        language: None,
        session: SessionPolicy::Shared { idle, absolute },
    }
}

fn micros(nanos: u64, times: u32) -> f64 {
    nanos as f64 / f64::from(times) / 1000.0
}

fn mebibytes(octets: u64) -> f64 {
    octets as f64 / 1_048_576.0
}

const CLIENTS: [&str; 2] = ["shop", "forum"];
static SESSIONS: LazyLock<u32> = LazyLock::new(|| rounds(100_000));
static AGAIN: LazyLock<u32> = LazyLock::new(|| rounds(10_000));
const NOON: Timestamp = Timestamp::constant(1_795_000_000, 0);
const ATTRIBUTES: [(&str, &str); 6] = [
    ("2.5.4.42", "Väinö"),
    ("2.5.4.4", "Meikäläinen"),
    ("2.16.840.1.113730.3.1.241", "Väinö Meikäläinen"),
    ("2.5.4.3", "Meikäläinen Väinö Olavi"),
    ("1.2.246.517.2002.2.18", "853"),
    ("1.2.246.517.2002.2.19", "Turku"),
];
