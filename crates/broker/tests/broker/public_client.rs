//! Clients that can keep nothing secret.

use silta_broker::downstream::RedeemError;
use silta_oidc::{
    Client, ClientAuthentication, ClientAuthenticationError, RegisteredRedirect, TokenRequestError,
};

use crate::fixture::{CALLBACK, Fixture, SEAL, SECRET, client, client_id};
use crate::whole_login::WITHOUT_CHALLENGE;
use crate::wire::{bearer, client_error};

#[tokio::test]
async fn a_public_client_redeems_by_its_verifier_and_by_nothing_else() {
    let fixture = fixture();
    let code = fixture.code(&[]).await;
    for (changes, error) in [
        (&[("client_secret", SECRET)][..], ClientAuthenticationError::Failed),
        (&[("client_secret", ""), ("client_id", "")], ClientAuthenticationError::Missing),
        (&[("client_secret", ""), ("client_id", "kiosk")], ClientAuthenticationError::Missing),
    ] {
        let refused = fixture.redeem(&code, changes).await.unwrap_err();
        assert_eq!(refused, RedeemError::from(TokenRequestError::from(error)), "{changes:?}");
    }
    let tokens = fixture.redeem(&code, &[BARE]).await.unwrap();
    assert!(fixture.opens(&bearer(&tokens)).await);

    // Whoever has the code and not its verifier burns it.
    let code = fixture.code(&[]).await;
    let error = fixture.redeem(&code, &[BARE, ("code_verifier", "")]).await.unwrap_err();
    assert_eq!(error, TokenRequestError::VerifierMissing.into());
    let error = fixture.redeem(&code, &[BARE]).await.unwrap_err();
    assert_eq!(error, TokenRequestError::UnknownCode.into());
}

#[tokio::test]
async fn a_public_client_needs_a_challenge_also_if_it_became_one_meanwhile() {
    let before = Fixture::new();
    let code = before.code(&WITHOUT_CHALLENGE).await;
    let fixture = before.changed([SEAL, SEAL], vec![public()], |_| {});
    let without = [BARE, ("code_verifier", "")];
    let error = fixture.redeem(&code, &without).await.unwrap_err();
    assert_eq!(error, TokenRequestError::VerifierMissing.into());
    let refused = fixture.start(&WITHOUT_CHALLENGE).await.unwrap_err();
    assert_eq!(client_error(&refused).as_deref(), Some("invalid_request"));
}

/// A fixture whose shop is public, and whose kiosk is not.
fn fixture() -> Fixture {
    let kiosk = client("kiosk", &["https://kiosk.example/cb"]);
    Fixture::new().changed([SEAL, SEAL], vec![public(), kiosk], |_| {})
}

fn public() -> Client {
    let redirect = RegisteredRedirect::parse(CALLBACK).unwrap();
    Client::new(client_id("shop"), ClientAuthentication::None, redirect)
}

/// The usual token request without a secret.
const BARE: (&str, &str) = ("client_secret", "");
