//! Logins at an identity provider of SPID, by the profile of that name: they begin at one replica and end at the other.

use std::fs;

use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::forge::SentRequest;
use silta_testkit::quick_idp::QuickIdp;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::spid::{spid_answer, spid_failure};
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{CALLBACK, ConfigParams, TestDir};

use crate::fixture::browser;
use crate::sent_messages::{assert_read_as, question};
use crate::shop::Shop;

#[tokio::test]
async fn a_login_by_the_rules_of_spid_works_and_its_failures_are_told_by_their_numbers() {
    let spid = Spid::start();
    let shop = Shop::of(&spid.front.url());
    let (mut browser, left, request) = spid.begun("shop").await;
    let expected = REQUEST.replace("US", &request.issuer);
    assert_read_as(&[(question(&spid.dir, &left, "SAMLRequest"), expected)]);
    let person: &[(&str, &[&str])] =
        &[("fiscalNumber", &["TINIT-ABCDEF00A00A000A"]), ("name", &["Aino"])];
    let answer = spid_answer(&request, &spid.acs_url(), person);
    let page = spid.posted(&mut browser, &request, answer).await;
    let tokens = shop.redeem(&page.told("code").expect("a code")).await;
    let told = shop.userinfo(tokens.text("access_token")).await.json;
    assert_eq!((&told["tax"], &told["name"]), (&person[0].1[0].into(), &"Aino".into()));

    for (number, reason, error, description, heading) in FAILURES {
        let page = spid.failed("shop", number).await;
        assert_eq!(page.told("error").as_deref(), Some(error), "{number}");
        let told = page.told("error_description").unwrap();
        assert!(told.starts_with(description), "{number}: {told}");
        let reference = told.split_once("(reference ").unwrap().1.trim_end_matches(')').to_owned();
        let refused = spid.b.log("refusal", |line| {
            line["message"] == "login refused" && line["login"] == *reference
        });
        let detail = refused["detail"].as_str().unwrap();
        assert_eq!(refused["reason"], reason, "{number}");
        assert!(detail.ends_with(&format!("(ErrorCode {number})")), "{detail}");

        let page = spid.failed("shows", number).await;
        assert!(page.body.contains(heading), "{number}: {}", page.body);
        assert!(!page.body.contains(number) && !page.body.contains("utente"), "{}", page.body);
    }
}

/// Two replicas with an upstream of this profile.
struct Spid {
    a: Silta,
    b: Silta,
    front: TcpFront,
    idp: QuickIdp,
    _redis: RedisServer,
    dir: TestDir,
}

impl Spid {
    fn start() -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let params =
            ConfigParams { redis: Some(redis.url()), ..ConfigParams::without_idp(front.url()) };
        let text = fs::read_to_string(dir.configure(&params)).unwrap();
        let (before, _) = text.split_once("    signed: both\n").unwrap();
        let rest = REST.replace("CALLBACK", CALLBACK);
        let config = dir.write("silta.yaml", format!("{before}{rest}"));
        let (a, b) = (Silta::start(&config), Silta::start(&config));
        let idp = QuickIdp::of(&dir);
        Self { a, b, front, idp, _redis: redis, dir }
    }

    fn acs_url(&self) -> String {
        format!("{}/saml/idp/acs", self.front.url())
    }

    /// A browser that is sent to the identity provider, and what it is sent with.
    async fn begun(&self, client: &str) -> (Browser, Page, SentRequest) {
        self.front.route_to(&[self.a.address()]);
        let mut browser = browser();
        let shop = Shop::of(&self.front.url());
        let left = browser.get(&shop.authorize(&[("client_id", client)])).await;
        let request = self.idp.request(left.location().unwrap().as_str());
        assert!(!request.relay_state.as_ref().unwrap().contains("http"));
        (browser, left, request)
    }

    /// What becomes of a login that ends with this number.
    async fn failed(&self, client: &str, number: &str) -> Page {
        let (mut browser, _, request) = self.begun(client).await;
        let message = format!("ErrorCode {number} - utente");
        let answer = spid_failure(&request, &self.acs_url(), &message);
        self.posted(&mut browser, &request, answer).await
    }

    async fn posted(&self, browser: &mut Browser, request: &SentRequest, answer: String) -> Page {
        self.front.route_to(&[self.b.address()]);
        let fields =
            [("SAMLResponse", answer), ("RelayState", request.relay_state.clone().unwrap())];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).to_vec();
        browser.submit(&Form { action: self.acs_url().parse().unwrap(), fields }).await
    }
}

/// The number, its reason, the error, what the client is told, and the heading of the page.
const FAILURES: [(&str, &str, &str, &str, &str); 7] = [
    (
        "nr19",
        "status_wrong_credentials",
        "access_denied",
        "wrong credentials were given too often",
        "The credentials were wrong too many times",
    ),
    (
        "nr20",
        "status_no_authn_context",
        "unmet_authentication_requirements",
        "the identity provider did not reach the required level of assurance",
        "The service needs another identification",
    ),
    (
        "nr21",
        "status_timed_out",
        "access_denied",
        "the person took too long",
        "The identification took too long",
    ),
    (
        "nr22",
        "status_consent_refused",
        "access_denied",
        "the person did not consent",
        "You did not agree to share your data",
    ),
    (
        "nr23",
        "status_account_suspended",
        "access_denied",
        "the person's identity or credentials are suspended",
        "Your digital identity cannot be used",
    ),
    (
        "nr25",
        "status_cancelled",
        "access_denied",
        "the person cancelled the login",
        "You cancelled the identification",
    ),
    (
        "nr12",
        "status_requester",
        "server_error",
        "the answer of the identity provider could not be accepted",
        "The identity provider's answer could not be accepted",
    ),
];
/// By the first level, with what each request of SPID has and without what it may not have.
const REQUEST: &str = r#"
samlp:AuthnRequest AssertionConsumerServiceIndex="0" AttributeConsumingServiceIndex="0" Destination="https://idp.example/sso" ForceAuthn="true" Version="2.0"
  saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="US" : US
  samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
  samlp:RequestedAuthnContext Comparison="minimum"
    saml:AuthnContextClassRef : https://www.spid.gov.it/SpidL1
"#;
/// What stands behind entityID, address and certificates of the upstream.
const REST: &str = "    profile: spid
    sp_metadata: { signed: true, service_name: { it: Servizi } }

clients:
  shop:
    secret: file:shop.secret
    redirect_uris: [CALLBACK]
    upstream: idp
    claims: &claims { tax: fiscalNumber, name: givenName }
  shows:
    secret: file:other.secret
    redirect_uris: [CALLBACK]
    upstream: idp
    errors: page
    claims: *claims
";
