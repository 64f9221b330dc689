//! Whole logins by pysaml2's service provider, which verifies by itself what it is answered.

use serde_json::{Value, json};
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::peers::answer_of_idp;
use silta_testkit::silta::Silta;

use crate::fixture::Fixture;
use crate::person::NORDEA;
use crate::service_provider::{
    CRM, CRM_ACS, LOA2, PERSISTENT, SERVICE_PROVIDERS, TRANSIENT, TURKU, forged, service_provider,
    sso, url_of,
};

#[tokio::test]
async fn pysaml2_logs_a_person_in_who_starts_at_one_replica_and_ends_at_the_other() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let everything: String = (' '..='~').chain("äö€😀".chars()).collect();
    let mut relay_state = everything.repeat(2_048 / everything.len());
    relay_state.push_str(&"%".repeat(2_048 - relay_state.len()));
    let wishes =
        json!({ "relay_state": relay_state, "authn_context": [LOA2], "comparison": "exact" });
    let mut crm = service_provider(&fixture, CRM, &wishes).await;
    let mut names = vec![];
    for (first, second) in [(&fixture.a, &fixture.b), (&fixture.b, &fixture.a)] {
        let page = ends_at(&fixture, (first, second), crm.redirect()).await;
        let answer = page.form().expect("a form");
        assert_eq!(answer.action.as_str(), CRM_ACS);
        assert!(answer.field("RelayState") == relay_state, "every octet comes back");
        let told = crm.judge(answer.field("SAMLResponse"));
        assert_eq!(told["error"], Value::Null);
        assert_eq!(told["format"], PERSISTENT);
        assert_eq!(told["authn_context"], LOA2);
        assert_eq!(
            told["attributes"],
            json!({
                "FirstName": ["Nordea"], "LastName": ["Demo"], "groups": ["staff & \"co\""],
                "urn:oid:1.2.246.517.2002.2.19": ["Turku"],
            })
        );
        names.push(told["name_id"].clone());
        crm.ask(&wishes);
    }
    assert!(names[0].is_string() && names[0] == names[1], "a person keeps one name");
    let finished = fixture.logged(|line| line["message"] == "login finished").await;
    assert_eq!((&finished["client"], &finished["upstream"]), (&"crm".into(), &"idp".into()));
}

#[tokio::test]
async fn a_posted_request_and_another_acs_by_its_index_lead_to_an_answer_there() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let mut crm = service_provider(&fixture, CRM, &json!({})).await;
    let fields = vec![
        ("SAMLRequest".to_owned(), crm.post().to_owned()),
        ("RelayState".to_owned(), "posted".to_owned()),
    ];
    let form = Form { action: sso(&fixture), fields };
    let answer = Browser::new(CRM).follow_form(&form).await.form().expect("a form");
    assert_eq!(answer.field("RelayState"), "posted");
    assert_eq!(crm.judge(answer.field("SAMLResponse"))["error"], Value::Null);

    let indexed = forged(&fixture, CRM, " AssertionConsumerServiceIndex=\"7\"");
    let page = Browser::new(CRM).follow(&url_of(&fixture, &indexed)).await;
    assert_eq!(page.form().expect("a form").action.as_str(), "https://crm.example/other");
    let unnamed = forged(&fixture, CRM, "");
    let page = Browser::new(CRM).follow(&url_of(&fixture, &unnamed)).await;
    assert_eq!(page.form().expect("a form").action.as_str(), CRM_ACS);
}

#[tokio::test]
async fn two_service_providers_know_one_person_by_two_names() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let mut names = vec![];
    for (entity_id, format) in [(CRM, PERSISTENT), (TURKU, TRANSIENT), (TURKU, TRANSIENT)] {
        let mut asking = service_provider(&fixture, entity_id, &json!({})).await;
        let page = Browser::new(entity_id).follow(asking.redirect()).await;
        let told = asking.judge(page.form().expect("a form").field("SAMLResponse"));
        assert_eq!(told["format"], format, "{}", told["error"]);
        names.push(told["name_id"].as_str().expect("a name").to_owned());
    }
    assert!(names[0] != names[1] && names[1] != names[2], "each login has a name of its own");
}

/// A service provider stands in logs and metrics by its name, and the person nowhere.
#[tokio::test]
async fn logs_and_metrics_name_the_service_provider_and_nobody_else() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let mut crm =
        service_provider(&fixture, CRM, &json!({ "relay_state": "a-secret-handle" })).await;
    let page = Browser::new(CRM).follow(crm.redirect()).await;
    let told = crm.judge(page.form().expect("a form").field("SAMLResponse"));
    let unlisted = forged(&fixture, CRM, " AssertionConsumerServiceURL=\"https://a.example\"");
    let _ = Browser::new(CRM).get(&url_of(&fixture, &unlisted)).await;
    fixture.logged(|line| line["reason"] == "unlisted_acs").await;

    let mut said = fixture.a.logs();
    said.extend(fixture.b.logs());
    for replica in [&fixture.a, &fixture.b] {
        let shown = reqwest::get(format!("http://{}/metrics", replica.admin())).await.unwrap();
        said.push(shown.text().await.unwrap());
    }
    let said = said.join("\n");
    for expected in [
        r#""message":"login started""#,
        r#"logins_started_total{client="crm",upstream="idp"} 1"#,
        r#"logins_ended_total{client="crm",upstream="idp",outcome="finished",reason=""} 1"#,
    ] {
        assert!(said.contains(expected), "{expected} is missing");
    }
    let refused = |line: &str| {
        line.contains(r#"logins_ended_total{client="crm""#)
            && line.ends_with(r#"outcome="refused",reason="unlisted_acs"} 1"#)
    };
    assert!(said.lines().any(refused), "the refusal is not counted");
    for (name, value) in NORDEA.secrets() {
        assert!(!said.contains(value), "{name} was written");
    }
    let name_id = told["name_id"].as_str().expect("a name");
    for secret in [name_id, "a-secret-handle"] {
        assert!(!said.contains(secret), "what was sent was written");
    }
}

/// A login from `asked` at the first replica until its answer at the second.
async fn ends_at(fixture: &Fixture, (first, second): (&Silta, &Silta), asked: &str) -> Page {
    let mut browser = Browser::new(CRM);
    fixture.front.route_to(&[first.address()]);
    let form = answer_of_idp(&mut browser, asked).await;
    fixture.front.route_to(&[second.address()]);
    let page = browser.submit(&form).await;
    fixture.front.route_to(&[fixture.a.address(), fixture.b.address()]);
    page
}
