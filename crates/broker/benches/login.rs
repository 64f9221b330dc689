//! What a login costs inside the broker, beside the cryptography that no broker can avoid.
//!
//! Both sides are measured in one run on one thread by the CPU time of that thread, so that the
//! ratio says something on any machine. The login is whole: sign the request, verify, decrypt and
//! verify the response, map, seal, sign the ID token, and show the claims. A logout ends one such login.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark, which prints"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use jiff::Timestamp;
use openssl::encrypt::{Decrypter, Encrypter};
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{PKey, Private};
use openssl::rsa::Padding;
use openssl::sign::{Signer, Verifier};
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use silta_broker::downstream::{AcceptedLogins, OidcProvider};
use silta_broker::upstream::{
    AuthnContextRequest, RequestBinding, SamlLogout, SamlParties, SamlUpstream, SingleLogoutService,
};
use silta_broker::{
    AccessRule, AllowedUpstream, Broker, Callback, ConfiguredUpstream, FinishedLogin, HeldSessions,
    InboundRequest, LogoutOutcome, LogoutStep, OutboundMessage, Ports, Protocol, ReceivedLogin,
    ReceivedLogout, RelyingParty, RelyingPartyPolicy, SealKey, SealedStore, SessionPolicy,
    Settings, StartedLogin, SubjectKey, SubjectSource, UpstreamName,
};
use silta_mapping::{ClaimRule, ClaimRules, ClaimSource, Take, suomifi};
use silta_oidc::{
    Client, ClientId, ClientSecret, Issuer, KeyRing, RESERVED_CLAIMS, RegisteredRedirect,
};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AssertionContent, AssuranceLevels, Attribute, EncryptionParameters, IdentityProvider, NameId,
    PeerProfile, ResponseHeader, ServiceProvider, SignedParts, post_value,
};
use silta_store::MemoryStore;
use silta_testkit::at_once::AtOnce;
use silta_testkit::clock::FixedClock;
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::forge::{ForgedLogout, SLO, SentRequest};
use silta_testkit::keys::{self, KeyPair};
use silta_testkit::this_process::cpu_nanos;
use silta_testkit::unheard_audit::UnheardAudit;
use silta_testkit::unseen_steps::UnseenSteps;

fn main() {
    // `cargo test` builds and starts benchmarks too; it has nothing to learn from this one.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let fixture = Fixture::new(client(), LOGINS + WARM_UP);
    for _ in 0..WARM_UP {
        fixture.login();
    }
    let login = measured(LOGINS, || drop(fixture.login()));
    let floor = Floor::new(&fixture);
    let parts = [
        ("2 RSA-2048 signatures (AuthnRequest, ID token)", measured(LOGINS, || floor.sign())),
        ("1 RSA-2048 decryption (session key)", measured(LOGINS, || floor.unwrap())),
        ("2 RSA-2048 verifications (Response, Assertion)", measured(LOGINS, || floor.verify())),
        ("AES-256-GCM (assertion, records)", measured(LOGINS, || floor.aes())),
        ("SHA-256 (digests, keys, sub)", measured(LOGINS, || floor.digest())),
    ];
    let sum: f64 = parts.iter().map(|(_, micros)| micros).sum();
    println!("one login in the broker            {login:8.1} us CPU");
    for (name, micros) in parts {
        println!("  {name:<49} {micros:8.1} us");
    }
    println!("sum of its cryptography            {sum:8.1} us CPU");
    println!("ratio, login to cryptography       {:8.2}", login / sum);
    println!("response of the benchmark          {:8} octets of base64", fixture.size());
    let refresh = refresh();
    println!("one refresh in the broker          {refresh:8.1} us CPU");
    println!("ratio, refresh to login            {:8.2}", refresh / login);
    let signature = measured(LOGINS, || floor.sign()) / 2.0;
    println!("ratio, refresh to its signature    {:8.2}", refresh / signature);
    let verification = measured(LOGINS, || floor.verify()) / 2.0;
    let by_client = logout_by_client();
    println!("one logout by a client's hint      {by_client:8.1} us CPU");
    println!("ratio, that to its verification    {:8.2}", by_client / verification);
    let by_idp = logout_by_idp();
    println!("one by the identity provider       {by_idp:8.1} us CPU");
    println!("ratio, that to verify and sign     {:8.2}", by_idp / (verification + signature));
}

