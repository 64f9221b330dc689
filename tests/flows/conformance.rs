//! What modules of the OpenID Foundation's conformance plans check, each under its name. The table of
//! all modules is in `docs/reference/conformance.md`.

use serde_json::{Value, json};
use silta_testkit::browser::{Form, Page};
use silta_testkit::op::unsigned;
use silta_testkit::test_dir::CALLBACK;
use url::Url;

use crate::fixture::{Fixture, browser, eventually};
use crate::shop::{Shop, claims_of};

/// The modes of the plans for Basic and for Form Post, whose modules are the same.
pub(crate) const MODES: [&str; 2] = ["query", "form_post"];

/// A request in one of the modes; Basic leaves the parameter out.
pub(crate) fn authorize(shop: &Shop, mode: &str, changes: &[(&str, &str)]) -> String {
    let mode = if mode == "query" { "" } else { mode };
    shop.authorize(&[&[("response_mode", mode)], changes].concat())
}

/// A parameter of the answer, which must come by this mode alone.
pub(crate) fn answered(page: &Page, mode: &str, name: &str) -> Option<String> {
    if mode == "query" {
        assert!(page.location().expect("a redirect").as_str().starts_with(CALLBACK));
        return page.told(name);
    }
    assert_eq!((page.status.as_u16(), page.location()), (200, None));
    let form = page.form().expect("a form");
    assert_eq!(form.action.as_str(), CALLBACK);
    form.fields.into_iter().find(|(field, _)| field == name).map(|(_, value)| value)
}

/// The claims of the ID token of a whole login.
pub(crate) async fn claims(fixture: &Fixture, page: &Page, mode: &str) -> (String, Value) {
    let code = answered(page, mode, "code").expect("a code");
    let tokens = fixture.shop().redeem(&code).await;
    assert_eq!(tokens.status, 200);
    let token = tokens.text("id_token").to_owned();
    let claims = claims_of(&token);
    (token, claims)
}

/// An object without a signature, as the suite makes it of all parameters.
fn request_object(changes: &Value) -> String {
    let mut all = json!({
        "response_type": "code", "client_id": "shop", "scope": "openid", "redirect_uri": CALLBACK,
        "state": Shop::STATE, "nonce": Shop::NONCE,
    });
    all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    unsigned(&all)
}

#[tokio::test]
async fn oidcc_server() {
    let fixture = Fixture::start().await;
    let shop = fixture.shop();
    for mode in MODES {
        let page = browser().follow(&authorize(&shop, mode, &[])).await;
        assert_eq!(answered(&page, mode, "state").as_deref(), Some(Shop::STATE));
        assert_eq!(answered(&page, mode, "iss"), Some(fixture.url()));
        let tokens = shop.redeem(&answered(&page, mode, "code").expect("a code")).await;
        assert_eq!(tokens.status, 200);
        assert_eq!(shop.userinfo(tokens.text("access_token")).await.status, 200);
    }
}

#[tokio::test]
async fn oidcc_response_type_missing() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let url = authorize(&fixture.shop(), mode, &[("response_type", "")]);
        let page = browser().follow(&url).await;
        assert_eq!(answered(&page, mode, "error").as_deref(), Some("invalid_request"));
        assert_eq!(answered(&page, mode, "state").as_deref(), Some(Shop::STATE));
    }
}

#[tokio::test]
async fn oidcc_prompt_none_not_logged_in() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let url = authorize(&fixture.shop(), mode, &[("prompt", "none")]);
        let page = browser().follow(&url).await;
        assert_eq!(answered(&page, mode, "error").as_deref(), Some("login_required"));
        assert_eq!(answered(&page, mode, "code"), None);
    }
}

#[tokio::test]
async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        // The suite sends what OAuth demands outside too, and the mode and `state` inside alone.
        let object = request_object(&json!({ "response_mode": mode }));
        let outside = [("request", object.as_str()), ("state", ""), ("nonce", "")];
        let page = browser().follow(&fixture.shop().authorize(&outside)).await;
        assert_eq!(answered(&page, mode, "error").as_deref(), Some("request_not_supported"));
        assert_eq!(answered(&page, mode, "state").as_deref(), Some(Shop::STATE));
        assert_eq!(fixture.shop().discovery().await["request_parameter_supported"], false);
    }
}

