//! A broker, its client and its identity provider.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use jiff::Timestamp;
use silta_broker::downstream::{AcceptedLogins, OidcProvider};
use silta_broker::upstream::{
    AuthnContextRequest, ForceAuthn, RequestBinding, SamlLogout, SamlParties, SamlUpstream,
    SingleLogoutService,
};
use silta_broker::{
    Broker, Callback, ConfiguredUpstream, FinishedLogin, HeldSessions, InboundRequest,
    LogoutOutcome, LogoutStep, OutboundMessage, Ports, Protocol, ReceivedLogin, ReceivedLogout,
    RelyingParty, RelyingPartyPolicy, SealKey, SealedStore, Settings, StartedLogin, SubjectKey,
    SubjectSource, UpstreamName,
};
use silta_oidc::{Client, Issuer, KeyRing};
use silta_saml::algorithm::{DigestAlgorithm, EncryptionCipher, RsaOaep, SignatureAlgorithm};
use silta_saml::{
    AssertionContent, AssuranceLevels, Attribute, EncryptionParameters, FormFields,
    IdentityProvider, NameId, PeerProfile, Recipient, RequestProfile, ResponseHeader,
    ServiceProvider, SignedParts, UnsignedParameters, post_value,
};
use silta_store::MemoryStore;
use silta_testkit::at_once::AtOnce;
use silta_testkit::clock::FixedClock;
use silta_testkit::dictionary::suomifi;
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::forge::{SLO, SentRequest};
use silta_testkit::keys::{self, KeyPair};
use silta_testkit::unheard_audit::UnheardAudit;
use silta_testkit::unseen_steps::UnseenSteps;

/// A broker with a SAML upstream whose answers are made by the benchmark.
pub(crate) struct Fixture {
    broker: Arc<Broker>,
    oidc: Arc<OidcProvider>,
    runtime: tokio::runtime::Runtime,
    signing: KeyPair,
    pub(crate) encryption: KeyPair,
    /// A supply of answers, made before the clock runs: they are the identity provider's cost.
    supply: std::cell::RefCell<Vec<(StartedLogin, String)>>,
}

impl Fixture {
    /// With this client, and answers for so many logins.
    pub(crate) fn new(client: (Client, RelyingPartyPolicy), logins: u32) -> Self {
        Self::with(client, logins, false)
    }

    /// The same with an upstream that logs out.
    pub(crate) fn logging_out(client: (Client, RelyingPartyPolicy), logins: u32) -> Self {
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
            force_authn: ForceAuthn::WhenAsked,
            request: RequestProfile::default(),
            encrypted: None,
            parameters: UnsignedParameters::default(),
            form_fields: FormFields::default(),
            accepted_name_ids: vec![],
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
            dictionary: suomifi(),
            adapter: Arc::new(upstream),
            subject: vec!["nationalIdentificationNumber".to_owned()],
            spelling: silta_mapping::Spelling::default(),
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
            subject_key: SubjectKey::new([1; 32]),
            upstreams,
            downstreams: BTreeMap::from([(Protocol::Oidc, oidc.clone() as _)]),
            relying_parties: BTreeMap::from([(party, policy)]),
            language: None,
        };
        let fixture = Self {
            broker: Arc::new(Broker::new(settings, ports).unwrap()),
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
            .map(|(name, value)| {
                Attribute::of_texts(format!("urn:oid:{name}"), vec![(*value).to_owned()])
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
        let oaep = RsaOaep { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1 };
        let recipient = Recipient::by_rsa_oaep(&self.encryption.encryption(), oaep).unwrap();
        let encryption =
            EncryptionParameters { recipient: &recipient, cipher: EncryptionCipher::Aes256Gcm };
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
    pub(crate) fn login(&self) -> serde_json::Value {
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
    pub(crate) fn refresh(&self, token: &str) -> String {
        let form = format!("{REFRESH}&refresh_token={token}");
        let tokens = self.runtime.block_on(self.oidc.redeem(Ok(&form), None)).unwrap();
        let tokens = serde_json::to_value(&tokens).unwrap();
        tokens["refresh_token"].as_str().unwrap().to_owned()
    }

    /// One logout by a client, which holds this ID token.
    pub(crate) fn log_out(&self, hint: &str) {
        let query = format!("{LOGOUT}&id_token_hint={hint}");
        let asked = self.oidc.read_logout(InboundRequest::Query(&query));
        let held = HeldSessions::default();
        let logged_out = self.runtime.block_on(self.broker.log_out(asked, &held, vec![])).unwrap();
        let LogoutStep::Finished(finished) = logged_out.step else { unreachable!() };
        assert!(finished.goes_on_to().is_some());
    }

    /// One logout by the identity provider.
    pub(crate) fn receive_logout(&self, query: &str) {
        let name = UpstreamName::parse("idp").unwrap();
        let received = self.broker.receive_logout(&name, InboundRequest::Query(query));
        let received = self.runtime.block_on(received).unwrap().unwrap();
        assert!(matches!(received, ReceivedLogout::Answered(OutboundMessage::Redirect(_))));
    }

    /// Whether the access token of a login is still good.
    pub(crate) fn opens(&self, tokens: &serde_json::Value) -> bool {
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        self.runtime.block_on(self.oidc.userinfo(Some(&bearer), None)).is_ok()
    }

    pub(crate) fn size(&self) -> usize {
        let begin = self.begin();
        self.answered(&begin, u32::MAX).len()
    }
}

/// By what the identity provider knows the person of a login.
pub(crate) fn name_id(at: u32) -> NameId {
    NameId {
        value: format!("_transient{at}"),
        format: None,
        name_qualifier: None,
        sp_name_qualifier: None,
    }
}

pub(crate) const NOON: Timestamp = Timestamp::constant(1_795_000_000, 0);
pub(crate) const IDP: &str = "https://idp.example/metadata";
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
