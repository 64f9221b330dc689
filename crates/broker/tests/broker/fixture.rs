//! The good case that the tests deviate from.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::Timestamp;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use silta_broker::downstream::{AcceptedLogins, BackChannels, OidcProvider, RedeemError};
use silta_broker::ports::Upstream;
use silta_broker::{
    AccessRule, AllowedUpstream, Broker, BrowserBinding, Callback, ConfiguredUpstream, FailedLogin,
    FinishedLogin, HeldSessions, InboundRequest, OpenLogins, OutboundMessage, Ports, Protocol,
    ReceivedLogin, RelyingParty, RelyingPartyPolicy, SealKey, SealedStore, SessionPolicy, Settings,
    SettingsError, StartedLogin, SubjectKey, SubjectSource, UpstreamName, Visitor,
};
use silta_mapping::{ClaimRule, ClaimRules, Dictionary, Otherwise, Spelling, ValueRule};
use silta_oidc::{
    Client, ClientId, ClientSecret, Issuer, KeyRing, RESERVED_CLAIMS, RegisteredRedirect,
    SigningKey, TokenResponse,
};
use silta_store::MemoryStore;
use silta_testkit::at_once::AtOnce;
use silta_testkit::clock::FixedClock;
use silta_testkit::dictionary::suomifi;
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::unseen_steps::UnseenSteps;

use crate::faulty_store::FaultyStore;
use crate::recording_audit::RecordingAudit;
use crate::scripted_idp::ScriptedIdp;
use crate::wire::{changed, form, query_param};

