//! What modules of the OpenID Foundation's conformance plans check once they have a code, each under
//! its name. The table of all modules is in `docs/reference/conformance.md`.

use silta_testkit::test_dir::SHOP_SECRET;

use crate::conformance::{MODES, answered, authorize};
use crate::fixture::{Fixture, browser};
use crate::shop::{Answer, OTHER, Shop, claims_of};

/// The access token and the `sub` of a login in one of the modes.
async fn logged_in(fixture: &Fixture, mode: &str) -> (String, String) {
    let page = browser().follow(&authorize(&fixture.shop(), mode, &[])).await;
    let code = answered(&page, mode, "code").expect("a code");
    let tokens = fixture.shop().redeem(&code).await;
    let token = tokens.text("access_token").to_owned();
    let userinfo = fixture.shop().userinfo(&token).await;
    (token, userinfo.text("sub").to_owned())
}

#[tokio::test]
async fn oidcc_userinfo_get() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let (token, sub) = logged_in(&fixture, mode).await;
        let told = Answer::of(fixture.shop().get("/userinfo").bearer_auth(&token)).await;
        assert_eq!((told.status, told.text("sub")), (200, sub.as_str()));
    }
}

#[tokio::test]
async fn oidcc_userinfo_post_header() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let (token, sub) = logged_in(&fixture, mode).await;
        let told = Answer::of(fixture.shop().post("/userinfo").bearer_auth(&token)).await;
        assert_eq!((told.status, told.text("sub")), (200, sub.as_str()));
    }
}

#[tokio::test]
async fn oidcc_userinfo_post_body() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let (token, sub) = logged_in(&fixture, mode).await;
        let told = fixture.shop().post_form("/userinfo", format!("access_token={token}")).await;
        assert_eq!((told.status, told.text("sub")), (200, sub.as_str()));
    }
}

/// The suite's other module, `oidcc-codereuse-30seconds`, does the same half a minute later.
#[tokio::test]
async fn oidcc_codereuse() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let page = browser().follow(&authorize(&fixture.shop(), mode, &[])).await;
        let code = answered(&page, mode, "code").expect("a code");
        let tokens = fixture.shop().redeem(&code).await;
        assert_eq!(fixture.shop().redeem(&code).await.error(), (400, "invalid_grant"));
        assert_eq!(fixture.shop().userinfo(tokens.text("access_token")).await.status, 401);
    }
}

#[tokio::test]
async fn oidcc_server_client_secret_post() {
    let fixture = Fixture::start().await;
    let methods = fixture.shop().discovery().await["token_endpoint_auth_methods_supported"].clone();
    assert!(methods.as_array().unwrap().contains(&"client_secret_post".into()), "{methods}");
    for mode in MODES {
        let page = browser().follow(&authorize(&fixture.shop(), mode, &[])).await;
        let code = answered(&page, mode, "code").expect("a code");
        let by_post =
            [("code", code.as_str()), ("client_id", "shop"), ("client_secret", SHOP_SECRET)];
        assert_eq!(fixture.shop().redeem_with(&by_post).await.status, 200);
    }
}

#[tokio::test]
async fn oidcc_ensure_request_with_valid_pkce_succeeds() {
    let fixture = Fixture::start().await;
    for mode in MODES {
        let challenge = [("code_challenge", Shop::CHALLENGE), ("code_challenge_method", "S256")];
        let page = browser().follow(&authorize(&fixture.shop(), mode, &challenge)).await;
        let code = answered(&page, mode, "code").expect("a code");
        let verified = [("code", code.as_str()), ("code_verifier", Shop::VERIFIER)];
        assert_eq!(fixture.shop().redeem_with(&verified).await.status, 200);
    }
}

/// Both clients of the plan refresh; then the first tries with what the second was given.
#[tokio::test]
async fn oidcc_refresh_token() {
    let fixture = Fixture::with_refresh_tokens().await;
    let shop = fixture.shop();
    let supported = shop.discovery().await["grant_types_supported"].clone();
    assert!(supported.as_array().unwrap().contains(&"refresh_token".into()));
    for mode in MODES {
        let mut last = String::new();
        for client in [&[][..], &OTHER] {
            let consent = [("scope", "openid offline_access"), ("prompt", "consent")];
            let asked =
                authorize(&shop, mode, &[&consent, &client[..client.len().min(1)]].concat());
            let page = browser().follow(&asked).await;
            let code = answered(&page, mode, "code").expect("a code");
            let first = shop.redeem_with(&[&[("code", code.as_str())], client].concat()).await;
            let second = shop.refresh(first.text("refresh_token"), client).await;
            assert_eq!(second.status, 200);
            // The characters of [RFC 6749 §A.17], and tokens that are new.
            for name in ["access_token", "refresh_token"] {
                assert!(second.text(name).bytes().all(|byte| matches!(byte, b' '..=b'~')));
                assert_ne!(second.text(name), first.text(name));
            }
            let (before, after) =
                (claims_of(first.text("id_token")), claims_of(second.text("id_token")));
            for same in ["iss", "sub", "aud", "auth_time", "azp"] {
                assert_eq!(after.get(same), before.get(same), "{same}");
            }
            assert!(after["iat"].as_i64() >= before["iat"].as_i64());
            assert_eq!(shop.userinfo(second.text("access_token")).await.status, 200);
            last = second.text("refresh_token").to_owned();
        }
        assert_eq!(shop.refresh(&last, &[]).await.error(), (400, "invalid_grant"));
    }
}
