//! Which upstreams may speak for the same people, and what becomes of a person who changes from one
//! protocol to another.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use silta_testkit::jws::Jws;
use silta_testkit::oidc_provider::{OidcProviderPeer, STRONG};
use silta_testkit::peers::Pysaml2;
use silta_testkit::silta::{self, Silta};
use silta_testkit::tcp_front::TcpFront;
use silta_testkit::test_dir::{ConfigParams, LOA, TestDir};

use crate::fixture::browser;
use crate::op_fixture::{CLIENT_ID, CLIENT_SECRET, nordea};
use crate::person::NORDEA;
use crate::shop::{OTHER, Shop};

/// One replica with an identity provider by pysaml2, for the client `shop`, and an OpenID Provider by
/// oidc-provider, for the client `other`. Both clients are of one sector.
struct Fixture {
    silta: Silta,
    front: TcpFront,
    op: OidcProviderPeer,
    _idp: Pysaml2,
    _place: TestDir,
}

impl Fixture {
    /// `idp` and `op` are what stands behind `subject:` of each.
    async fn with(idp: &str, op: &str) -> Self {
        let (place, front) = (TestDir::new(), TcpFront::start());
        let saml = Pysaml2::start(&place, &front.url());
        let client = json!({
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [format!("{}/oidc/op/callback", front.url())],
        });
        let provider = OidcProviderPeer::start(&client, |_| {});
        let params = ConfigParams {
            idp: saml.entity_id(),
            sso: saml.sso(),
            ..ConfigParams::without_idp(front.url())
        };
        let config = configuration(&place, &params, &provider.issuer(), [idp, op]);
        let silta = Silta::start(&config);
        front.route_to(&[silta.address()]);
        saml.identify(&NORDEA.released()).await;
        provider.identify(&nordea()).await;
        Self { silta, front, op: provider, _idp: saml, _place: place }
    }

    fn shop(&self) -> Shop {
        Shop::of(&self.front.url())
    }

    /// The `sub` of a login of this client.
    async fn sub_at(&self, credentials: &[(&str, &str)]) -> Value {
        let page =
            browser().follow(&self.shop().authorize(credentials.get(..1).unwrap_or(&[]))).await;
        let code = page.told("code").expect("a code");
        let mut request = vec![("code", code.as_str())];
        request.extend(credentials);
        let tokens = self.shop().redeem_with(&request).await;
        Jws::read(tokens.text("id_token")).expect("a token").claims["sub"].clone()
    }
}

/// The usual configuration with a second upstream, and what identifies people at each.
fn configuration(
    place: &TestDir,
    params: &ConfigParams,
    issuer: &str,
    [idp, op]: [&str; 2],
) -> PathBuf {
    place.write("op.secret", CLIENT_SECRET);
    let text = fs::read_to_string(place.configure(params)).unwrap();
    let (before, clients) = text.split_once("\nclients:\n").unwrap();
    let before =
        before.replace("subject: [nationalIdentificationNumber]", &format!("subject: {idp}"));
    let (shop, other) = clients.split_once("  other:\n").unwrap();
    let other = other.replacen("upstream: idp", "upstream: op\n    sector: people", 1);
    let shop = shop.replacen("upstream: idp", "upstream: idp\n    sector: people", 1);
    let section = SECTION.replace("ISSUER", issuer).replace("SUBJECT", op);
    place.write("silta.yaml", format!("{before}\n{section}\nclients:\n{shop}  other:\n{other}"))
}

#[tokio::test]
async fn a_person_stays_the_same_when_their_service_changes_to_another_protocol() {
    let fixture = Fixture::with(SHARED, SHARED).await;
    assert_eq!(fixture.sub_at(&[]).await, fixture.sub_at(&OTHER).await);
}

#[tokio::test]
async fn nobody_speaks_for_the_people_of_another_upstream_unless_that_is_written() {
    let fixture = Fixture::with(OWN, OWN).await;
    assert_ne!(fixture.sub_at(&[]).await, fixture.sub_at(&OTHER).await);
    // A source that is named alone is still another one.
    let fixture = Fixture::with(OWN, SHARED).await;
    assert_ne!(fixture.sub_at(&[]).await, fixture.sub_at(&OTHER).await);
}

