//! Whatever is printed by accident says nothing about anybody.

use silta_broker::{BrowserBinding, Callback};

use crate::fixture::{
    FAMILY, Fixture, GIVEN, HETU, NONCE, SECRET, STATE, VERIFIER, callback_body, suomifi_name,
};
use crate::wire::{bearer, claims, member, query_param};

#[tokio::test]
async fn nothing_that_is_printed_holds_a_person_or_a_secret() {
    let fixture = Fixture::new();
    let mut printed = vec![format!("{:?}", fixture.broker)];

    let started = fixture.started().await;
    printed.push(format!("{started:?} {:?}", started.message));
    let callback = Callback::from_form(&callback_body(&started, "_assertion")).unwrap();
    printed.push(format!("{callback:?} {:?}", callback.one("nothing")));
    let location = fixture.finish(&started, "_assertion").await.unwrap();
    printed.push(format!("{location:?}"));
    let code = query_param(&location, "code").unwrap();
    let tokens = fixture.redeem(&code, &[]).await.unwrap();
    printed.push(format!("{tokens:?}"));
    let shown = fixture.oidc.userinfo(Some(&bearer(&tokens)), None).await.unwrap();
    printed.push(format!("{shown:?}"));

    // Every kind of end that a person or a client can cause.
    let again = fixture.finish(&started, "_assertion").await.unwrap_err();
    let replayed = fixture.finish(&fixture.started().await, "_assertion").await.unwrap_err();
    let requests = fixture.start(&[("prompt", "none")]).await.unwrap_err();
    let mismatch = fixture.start(&[("redirect_uri", HETU)]).await.unwrap_err();
    let unreadable =
        fixture.post(&suomifi_name(), &format!("SAMLResponse={HETU}"), None).await.unwrap_err();
    let two = [HETU, "010170-912X"];
    fixture.idp.asserts(&[("urn:oid:1.2.246.21", &two), ("urn:oid:2.5.4.42", &[GIVEN])]);
    let nobody = fixture.finish(&fixture.started().await, "_b").await.unwrap_err();
    fixture.idp.asserts(&[("urn:oid:1.2.246.21", &[HETU]), ("urn:oid:2.5.4.42", &[GIVEN, FAMILY])]);
    let several = fixture.finish(&fixture.started().await, "_c").await.unwrap_err();
    for failed in [again, replayed, requests, mismatch, unreadable, nobody, several] {
        printed.push(format!("{failed:?} {}", failed.error));
    }
    let reused = fixture.redeem(&code, &[]).await.unwrap_err();
    let stranger = fixture.redeem(&code, &[("client_secret", VERIFIER)]).await.unwrap_err();
    printed.push(format!("{reused:?} {reused} {stranger:?} {stranger}"));
    printed.push(fixture.audit.printed());

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
        started.relay_state.as_str(),
        started.browser.as_str(),
    ] {
        assert!(!printed.contains(secret), "{secret} is in: {printed}");
    }
    // The test looked at something.
    assert!(printed.contains("LoginFinished") && printed.contains("CodeReused"), "{printed}");
}

#[tokio::test]
async fn the_halves_of_a_login_are_not_printed() {
    let started = Fixture::new().started().await;
    let printed = format!("{:?} {:?}", started.relay_state, started.browser);
    assert_eq!(printed, "RelayState(redacted) BrowserBinding(redacted)");
    assert_eq!(format!("{:?}", BrowserBinding::from_cookie("x")), "BrowserBinding(redacted)");
}