/// Microseconds of a refresh: each exchanges the token that the one before it gave.
fn refresh() -> f64 {
    let (client, policy) = client();
    let session = SessionPolicy::Kept { idle: Some(SESSION), absolute: 16 * SESSION };
    let policy = RelyingPartyPolicy { session, ..policy };
    let fixture = Fixture::new((client.with_refresh_tokens(), policy), 1);
    let mut token = fixture.login()["refresh_token"].as_str().unwrap().to_owned();
    let mut exchange = || token = fixture.refresh(&token);
    for _ in 0..WARM_UP {
        exchange();
    }
    measured(LOGINS, exchange)
}

/// Microseconds of a logout that a client asks for with its ID token, at an upstream that cannot log out.
fn logout_by_client() -> f64 {
    let (client, policy) = client();
    let client = client.with_post_logout_redirect_uri(
        RegisteredRedirect::parse("https://shop.example/out").unwrap(),
    );
    let session = SessionPolicy::Kept { idle: None, absolute: 16 * SESSION };
    let policy = RelyingPartyPolicy { session, ..policy };
    let fixture = Fixture::new((client, policy), LOGINS + WARM_UP);
    let mut logins: Vec<_> = (0..LOGINS + WARM_UP).map(|_| fixture.login()).collect();
    let first = logins[0].clone();
    let mut log_out = || fixture.log_out(logins.pop().unwrap()["id_token"].as_str().unwrap());
    for _ in 0..WARM_UP {
        log_out();
    }
    let micros = measured(LOGINS, log_out);
    assert!(!fixture.opens(&first), "its session is over");
    micros
}

/// Microseconds of a logout that the identity provider asks for and is answered, both by redirect.
fn logout_by_idp() -> f64 {
    let fixture = Fixture::logging_out(client(), LOGINS + WARM_UP);
    let logins: Vec<_> = (0..LOGINS + WARM_UP).map(|_| fixture.login()).collect();
    let request = |at| {
        let request = ForgedLogout::request().issuer(IDP).issued(NOON).id(&format!("_logout{at}"));
        request.naming(name_id(at)).sessions(&["_session"]).query()
    };
    let mut requests: Vec<_> = (0..LOGINS + WARM_UP).map(request).collect();
    let mut log_out = || fixture.receive_logout(&requests.pop().unwrap());
    for _ in 0..WARM_UP {
        log_out();
    }
    let micros = measured(LOGINS, log_out);
    assert!(!logins.iter().any(|login| fixture.opens(login)), "all sessions are over");
    micros
}

/// Microseconds of this thread's CPU time for one call.
fn measured(times: u32, mut work: impl FnMut()) -> f64 {
    let before = cpu_nanos();
    for _ in 0..times {
        work();
    }
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of seconds fit")]
    let nanos = (cpu_nanos() - before) as f64;
    nanos / f64::from(times) / 1000.0
}

/// A broker with a SAML upstream whose answers are made by the benchmark.
struct Fixture {
    broker: Broker,
    oidc: Arc<OidcProvider>,
    runtime: tokio::runtime::Runtime,
    signing: KeyPair,
    encryption: KeyPair,
    /// A supply of answers, made before the clock runs: they are the identity provider's cost.
    supply: std::cell::RefCell<Vec<(StartedLogin, String)>>,
}

impl Fixture {
    /// With this client, and answers for so many logins.
    fn new(client: (Client, RelyingPartyPolicy), logins: u32) -> Self {
        Self::with(client, logins, false)
    }