#[tokio::test]
async fn an_upstream_speaks_for_shared_people_only_from_its_least_level_on() {
    let fixture = Fixture::with(SHARED, SHARED_AT_LOA3).await;
    let page = browser().follow(&fixture.shop().authorize(&OTHER[..1])).await;
    assert_eq!(page.told("error").as_deref(), Some("unmet_authentication_requirements"));
    let refused = fixture.silta.log("refusal", |line| line["message"] == "login refused");
    assert_eq!(refused["reason"], "weak_level");

    let mut strong = nordea();
    strong["acr"] = STRONG.into();
    fixture.op.identify(&strong).await;
    assert_eq!(fixture.sub_at(&[]).await, fixture.sub_at(&OTHER).await);
}

#[test]
fn a_source_is_shared_by_those_alone_that_say_so_and_know_how_surely() {
    let profile = |name: &str| format!("signed: both\n    profile: {name}");
    let explicit = "{ attributes: [nationalIdentificationNumber], source: idp, least_level: LOA }";
    let explicit = explicit.replace("LOA", LOA);
    for (idp, op, signed, what) in [
        (OWN, explicit.as_str(), "signed: both", "another upstream shares the subject source idp"),
        (
            "{ attributes: [nationalIdentificationNumber], source: people }",
            OWN,
            "signed: both",
            "upstreams.idp.subject: least_level is missing",
        ),
        (
            "{ attributes: [nationalIdentificationNumber], source: people, least_level: none }",
            OWN,
            "signed: both",
            "it is not a level of this upstream",
        ),
        (
            "{ attributes: [nationalIdentificationNumber], source: \"No Name\", least_level: a }",
            OWN,
            "signed: both",
            "it is no short name",
        ),
        (
            "{ attributes: [nationalIdentificationNumber], least_level: a }",
            OWN,
            "signed: both",
            "it says nothing without source",
        ),
        (
            SHARED,
            SHARED,
            &profile("suomifi-test"),
            "test persons and real people share the subject source people",
        ),
        (
            SHARED,
            &format!("{SHARED}\n    test_persons: true"),
            "signed: both",
            "test persons and real people share the subject source people",
        ),
        (
            &format!("{SHARED}\n    test_persons: true"),
            SHARED,
            "signed: both",
            "test persons and real people share the subject source people",
        ),
        // Two providers give different people the same identifier.
        (
            SHARED,
            &SHARED.replace("nationalIdentificationNumber", "providerSubject"),
            "signed: both",
            "providerSubject is another person at each provider",
        ),
        (
            SHARED,
            &SHARED.replace("[nationalId", "[providerSubject, nationalId"),
            "signed: both",
            "providerSubject is another person at each provider",
        ),
    ] {
        let place = TestDir::new();
        let params = ConfigParams::without_idp("https://login.example".to_owned());
        let config = configuration(&place, &params, "https://op.example", [idp, op]);
        let text = fs::read_to_string(&config).unwrap().replace("signed: both", signed);
        fs::write(&config, text).unwrap();
        let output =
            silta::run(&["check", "--output", "json", "--config", config.to_str().unwrap()]);
        let said = silta::said(&output);
        assert_eq!(output.status.code(), Some(64), "{what}: {said}");
        assert!(said.contains(what), "{what} in {said}");
    }
}

#[test]
fn check_tells_which_upstreams_can_speak_for_whom() {
    for (subjects, told) in [
        (
            [OWN, OWN],
            format!(
                "subject source idp: its people log in at idp (level {LOA} or stronger)\n\
                 subject source op: its people log in at op (level {LOA} or stronger)\n"
            ),
        ),
        (
            [SHARED, SHARED_AT_LOA3],
            format!(
                "subject source people: its people log in at idp (level {LOA} or stronger), op (level {STRONG} or \
                 stronger)\n"
            ),
        ),
    ] {
        let place = TestDir::new();
        let params = ConfigParams::without_idp("https://login.example".to_owned());
        let config = configuration(&place, &params, "https://op.example", subjects);
        let output =
            silta::run(&["check", "--output", "json", "--config", config.to_str().unwrap()]);
        let said = silta::said(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains(&told), "{said}");
    }
}

const OWN: &str = "[nationalIdentificationNumber]";
const SHARED: &str = "{ attributes: [nationalIdentificationNumber], source: people, \
                      least_level: http://ftn.ficora.fi/2017/loa2 }";
const SHARED_AT_LOA3: &str = "{ attributes: [nationalIdentificationNumber], source: people, \
                              least_level: http://ftn.ficora.fi/2017/loa3 }";

const SECTION: &str = "  op:
    protocol: oidc
    issuer: ISSUER
    client_id: silta
    client_secret: file:op.secret
    loa: [http://ftn.ficora.fi/2017/loa2, http://ftn.ficora.fi/2017/loa3]
    subject: SUBJECT";
