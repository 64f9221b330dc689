//! What the store holds: nothing that can be read, moved or changed there.

use silta_broker::ports::Store as _;
use silta_broker::{BrowserBinding, LoginFault, Unavailable};

use crate::wire::{bearer, carried, claims, member, told};
use crate::world::{FAMILY, GIVEN, HETU, NONCE, SEAL, STATE, World, posted, suomifi_name};

#[tokio::test]
async fn the_store_never_sees_a_person_or_a_secret() {
    let world = World::new();
    let begun = world.begun().await;
    let location = world.answer(&begun, "_assertion").await.unwrap();
    let code = carried(&location, "code").unwrap();
    let tokens = world.redeem(&code, &[]).await.unwrap();
    world.redeem(&code, &[]).await.unwrap_err();

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
        begun.relay_state.as_str(),
        begun.browser.as_str(),
        "_assertion",
        // Not even what kind of record it is.
        "awaiting_idp",
        "claims",
    ];
    let kinds = ["login", "answered", "assertion", "code", "access"];
    for kind in kinds {
        assert!(!world.store.all(kind).is_empty(), "{kind}");
    }
    for (key, sealed) in world.store.written() {
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
    let world = World::new();
    for _ in 0..2 {
        world.tokens().await;
    }
    let nonces: Vec<_> =
        world.store.written().iter().map(|(_, sealed)| sealed.as_bytes()[..12].to_vec()).collect();
    let mut distinct = nonces.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), nonces.len());
}

#[tokio::test]
async fn a_login_moved_to_another_browsers_place_does_not_open() {
    let world = World::new();
    world.begun().await;
    let (_, stolen) = world.store.last("login");
    let begun = world.begun().await;
    let (place, _) = world.store.last("login");
    world.store.tamper(&place, stolen.as_bytes().to_vec()).await;
    let fault = world.answer(&begun, "_a").await.unwrap_err();
    assert_eq!((&fault.fault, told(&fault)), (&LoginFault::RecordUnreadable, None));
    assert_eq!(world.diary.last(), "nobody refused at nobody: record_unreadable");
    assert_eq!(world.idp.script(|script| script.judged), 0);
}

#[tokio::test]
async fn a_grant_moved_to_another_code_does_not_open() {
    let world = World::new();
    world.code(&[]).await;
    let (_, stolen) = world.store.last("code");
    let code = world.code(&[]).await;
    let (place, _) = world.store.last("code");
    world.store.tamper(&place, stolen.as_bytes().to_vec()).await;
    assert_eq!(world.redeem(&code, &[]).await.unwrap_err(), Unavailable::RecordUnreadable.into());
    assert!(world.store.all("access").is_empty());
}

#[tokio::test]
async fn a_record_with_any_byte_changed_does_not_open() {
    let world = World::new();
    let tokens = world.tokens().await;
    let (key, sealed) = world.store.last("access");
    let whole = sealed.as_bytes();
    // Nonce, body and tag.
    for at in 0..whole.len() {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 1;
        world.store.tamper(&key, bytes).await;
        let refused = world.broker.userinfo(Some(&bearer(&tokens)), None).await;
        assert_eq!(refused.unwrap_err(), Unavailable::RecordUnreadable.into(), "byte {at}");
    }
    world.store.tamper(&key, whole.to_vec()).await;
    assert!(world.opens(&bearer(&tokens)).await);
}

#[tokio::test]
async fn a_record_that_was_cut_short_does_not_open() {
    let world = World::new();
    let tokens = world.tokens().await;
    let (key, sealed) = world.store.last("access");
    for length in [0, 1, 11, 12, 27, 28, sealed.as_bytes().len() - 1] {
        world.store.tamper(&key, sealed.as_bytes()[..length].to_vec()).await;
        let refused = world.broker.userinfo(Some(&bearer(&tokens)), None).await;
        assert_eq!(refused.unwrap_err(), Unavailable::RecordUnreadable.into(), "{length} bytes");
    }
}

#[tokio::test]
async fn a_login_with_a_byte_changed_is_unreadable_and_gone() {
    let world = World::new();
    let begun = world.begun().await;
    let (key, sealed) = world.store.last("login");
    let mut bytes = sealed.as_bytes().to_vec();
    bytes[20] ^= 0x80;
    world.store.tamper(&key, bytes).await;
    let fault = world.answer(&begun, "_a").await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::RecordUnreadable);
    assert_eq!(world.store.peek(&key).await, Ok(None));
}

#[tokio::test]
async fn what_a_retired_key_sealed_still_opens() {
    let before = World::new();
    let begun = before.begun().await;
    let after = before.replica([NEXT, SEAL]);
    let location = after.answer(&begun, "_a").await.unwrap();
    let code = carried(&location, "code").unwrap();
    let tokens = after.redeem(&code, &[]).await.unwrap();
    assert!(after.opens(&bearer(&tokens)).await);
    // What the next key sealed is closed to a replica that does not have it yet.
    let refused = before.broker.userinfo(Some(&bearer(&tokens)), None).await;
    assert_eq!(refused.unwrap_err(), Unavailable::RecordUnreadable.into());
}

#[tokio::test]
async fn what_a_strangers_key_sealed_does_not_open() {
    let world = World::new();
    let begun = world.begun().await;
    let fault = world.replica([NEXT, NEXT]).answer(&begun, "_a").await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::RecordUnreadable);
}

#[tokio::test]
async fn a_cookie_and_a_handle_do_not_run_together() {
    let world = World::new();
    let begun = world.begun().await;
    // The same octets, cut elsewhere: the cookie takes one from the handle's end.
    let relay = begun.relay_state.as_str();
    let longer = format!("{}{}", &relay[21..], begun.browser.as_str());
    let back = world.broker.read_return(&posted(&begun, "_a")).unwrap();
    let cookie = Some(BrowserBinding::kept(&longer));
    let fault = world.broker.finish(&suomifi_name(), back, cookie).await.unwrap_err();
    assert_eq!(fault.fault, LoginFault::LoginExpired);
}

const NEXT: [u8; 32] = [7; 32];