    /// The same with an upstream that logs out.
    fn logging_out(client: (Client, RelyingPartyPolicy), logins: u32) -> Self {
        Self::with(client, logins, true)
    }

    fn with((client, policy): (Client, RelyingPartyPolicy), logins: u32, logs_out: bool) -> Self {
        let [signing, encryption, id_token] =
            ["signing", "encryption", "id token"].map(KeyPair::rsa);
        let name = UpstreamName::parse("idp").unwrap();
        let signer = signing.signing(SignatureAlgorithm::RsaSha256);
        let parties = SamlParties {
            service_provider: ServiceProvider {
                entity_id: SP.to_owned(),
                acs_url: ACS.to_owned(),
                decryption_keys: vec![encryption.decryption()],
            },
            idp: IdentityProvider::new(
                IDP,
                vec![keys::IDP.verification()],
                AssuranceLevels::new(vec![vec![LOA.to_owned()]]).unwrap(),
                PeerProfile { signed: SignedParts::Both, ..PeerProfile::default() },
            )
            .unwrap(),
            credential: signer.credential().clone(),
            signer: Arc::new(signer),
            vetuma: true,
        };
        let parties = Arc::new(parties);
        let logout = logs_out.then(|| SamlLogout {
            parties: parties.clone(),
            slo_url: SLO.to_owned(),
            logout: SingleLogoutService {
                binding: RequestBinding::Redirect("https://idp.example/slo".to_owned()),
                response_url: None,
                origin: "https://idp.example".to_owned(),
                unknown_session: LogoutOutcome::UnknownSession,
            },
        });
        let upstream = SamlUpstream {
            parties,
            binding: RequestBinding::Redirect(SSO.to_owned()),
            authn_context: AuthnContextRequest::Omit,
            name_id_format: None,
            logout,
        };
        let clock = Arc::new(FixedClock::at(NOON));
        let entropy = Arc::new(SeededEntropy::from_seed(1));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let id_token = silta_oidc::SigningKey::from_pem(&id_token.key_pem()).unwrap();
        let ports = Arc::new(Ports {
            store: SealedStore::new(store, entropy.clone(), SealKey::new([2; 32]), vec![]),
            clock,
            entropy,
            open_logins: Arc::default(),
            audit: Arc::new(UnheardAudit),
            steps: Arc::new(UnseenSteps),
            background: Arc::new(AtOnce),
        });
        let party = RelyingParty::from(client.id());
        let issuer = Issuer::parse("https://login.example").unwrap();
        let keys = (KeyRing::new(id_token.public().clone(), vec![]), Arc::new(id_token) as _);
        let oidc = OidcProvider::new(issuer, [client], keys, ports.clone()).unwrap();
        let upstream = ConfiguredUpstream {
            adapter: Arc::new(upstream),
            subject: vec!["nationalIdentificationNumber".to_owned()],
            subject_source: SubjectSource::named(name.clone()),
            least_level: None,
            passive: false,
            sso: false,
            tells_logouts: logs_out,
        };
        let upstreams = BTreeMap::from([(name, upstream)]);
        let accepted = AcceptedLogins::of(&upstreams, [(&party, &policy)]);
        let oidc = Arc::new(oidc.refreshing(accepted));
        let settings = Settings {
            dictionary: suomifi(),
            subject_key: SubjectKey::new([1; 32]),
            upstreams,
            downstreams: BTreeMap::from([(Protocol::Oidc, oidc.clone() as _)]),
            relying_parties: BTreeMap::from([(party, policy)]),
            language: None,
        };
        let fixture = Self {
            broker: Broker::new(settings, ports).unwrap(),
            oidc,
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            signing,
            encryption,
            supply: std::cell::RefCell::default(),
        };
        fixture.stock(logins);
        fixture
    }