#[tokio::test]
async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let by_reference = [("request_uri", "https://suite.example/object")];
        let page = browser().follow(&authorize(&fixture.shop(), mode, &by_reference)).await;
        assert_eq!(answered(&page, mode, "error").as_deref(), Some("request_uri_not_supported"));
        assert_eq!(fixture.shop().discovery().await["request_uri_parameter_supported"], false);
    }
}

#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        // The registered URI stands inside, another one outside.
        let object = request_object(&json!({ "response_mode": mode }));
        let outside =
            [("request", object.as_str()), ("redirect_uri", "https://evil.example/callback")];
        let page = browser().follow(&fixture.shop().authorize(&outside)).await;
        assert_eq!((page.status.as_u16(), page.location()), (400, None));
        assert!(page.reference().is_some() && page.form().is_none());
    }
}

#[tokio::test]
async fn oidcc_ensure_registered_redirect_uri() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let elsewhere = [("redirect_uri", "https://evil.example/callback")];
        let page = browser().follow(&authorize(&fixture.shop(), mode, &elsewhere)).await;
        assert_eq!((page.status.as_u16(), page.location()), (400, None));
        assert!(page.reference().is_some() && page.form().is_none());
    }
}

#[tokio::test]
async fn oidcc_prompt_none_logged_in() {
    let fixture = Fixture::with_passive_idp(false).await;
    for mode in MODES {
        let first = browser().follow(&authorize(&fixture.shop(), mode, &[])).await;
        let (_, first) = claims(&fixture, &first, mode).await;
        let none = authorize(&fixture.shop(), mode, &[("prompt", "none")]);
        let second = browser().follow(&none).await;
        let (_, second) = claims(&fixture, &second, mode).await;
        assert_eq!((&second["sub"], &second["auth_time"]), (&first["sub"], &first["auth_time"]));
    }
}

#[tokio::test]
async fn oidcc_id_token_hint() {
    let fixture = Fixture::with_passive_idp(false).await;
    for mode in MODES {
        let first = browser().follow(&authorize(&fixture.shop(), mode, &[])).await;
        let (token, first) = claims(&fixture, &first, mode).await;
        let hint = [("prompt", "none"), ("id_token_hint", token.as_str())];
        let second = browser().follow(&authorize(&fixture.shop(), mode, &hint)).await;
        let (_, second) = claims(&fixture, &second, mode).await;
        assert_eq!(second["sub"], first["sub"]);
    }
}

#[tokio::test]
async fn oidcc_max_age_10000() {
    let fixture = Fixture::with_passive_idp(false).await;
    for mode in MODES {
        let first = browser().follow(&authorize(&fixture.shop(), mode, &[])).await;
        let (_, first) = claims(&fixture, &first, mode).await;
        let aged = authorize(&fixture.shop(), mode, &[("max_age", "10000")]);
        let second = browser().follow(&aged).await;
        let (_, second) = claims(&fixture, &second, mode).await;
        assert_eq!((&second["sub"], &second["auth_time"]), (&first["sub"], &first["auth_time"]));
    }
}

/// A plain login with these parameters succeeds, and `state` comes back.
async fn succeeds(changes: &[(&str, &str)]) {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let page = browser().follow(&authorize(&fixture.shop(), mode, changes)).await;
        assert_eq!(answered(&page, mode, "state").as_deref(), Some(Shop::STATE));
        let (_, claims) = claims(&fixture, &page, mode).await;
        assert_eq!(claims["iss"], fixture.url());
    }
}

#[tokio::test]
async fn oidcc_ui_locales() {
    succeeds(&[("ui_locales", "se")]).await;
}

#[tokio::test]
async fn oidcc_claims_locales() {
    succeeds(&[("claims_locales", "se")]).await;
}

#[tokio::test]
async fn oidcc_login_hint() {
    succeeds(&[("login_hint", "buffy@suite.example")]).await;
}

#[tokio::test]
async fn oidcc_display_page() {
    succeeds(&[("display", "page")]).await;
}

#[tokio::test]
async fn oidcc_display_popup() {
    succeeds(&[("display", "popup")]).await;
}

#[tokio::test]
async fn oidcc_ensure_request_with_unknown_parameter_succeeds() {
    succeeds(&[("extra", "foobar")]).await;
}

#[tokio::test]
async fn oidcc_ensure_request_with_acr_values_succeeds() {
    succeeds(&[("acr_values", "1 2")]).await;
}

#[tokio::test]
async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    succeeds(&[("nonce", "")]).await;
}

