//! What the person and the identity provider are told of clients that have confirmed, and of those that have not.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::ports::Store as _;
use silta_broker::{
    FinishedLogout, HeldSessions, LogoutEnd, LogoutOutcome, LogoutStep, OutboundMessage,
};
use silta_saml::LogoutStatus;

use super::{NotifiedClient, channels, dies};
use crate::client_logout::{AFTER, asked};
use crate::faulty_store::Outage;
use crate::fixture::Fixture;
use crate::logout::{answered, login_with_tokens, replica_with_client_logout};

/// A logout of a shop that answers with an error; what its upstream is asked.
async fn at_upstream(fixture: &Fixture, outage: Option<(usize, Outage)>) -> OutboundMessage {
    let (id_token, _) = login_with_tokens(fixture).await;
    if let Some((n, outage)) = outage {
        fixture.store.fail(n, outage);
    }
    let wanted = [("id_token_hint", id_token.as_str()), ("post_logout_redirect_uri", AFTER)];
    let logged_out = asked(fixture, &wanted, &HeldSessions::default()).await.unwrap();
    let LogoutStep::AtUpstream(message) = logged_out.step else { unreachable!("it is asked") };
    message
}

/// The person sees that it has not confirmed, and stays on the page.
fn shows_unconfirmed(finished: &FinishedLogout) {
    assert_eq!(finished.end, LogoutEnd::AtUpstream(LogoutOutcome::Done));
    assert_eq!((finished.notified.len(), finished.notified[0].confirmed), (1, false));
    assert_eq!((finished.goes_on_to(), finished.next.is_some()), (None, true));
}

#[tokio::test]
async fn a_client_that_could_not_be_written_down_is_not_taken_for_one_that_confirmed() {
    let client = Arc::new(NotifiedClient::default());
    client.answers(Ok(500));
    let fixture = replica_with_client_logout(&Fixture::new(), channels(&client));
    // The name, the end, and then the outbox.
    let message = at_upstream(&fixture, Some((2, Outage::Before))).await;
    let lines = fixture.audit.lines();
    assert!(lines.contains(&"shop not told of logout: status, given up".to_owned()), "{lines:?}");
    shows_unconfirmed(&answered(&fixture, &message, LogoutStatus::Success).await);
}

#[tokio::test]
async fn a_client_that_is_given_up_is_not_taken_for_one_that_confirmed() {
    let client = Arc::new(NotifiedClient::default());
    client.answers(Ok(500));
    let fixture = replica_with_client_logout(&Fixture::new(), channels(&client));
    let message = at_upstream(&fixture, None).await;
    client.hangs();
    for _ in 0..4 {
        fixture.clock.advance(Duration::from_secs(15));
        dies(&client, fixture.broker.notify_again()).await;
    }
    fixture.clock.advance(Duration::from_secs(15));
    fixture.broker.notify_again().await;
    assert_eq!(fixture.audit.last(), "shop not told of logout: replica_died, given up");
    // It leaves the outbox at once, and nobody hears of it again.
    let (lines, written) = (fixture.audit.lines(), fixture.store.written().len());
    fixture.clock.advance(Duration::from_secs(520));
    fixture.broker.notify_again().await;
    assert_eq!((fixture.audit.lines(), fixture.store.written().len()), (lines, written));
    shows_unconfirmed(&answered(&fixture, &message, LogoutStatus::Success).await);
}

/// The person at the identity provider is told of it, at whatever replica they come back.
#[tokio::test]
async fn a_client_that_confirms_while_the_upstream_is_asked_is_one_that_confirmed() {
    let client = Arc::new(NotifiedClient::default());
    client.answers(Ok(500));
    let fixture = replica_with_client_logout(&Fixture::new(), channels(&client));
    let message = at_upstream(&fixture, None).await;
    client.answers(Ok(200));
    fixture.clock.advance(Duration::from_secs(15));
    fixture.broker.notify_again().await;
    let other = replica_with_client_logout(&fixture, channels(&client));
    // As late as the upstream may answer.
    fixture.clock.advance(Duration::from_secs(584));
    let finished = answered(&other, &message, LogoutStatus::Success).await;
    assert_eq!((finished.notified.len(), finished.notified[0].confirmed), (1, true));
    assert!(finished.goes_on_to().is_some());
}

/// A store may lose what it had, as after a failover, and others write there again.
#[tokio::test]
async fn what_a_store_has_lost_is_not_taken_for_confirmed() {
    for lost in ["outbox", "confirmed_logout"] {
        let client = Arc::new(NotifiedClient::default());
        client.answers(Ok(if lost == "outbox" { 500 } else { 200 }));
        let fixture = replica_with_client_logout(&Fixture::new(), channels(&client));
        let message = at_upstream(&fixture, None).await;
        let (key, _) = fixture.store.last(lost);
        fixture.store.take(&key).await.unwrap();
        if lost == "outbox" {
            // The part is made again, by a logout of somebody else.
            client.answers(Ok(200));
            while !fixture.store.is_live(&key).await {
                at_upstream(&fixture, None).await;
            }
        }
        shows_unconfirmed(&answered(&fixture, &message, LogoutStatus::Success).await);
    }
}

/// That a client has confirmed may not be written down: then nobody knows, and it is told no more.
#[tokio::test]
async fn a_client_whose_confirmation_could_not_be_written_down_is_not_told_again() {
    for outage in [Outage::Before, Outage::After] {
        let client = Arc::new(NotifiedClient::default());
        let fixture = replica_with_client_logout(&Fixture::new(), channels(&client));
        // The name, the end, a look at the outbox and the entry, and then the confirmation.
        let message = at_upstream(&fixture, Some((4, outage))).await;
        assert_eq!((client.calls(), fixture.audit.last().contains("asked")), (1, true));
        fixture.clock.advance(Duration::from_secs(15));
        fixture.broker.notify_again().await;
        assert_eq!(client.calls(), 1);
        let finished = answered(&fixture, &message, LogoutStatus::Success).await;
        assert_eq!(finished.notified[0].confirmed, outage == Outage::After);
    }
}
