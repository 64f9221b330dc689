//! Whom Suomi.fi brings, in each of its languages: nobody has every attribute, and each kind of person is told apart.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use silta_testkit::browser::{Browser, Form};
use silta_testkit::quick_idp::LogoutStatus;

use crate::logout_fixture::{AFTER_LOGOUT, Deployment, Login, browser, frame};

/// A kind of person: what arrives, and what a client is told.
struct Kind {
    called: &'static str,
    level: &'static str,
    delivered: &'static [(&'static str, &'static str)],
    told: fn() -> Value,
}

/// Its six cases for each of them: the request that is sent and the answer that is received (1, 2), a logout that
/// the person begins here (3, 4), and one that arrives from there in a frame (5, 6).
#[tokio::test]
async fn everybody_whom_suomifi_brings_logs_in_and_out_in_every_language() {
    let single_logout = format!("{{ redirect: {SLO} }}");
    let deployment = Deployment::start_with(&single_logout, |text| as_suomifi_brings_them(&text));
    let (mut turn, mut known) = (0, BTreeMap::new());
    for language in ["fi", "sv", "en"] {
        for kind in KINDS {
            turn += 1;
            let what = format!("{} in {language}", kind.called);
            let (login, mut person) = logged_in(&deployment, (&kind, language), turn).await;
            let tokens = deployment.shop().redeem(&login.code).await;
            let told = deployment.shop().userinfo(tokens.text("access_token")).await.json;
            let mut expected = (kind.told)();
            let sub = known.entry(kind.called).or_insert_with(|| told["sub"].clone());
            expected["sub"] = sub.clone();
            expected["acr"] = kind.level.into();
            assert_eq!(told, expected, "{what}");

            let wanted = [
                ("id_token_hint", tokens.text("id_token")),
                ("post_logout_redirect_uri", AFTER_LOGOUT),
            ];
            let left = person.get(&deployment.logout_url(&wanted)).await;
            let back = deployment.answer_logout(&left, LogoutStatus::Success).url();
            let back = person.get(&back).await;
            assert_eq!(back.headers["location"].to_str().unwrap(), AFTER_LOGOUT, "{what}");
            let ended = deployment.shop().userinfo(tokens.text("access_token")).await;
            assert_eq!(ended.status, 401, "{what}");

            turn += 1;
            let (login, _) = logged_in(&deployment, (&kind, language), turn).await;
            let page = frame().get(&deployment.logout(&login).url(Some("handle"))).await;
            assert_eq!(deployment.answer(&page).0, "Success", "{what}");
            assert!(deployment.is_over(&login).await, "{what}");
        }
    }
    // The same person is the same in every language, and nobody else.
    let different: BTreeSet<_> = known.values().map(Value::to_string).collect();
    assert_eq!(different.len(), KINDS.len());
}

/// The login of such a person, whose request asks for pages in this language.
async fn logged_in(
    deployment: &Deployment,
    (kind, language): (&Kind, &str),
    turn: u32,
) -> (Login, Browser) {
    let mut person = browser();
    let left = person.get(&deployment.shop().authorize(&[("ui_locales", language)])).await;
    let to = left.location().unwrap();
    let request = deployment.idp.request(to.as_str());
    let asked = deployment.idp.request_text(to.as_str());
    assert!(asked.contains(&format!("<LG>{language}</LG>")), "{asked}");
    assert!(asked.contains("nameid-format:transient"), "{asked}");
    assert!(!asked.contains("RequestedAuthnContext"), "{asked}");
    let about = (kind.level, kind.delivered);
    let answer = Form {
        action: request.acs_url.as_deref().unwrap().parse().unwrap(),
        fields: vec![
            ("SAMLResponse".to_owned(), deployment.idp.answer_about(about, &request, turn)),
            ("RelayState".to_owned(), request.relay_state.clone().unwrap()),
        ],
    };
    let code = person.submit(&answer).await.told("code").expect("a code");
    (Login { request, turn, code }, person)
}

