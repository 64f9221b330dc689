//! Whatever is printed by accident says nothing about anybody.

use silta_broker::BrowserBinding;

use crate::wire::{bearer, carried, claims, member};
use crate::world::{
    FAMILY, GIVEN, HETU, NONCE, SECRET, STATE, VERIFIER, World, posted, suomifi_name,
};

#[tokio::test]
async fn nothing_that_is_printed_holds_a_person_or_a_secret() {
    let world = World::new();
    let mut printed = vec![format!("{:?}", world.broker)];

    let begun = world.begun().await;
    printed.push(format!("{begun:?} {:?}", begun.departure));
    let back = world.broker.read_return(&posted(&begun, "_assertion")).unwrap();
    printed.push(format!("{back:?} {:?}", back.relay_state()));
    let location =
        world.broker.finish(&suomifi_name(), back, Some(begun.browser.clone())).await.unwrap();
    printed.push(format!("{location:?}"));
    let code = carried(&location, "code").unwrap();
    let tokens = world.redeem(&code, &[]).await.unwrap();
    printed.push(format!("{tokens:?}"));
    let shown = world.broker.userinfo(Some(&bearer(&tokens)), None).await.unwrap();
    printed.push(format!("{shown:?}"));

    // Every kind of end that a person or a client can cause.
    let again = world.answer(&begun, "_assertion").await.unwrap_err();
    let replayed = world.answer(&world.begun().await, "_assertion").await.unwrap_err();
    let asked = world.ask(&[("prompt", "none")]).await.unwrap_err();
    let mismatch = world.ask(&[("redirect_uri", HETU)]).await.unwrap_err();
    let unreadable = world.broker.read_return(&format!("SAMLResponse={HETU}")).unwrap_err();
    world.idp.asserts(&[("urn:oid:1.2.246.21", &[HETU, HETU]), ("urn:oid:2.5.4.42", &[GIVEN])]);
    let nobody = world.answer(&world.begun().await, "_b").await.unwrap_err();
    world.idp.asserts(&[("urn:oid:1.2.246.21", &[HETU]), ("urn:oid:2.5.4.42", &[GIVEN, FAMILY])]);
    let several = world.answer(&world.begun().await, "_c").await.unwrap_err();
    for fault in [again, replayed, asked, mismatch, unreadable, nobody, several] {
        printed.push(format!("{fault:?} {}", fault.fault));
    }
    let reused = world.redeem(&code, &[]).await.unwrap_err();
    let stranger = world.redeem(&code, &[("client_secret", VERIFIER)]).await.unwrap_err();
    printed.push(format!("{reused:?} {reused} {stranger:?} {stranger}"));
    printed.push(world.diary.printed());

    let printed = printed.join("\n");
    let sub = claims(&tokens)["sub"].as_str().unwrap().to_owned();
    let (access_token, id_token) = (member(&tokens, "access_token"), member(&tokens, "id_token"));
    for secret in [
        HETU,
        GIVEN,
        FAMILY,
        NONCE,
        STATE,
        SECRET,
        VERIFIER,
        "H4sI",
        "_assertion",
        &sub,
        &code,
        &access_token,
        &id_token,
        begun.relay_state.as_str(),
        begun.browser.as_str(),
    ] {
        assert!(!printed.contains(secret), "{secret} is in: {printed}");
    }
    // The test looked at something.
    assert!(printed.contains("LoginFinished") && printed.contains("CodeReused"), "{printed}");
}

#[tokio::test]
async fn the_halves_of_a_login_are_not_printed() {
    let begun = World::new().begun().await;
    let printed = format!("{:?} {:?}", begun.relay_state, begun.browser);
    assert_eq!(printed, "RelayState(redacted) BrowserBinding(redacted)");
    assert_eq!(format!("{:?}", BrowserBinding::kept("x")), "BrowserBinding(redacted)");
}
