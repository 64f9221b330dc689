//! One login opens several services: the session at one replica answers at the other.

use serde_json::{Value, json};
use silta_testkit::browser::{Browser, Page};
use silta_testkit::test_dir::CALLBACK;

use crate::fixture::{Fixture, browser};
use crate::person::AINO;
use crate::shop::{OTHER, Shop, claims_of};

/// The configuration in which `shop`, `other` and their upstream agree to single sign-on.
pub(crate) fn sso(text: &str) -> String {
    let agreed = "    session: { sso: true }\n";
    let upstream = "    signed: both\n";
    let mut text = text.replacen(upstream, &format!("{upstream}{agreed}"), 1);
    for client in ["  shop:\n", "  other:\n"] {
        assert!(text.contains(client));
        text = text.replacen(client, &format!("{client}{agreed}"), 1);
    }
    text
}

async fn fixture() -> Fixture {
    Fixture::with_config(false, |text| sso(&text)).await
}

/// How often a browser has been at the identity provider.
fn visits(fixture: &Fixture, browser: &Browser) -> usize {
    let own = fixture.url();
    browser.visited().iter().filter(|page| !page.url.as_str().starts_with(&own)).count()
}

fn as_other<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[OTHER[0]], changes].concat()
}

/// The claims of the ID token that `client` gets for this answer.
async fn id_token(shop: &Shop, page: &Page, client: &[(&str, &str)]) -> Value {
    let code = page.told("code").expect("a code");
    let tokens = shop.redeem_with(&[client, &[("code", &code)]].concat()).await;
    assert_eq!(tokens.status, 200);
    claims_of(tokens.text("id_token"))
}

#[tokio::test]
async fn one_login_opens_two_services_also_when_its_replica_is_gone() {
    let fixture = fixture().await;
    let (shop, mut browser) = (fixture.shop(), browser());
    fixture.front.route_to(&[fixture.a.address()]);
    let page = browser.follow(&shop.authorize(&[])).await;
    let shops = id_token(&shop, &page, &[]).await;
    let before = visits(&fixture, &browser);
    fixture.front.route_to(&[fixture.b.address()]);
    let page = browser.follow(&shop.authorize(&as_other(&[]))).await;
    assert_eq!(visits(&fixture, &browser), before, "the identity provider was not asked");
    assert!(page.location().unwrap().as_str().starts_with(CALLBACK));
    assert_eq!(page.told("state").as_deref(), Some(Shop::STATE));
    assert_eq!(page.told("iss"), Some(fixture.url()));
    let others = id_token(&shop, &page, &OTHER).await;
    for same in ["acr", "auth_time", "FI_nationalIN"] {
        assert!(others[same] == shops[same], "{same}");
    }
    for own in ["sub", "sid"] {
        assert!(others[own] != shops[own], "{own}");
    }
    let line = fixture.logged(|line| line["message"] == "login answered from session").await;
    let first = fixture.logged(|line| line["message"] == "login finished").await;
    assert_eq!((&line["first"], &line["client"]), (&first["login"], &json!("other")));
    assert_ne!(line["login"], first["login"]);

    // Another browser holds no session.
    let mut stranger = crate::fixture::browser();
    stranger.follow(&shop.authorize(&as_other(&[]))).await;
    assert!(visits(&fixture, &stranger) > 0);
    // An image of any page gets nothing out of the one that does.
    let image = browser.image(&shop.authorize(&as_other(&[]))).await;
    assert_eq!((image.status.as_u16(), image.location()), (403, None));
}

#[tokio::test]
async fn who_wants_a_new_login_gets_one_and_nobody_gets_another_persons_session() {
    let fixture = fixture().await;
    let (shop, mut browser) = (fixture.shop(), browser());
    browser.follow(&shop.authorize(&[])).await;
    for (changes, asked) in [
        (&[][..], false),
        (&[("prompt", "none")], false),
        (&[("max_age", "10000")], false),
        (&[("prompt", "login")], true),
        (&[("max_age", "0")], true),
        (&[("acr_values", "http://ftn.ficora.fi/2017/loa3")], true),
    ] {
        let before = visits(&fixture, &browser);
        let mut again = browser.clone();
        again.follow(&shop.authorize(&as_other(changes))).await;
        assert_eq!(visits(&fixture, &again) > before, asked, "{changes:?}");
    }
    let held = browser.clone();
    fixture.idp.identify(&AINO.released()).await;
    let page = browser.follow(&shop.authorize(&[("prompt", "login")])).await;
    let ainos = id_token(&shop, &page, &[]).await;
    let page = browser.follow(&shop.authorize(&as_other(&[("prompt", "none")]))).await;
    assert!(id_token(&shop, &page, &OTHER).await["FI_nationalIN"] == ainos["FI_nationalIN"]);
    // The first person's session has ended, wherever its cookie is.
    let page = held.clone().follow(&shop.authorize(&as_other(&[("prompt", "none")]))).await;
    assert_eq!(page.told("error").as_deref(), Some("login_required"));
}
