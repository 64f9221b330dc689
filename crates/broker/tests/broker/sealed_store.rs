//! What the store holds: nothing that can be read, moved or changed there.

use silta_broker::ports::Store as _;
use silta_broker::{BrowserBinding, LoginError, RecordError, UnavailableError};

use crate::fixture::{
    FAMILY, Fixture, GIVEN, HETU, NONCE, SEAL, STATE, callback_body, suomifi_name,
};
use crate::wire::{bearer, claims, client_error, member, query_param};

#[tokio::test]
async fn the_store_never_sees_a_person_or_a_secret() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let location = fixture.finish(&started, "_assertion").await.unwrap();
    let code = query_param(&location, "code").unwrap();
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    fixture.redeem(&code, &[]).await.unwrap_err();

    let sub = claims(&tokens)["sub"].as_str().unwrap().to_owned();
    let access_token = member(&tokens, "access_token");
    let secrets = [
        HETU,
        GIVEN,
        FAMILY,
        NONCE,
        STATE,
        &sub,
        &code,
        &access_token,
        started.relay_state.as_str(),
        started.browser.as_str(),
        "_assertion",
        // Not even what kind of record it is.
        "awaiting_idp",
        "claims",
    ];
    let kinds = ["login", "answered", "assertion", "session", "code", "access"];
    for kind in kinds {
        assert!(!fixture.store.all(kind).is_empty(), "{kind}");
    }
    for (key, sealed) in fixture.store.written() {
        // A kind and a hash.
        let parts: Vec<_> = key.as_str().split(':').collect();
        assert!(kinds.contains(&parts[1]) && parts.len() == 3, "{key:?}");
        assert!(parts[2].len() == 64 && parts[2].bytes().all(|b| b.is_ascii_hexdigit()), "{key:?}");
        for secret in secrets {
            let holds =
                |bytes: &[u8]| bytes.windows(secret.len()).any(|at| at == secret.as_bytes());
            assert!(!holds(sealed.as_bytes()), "a {} record holds {secret}", parts[1]);
            assert!(!holds(key.as_str().as_bytes()), "{key:?} holds {secret}");
        }
    }
}

#[tokio::test]
async fn no_two_records_are_sealed_alike() {
    let fixture = Fixture::new();
    for _ in 0..2 {
        fixture.tokens().await;
    }
    let nonces: Vec<_> = fixture
        .store
        .written()
        .iter()
        .map(|(_, sealed)| sealed.as_bytes()[..12].to_vec())
        .collect();
    let mut distinct = nonces.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), nonces.len());
}

#[tokio::test]
async fn a_login_moved_to_another_browsers_place_does_not_open() {
    let fixture = Fixture::new();
    fixture.started().await;
    let (_, stolen) = fixture.store.last("login");
    let started = fixture.started().await;
    let (place, _) = fixture.store.last("login");
    fixture.store.tamper(&place, stolen.as_bytes().to_vec()).await;
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(
        (&failed.error, client_error(&failed)),
        (&LoginError::Record(RecordError::Unreadable), None)
    );
    assert_eq!(fixture.audit.last(), "nobody refused at nobody: record_unreadable");
    assert_eq!(fixture.idp.script(|script| script.callbacks), 0);
}

#[tokio::test]
async fn a_grant_moved_to_another_code_does_not_open() {
    let fixture = Fixture::new();
    fixture.code(&[]).await;
    let (_, stolen) = fixture.store.last("code");
    let code = fixture.code(&[]).await;
    let (place, _) = fixture.store.last("code");
    fixture.store.tamper(&place, stolen.as_bytes().to_vec()).await;
    assert_eq!(
        fixture.redeem(&code, &[]).await.unwrap_err(),
        UnavailableError::Record(RecordError::Unreadable).into()
    );
    assert!(fixture.store.all("access").is_empty());
}

#[tokio::test]
async fn a_record_with_any_byte_changed_does_not_open() {
    let fixture = Fixture::new();
    let tokens = fixture.tokens().await;
    let (key, sealed) = fixture.store.last("access");
    let whole = sealed.as_bytes();
    // Nonce, body and tag.
    for at in 0..whole.len() {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 1;
        fixture.store.tamper(&key, bytes).await;
        let refused = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await;
        assert_eq!(
            refused.unwrap_err(),
            UnavailableError::Record(RecordError::Unreadable).into(),
            "byte {at}"
        );
    }
    fixture.store.tamper(&key, whole.to_vec()).await;
    assert!(fixture.opens(&bearer(&tokens)).await);
}

#[tokio::test]
async fn a_record_that_was_cut_short_does_not_open() {
    let fixture = Fixture::new();
    let tokens = fixture.tokens().await;
    let (key, sealed) = fixture.store.last("access");
    for length in [0, 1, 11, 12, 27, 28, sealed.as_bytes().len() - 1] {
        fixture.store.tamper(&key, sealed.as_bytes()[..length].to_vec()).await;
        let refused = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await;
        assert_eq!(
            refused.unwrap_err(),
            UnavailableError::Record(RecordError::Unreadable).into(),
            "{length} bytes"
        );
    }
}

#[tokio::test]
async fn a_login_with_a_byte_changed_is_unreadable_and_gone() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let (key, sealed) = fixture.store.last("login");
    let mut bytes = sealed.as_bytes().to_vec();
    bytes[20] ^= 0x80;
    fixture.store.tamper(&key, bytes).await;
    let failed = fixture.finish(&started, "_a").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Record(RecordError::Unreadable));
    assert_eq!(fixture.store.peek(&key).await, Ok(None));
}

#[tokio::test]
async fn what_a_retired_key_sealed_still_opens() {
    let before = Fixture::new();
    let started = before.started().await;
    let after = before.replica([NEXT, SEAL]);
    let location = after.finish(&started, "_a").await.unwrap();
    let code = query_param(&location, "code").unwrap();
    let tokens = after.redeem(&code, &[]).await.unwrap();
    assert!(after.opens(&bearer(&tokens)).await);
    // What the next key sealed is closed to a replica that does not have it yet.
    let refused = before.oidc.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(refused.unwrap_err(), UnavailableError::Record(RecordError::Unreadable).into());
}

#[tokio::test]
async fn what_a_strangers_key_sealed_does_not_open() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    let failed = fixture.replica([NEXT, NEXT]).finish(&started, "_a").await.unwrap_err();
    assert_eq!(failed.error, LoginError::Record(RecordError::Unreadable));
}

#[tokio::test]
async fn a_cookie_and_a_handle_do_not_run_together() {
    let fixture = Fixture::new();
    let started = fixture.started().await;
    // The same octets, cut elsewhere: the cookie takes one from the handle's end.
    let relay = started.relay_state.as_str();
    let longer = format!("{}{}", &relay[21..], started.browser.as_str());
    let (body, cookie) = (callback_body(&started, "_a"), BrowserBinding::from_cookie(&longer));
    let failed = fixture.post(&suomifi_name(), &body, Some(&cookie)).await.unwrap_err();
    assert_eq!(failed.error, LoginError::LoginExpired);
}

const NEXT: [u8; 32] = [7; 32];
