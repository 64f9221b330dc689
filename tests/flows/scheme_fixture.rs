//! Two replicas with an upstream by the profile of a scheme. A login starts at one of them and is answered at the other;
//! programs that others wrote read what is sent.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde_json::Value;
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::forge::algorithm::SignatureAlgorithm;
use silta_testkit::forge::{EditPoint, FakeIdp, ForgedResponse};
use silta_testkit::keys::{IDP_P256, IDP_P384, IDP_P521, KeyPair, ROGUE, SP_P256};
use silta_testkit::peers;
use silta_testkit::quick_idp::QuickIdp;
use silta_testkit::redis_server::RedisServer;
use silta_testkit::silta::Silta;
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{CALLBACK, ConfigParams, QUICK_IDP, TestDir};

use crate::fixture::{browser, eventually, log_of};
use crate::logout_fixture::AFTER_LOGOUT;
use crate::sent_messages::{lines, question};
use crate::shop::{Answer, Shop};

/// A broker with one upstream and one client.
pub(crate) struct Scheme {
    pub(crate) a: Silta,
    pub(crate) b: Silta,
    pub(crate) front: TcpFront,
    _redis: RedisServer,
    dir: TestDir,
    logins: AtomicUsize,
}

/// A message of ours on its way to the identity provider.
pub(crate) struct Sent {
    /// Where it goes.
    pub(crate) to: String,
    /// What travels with it, unsigned, in its order.
    pub(crate) beside: Vec<(String, String)>,
    /// What others read of it.
    pub(crate) read: Value,
}

impl Scheme {
    /// `upstream` are the lines of its section beside entityID, address and certificates; `claims` are the client's.
    pub(crate) fn start(post: bool, upstream: &str, claims: &str) -> Self {
        let (dir, front, redis) = (TestDir::new(), TcpFront::start(), RedisServer::start());
        let params = ConfigParams {
            redis: Some(redis.url()),
            post,
            ..ConfigParams::without_idp(front.url())
        };
        let text = fs::read_to_string(dir.configure(&params)).unwrap();
        dir.write("agreement.pem", SP_P256.key_pem());
        for (name, pair) in [
            ("p256", &IDP_P256),
            ("p384", &IDP_P384),
            ("agreement", &SP_P256),
            ("reader-rsa", &ROGUE),
            ("reader-curve", &IDP_P521),
        ] {
            dir.write(&format!("{name}.crt"), pair.certificate_pem());
        }
        let agreement = "{ key: file:agreement.pem, certificate: file:agreement.crt }";
        let text = text
            .replace("saml-encryption.crt }]", &format!("saml-encryption.crt }}, {agreement}]"))
            .replace("[file:idp.crt]", "[file:idp.crt, file:p256.crt, file:p384.crt]");
        let (before, _) = text.split_once("    signed: both\n").unwrap();
        let (general, attributes) = before.split_once("attributes: {").unwrap();
        let (_, peers) = attributes.split_once('\n').unwrap();
        let client = format!(
            "clients:\n  shop:\n    secret: file:shop.secret\n    redirect_uris: [{CALLBACK}]\n    \
             post_logout_redirect_uris: ['{AFTER_LOGOUT}']\n    upstream: idp\n    claims: {claims}\n"
        );
        let config = dir.write("silta.yaml", format!("{general}{peers}{upstream}{client}"));
        let (a, b) = (Silta::start(&config), Silta::start(&config));
        Self { a, b, front, _redis: redis, dir, logins: AtomicUsize::new(0) }
    }

    pub(crate) fn shop(&self) -> Shop {
        Shop::of(&self.front.url())
    }

    /// Our entityID there.
    pub(crate) fn entity_id(&self) -> String {
        format!("{}/saml/idp/metadata", self.front.url())
    }

    /// Its identity provider, as far as it ends sessions.
    pub(crate) fn idp(&self) -> QuickIdp {
        QuickIdp::of(&self.dir)
    }

    fn acs_url(&self) -> String {
        format!("{}/saml/idp/acs", self.front.url())
    }

    /// A browser that a client has sent here, at the first replica, and what it leaves with. `reader` reads what is
    /// encrypted.
    pub(crate) async fn begun(
        &self,
        changes: &[(&str, &str)],
        reader: Option<&KeyPair>,
    ) -> (Browser, Sent) {
        self.front.route_to(&[self.a.address()]);
        let mut browser = browser();
        let page = browser.get(&self.shop().authorize(changes)).await;
        let sent = self.sent(&page, "SAMLRequest", reader);
        (browser, sent)
    }