/// One broker, three clients of one upstream, and everything around them.
pub(crate) struct Fixture {
    pub(crate) broker: Arc<Broker>,
    pub(crate) oidc: Arc<OidcProvider>,
    pub(crate) store: Arc<FaultyStore>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) idp: Arc<ScriptedIdp>,
    pub(crate) audit: Arc<RecordingAudit>,
    pub(crate) open_logins: Arc<OpenLogins>,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same with other settings.
    pub(crate) fn with(decide: impl FnOnce(&mut Settings)) -> Self {
        Self::try_with(decide).unwrap()
    }

    pub(crate) fn try_with(decide: impl FnOnce(&mut Settings)) -> Result<Self, SettingsError> {
        let clock = Arc::new(FixedClock::at(NOON));
        let store = Arc::new(FaultyStore::of(MemoryStore::new(clock.clone())));
        let (idp, audit) = (Arc::new(ScriptedIdp::default()), Arc::new(RecordingAudit::default()));
        let ports = ports(&store, &clock, &audit, 1, [SEAL, SEAL]);
        let open_logins = ports.open_logins.clone();
        let (settings, oidc) = decided(&idp, (clients(), BackChannels::new()), &ports, decide);
        let broker = Arc::new(Broker::new(settings, ports)?);
        Ok(Self { broker, oidc, store, clock, idp, audit, open_logins })
    }

    /// Another replica over the same store, which seals with the first of these keys and also
    /// opens with the second.
    pub(crate) fn replica(&self, keys: [[u8; 32]; 2]) -> Self {
        self.changed(keys, clients(), |_| {})
    }

    /// The same with other clients and other settings.
    pub(crate) fn changed(
        &self,
        keys: [[u8; 32]; 2],
        clients: Vec<Client>,
        decide: impl FnOnce(&mut Settings),
    ) -> Self {
        self.notifying(keys, (clients, BackChannels::new()), decide)
    }

    /// The same with clients of which some are told of logouts.
    pub(crate) fn notifying(
        &self,
        keys: [[u8; 32]; 2],
        (clients, told): (Vec<Client>, BackChannels),
        decide: impl FnOnce(&mut Settings),
    ) -> Self {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let (idp, audit) = (self.idp.clone(), self.audit.clone());
        let ports = ports(&store, &clock, &audit, 2, keys);
        let open_logins = ports.open_logins.clone();
        let (settings, oidc) = decided(&idp, (clients, told), &ports, decide);
        let broker = Arc::new(Broker::new(settings, ports).unwrap());
        Self { broker, oidc, store, clock, idp, audit, open_logins }
    }

    /// Starts a login with the shop's usual authorize request, with some parameters changed.
    pub(crate) async fn start(
        &self,
        changes: &[(&str, &str)],
    ) -> Result<StartedLogin, FailedLogin> {
        self.start_from(1, changes).await
    }

    /// The same from the source network of this number.
    pub(crate) async fn start_from(
        &self,
        source: u32,
        changes: &[(&str, &str)],
    ) -> Result<StartedLogin, FailedLogin> {
        self.ask(source_of(source), changes).await.map(asked)
    }

    /// The same by a browser that may hold sessions.
    pub(crate) async fn ask(
        &self,
        visitor: impl Into<Visitor>,
        changes: &[(&str, &str)],
    ) -> Result<ReceivedLogin, FailedLogin> {
        let query = form(&changed(&AUTHORIZE, changes));
        let request = InboundRequest::Query(&query);
        self.broker.start_login(Protocol::Oidc, request, visitor).await
    }

    /// A started login.
    pub(crate) async fn started(&self) -> StartedLogin {
        self.start(&[]).await.unwrap()
    }

    /// The browser of that login posts a response with this assertion.
    pub(crate) async fn finish(
        &self,
        started: &StartedLogin,
        assertion: &str,
    ) -> Result<OutboundMessage, FailedLogin> {
        let body = callback_body(started, assertion);
        self.post(&suomifi_name(), &body, Some(&started.browser)).await
    }

    /// A browser with this cookie, or with none, posts a form to the callback address of an upstream.
    pub(crate) async fn post(
        &self,
        upstream: &UpstreamName,
        body: &str,
        cookie: Option<&BrowserBinding>,
    ) -> Result<OutboundMessage, FailedLogin> {
        match self.bring(upstream, body, cookie).await? {
            FinishedLogin::Answered { message, .. } => Ok(message),
            FinishedLogin::AskedAgain(_) => unreachable!("the upstream is asked once"),
        }
    }

    /// The same, whatever becomes of the login.
    pub(crate) async fn bring(
        &self,
        upstream: &UpstreamName,
        body: &str,
        cookie: Option<&BrowserBinding>,
    ) -> Result<FinishedLogin, FailedLogin> {
        let (callback, at) = (Callback::from_form(body), (upstream, source_of(1)));
        self.broker.finish_login(at, callback, |_| cookie.cloned()).await
    }

    /// The same in a browser that holds these sessions.
    pub(crate) async fn bring_holding(
        &self,
        upstream: &UpstreamName,
        body: &str,
        cookie: &BrowserBinding,
        held: &HeldSessions,
    ) -> Result<FinishedLogin, FailedLogin> {
        let visitor = Visitor { sessions: held.clone(), ..source_of(1).into() };
        let (callback, at) = (Callback::from_form(body), (upstream, visitor));
        self.broker.finish_login(at, callback, |_| Some(cookie.clone())).await
    }

    /// A whole login of the shop, up to the code.
    pub(crate) async fn code(&self, changes: &[(&str, &str)]) -> String {
        let started = self.start(changes).await.unwrap();
        // Each login has a handle of its own, so each assertion has an ID of its own.
        let location = self.finish(&started, started.relay_state.as_str()).await.unwrap();
        query_param(&location, "code").unwrap()
    }

    /// The shop redeems a code, with some parameters of its usual form changed.
    pub(crate) async fn redeem(
        &self,
        code: &str,
        changes: &[(&str, &str)],
    ) -> Result<TokenResponse, RedeemError> {
        self.oidc.redeem(Ok(&form(&token_form(code, changes))), None).await
    }

    /// A whole login of the shop, up to the tokens.
    pub(crate) async fn tokens(&self) -> TokenResponse {
        self.redeem(&self.code(&[]).await, &[]).await.unwrap()
    }

    /// Whether an access token opens anything.
    pub(crate) async fn opens(&self, authorization: &str) -> bool {
        self.oidc.userinfo(Some(authorization), None).await.is_ok()
    }
}

/// A login whose upstream is asked, as every one of a browser without a session.
pub(crate) fn asked(received: ReceivedLogin) -> StartedLogin {
    match received {
        ReceivedLogin::Started(started) => started,
        ReceivedLogin::Answered(_) => unreachable!("the browser holds no session that is enough"),
    }
}

