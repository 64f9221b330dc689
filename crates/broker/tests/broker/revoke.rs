//! Tokens that their clients revoke.

use silta_broker::FormBodyError;
use silta_broker::downstream::RedeemError;
use silta_oidc::{ClientAuthenticationError, OAuthErrorCode, ParamsError, TokenRequestError};

use crate::fixture::{Fixture, SECRET};
use crate::refresh::{next, refresh, refreshing};
use crate::wire::{basic, bearer, changed, form, member};

/// The shop has a token revoked, with some parameters of its form changed.
async fn revoke(
    fixture: &Fixture,
    token: &str,
    changes: &[(&str, &str)],
) -> Result<(), RedeemError> {
    let usual = [("client_id", "shop"), ("client_secret", SECRET), ("token", token)];
    fixture.oidc.revoke(Ok(&form(&changed(&usual, changes))), None).await
}

#[tokio::test]
async fn an_access_token_is_revoked_alone() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    let refreshed = refresh(&fixture, &next(&tokens)).await.unwrap();
    revoke(&fixture, &member(&refreshed, "access_token"), &[]).await.unwrap();
    assert_eq!(fixture.audit.last(), "shop revoked an access token");
    assert!(!fixture.opens(&bearer(&refreshed)).await);
    assert!(fixture.opens(&bearer(&tokens)).await);
    assert!(refresh(&fixture, &next(&refreshed)).await.is_ok());
}

#[tokio::test]
async fn a_refresh_token_is_revoked_with_all_that_came_of_its_code() {
    // By the newest one, and by one that was exchanged long ago.
    for old in [false, true] {
        let fixture = refreshing();
        let tokens = fixture.tokens().await;
        let second = refresh(&fixture, &next(&tokens)).await.unwrap();
        let third = refresh(&fixture, &next(&second)).await.unwrap();
        let presented = if old { next(&tokens) } else { next(&third) };
        revoke(&fixture, &presented, &[("token_type_hint", "access_token")]).await.unwrap();
        assert_eq!(fixture.audit.last(), "shop revoked its refresh tokens");
        for opened in [&tokens, &second, &third] {
            assert!(!fixture.opens(&bearer(opened)).await);
            let refused = refresh(&fixture, &next(opened)).await.unwrap_err();
            assert_eq!(refused, TokenRequestError::UnknownRefreshToken.into());
        }
        assert_eq!(fixture.store.live("session").await, 1, "the session goes on");
    }
}

#[tokio::test]
async fn what_is_no_token_any_more_is_revoked_with_success() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    for token in [&member(&tokens, "access_token"), &next(&tokens)] {
        revoke(&fixture, token, &[]).await.unwrap();
        let lines = fixture.audit.lines().len();
        revoke(&fixture, token, &[]).await.unwrap();
        assert_eq!(fixture.audit.lines().len(), lines, "nothing happened");
    }
    for other in ["A".repeat(43), "A".repeat(48), member(&tokens, "id_token")] {
        revoke(&fixture, &other, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_happens_to_a_token_of_another_client() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    for token in [member(&tokens, "access_token"), next(&tokens)] {
        let unknown = revoke(&fixture, &"A".repeat(token.len()), &[("client_id", "kiosk")]).await;
        let others = revoke(&fixture, &token, &[("client_id", "kiosk")]).await;
        assert_eq!(others, unknown, "it is told like one that is not known");
        assert_eq!(others, Ok(()));
    }
    assert!(fixture.opens(&bearer(&tokens)).await);
    assert!(refresh(&fixture, &next(&tokens)).await.is_ok());
}

#[tokio::test]
async fn whoever_does_not_prove_to_be_a_client_revokes_nothing() {
    let fixture = refreshing();
    let tokens = fixture.tokens().await;
    let (token, calls) = (next(&tokens), fixture.store.calls());
    for (changes, reason) in [
        (
            &[("client_secret", "another-secret-of-nobody")][..],
            ClientAuthenticationError::Failed.into(),
        ),
        (&[("client_secret", "")], ClientAuthenticationError::Missing.into()),
        (&[("token", "")], TokenRequestError::Missing("token")),
    ] {
        let refused = revoke(&fixture, &token, changes).await.unwrap_err();
        assert_eq!(refused, reason.into());
        let line = format!("shop revoked nothing: {} {}", refused.error_code(), refused.reason());
        assert_eq!(fixture.audit.last(), line);
    }
    assert_eq!(fixture.store.calls(), calls);
    assert!(refresh(&fixture, &token).await.is_ok());
}

#[tokio::test]
async fn a_request_that_cannot_be_read_names_its_client_and_revokes_nothing() {
    let fixture = refreshing();
    let basic = basic("shop", SECRET);
    let refused = fixture.oidc.revoke(Err(FormBodyError::NotAForm), Some(&basic)).await;
    let refused = refused.unwrap_err();
    assert_eq!((refused.error_code(), refused.status()), (OAuthErrorCode::InvalidRequest, 415));
    assert_eq!(fixture.audit.last(), "shop revoked nothing: invalid_request body_not_a_form");
    let refused = fixture.oidc.revoke(Ok("token=%"), None).await.unwrap_err();
    assert_eq!(refused, TokenRequestError::Malformed(ParamsError::BadEscape).into());
    assert_eq!(fixture.audit.last(), "nobody revoked nothing: invalid_request malformed_request");
}
