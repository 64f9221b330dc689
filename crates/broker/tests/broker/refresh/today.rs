//! Refreshes of logins by the configuration of today.

use std::sync::Arc;

use silta_broker::Settings;
use silta_oidc::{OAuthErrorCode, TokenRequestError};

use super::{next, refresh, refreshing, refreshing_at, refusal};
use crate::fixture::{SEAL, SECRET, allowed, configured, party, suomifi_name};
use crate::scripted_idp::{HIGH_ACR, ScriptedIdp};
use crate::wire::{bearer, form};

#[tokio::test]
async fn a_client_that_may_refresh_no_more_gets_nothing() {
    let fixture = refreshing();
    let token = next(&fixture.tokens().await);
    let today = fixture.replica([SEAL, SEAL]);
    let refused = refusal(&today, &token).await;
    assert_eq!(refused, TokenRequestError::UnauthorizedClient);
    assert_eq!(refused.error_code(), OAuthErrorCode::UnauthorizedClient);
}

#[tokio::test]
async fn a_login_that_the_client_would_not_be_told_of_today_is_not_refreshed() {
    for change in NOT_ACCEPTED {
        let fixture = refreshing();
        let token = next(&fixture.tokens().await);
        let today = refreshing_at(&fixture, change);
        let (calls, written) = (fixture.store.calls(), fixture.store.written().len());
        let refused = refusal(&today, &token).await;
        assert_eq!(refused, TokenRequestError::LoginNotAccepted);
        assert_eq!(refused.error_code(), OAuthErrorCode::InvalidGrant);
        let line = "shop got no tokens: invalid_grant login_not_accepted";
        assert_eq!(fixture.audit.last(), line);
        // It uses nothing, and costs nothing should the configuration be corrected.
        assert_eq!(fixture.store.calls() - calls, 2);
        assert_eq!(fixture.store.written().len(), written);
        assert!(refresh(&fixture, &token).await.is_ok());
    }
}

#[tokio::test]
async fn a_login_of_a_level_that_is_still_high_enough_is_refreshed() {
    let fixture = refreshing();
    fixture.idp.script(|script| script.acr = HIGH_ACR);
    let token = next(&fixture.tokens().await);
    for change in [NOT_ACCEPTED[1], NOT_ACCEPTED[2]] {
        assert!(refresh(&refreshing_at(&fixture, change), &token).await.is_ok());
    }
}

#[tokio::test]
async fn a_refresh_token_that_would_be_refused_is_not_active() {
    for change in NOT_ACCEPTED {
        let fixture = refreshing();
        let token = next(&fixture.tokens().await);
        let form = form(&[("client_id", "shop"), ("client_secret", SECRET), ("token", &token)]);
        let today = refreshing_at(&fixture, change);
        for (at, active) in [(&fixture, true), (&today, false)] {
            let told = at.oidc.introspect(Ok(&form), None).await.unwrap();
            assert_eq!(told["active"], active);
        }
    }
}

#[tokio::test]
async fn what_a_login_that_is_accepted_no_more_has_bought_or_could_buy_is_nothing() {
    for change in NOT_ACCEPTED {
        let fixture = refreshing();
        let token = bearer(&fixture.tokens().await);
        let code = fixture.code(&[]).await;
        let today = refreshing_at(&fixture, change);
        assert!(!today.opens(&token).await && fixture.opens(&token).await);
        let refused = today.redeem(&code, &[]).await.unwrap_err();
        assert_eq!(refused, TokenRequestError::LoginNotAccepted.into());
        assert!(fixture.redeem(&code, &[]).await.is_ok(), "it was not spent");
    }
}

/// Each of these changes of the configuration makes a login at the usual level no login of the shop.
const NOT_ACCEPTED: [fn(&mut Settings); 4] = [
    |settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.upstreams = vec![allowed("elsewhere")];
        let elsewhere = configured(Arc::new(ScriptedIdp::default()));
        settings.upstreams.insert(allowed("elsewhere").name, elsewhere);
    },
    |settings| {
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.upstreams[0].min_acr = Some(HIGH_ACR.to_owned());
    },
    |settings| {
        let upstream = settings.upstreams.get_mut(&suomifi_name()).unwrap();
        upstream.least_level = Some(HIGH_ACR.to_owned());
    },
    |settings| {
        settings.relying_parties.remove(&party("shop")).unwrap();
    },
];