    /// Begins every login and answers it as Suomi.fi would: signed, encrypted, signed.
    fn stock(&self, logins: u32) {
        for at in 0..logins {
            let begin = self.begin();
            let answer = self.answered(&begin, at);
            self.supply.borrow_mut().push((begin, answer));
        }
    }

    fn begin(&self) -> StartedLogin {
        let source = silta_broker::SourceNetwork::of(std::net::Ipv4Addr::LOCALHOST.into());
        let request = InboundRequest::Query(AUTHORIZE);
        let started = self.broker.start_login(Protocol::Oidc, request, source);
        match self.runtime.block_on(started).unwrap() {
            ReceivedLogin::Started(started) => started,
            ReceivedLogin::Answered(_) => unreachable!("the browser holds no session"),
        }
    }

    fn answered(&self, begin: &StartedLogin, at: u32) -> String {
        let OutboundMessage::Redirect(url) = &begin.message else { return String::new() };
        let query = url.as_str().split_once('?').unwrap().1;
        let request = SentRequest::read(query, &self.signing.verification()).unwrap();
        let attributes: Vec<_> = ATTRIBUTES
            .iter()
            .map(|(name, value)| Attribute {
                name: format!("urn:oid:{name}"),
                values: vec![(*value).to_owned()],
            })
            .collect();
        let name_id = name_id(at);
        let statement = AssertionContent {
            name_id: &name_id,
            authn_instant: NOON,
            authn_context: LOA,
            session_index: "_session",
            attributes: &attributes,
        };
        let certificate = self.encryption.certificate();
        let encryption = EncryptionParameters {
            recipient: &certificate,
            cipher: DataCipher::Aes256Gcm,
            oaep: RsaOaep { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1 },
        };
        let answer = ResponseHeader {
            issuer: IDP,
            audience: SP,
            acs_url: ACS,
            in_response_to: &request.id,
            issued: NOON,
        };
        let ids = [format!("_response{at}"), format!("_assertion{at}")];
        let key = keys::IDP.signing(SignatureAlgorithm::RsaSha256);
        let ids = [ids[0].as_str(), ids[1].as_str()];
        let response =
            answer.signed_and_encrypted(ids, &statement, &key, encryption, [3; 48]).unwrap();
        post_value(&response)
    }

    /// One login: a new one is begun, an earlier one is finished, redeemed and looked at. Gives its tokens.
    fn login(&self) -> serde_json::Value {
        black_box(self.begin());
        let (begin, answer) = self.supply.borrow_mut().pop().unwrap();
        let body = format!(
            "SAMLResponse={}&RelayState={}",
            answer.replace('+', "%2B").replace('=', "%3D"),
            begin.relay_state.as_str()
        );
        self.runtime.block_on(async {
            let callback = Callback::from_form(&body);
            let name = UpstreamName::parse("idp").unwrap();
            let browser = |_: &_| Some(begin.browser);
            let at = (&name, silta_broker::SourceNetwork::of(std::net::Ipv4Addr::LOCALHOST.into()));
            let finished = self.broker.finish_login(at, callback, browser).await.unwrap();
            let FinishedLogin::Answered { message, .. } = finished else { unreachable!() };
            let OutboundMessage::Redirect(url) = message else { unreachable!() };
            let code = url.as_str().split("code=").nth(1).unwrap();
            let code = code.split('&').next().unwrap();
            let form = format!("{TOKEN}&code={code}");
            let tokens = self.oidc.redeem(Ok(&form), None).await.unwrap();
            let tokens = serde_json::to_value(&tokens).unwrap();
            let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
            black_box(self.oidc.userinfo(Some(&bearer), None).await.unwrap());
            tokens
        })
    }

    /// One refresh. Gives the next token.
    fn refresh(&self, token: &str) -> String {
        let form = format!("{REFRESH}&refresh_token={token}");
        let tokens = self.runtime.block_on(self.oidc.redeem(Ok(&form), None)).unwrap();
        let tokens = serde_json::to_value(&tokens).unwrap();
        tokens["refresh_token"].as_str().unwrap().to_owned()
    }

