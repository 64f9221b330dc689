//! Whom Suomi.fi brings, in each of its languages: nobody has every attribute, and each kind of person is told apart.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::quick_idp::LogoutStatus;

use crate::logout_fixture::{AFTER_LOGOUT, Deployment, Login, browser, frame};
use crate::sent_messages::{assert_read_as, question};

/// A kind of person: what arrives, and what a client is told.
struct Kind {
    called: &'static str,
    level: &'static str,
    delivered: &'static [(&'static str, &'static str)],
    told: fn() -> Value,
}

/// What Suomi.fi goes through with each service before it takes it into production, by people of each kind and in each of
/// its languages. What is sent is read by programs that others wrote, at the end. A login starts at one replica; everything
/// else happens at the other.
#[tokio::test]
async fn the_checklist_of_suomifi_holds_for_everybody_whom_it_brings_in_every_language() {
    let single_logout = format!("{{ redirect: {SLO} }}");
    let deployment = Deployment::start_with(&single_logout, |text| as_suomifi_brings_them(&text));
    let us = deployment.front.url();
    let (mut turn, mut known, mut messages) = (0, BTreeMap::new(), vec![]);
    for language in ["fi", "sv", "en"] {
        for kind in KINDS {
            let what = format!("{} in {language}", kind.called);
            turn += 1;

            // 1. The service sends an AuthnRequest.
            let (mut person, left) = asked(&deployment, language).await;
            let expected = AUTHN_REQUEST.replace("US", &us).replace("LANGUAGE", language);
            messages.push((question(&deployment.dir, &left, "SAMLRequest"), expected));

            // 2. The service receives a Response.
            let login = answered(&deployment, &mut person, &left, (&kind, turn)).await;
            let tokens = deployment.shop().redeem(&login.code).await;
            let told = deployment.shop().userinfo(tokens.text("access_token")).await.json;
            let mut expected = (kind.told)();
            let sub = known.entry(kind.called).or_insert_with(|| told["sub"].clone());
            expected["sub"] = sub.clone();
            expected["acr"] = kind.level.into();
            assert_eq!(told, expected, "{what}");

            // 3. The service sends a LogoutRequest, when its own session is over.
            let wanted = [
                ("id_token_hint", tokens.text("id_token")),
                ("post_logout_redirect_uri", AFTER_LOGOUT),
                ("ui_locales", language),
            ];
            let left = person.get(&deployment.logout_url(&wanted)).await;
            let ended = deployment.shop().userinfo(tokens.text("access_token")).await;
            assert_eq!(ended.status, 401, "{what}");
            let expected = LOGOUT_REQUEST.replace("US", &us).replace("LANGUAGE", language);
            let expected = expected.replace("TURN", &turn.to_string());
            messages.push((question(&deployment.dir, &left, "SAMLRequest"), expected));

            // 4. The service receives a LogoutResponse.
            let back = deployment.answer_logout(&left, LogoutStatus::Success).url();
            let back = person.get(&back).await;
            assert_eq!(back.headers["location"].to_str().unwrap(), AFTER_LOGOUT, "{what}");

            // 5. The service receives a LogoutRequest, in a hidden frame that has no cookie.
            turn += 1;
            let (mut person, left) = asked(&deployment, language).await;
            let login = answered(&deployment, &mut person, &left, (&kind, turn)).await;
            let page = frame().get(&deployment.logout(&login).url(Some("handle"))).await;

            // 6. The service sends a LogoutResponse, and the session is really over.
            let expected = LOGOUT_RESPONSE.replace("US", &us).replace("TURN", &turn.to_string());
            messages.push((question(&deployment.dir, &page, "SAMLResponse"), expected));
            assert!(deployment.is_over(&login).await, "{what}");
        }
    }
    assert_read_as(&messages);
    // The same person is the same in every language, and nobody else.
    let different: BTreeSet<_> = known.values().map(Value::to_string).collect();
    assert_eq!(different.len(), KINDS.len());
}

/// A browser that a client sent here with this wish, at the first replica, and the redirect to Suomi.fi.
async fn asked(deployment: &Deployment, language: &str) -> (Browser, Page) {
    deployment.front.route_to(&[deployment.a.address()]);
    let mut person = browser();
    let left = person.get(&deployment.shop().authorize(&[("ui_locales", language)])).await;
    deployment.front.route_to(&[deployment.b.address()]);
    (person, left)
}

/// The login of such a person, whom Suomi.fi answers about at the other replica.
async fn answered(
    deployment: &Deployment,
    person: &mut Browser,
    left: &Page,
    (kind, turn): (&Kind, u32),
) -> Login {
    let request = deployment.idp.request(left.location().unwrap().as_str());
    let about = (kind.level, kind.delivered);
    let answer = Form {
        action: request.acs_url.as_deref().unwrap().parse().unwrap(),
        fields: vec![
            ("SAMLResponse".to_owned(), deployment.idp.answer_about(about, &request, turn)),
            ("RelayState".to_owned(), request.relay_state.clone().unwrap()),
        ],
    };
    let code = person.submit(&answer).await.told("code").expect("a code");
    Login { request, turn, code }
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
/// It asks for no level: which methods are offered our metadata says.
const AUTHN_REQUEST: &str = r#"
samlp:AuthnRequest AssertionConsumerServiceURL="US/saml/idp/acs" Destination="https://idp.example/sso" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Version="2.0"
  saml:Issuer : US/saml/idp/metadata
  samlp:Extensions
    vetuma:vetuma
      vetuma:LG : LANGUAGE
  samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
"#;
/// The name exactly as it came.
const LOGOUT_REQUEST: &str = r#"
samlp:LogoutRequest Destination="https://idp.example/slo" Reason="urn:oasis:names:tc:SAML:2.0:logout:user" Version="2.0"
  saml:Issuer : US/saml/idp/metadata
  samlp:Extensions
    vetuma:vetuma
      vetuma:LG : LANGUAGE
  saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="https://idp.example/metadata" SPNameQualifier="US/saml/idp/metadata" : _transientTURN
  samlp:SessionIndex : _sessionTURN
"#;
const LOGOUT_RESPONSE: &str = r#"
samlp:LogoutResponse Destination="https://idp.example/slo" InResponseTo="_logoutTURN" Version="2.0"
  saml:Issuer : US/saml/idp/metadata
  samlp:Status
    samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"
"#;
