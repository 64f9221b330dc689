//! Requests of service providers that are refused: each ends at a page, because nobody knows where an answer
//! may go.

use std::fs;

use jiff::SignedDuration;
use silta_testkit::browser::{Browser, Form, Page};
use silta_testkit::forge::{ForgedRequest, SSO};
use silta_testkit::keys;
use silta_testkit::peers::answer_of_idp;
use silta_testkit::silta::Silta;

use crate::cloud::now;
use crate::fixture::Fixture;
use crate::service_provider::{CRM, CRM_ACS, SERVICE_PROVIDERS, TURKU, forged, sso, url_of};

#[tokio::test]
async fn a_request_that_does_not_prove_whose_it_is_or_where_to_answer_ends_at_a_page() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let good = || forged(&fixture, CRM, "");
    let acs = |url: &str| forged(&fixture, CRM, &format!(" AssertionConsumerServiceURL=\"{url}\""));
    let query = |request: &ForgedRequest| request.query();
    let long_ago = now() - SignedDuration::from_mins(10);
    let soon = now() + SignedDuration::from_mins(10);
    let tree = "<samlp:Extensions>".to_owned() + &" ".repeat(200_000) + "</samlp:Extensions>";
    for (query, reason, client) in [
        // Where to answer.
        (query(&acs("https://evil.example/acs")), "unlisted_acs", "crm"),
        (query(&acs("https://crm.example/acs/")), "unlisted_acs", "crm"),
        (query(&acs("https://CRM.example/acs")), "unlisted_acs", "crm"),
        (query(&acs("https://turku.example/acs")), "unlisted_acs", "crm"),
        (query(&acs("javascript:alert(1)")), "unlisted_acs", "crm"),
        (query(&index(&fixture, "8")), "unlisted_acs_index", "crm"),
        (query(&index(&fixture, "+7")), "unlisted_acs_index", "crm"),
        // Whose it is.
        (query(&forged(&fixture, "https://evil.example", "")), "unknown_service_provider", ""),
        (query(&good().unsigned()), "unsigned", "crm"),
        (query(&good().signed_by(&keys::ROGUE)), "signature_no_key_matches", "crm"),
        (query(&good()).replace("RelayState=h", "RelayState=H"), "signature_no_key_matches", "crm"),
        (query(&good()) + "&RelayState=other", "repeated_element", ""),
        (query(&good()) + "&SAMLRequest=x", "repeated_element", ""),
        // A signature that is there must hold, also where none is asked for.
        (
            query(&forged(&fixture, TURKU, "").signed_by(&keys::ROGUE)),
            "signature_no_key_matches",
            "turku",
        ),
        // For whom, and when.
        (query(&to_another(&fixture)), "wrong_destination", "crm"),
        (query(&good().swap(&destination(&fixture), "")), "wrong_destination", "crm"),
        (query(&good().issued(long_ago)), "stale", "crm"),
        (query(&good().issued(soon)), "from_the_future", "crm"),
        // What it is made of.
        (query(&good().swap("<samlp:AuthnRequest", DOCTYPE)), "doctype", ""),
        (query(&good().holding("<!-- -->")), "comment", ""),
        (query(&good().holding(&tree)), "too_large", ""),
        (query(&good().relay_state(&"r".repeat(2_049))), "relay_state_too_long", ""),
        (query(&good().swap("AuthnRequest", "LogoutRequest")), "wrong_root", ""),
        ("SAMLRequest=%25%25".to_owned(), "not_base64", ""),
        (String::new(), "missing_element", ""),
        // What it asks for.
        (query(&good().with("IsPassive=\"perhaps\"")), "not_a_boolean", "crm"),
        (query(&good().holding("<samlp:Scoping ProxyCount=\"0\"/>")), "proxy_forbidden", "crm"),
    ] {
        let page = Browser::new(CRM).get(&format!("{}?{query}", sso(&fixture))).await;
        is_refused(&fixture, &page, (reason, client)).await;
    }
    // After all of that a good one leads on.
    let page = Browser::new(CRM).follow(&url_of(&fixture, &good())).await;
    assert_eq!(page.form().expect("a form").action.as_str(), CRM_ACS);
}

#[tokio::test]
async fn a_posted_request_is_judged_as_a_redirected_one() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let form = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Form { action: sso(&fixture), fields: fields.collect() }
    };
    let good = || forged(&fixture, CRM, "");
    let (unsigned, rogue) = (good().unsigned().post(), good().signed_by(&keys::ROGUE).post());
    let doctype = good().unsigned().swap("<samlp:AuthnRequest", DOCTYPE).post();
    let signed = good().post();
    for (fields, reason, client) in [
        (&[("SAMLRequest", unsigned.as_str())][..], "unsigned", "crm"),
        (&[("SAMLRequest", &rogue)], "signature_no_key_matches", "crm"),
        (&[("SAMLRequest", &doctype)], "doctype", ""),
        (
            &[("SAMLRequest", &signed), ("RelayState", "a"), ("RelayState", "b")],
            "repeated_element",
            "",
        ),
        (&[("RelayState", "a")], "missing_element", ""),
    ] {
        let page = Browser::new(CRM).submit(&form(fields)).await;
        is_refused(&fixture, &page, (reason, client)).await;
    }
}

