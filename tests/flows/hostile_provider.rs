//! Steps of a login at a provider that answers what a test tells it to.

use serde_json::{Value, json};
use silta_testkit::browser::{Browser, Page};
use silta_testkit::keys;
use silta_testkit::op::{HostileOp, KID, SentAuthorization, rs256};

use crate::fixture::browser;
use crate::op_fixture::OpFixture;

pub(crate) type Fixture = OpFixture<HostileOp>;

/// A login that is at the provider.
pub(crate) async fn at_the_provider(
    fixture: &Fixture,
    browser: &mut Browser,
    wishes: &[(&str, &str)],
) -> SentAuthorization {
    SentAuthorization::of(&browser.get(&fixture.shop().authorize(wishes)).await)
}

/// Comes back from the provider as it should be.
pub(crate) async fn come_back(
    fixture: &Fixture,
    browser: &mut Browser,
    sent: &SentAuthorization,
) -> Page {
    let issuer = fixture.op.issuer();
    browser.get(&sent.callback(&[("code", "a-code"), ("iss", &issuer)])).await
}

/// One login in which the provider redeems the code for this ID token.
pub(crate) async fn login_with(
    fixture: &Fixture,
    wishes: &[(&str, &str)],
    token: impl FnOnce(&SentAuthorization) -> String,
) -> Page {
    let mut browser = browser();
    let sent = at_the_provider(fixture, &mut browser, wishes).await;
    fixture.op.let_in_with(&token(&sent));
    come_back(fixture, &mut browser, &sent).await
}

/// The token of an honest provider, but for these claims; one that is null is left out.
pub(crate) fn token_with(fixture: &Fixture, sent: &SentAuthorization, changes: &Value) -> String {
    rs256(&claims_with(fixture, sent, changes), &keys::IDP, KID)
}

pub(crate) fn claims_with(fixture: &Fixture, sent: &SentAuthorization, changes: &Value) -> Value {
    let mut claims = fixture.op.claims(sent);
    let members = claims.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    members.retain(|_, value| !value.is_null());
    claims
}

/// The client is told `error`, and the log says why.
pub(crate) async fn assert_told(fixture: &Fixture, page: &Page, (error, reason): (&str, &str)) {
    assert_eq!(page.status, 303, "{reason}");
    assert_eq!(page.told("error").as_deref(), Some(error), "{reason}");
    assert_eq!(page.told("code"), None, "{reason}");
    assert_eq!(fixture.refusal(page).await["reason"], reason);
}

/// The provider is as good as any other one, once a test lets it be.
pub(crate) async fn assert_a_login_works(fixture: &Fixture) {
    fixture.op.be_honest();
    let page = login_with(fixture, &[], |sent| token_with(fixture, sent, &json!({}))).await;
    assert!(page.told("code").is_some(), "{:?}", page.told("error"));
}