/// The form that the identity provider has the browser post.
pub(crate) fn callback_body(started: &StartedLogin, assertion: &str) -> String {
    form(&[("SAMLResponse", assertion), ("RelayState", started.relay_state.as_str())])
}

/// The shop's token request for a code, with some parameters changed.
pub(crate) fn token_form<'a>(
    code: &'a str,
    changes: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    changed(&changed(&TOKEN, &[("code", code)]), changes)
}

/// The source network of this number.
pub(crate) fn source_of(number: u32) -> silta_broker::SourceNetwork {
    silta_broker::SourceNetwork::of(std::net::Ipv4Addr::from(number).into())
}

pub(crate) fn suomifi_name() -> UpstreamName {
    UpstreamName::parse("suomifi").unwrap()
}

pub(crate) fn party(name: &str) -> RelyingParty {
    RelyingParty::parse(name).unwrap()
}

pub(crate) fn client_id(id: &str) -> ClientId {
    ClientId::parse(id).unwrap()
}

pub(crate) fn client(id: &str, redirects: &[&str]) -> Client {
    let secret = ClientSecret::new(&SECRET.into()).unwrap();
    let mut redirects = redirects.iter().map(|uri| RegisteredRedirect::parse(uri).unwrap());
    let client = Client::new(client_id(id), secret, redirects.next().unwrap());
    redirects.fold(client, Client::with_redirect_uri)
}

/// The OpenID Provider of the three clients.
/// The clients, with their redirect URIs.
pub(crate) fn clients() -> Vec<Client> {
    vec![
        client("shop", &[CALLBACK, SECOND_CALLBACK]),
        client("kiosk", &[KIOSK_CALLBACK]),
        client("app", &[APP_CALLBACK]),
    ]
}

pub(crate) fn provider(
    clients: Vec<Client>,
    told: BackChannels,
    ports: &Arc<Ports>,
) -> OidcProvider {
    let key_ring = KeyRing::new(TOKEN_SIGNER.public().clone(), vec![]);
    let keys = (key_ring, Arc::new(TOKEN_SIGNER.clone()) as _);
    let issuer = Issuer::parse(ISSUER).unwrap();
    let provider = OidcProvider::new(issuer, clients, keys, ports.clone()).unwrap();
    provider.notifying(told)
}

/// The policy of a client in this sector: the usual rules, at suomifi.
pub(crate) fn policy(sector: &str) -> RelyingPartyPolicy {
    let rules = vec![
        rule("national_id", "nationalIdentificationNumber", false),
        rule("given_name", "givenName", true),
        rule("family_name", "sn", false),
    ];
    let rules = ClaimRules::compile(&[&suomifi()], rules, &RESERVED_CLAIMS).unwrap();
    let sector = sector.to_owned();
    RelyingPartyPolicy {
        upstreams: vec![allowed("suomifi")],
        rules,
        access: AccessRule::Everyone,
        deny: vec![],
        missing: BTreeMap::new(),
        sector,
        language: None,
        session: SessionPolicy::brief(Duration::from_mins(5), Duration::from_hours(8)),
    }
}

/// Rules that tell of this attribute alone, as this claim.
pub(crate) fn one_claim(
    dictionary: &Dictionary,
    claim: &str,
    attribute: &str,
    required: bool,
) -> ClaimRules {
    let rules = vec![rule(claim, attribute, required)];
    ClaimRules::compile(&[dictionary], rules, &RESERVED_CLAIMS).unwrap()
}

fn rule(claim: &str, attribute: &str, required: bool) -> ClaimRule {
    let rule = ClaimRule::new(claim, ValueRule::from(&[attribute]));
    if required { ClaimRule { otherwise: Otherwise::Refused, ..rule } } else { rule }
}

/// The usual settings and what `decide` changes, with the OpenID Provider of these clients.
fn decided(
    idp: &Arc<ScriptedIdp>,
    (clients, told): (Vec<Client>, BackChannels),
    ports: &Arc<Ports>,
    decide: impl FnOnce(&mut Settings),
) -> (Settings, Arc<OidcProvider>) {
    let mut settings = settings(idp);
    decide(&mut settings);
    let accepted = AcceptedLogins::of(&settings.upstreams, &settings.relying_parties);
    let oidc = Arc::new(provider(clients, told, ports).refreshing(accepted));
    settings.downstreams.insert(Protocol::Oidc, oidc.clone());
    (settings, oidc)
}