/// The test environment's profile, with people of the Finnish Authenticator as the weakest, and a client that takes
/// everybody.
fn as_suomifi_brings_them(text: &str) -> String {
    let (before, rest) = text.split_once("    loa: [").unwrap();
    let (_, after) = rest.split_once("    subject: [nationalIdentificationNumber]\n").unwrap();
    let profile = "    profile: suomifi-test
    loa:
      - urn:oid:1.2.246.517.3002.110.7
      - [http://ftn.ficora.fi/2017/loa2, http://eidas.europa.eu/LoA/substantial]
      - [http://ftn.ficora.fi/2017/loa3, http://eidas.europa.eu/LoA/high, 'urn:oid:1.2.246.517.3002.110.999']
";
    let (_, rest) = after.split_once("    claims: &claims\n").unwrap();
    let (_, others) = rest.split_once("  shop-with-pkce:\n").unwrap();
    let (client, _) = after.split_once("    claims: &claims\n").unwrap();
    let claims = "    claims: &claims
      person: { from: [nationalIdentificationNumber, PersonIdentifier, foreignpersonIdentifier], required: true }
      given_name: { from: [givenName, FirstName], take: first }
      family_name: { from: [sn, FamilyName], take: first }
      birthdate: DateOfBirth
      address: VakinainenKotimainenLahiosoiteS
      municipality: KotikuntaKuntaS
      non_disclosure: TurvakieltoTieto
      checked: vtjVerified
";
    format!("{before}{profile}{client}{claims}  shop-with-pkce:\n{others}")
}

const KINDS: [Kind; 4] = [
    Kind {
        called: "somebody with a personal identity code",
        level: "http://ftn.ficora.fi/2017/loa2",
        delivered: &[
            ("urn:oid:1.2.246.21", "invented-1"),
            ("urn:oid:2.5.4.42", "Väinö"),
            ("urn:oid:2.5.4.4", "Meikäläinen"),
            ("urn:oid:1.2.246.517.2002.2.4", "Kuja 1"),
            ("urn:oid:1.2.246.517.2002.2.19", "Kuusamo"),
            ("urn:oid:1.2.246.517.3002.111.2", "true"),
        ],
        told: || {
            json!({
                "person": "invented-1", "given_name": "Väinö", "family_name": "Meikäläinen",
                "address": "Kuja 1", "municipality": "Kuusamo", "checked": "true",
            })
        },
    },
    Kind {
        called: "somebody whose address may not be disclosed",
        level: "http://ftn.ficora.fi/2017/loa3",
        delivered: &[
            ("urn:oid:1.2.246.21", "invented-2"),
            ("urn:oid:2.5.4.42", "Aino"),
            ("urn:oid:2.5.4.4", "Turvattu"),
            ("urn:oid:1.2.246.517.2002.2.4", ""),
            ("urn:oid:1.2.246.517.2002.2.27", "1"),
            ("urn:oid:1.2.246.517.3002.111.2", "true"),
        ],
        told: || {
            json!({
                "person": "invented-2", "given_name": "Aino", "family_name": "Turvattu",
                "non_disclosure": "1", "checked": "true",
            })
        },
    },
    Kind {
        called: "somebody from abroad by eIDAS",
        level: "http://eidas.europa.eu/LoA/substantial",
        delivered: &[
            (PERSON_IDENTIFIER, "ES/FI/invented-3"),
            ("http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName", "Ana"),
            ("http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName", "Núñez"),
            ("http://eidas.europa.eu/attributes/naturalperson/DateOfBirth", "1970-01-31"),
        ],
        told: || {
            json!({
                "person": "ES/FI/invented-3", "given_name": "Ana", "family_name": "Núñez",
                "birthdate": "1970-01-31",
            })
        },
    },
    Kind {
        called: "somebody with the Finnish Authenticator",
        level: "urn:oid:1.2.246.517.3002.110.7",
        delivered: &[
            ("urn:oid:1.2.246.517.3002.111.17", "invented-4"),
            ("urn:oid:2.5.4.42", "Li"),
            ("urn:oid:2.5.4.4", "Wang"),
        ],
        told: || json!({ "person": "invented-4", "given_name": "Li", "family_name": "Wang" }),
    },
];
const PERSON_IDENTIFIER: &str = "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier";
const SLO: &str = "https://idp.example/slo";