#[tokio::test]
async fn a_request_counts_once_at_all_replicas() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let (request, again) = (forged(&fixture, CRM, ""), forged(&fixture, CRM, ""));
    let url = url_of(&fixture, &request);
    fixture.front.route_to(&[fixture.a.address()]);
    let page = Browser::new(CRM).follow(&url).await;
    assert_eq!(page.form().expect("a form").action.as_str(), CRM_ACS);
    for replica in [&fixture.a, &fixture.b] {
        fixture.front.route_to(&[replica.address()]);
        let page = Browser::new(CRM).get(&url).await;
        is_refused(&fixture, &page, ("replayed_request", "crm")).await;
    }
    let page = Browser::new(CRM).follow(&url_of(&fixture, &again)).await;
    assert_eq!(page.form().expect("a form").action.as_str(), CRM_ACS);
}

/// An ID is its issuer's own: nobody uses up those of others.
#[tokio::test]
async fn an_id_that_another_service_provider_used_is_free() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    for entity_id in [CRM, TURKU] {
        let request = forged(&fixture, entity_id, "").id("_the_same");
        let page = Browser::new(entity_id).follow(&url_of(&fixture, &request)).await;
        assert!(page.form().expect("a form").action.as_str().starts_with(entity_id));
    }
}

/// Whoever is taken out of the configuration is answered no more, also in logins that are under way.
#[tokio::test]
async fn a_service_provider_that_was_removed_while_the_person_was_away_is_not_answered() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let text = fs::read_to_string(fixture.dir.folder().join("silta.yaml")).unwrap();
    let none = text.split_once("service_providers:").unwrap().0;
    let without_crm =
        text.replace("entity_id: https://crm.example", "entity_id: https://new.example");
    let without_crm = without_crm.replace("\n  crm:", "\n  new:");
    let without_acs = text.replace("[https://crm.example/acs, {", "[https://crm.example/new, {");
    for (name, text) in
        [("none.yaml", none), ("other.yaml", &without_crm), ("acs.yaml", &without_acs)]
    {
        fixture.front.route_to(&[fixture.a.address()]);
        let mut browser = Browser::new(CRM);
        let url = url_of(&fixture, &forged(&fixture, CRM, ""));
        let form = answer_of_idp(&mut browser, &url).await;
        let changed = Silta::start(&fixture.dir.write(name, text));
        fixture.front.route_to(&[changed.address()]);
        let page = browser.submit(&form).await;
        assert_eq!(page.status, 503, "{name}");
        assert!(page.form().is_none() && page.location().is_none(), "{name}");
        let reference = page.reference().expect("a page with a reference");
        let refused = changed.log("refusal", |line| line["login"] == reference);
        assert_eq!(refused["reason"], "misconfigured", "{name}");
    }
}

#[tokio::test]
async fn only_a_page_that_the_person_opens_asks() {
    let fixture = Fixture::with_sections(SERVICE_PROVIDERS).await;
    let url = url_of(&fixture, &forged(&fixture, CRM, ""));
    let page = Browser::new(CRM).image(&url).await;
    assert_eq!(page.status, 403);
    assert_eq!(fixture.refusal(&page).await["reason"], "not_a_navigation");
}

#[tokio::test]
async fn without_service_providers_there_is_nothing_to_ask() {
    let fixture = Fixture::start().await;
    for path in ["/idp/sso?SAMLRequest=x", "/idp/metadata"] {
        let page = Browser::new(CRM).get(&format!("{}{path}", fixture.url())).await;
        assert_eq!(page.status, 404, "{path}");
    }
}

/// A page with a reference, and no way on from it.
async fn is_refused(fixture: &Fixture, page: &Page, (reason, client): (&str, &str)) {
    assert_eq!(page.status, 400, "{reason}");
    assert!(page.location().is_none() && page.form().is_none(), "{reason}");
    assert_eq!(page.headers.get("set-cookie"), None, "{reason}");
    assert!(!page.body.contains("<script"), "{reason}");
    assert!(!page.body.contains("evil"), "nothing that was sent is shown");
    let refused = fixture.refusal(page).await;
    assert_eq!((&refused["reason"], &refused["client"]), (&reason.into(), &client.into()));
}

fn index(fixture: &Fixture, index: &str) -> ForgedRequest {
    forged(fixture, CRM, &format!(" AssertionConsumerServiceIndex=\"{index}\""))
}

/// A good request that is for another identity provider.
fn to_another(fixture: &Fixture) -> ForgedRequest {
    forged(fixture, CRM, "").swap(sso(fixture).as_str(), SSO)
}

fn destination(fixture: &Fixture) -> String {
    format!(" Destination=\"{}\"", sso(fixture))
}

const DOCTYPE: &str = "<!DOCTYPE x [<!ENTITY e \"\">]><samlp:AuthnRequest";