fn settings(idp: &Arc<ScriptedIdp>) -> Settings {
    let policies = [
        (party("shop"), policy("shop.example")),
        (party("kiosk"), policy("kiosk.example")),
        (party("app"), policy("shop.example")),
    ];
    Settings {
        subject_key: SubjectKey::new([5; 32]),
        upstreams: BTreeMap::from([(suomifi_name(), configured(idp.clone()))]),
        downstreams: BTreeMap::new(),
        relying_parties: policies.into(),
        language: None,
    }
}

/// An upstream that a relying party may use, at any of its levels.
pub(crate) fn allowed(upstream: &str) -> AllowedUpstream {
    AllowedUpstream { name: UpstreamName::parse(upstream).unwrap(), min_acr: None }
}

/// An upstream that speaks for the people of suomifi.
pub(crate) fn configured(adapter: Arc<dyn Upstream>) -> ConfiguredUpstream {
    let subject = ["nationalIdentificationNumber", "foreignpersonIdentifier"];
    let subject_source = SubjectSource::named(suomifi_name());
    let subject = subject.map(str::to_owned).to_vec();
    ConfiguredUpstream {
        adapter,
        dictionary: suomifi(),
        subject,
        spelling: Spelling::default(),
        subject_source,
        least_level: None,
        passive: false,
        sso: false,
        tells_logouts: false,
    }
}

pub(crate) fn ports(
    store: &Arc<FaultyStore>,
    clock: &Arc<FixedClock>,
    audit: &Arc<RecordingAudit>,
    seed: u64,
    [active, retired]: [[u8; 32]; 2],
) -> Arc<Ports> {
    let entropy = Arc::new(SeededEntropy::from_seed(seed));
    let retired = vec![SealKey::new(retired)];
    Arc::new(Ports {
        store: SealedStore::new(store.clone(), entropy.clone(), SealKey::new(active), retired),
        clock: clock.clone(),
        entropy,
        open_logins: Arc::default(),
        audit: audit.clone(),
        steps: Arc::new(UnseenSteps),
        background: Arc::new(AtOnce),
    })
}

static TOKEN_SIGNER: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_pem(&TOKEN_KEY).unwrap());

/// The key of ID tokens in PEM, made once per process.
pub(crate) static TOKEN_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    key.private_key_to_pem_pkcs8().unwrap()
});

/// When everything happens: 2026-11-21T12:00:00Z.
pub(crate) const NOON: Timestamp = Timestamp::constant(1_795_262_400, 0);
pub(crate) const ISSUER: &str = "https://login.example";
pub(crate) const CALLBACK: &str = "https://shop.example/oauth2/idpresponse";
pub(crate) const SECOND_CALLBACK: &str = "https://shop.example/second?tenant=a";
pub(crate) const KIOSK_CALLBACK: &str = "https://kiosk.example/cb";
pub(crate) const APP_CALLBACK: &str = "https://app.shop.example/cb";
pub(crate) const SECRET: &str = "a-secret-of-everybody-in-tests";
pub(crate) const SEAL: [u8; 32] = [6; 32];

pub(crate) const HETU: &str = "210281-9988";
pub(crate) const GIVEN: &str = "Nordea";
pub(crate) const FAMILY: &str = "Demo";

/// State with everything that a careless redirect or a careless record would spoil.
pub(crate) const STATE: &str = "H4sI+/=& #%00ä\"\\x";
pub(crate) const NONCE: &str = "n-0S6_WzA2Mj";
// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The shop's usual authorization request.
pub(crate) const AUTHORIZE: [(&str, &str); 8] = [
    ("client_id", "shop"),
    ("redirect_uri", CALLBACK),
    ("response_type", "code"),
    ("scope", "openid profile"),
    ("state", STATE),
    ("nonce", NONCE),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

const TOKEN: [(&str, &str); 5] = [
    ("client_id", "shop"),
    ("client_secret", SECRET),
    ("grant_type", "authorization_code"),
    ("redirect_uri", CALLBACK),
    ("code_verifier", VERIFIER),
];
