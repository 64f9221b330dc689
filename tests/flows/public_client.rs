//! A client that has no secret keeps its person logged in.

use silta_testkit::test_dir::CALLBACK;

use crate::fixture::{Fixture, browser, public_client, with_refresh_tokens};
use crate::shop::{Answer, Shop};

/// It names itself, and proves nothing.
const APP: [(&str, &str); 2] = [("client_id", "app"), ("client_secret", "")];

/// All clients get refresh tokens.
async fn fixture() -> Fixture {
    let app = public_client("app", CALLBACK);
    Fixture::with_config(false, |text| with_refresh_tokens(&(text + &app))).await
}

/// The tokens of a login whose code is redeemed with this verifier.
async fn redeemed(fixture: &Fixture, verifier: &str) -> Answer {
    let challenge = [
        ("client_id", "app"),
        ("code_challenge", Shop::CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let page = browser().follow(&fixture.shop().authorize(&challenge)).await;
    let code = page.told("code").expect("a code");
    let [client, no_secret] = APP;
    let redemption = [client, no_secret, ("code", &code), ("code_verifier", verifier)];
    fixture.shop().redeem_with(&redemption).await
}

async fn refreshed(fixture: &Fixture, tokens: &Answer) -> Answer {
    fixture.shop().refresh(tokens.text("refresh_token"), &APP).await
}

/// Whoever stole a token has to use it, and so has its client: one of them comes with an old one
/// [RFC 9700 §4.14.2].
#[tokio::test]
async fn a_public_client_gets_a_new_refresh_token_each_time_and_an_old_one_ends_all_its_tokens() {
    let fixture = fixture().await;
    let first = redeemed(&fixture, Shop::VERIFIER).await;
    assert_eq!(first.status, 200);
    fixture.front.route_to(&[fixture.a.address()]);
    let second = refreshed(&fixture, &first).await;
    fixture.front.route_to(&[fixture.b.address()]);
    // Its answer may have been lost: for a minute the same one comes again.
    let again = refreshed(&fixture, &first).await;
    let third = refreshed(&fixture, &again).await;
    let all = [&first, &second, &again, &third];
    let [a, b, c, d] = all.map(|tokens| tokens.text("refresh_token"));
    assert!(a != b && b == c && c != d && d != a);
    // Two access tokens are good at a time.
    for (tokens, expected) in all.into_iter().zip([401, 200, 200, 200]) {
        let told = fixture.shop().userinfo(tokens.text("access_token")).await;
        assert_eq!(told.status, expected);
    }

    assert_eq!(refreshed(&fixture, &first).await.error(), (400, "invalid_grant"));
    let message = "refresh token used again, its tokens are revoked";
    let line = fixture.logged(|line| line["message"] == message).await;
    assert_eq!(line["client"], "app");
    fixture.front.route_to(&[fixture.a.address()]);
    for tokens in all {
        let told = fixture.shop().userinfo(tokens.text("access_token")).await;
        assert_eq!(told.error(), (401, "invalid_token"));
        assert_eq!(refreshed(&fixture, tokens).await.error(), (400, "invalid_grant"));
    }
}

/// A stolen code or token is of no use to whoever cannot finish what its client began.
#[tokio::test]
async fn a_public_client_gets_no_tokens_without_its_verifier_and_no_other_client_refreshes_them() {
    let fixture = fixture().await;
    let guessed = "a-verifier-that-somebody-else-would-have-to-guess";
    for verifier in ["", guessed] {
        assert_eq!(redeemed(&fixture, verifier).await.error(), (400, "invalid_grant"));
    }
    let tokens = redeemed(&fixture, Shop::VERIFIER).await;
    let stolen = fixture.shop().refresh(tokens.text("refresh_token"), &[]).await;
    assert_eq!(stolen.error(), (400, "invalid_grant"));
    assert_eq!(refreshed(&fixture, &tokens).await.error(), (400, "invalid_grant"));
}