    /// One logout by a client, which holds this ID token.
    fn log_out(&self, hint: &str) {
        let query = format!("{LOGOUT}&id_token_hint={hint}");
        let asked = self.oidc.read_logout(InboundRequest::Query(&query));
        let held = HeldSessions::default();
        let logged_out = self.runtime.block_on(self.broker.log_out(asked, &held, vec![])).unwrap();
        let LogoutStep::Finished(finished) = logged_out.step else { unreachable!() };
        assert!(finished.goes_on_to().is_some());
    }

    /// One logout by the identity provider.
    fn receive_logout(&self, query: &str) {
        let name = UpstreamName::parse("idp").unwrap();
        let received = self.broker.receive_logout(&name, InboundRequest::Query(query));
        let received = self.runtime.block_on(received).unwrap().unwrap();
        assert!(matches!(received, ReceivedLogout::Answered(OutboundMessage::Redirect(_))));
    }

    /// Whether the access token of a login is still good.
    fn opens(&self, tokens: &serde_json::Value) -> bool {
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        self.runtime.block_on(self.oidc.userinfo(Some(&bearer), None)).is_ok()
    }

    fn size(&self) -> usize {
        let begin = self.begin();
        self.answered(&begin, u32::MAX).len()
    }
}

/// The primitives of one login, on material of the same sizes.
struct Floor {
    key: PKey<Private>,
    signature: Vec<u8>,
    wrapped: Vec<u8>,
    sealed: Vec<u8>,
    tag: [u8; 16],
}

impl Floor {
    fn new(fixture: &Fixture) -> Self {
        let key = PKey::private_key_from_pem(&fixture.encryption.key_pem()).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let signature = signer.sign_oneshot_to_vec(SIGNED_INFO).unwrap();
        let wrapping = key.clone();
        let mut encrypter = Encrypter::new(&wrapping).unwrap();
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
        let mut wrapped = vec![0; 256];
        encrypter.encrypt(&[7; 32], &mut wrapped).unwrap();
        let mut tag = [0; 16];
        let (cipher, plain) = (Cipher::aes_256_gcm(), vec![b'x'; ASSERTION]);
        let sealed = encrypt_aead(cipher, &[7; 32], Some(&[7; 12]), &[], &plain, &mut tag).unwrap();
        Self { key, signature, wrapped, sealed, tag }
    }

    fn sign(&self) {
        for _ in 0..2 {
            let mut signer = Signer::new(MessageDigest::sha256(), &self.key).unwrap();
            black_box(signer.sign_oneshot_to_vec(SIGNED_INFO).unwrap());
        }
    }

    fn unwrap(&self) {
        let mut decrypter = Decrypter::new(&self.key).unwrap();
        decrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
        let mut plain = vec![0; 256];
        black_box(decrypter.decrypt(&self.wrapped, &mut plain).unwrap());
    }

    fn verify(&self) {
        for _ in 0..2 {
            let mut verifier = Verifier::new(MessageDigest::sha256(), &self.key).unwrap();
            assert!(verifier.verify_oneshot(&self.signature, SIGNED_INFO).unwrap());
        }
    }

    /// The assertion is opened once; five records are sealed and five opened.
    fn aes(&self) {
        let cipher = Cipher::aes_256_gcm();
        let plain =
            decrypt_aead(cipher, &[7; 32], Some(&[7; 12]), &[], &self.sealed, &self.tag).unwrap();
        let record = &plain[..RECORD];
        for _ in 0..5 {
            let mut tag = [0; 16];
            let sealed =
                encrypt_aead(cipher, &[7; 32], Some(&[7; 12]), &[], record, &mut tag).unwrap();
            black_box(decrypt_aead(cipher, &[7; 32], Some(&[7; 12]), &[], &sealed, &tag).unwrap());
        }
    }