#[tokio::test]
async fn oidcc_claims_essential() {
    let fixture = Fixture::start().await;
    assert_eq!(fixture.shop().discovery().await["claims_parameter_supported"], true);
    succeeds(&[("claims", r#"{"userinfo":{"name":{"essential":true}}}"#)]).await;
}

/// A claim that comes by scope alone comes with its scope.
#[tokio::test]
async fn oidcc_scope_email() {
    let fixture = Fixture::with_config(false, |text| {
        let by_scope = "      email: { constant: a@b.example, scope: email }\n      FI_nationalIN:";
        text.replacen("      FI_nationalIN:", by_scope, 1)
    });
    let fixture = fixture.await;
    for mode in MODES {
        for (scope, comes) in [("openid email", true), ("openid", false)] {
            let url = authorize(&fixture.shop(), mode, &[("scope", scope)]);
            let page = browser().follow(&url).await;
            let (_, claims) = claims(&fixture, &page, mode).await;
            assert_eq!(claims.get("email").is_some(), comes, "{scope}");
        }
    }
}

/// The same parameters in another order, and scopes too.
#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let url = authorize(&fixture.shop(), mode, &[("scope", "email openid")]);
        let (endpoint, query) = url.split_once('?').unwrap();
        let reversed: Vec<_> = query.split('&').rev().collect();
        let page = browser().follow(&format!("{endpoint}?{}", reversed.join("&"))).await;
        assert_eq!(answered(&page, mode, "state").as_deref(), Some(Shop::STATE));
        claims(&fixture, &page, mode).await;
    }
}

#[tokio::test]
async fn oidcc_ensure_post_request_succeeds() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let url = Url::parse(&authorize(&fixture.shop(), mode, &[])).unwrap();
        let fields = url.query_pairs().into_owned().collect();
        let action = url.as_str().split('?').next().unwrap().parse().unwrap();
        let page = browser().follow_form(&Form { action, fields }).await;
        assert_eq!(answered(&page, mode, "state").as_deref(), Some(Shop::STATE));
        claims(&fixture, &page, mode).await;
    }
}

/// Each of the standard's scopes brings its claim, and only then does it come.
#[tokio::test]
async fn oidcc_scope_all() {
    let scoped = [("profile", "nickname"), ("email", "email"), ("phone", "phone_number")];
    let lines = scoped.map(|(scope, claim)| {
        format!("      {claim}: {{ constant: of {scope}, scope: {scope} }}\n")
    });
    let fixture = Fixture::with_config(false, |text| {
        text.replacen("      FI_nationalIN:", &(lines.concat() + "      FI_nationalIN:"), 1)
    });
    let fixture = fixture.await;
    for mode in MODES {
        for asked in [
            "openid profile",
            "openid phone",
            "openid address",
            "openid profile email address phone",
        ] {
            let page =
                browser().follow(&authorize(&fixture.shop(), mode, &[("scope", asked)])).await;
            let code = answered(&page, mode, "code").expect("a code");
            let tokens = fixture.shop().redeem(&code).await;
            let told = fixture.shop().userinfo(tokens.text("access_token")).await.json;
            for (scope, claim) in scoped {
                let comes = asked.split(' ').any(|one| one == scope);
                assert_eq!(told.get(claim).is_some(), comes, "{claim} for {asked}");
            }
        }
    }
}

/// A person with a session is asked again: the suite compares the times, and wants to see the page.
async fn asks_again(changes: &[(&str, &str)]) {
    let fixture = Fixture::with_passive_idp(false).await;
    for mode in MODES {
        let first = browser().follow(&authorize(&fixture.shop(), mode, &[])).await;
        let (_, first) = claims(&fixture, &first, mode).await;
        // The identity provider counts whole seconds; one that was not asked again never gets there.
        let later = eventually("login at a later time", async || {
            let page = browser().follow(&authorize(&fixture.shop(), mode, changes)).await;
            let (_, again) = claims(&fixture, &page, mode).await;
            (again["auth_time"].as_u64() > first["auth_time"].as_u64()).then_some(again)
        });
        assert_eq!(later.await["sub"], first["sub"]);
    }
}

#[tokio::test]
async fn oidcc_prompt_login() {
    asks_again(&[("prompt", "login")]).await;
}

#[tokio::test]
async fn oidcc_max_age_1() {
    asks_again(&[("max_age", "1")]).await;
}
