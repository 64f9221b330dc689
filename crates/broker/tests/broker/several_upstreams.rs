//! A relying party with several upstreams: the request may say which.

use std::sync::Arc;

use serde_json::Value;
use silta_broker::{PersonName, Settings, UpstreamName};
use silta_mapping::{NAME_ID, QUALIFIED_NAME_ID};
use silta_testkit::dictionary::suomifi;

use crate::fixture::{Fixture, GIVEN, HETU, allowed, callback_body, configured, one_claim, party};
use crate::scripted_idp::ScriptedIdp;
use crate::wire::{claims, query_param};

/// The shop may use suomifi and eidas; the kiosk knows only the first.
fn with_both(settings: &mut Settings) {
    let eidas = UpstreamName::parse("eidas").unwrap();
    settings.upstreams.insert(eidas, configured(Arc::new(ScriptedIdp::default())));
    let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
    shop.upstreams = vec![allowed("suomifi"), allowed("eidas")];
}

#[tokio::test]
async fn the_hint_decides_and_what_it_cannot_decide_goes_to_the_default() {
    for (hint, upstream) in [
        ("eidas", "eidas"),
        ("suomifi", "suomifi"),
        ("", "suomifi"),
        ("nowhere", "suomifi"),
        ("Eidas", "suomifi"),
    ] {
        let fixture = Fixture::with(with_both);
        fixture.start(&[("idp_hint", hint)]).await.unwrap();
        assert_eq!(fixture.audit.last(), format!("shop started at {upstream}"), "{hint}");
    }
}

#[tokio::test]
async fn a_hint_leads_nobody_to_an_upstream_that_their_client_may_not_use() {
    let fixture = Fixture::with(with_both);
    let kiosk = [
        ("client_id", "kiosk"),
        ("redirect_uri", crate::fixture::KIOSK_CALLBACK),
        ("idp_hint", "eidas"),
    ];
    fixture.start(&kiosk).await.unwrap();
    assert_eq!(fixture.audit.last(), "kiosk started at suomifi");
}

#[tokio::test]
async fn a_refused_login_is_told_with_the_upstream_that_was_asked() {
    let fixture = Fixture::with(with_both);
    let started = fixture.start(&[("idp_hint", "eidas")]).await.unwrap();
    let eidas = UpstreamName::parse("eidas").unwrap();
    let body = callback_body(&started, "_a");
    let finished = fixture.post(&eidas, &body, Some(&started.browser)).await;
    assert!(finished.is_ok(), "{finished:?}");
    let started = fixture.start(&[("idp_hint", "eidas")]).await.unwrap();
    let body = callback_body(&started, "_a");
    let failed = fixture.post(&eidas, &body, Some(&started.browser)).await.unwrap_err();
    assert_eq!(failed.error.reason(), "replayed");
    assert_eq!(fixture.audit.last(), "shop refused at eidas: replayed");
}

/// The eidas upstream knows people by their eIDAS identifier, and says something about a hetu.
#[tokio::test]
async fn an_upstream_says_nothing_about_what_identifies_people_at_another_one() {
    let idp = Arc::new(ScriptedIdp::default());
    let person = "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier";
    idp.asserts(&[(person, &["EE/FI/1"]), ("urn:oid:1.2.246.21", &[HETU]), GIVEN_NAME]);
    let fixture = Fixture::with(|settings| {
        with_both(settings);
        let eidas = settings.upstreams.get_mut(&allowed("eidas").name).unwrap();
        eidas.adapter = idp.clone();
        eidas.subject = vec!["PersonIdentifier".to_owned()];
    });
    for (hint, national_id) in [("eidas", Value::Null), ("suomifi", HETU.into())] {
        let started = fixture.start(&[("idp_hint", hint)]).await.unwrap();
        let body = callback_body(&started, hint);
        let upstream = allowed(hint).name;
        let location = fixture.post(&upstream, &body, Some(&started.browser)).await.unwrap();
        let code = query_param(&location, "code").unwrap();
        let claims = claims(&fixture.redeem(&code, &[]).await.unwrap());
        assert_eq!(claims["national_id"], national_id, "{hint}");
    }
}

/// The suomifi upstream knows people by their NameID, and the eidas one says one of somebody.
#[tokio::test]
async fn a_name_id_is_not_believed_from_an_upstream_that_does_not_know_its_people_by_it() {
    let name = || PersonName { text: "_7f3a".to_owned(), scope: "scope ".to_owned() };
    let idp = Arc::new(ScriptedIdp::default());
    let person = "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier";
    idp.asserts(&[(person, &["EE/FI/1"]), GIVEN_NAME]);
    idp.script(|script| script.name = Some(name()));
    let rules = one_claim(&suomifi(), "name", NAME_ID, false);
    let fixture = Fixture::with(|settings| {
        with_both(settings);
        let suomifi = settings.upstreams.get_mut(&allowed("suomifi").name).unwrap();
        suomifi.subject = vec![QUALIFIED_NAME_ID.to_owned()];
        let eidas = settings.upstreams.get_mut(&allowed("eidas").name).unwrap();
        eidas.subject = vec!["PersonIdentifier".to_owned()];
        eidas.adapter = idp.clone();
        settings.relying_parties.get_mut(&party("shop")).unwrap().rules = rules;
    });
    fixture.idp.script(|script| script.name = Some(name()));
    for (hint, told) in [("eidas", Value::Null), ("suomifi", "_7f3a".into())] {
        let started = fixture.start(&[("idp_hint", hint)]).await.unwrap();
        let body = callback_body(&started, hint);
        let location = fixture.post(&allowed(hint).name, &body, Some(&started.browser)).await;
        let code = query_param(&location.unwrap(), "code").unwrap();
        let claims = claims(&fixture.redeem(&code, &[]).await.unwrap());
        assert_eq!(claims["name"], told, "{hint}");
    }
}

const GIVEN_NAME: (&str, &[&str]) = ("urn:oid:2.5.4.42", &[GIVEN]);
