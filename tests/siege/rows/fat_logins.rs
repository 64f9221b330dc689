//! Row 2: login requests whose records are as large as they can be made.

use std::time::Duration;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::{flood, login_request, post};
use crate::siege::rows::Sent;

/// First control characters, which escaping makes six times as long; then plain text of the same
/// number of octets.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let (escaped, plain) = form.of((6_000, 8_000), (800, 1_600));
    let lasting = form.of(Duration::from_secs(30), Duration::from_secs(4));
    let levels = "urn%3Aexample%3Aloa%3Aunknown+".repeat(16);
    let more = format!("&acr_values={levels}&state={}&nonce=", "%01".repeat(8_192));
    let long = post("/authorize", "", &login_request(&(more + &"%01".repeat(8_192))));
    let text = format!("&state={}&nonce={}", "x".repeat(8_192), "y".repeat(1_024));
    let fat = post("/authorize", "", &login_request(&text));
    let first =
        flood(deployment.hostile_address(), WORKERS, escaped, lasting, move |_| long.clone()).await;
    let second =
        flood(deployment.hostile_address(), WORKERS, plain, lasting, move |_| fat.clone()).await;
    let wrong = [first.beside(&["303 invalid_request"]), second.beside(&["303"])].concat();
    Sent {
        what: format!("8,192 control characters: {first}; 8,192 letters: {second}"),
        wrong,
        open: u32::try_from(second.of("303")).unwrap_or(u32::MAX),
    }
}

const WORKERS: usize = 8;
