//! A relying party with several upstreams: the request may say which.

use std::sync::Arc;

use silta_broker::{Settings, UpstreamName};

use crate::fixture::{Fixture, allowed, callback_body, configured, party};
use crate::scripted_idp::ScriptedIdp;

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
