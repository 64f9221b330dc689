//! Messages that come to an address below `/saml/` that is none of ours: an identity provider has us down
//! wrongly, and everybody whom it sends is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use tracing::warn;

use super::page;

/// Whether one was told of lately.
#[derive(Default)]
pub(super) struct LostMessages {
    is_told: AtomicBool,
}

impl LostMessages {
    /// Whether this one is to be told of: the first in a while.
    fn is_due(&self) -> bool {
        !self.is_told.swap(true, Ordering::Relaxed)
    }

    fn forget(&self) {
        self.is_told.store(false, Ordering::Relaxed);
    }
}

/// The page for it, and a line in the log, which nobody can fill: anybody may send anything here.
pub(super) fn nothing_here(request: &HttpRequest) -> HttpResponse {
    if let Some(lost) = request.app_data::<Data<LostMessages>>()
        && lost.is_due()
    {
        warn!(
            reason = "unknown_acs",
            "a message came to an address below /saml/ that is none of ours"
        );
        let lost = lost.clone();
        actix_web::rt::spawn(async move {
            tokio::time::sleep(TELL_AGAIN).await;
            lost.forget();
        });
    }
    page::nothing_here(request)
}

/// Whoever tries again and looks at the log finds a line.
const TELL_AGAIN: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_lost_messages_is_told_once_and_later_again() {
        let lost = LostMessages::default();
        let told: Vec<_> = (0..5).map(|_| lost.is_due()).collect();
        assert_eq!(told, [true, false, false, false, false]);
        lost.forget();
        assert!(lost.is_due());
    }
}
