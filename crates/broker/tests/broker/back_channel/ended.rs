//! Clients are told of each session that has ended, whatever fails or breaks off meanwhile.

use std::sync::Arc;

use super::{NotifiedClient, channels, fixture};
use crate::client_logout::{a_login, aino, asked, clients_with_logout, login};
use crate::faulty_store::{Outage, all_is_done, give_up_after};
use crate::fixture::{Fixture, SEAL, suomifi_name};
use crate::logout::{login_with_tokens, received, replica_with_client_logout, request};
use crate::scripted_idp::PRINCIPAL;

/// Who asks again finds what is left, and nobody finds what has ended.
#[tokio::test]
async fn a_session_that_cannot_be_ended_hinders_no_other_from_being_ended_and_told() {
    let (fixture, client) = fixture();
    let first = a_login(&fixture).await;
    let second = login(&fixture, &first.sessions).await;
    let hint = [("id_token_hint", second.id_token.as_str())];
    // What the browser holds, the name, and then the end of one; that of the other is not hindered.
    fixture.store.fail(3, Outage::Before);
    let failed = asked(&fixture, &hint, &second.sessions).await.unwrap_err();
    assert_eq!(failed.error.reason(), "store_unavailable");
    assert_eq!((client.calls(), fixture.store.live("session").await), (2, 1));
    asked(&fixture, &hint, &second.sessions).await.unwrap();
    assert_eq!((client.calls(), fixture.store.live("session").await), (3, 0));

    let client = Arc::new(NotifiedClient::default());
    let told = (clients_with_logout(), channels(&client));
    let fixture = Fixture::new().notifying([SEAL, SEAL], told, |settings| {
        settings.upstreams.get_mut(&suomifi_name()).unwrap().tells_logouts = true;
    });
    fixture.idp.script(|script| script.session = Some((Some("_1".to_owned()), None)));
    for _ in 0..2 {
        a_login(&fixture).await;
    }
    // The sessions, the mark, and then a look at one.
    fixture.store.fail(2, Outage::Before);
    let upstream = suomifi_name();
    let ended = || fixture.broker.end_at_upstream(&upstream, PRINCIPAL, &[]);
    assert_eq!(ended().await.unwrap_err().reason(), "store_unavailable");
    assert_eq!(client.calls(), 1);
    assert_eq!(ended().await.unwrap().len(), 1);
}

/// The store may have done what it did not answer. Nobody finds the session then, and who has a part in it.
#[tokio::test]
async fn a_client_of_a_session_that_may_be_over_is_told() {
    for outage in [Outage::Before, Outage::After] {
        let (fixture, client) = fixture();
        let login = a_login(&fixture).await;
        // What the browser holds, the name, and then the end.
        fixture.store.fail(2, outage);
        let hint = [("id_token_hint", login.id_token.as_str())];
        let failed = asked(&fixture, &hint, &login.sessions).await.unwrap_err();
        assert_eq!(failed.error.reason(), "store_unavailable");
        assert_eq!((client.calls(), fixture.audit.last().contains("refused")), (1, true));
    }
}

/// One who was there before is told of the end of that session; the new one is not over.
#[tokio::test]
async fn a_client_is_told_when_another_person_logs_in_with_the_same_browser() {
    let (fixture, client) = fixture();
    let first = a_login(&fixture).await;
    aino(&fixture);
    login(&fixture, &first.sessions).await;
    assert_eq!(client.calls(), 1);
}

/// A connection that breaks takes nothing along.
#[tokio::test]
async fn whoever_goes_away_during_a_logout_is_logged_out_and_the_client_is_told() {
    for verbs in 0.. {
        let (fixture, client) = fixture();
        let login = a_login(&fixture).await;
        let hint = [("id_token_hint", login.id_token.as_str())];
        let is_done = give_up_after(verbs, asked(&fixture, &hint, &login.sessions)).await;
        all_is_done().await;
        let told = (client.calls(), fixture.store.live("session").await);
        assert_eq!(told, (1, 0), "{verbs}");
        if is_done {
            assert!(verbs > 5, "{verbs}");
            break;
        }
    }
}

/// Neither is its request used up while the session lives on.
#[tokio::test]
async fn an_identity_provider_that_hangs_up_has_ended_the_session_and_the_client_is_told() {
    for verbs in 0.. {
        let client = Arc::new(NotifiedClient::default());
        let fixture = replica_with_client_logout(&Fixture::new(), channels(&client));
        login_with_tokens(&fixture).await;
        let is_done = give_up_after(verbs, received(&fixture, &request())).await;
        all_is_done().await;
        let told = (client.calls(), fixture.store.live("session").await);
        assert_eq!(told, (1, 0), "{verbs}");
        if is_done {
            assert!(verbs > 8, "{verbs}");
            break;
        }
    }
}

#[tokio::test]
async fn a_client_is_told_of_what_another_persons_login_ended_although_that_person_went_away() {
    for verbs in 0.. {
        let (fixture, client) = fixture();
        let first = a_login(&fixture).await;
        let (key, _) = fixture.store.last("session");
        aino(&fixture);
        let is_done = give_up_after(verbs, login(&fixture, &first.sessions)).await;
        all_is_done().await;
        let is_over = !fixture.store.is_live(&key).await;
        assert_eq!(client.calls(), usize::from(is_over), "{verbs}");
        if is_done {
            assert!(is_over && verbs > 12, "{verbs}");
            break;
        }
    }
}