    /// Both canonical forms, and twenty short inputs: handles, codes, record keys, `sub`.
    fn digest(&self) {
        for size in [2 * ASSERTION, ASSERTION] {
            black_box(hash(MessageDigest::sha256(), &self.sealed.repeat(2)[..size]).unwrap());
        }
        for _ in 0..20 {
            black_box(hash(MessageDigest::sha256(), &self.sealed[..64]).unwrap());
        }
    }
}

/// By what the identity provider knows the person of a login.
fn name_id(at: u32) -> NameId {
    NameId {
        value: format!("_transient{at}"),
        format: None,
        name_qualifier: None,
        sp_name_qualifier: None,
    }
}

fn client() -> (Client, RelyingPartyPolicy) {
    let upstream = UpstreamName::parse("idp").unwrap();
    let id = ClientId::parse("shop").unwrap();
    let rules = ["givenName", "sn", "displayName", "cn", "KotikuntaKuntaS"].map(|name| ClaimRule {
        claim: format!("FI_{name}"),
        source: ClaimSource::Attribute(vec![name.to_owned()]),
        take: Take::Only,
        required: false,
        emit_empty: true,
    });
    let client = Client::new(
        id,
        ClientSecret::new(&"a-secret-of-the-benchmark".into()).unwrap(),
        RegisteredRedirect::parse("https://shop.example/cb").unwrap(),
    );
    let rules = ClaimRules::compile(&suomifi(), rules.to_vec(), &RESERVED_CLAIMS).unwrap();
    (
        client,
        RelyingPartyPolicy {
            upstreams: vec![AllowedUpstream { name: upstream, min_acr: None }],
            rules,
            access: AccessRule::Everyone,
            sector: "shop".to_owned(),
            language: None,
            session: SessionPolicy::brief(std::time::Duration::from_mins(5), 16 * SESSION),
        },
    )
}

const LOGINS: u32 = 2_000;
const WARM_UP: u32 = 50;
const NOON: Timestamp = Timestamp::constant(1_795_000_000, 0);
const IDP: &str = "https://idp.example/metadata";
const SSO: &str = "https://idp.example/sso";
const SP: &str = "https://login.example/saml/idp/metadata";
const ACS: &str = "https://login.example/saml/idp/acs";
const LOA: &str = "http://ftn.ficora.fi/2017/loa3";
const AUTHORIZE: &str = "client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcb\
    &response_type=code&scope=openid&state=xyz&nonce=n";
const TOKEN: &str = "grant_type=authorization_code&client_id=shop\
    &client_secret=a-secret-of-the-benchmark&redirect_uri=https%3A%2F%2Fshop.example%2Fcb";
const REFRESH: &str =
    "grant_type=refresh_token&client_id=shop&client_secret=a-secret-of-the-benchmark";
const LOGOUT: &str = "post_logout_redirect_uri=https%3A%2F%2Fshop.example%2Fout&state=xyz";
const SESSION: std::time::Duration = std::time::Duration::from_mins(30);
/// The size of a signed assertion of the benchmark, and of the records that it becomes.
const ASSERTION: usize = 6_000;
const RECORD: usize = 900;
const SIGNED_INFO: &[u8] = &[b'x'; 700];
const ATTRIBUTES: [(&str, &str); 10] = [
    ("1.2.246.21", "010170-912X"),
    ("2.5.4.42", "Väinö"),
    ("2.5.4.4", "Meikäläinen"),
    ("2.16.840.1.113730.3.1.241", "Väinö Meikäläinen"),
    ("2.5.4.3", "Meikäläinen Väinö Olavi"),
    ("1.2.246.517.3002.111.2", "true"),
    ("1.2.246.517.2002.2.18", "853"),
    ("1.2.246.517.2002.2.19", "Turku"),
    ("1.2.246.517.2002.2.4", "Järvikuja 3 A 1"),
    ("1.2.246.517.2002.2.6", "20006"),
];
