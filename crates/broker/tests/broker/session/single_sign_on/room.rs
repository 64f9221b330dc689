//! Answers from a session leave codes and tokens, so they need room as logins do.

use silta_broker::{LoginError, OpenLoginsError};

use super::*;

#[tokio::test]
async fn when_the_store_is_full_no_session_answers_either() {
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    fixture.store.set_usage(96, 100);
    for request in [&[][..], &[("prompt", "none")]] {
        let failed = kiosk(&fixture, &held, request).await.unwrap_err();
        assert_eq!(failed.error, LoginError::TooManyOpen(OpenLoginsError::AllLogins));
        assert_eq!(client_error(&failed).as_deref(), Some("temporarily_unavailable"));
    }
    assert_eq!(fixture.store.live("joined").await, 0);
    fixture.store.set_usage(94, 100);
    answered(kiosk(&fixture, &held, &[]).await);
}

#[tokio::test]
async fn a_source_that_a_session_answers_without_end_is_refused_and_nobody_else() {
    let fixture = Fixture::with(shared);
    let (_, held) = login(&fixture, &HeldSessions::default()).await;
    let mut answers = 0_u64;
    let failed = loop {
        // A store that says how full it is after each: what it holds lies elsewhere.
        fixture.store.set_usage(answers, 256 << 10);
        match kiosk(&fixture, &held, &[]).await {
            Ok(_) => answers += 1,
            Err(failed) => break failed,
        }
        assert!(answers < 1000, "nobody counts");
    };
    assert_eq!(failed.error, LoginError::TooManyOpen(OpenLoginsError::OneSource));
    fixture.start_from(2, &[]).await.unwrap();
    fixture.clock.advance(Duration::from_mins(1));
    answered(kiosk(&fixture, &held, &[]).await);
}