    /// The message that this page sends a browser with.
    pub(crate) fn sent(&self, page: &Page, parameter: &str, reader: Option<&KeyPair>) -> Sent {
        let mut question = question(&self.dir, page, parameter);
        if let Some(reader) = reader {
            question["key_pem"] = String::from_utf8(reader.key_pem()).unwrap().into();
        }
        let (to, all) = if let Some(form) = page.form() {
            (form.action.to_string(), form.fields)
        } else {
            let location = page.location().unwrap();
            let (to, query) = location.as_str().split_once('?').unwrap();
            let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
            (to.to_owned(), pairs.collect())
        };
        let message = [parameter, "SigAlg", "Signature"];
        let beside =
            all.into_iter().filter(|(name, _)| !message.contains(&name.as_str())).collect();
        let read = peers::outlines(&[question]).remove(0);
        assert_eq!(read["valid"], true, "{read}");
        Sent { to, beside, read }
    }

    /// A good answer to that request, signed by this key, to be made the scheme's.
    pub(crate) fn answer(
        &self,
        sent: &Sent,
        (key, algorithm): (&KeyPair, SignatureAlgorithm),
    ) -> ForgedResponse {
        #[expect(clippy::disallowed_methods, reason = "the replica reads the real clock as well")]
        let now = Timestamp::now();
        let turn = self.logins.fetch_add(1, Ordering::Relaxed);
        FakeIdp::default()
            .signing_with(key, algorithm)
            .response()
            .issuer(QUICK_IDP)
            .audience(&self.entity_id())
            .acs_url(&self.acs_url())
            .in_response_to(sent.read["id"].as_str().unwrap())
            .issued(now)
            .authenticated(now)
            .swap(EditPoint::Assertion, "ID=\"_assertion\"", &format!("ID=\"_assertion{turn}\""))
    }

    /// What becomes of this answer at the other replica.
    pub(crate) async fn answered(
        &self,
        browser: &mut Browser,
        sent: &Sent,
        answer: &ForgedResponse,
    ) -> Page {
        self.front.route_to(&[self.b.address()]);
        let relay_state = sent.beside.iter().find(|(name, _)| name == "RelayState").unwrap();
        let fields = vec![("SAMLResponse".to_owned(), answer.post()), relay_state.clone()];
        browser.submit(&Form { action: self.acs_url().parse().unwrap(), fields }).await
    }

    /// The tokens of whoever came back with a code, and who that is.
    pub(crate) async fn told(&self, page: &Page) -> (Answer, Value) {
        let refused = || log_of([&self.a, &self.b]);
        let code = page.told("code").unwrap_or_else(|| panic!("no code: {:?}", refused()));
        let tokens = self.shop().redeem(&code).await;
        let mut told = self.shop().userinfo(tokens.text("access_token")).await.json;
        assert!(told.as_object_mut().unwrap().remove("sub").is_some(), "{told}");
        (tokens, told)
    }

    /// Why a login was refused whose client was told this.
    pub(crate) async fn reason(&self, page: &Page) -> String {
        let told = page.told("error_description").expect("a description");
        let reference = told.split_once("(reference ").unwrap().1.trim_end_matches(')').to_owned();
        let refused = |line: &Value| {
            line["message"] == "login refused" && line["login"] == reference.as_str()
        };
        let line = eventually("refusal", async || {
            log_of([&self.a, &self.b]).into_iter().find(|line| refused(line))
        });
        line.await["reason"].as_str().unwrap().to_owned()
    }
}

impl Sent {
    /// Its elements, a line each, and by what it is signed.
    #[track_caller]
    pub(crate) fn says(&self, algorithm: &str, outline: &str) {
        assert_eq!(lines(self.read["outline"].as_str().unwrap()), lines(outline));
        assert_eq!(self.read["algorithm"], algorithm);
    }

    /// The names of what travels with it, and the values but that of `RelayState`, which is our own handle.
    pub(crate) fn beside(&self) -> Vec<(&str, &str)> {
        let handle = |name: &str, value: &str| {
            let is_ours =
                value.bytes().all(|one| one.is_ascii_alphanumeric() || b"-_".contains(&one));
            assert!(name != "RelayState" || (is_ours && value.len() <= 80), "{value}");
            name == "RelayState"
        };
        let pairs = self.beside.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.map(|(name, value)| (name, if handle(name, value) { "" } else { value })).collect()
    }
}
