//! Logging out a person who logged in at two upstreams with one browser.

use super::*;
use crate::saml_upstream::message;

/// Clients that can ask for logouts, and another upstream of the same people, eidas, which cannot log out.
fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.changed([SEAL, SEAL], clients_with_logout(), |settings| {
        can_log_out(settings);
        let eidas = allowed("eidas");
        settings.upstreams.insert(eidas.name.clone(), configured(fixture.idp.clone()));
        let shop = settings.relying_parties.get_mut(&party("shop")).unwrap();
        shop.upstreams = vec![allowed("suomifi"), eidas];
    })
}

/// What the browser holds after a login at eidas and another at suomifi, and the ID token of that.
async fn logged_in(fixture: &Fixture) -> (HeldSessions, String) {
    let eidas = allowed("eidas").name;
    let started = fixture.start(&[("idp_hint", "eidas")]).await.unwrap();
    let (body, nobody) = (callback_body(&started, "_a"), HeldSessions::default());
    let held = fixture.bring_holding(&eidas, &body, &started.browser, &nobody).await;
    let FinishedLogin::Answered { sessions, .. } = held.unwrap() else { unreachable!() };
    let started = fixture.started().await;
    let message = message(&request_id(&started.message), "high", crate::fixture::NOON);
    let body = callback_body(&started, &message);
    let held = fixture.bring_holding(&suomifi_name(), &body, &started.browser, &sessions).await;
    let FinishedLogin::Answered { message, sessions } = held.unwrap() else { unreachable!() };
    let tokens = fixture.redeem(&query_param(&message, "code").unwrap(), &[]).await.unwrap();
    (sessions, member(&tokens, "id_token"))
}

/// The logout asks suomifi, which ends its session; and is a partial one.
async fn is_partly_logged_out(fixture: &Fixture, sessions: &HeldSessions, id_token: &str) {
    let wanted = [("id_token_hint", id_token), ("post_logout_redirect_uri", AFTER)];
    let logged_out = crate::client_logout::asked(fixture, &wanted, sessions).await.unwrap();
    assert!(logged_out.sessions.is_empty(), "the browser forgets both");
    let LogoutStep::AtUpstream(request) = logged_out.step else { unreachable!("suomifi is asked") };
    let finished = answered(fixture, &request, LogoutStatus::Success).await;
    assert_eq!(finished.end, LogoutEnd::AtUpstream(LogoutOutcome::Partly));
    assert_eq!(finished.goes_on_to(), None);
}

/// Nobody says that the session there is over, even though it cannot be asked.
#[tokio::test]
async fn an_upstream_that_is_not_asked_makes_the_logout_a_partial_one() {
    let fixture = fixture();
    let (sessions, id_token) = logged_in(&fixture).await;
    is_partly_logged_out(&fixture, &sessions, &id_token).await;
    assert_eq!(fixture.store.live("session").await, 0);
}

/// Otherwise nobody would ask it: who asks again finds one session, or none.
#[tokio::test]
async fn an_upstream_is_asked_whichever_of_two_sessions_could_not_be_ended() {
    for outage in [Outage::Before, Outage::After] {
        for session in 0..2 {
            let fixture = fixture();
            let (sessions, id_token) = logged_in(&fixture).await;
            // What the browser holds, the name, and then the end of each.
            fixture.store.fail(3 + session, outage);
            is_partly_logged_out(&fixture, &sessions, &id_token).await;
            let left = usize::from(outage == Outage::Before);
            assert_eq!(fixture.store.live("session").await, left, "{session} {outage:?}");
        }
    }
}
