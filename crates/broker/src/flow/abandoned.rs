//! Abandoned logins: the broker reports each login whose life ends without a response, without a scan
//! of the store.

use crate::audit::Event;
use crate::broker::Broker;
use crate::open_logins::OpenLogins;

impl Broker {
    /// Checks the logins that started here and are due. It forgets a login that another replica has
    /// finished, and reports a login whose life is over as abandoned. Call it every second; it does
    /// at most `MAX_CHECKS` checks.
    ///
    /// While the store does not answer, the login is checked again later. Once its mark would be gone
    /// too, it is forgotten without a report.
    pub async fn check_open_logins(&self) {
        let open_logins = &self.ports.open_logins;
        for _ in 0..MAX_CHECKS {
            let now = self.now();
            let Some(due) = open_logins.due(now) else { return };
            match self.ports.store.peek(&due.answered).await {
                Ok(Some(_)) => drop(open_logins.close(&due.answered)),
                Ok(None) if due.ended => {
                    let Some(open) = open_logins.close(&due.answered) else { continue };
                    if OpenLogins::mark_is_live(open.since, now) {
                        let (client, upstream) = &*open.names;
                        let login = &open.login;
                        self.ports.audit.record(Event::LoginAbandoned { login, client, upstream });
                    }
                }
                Ok(None) => {}
                Err(_) => {
                    open_logins.check_again_later(&due, now);
                    // The other due logins would wait for the same store.
                    return;
                }
            }
        }
    }
}

/// Each is one `peek`: a thousand a second keep a core busy for a tenth of it, and end the largest
/// flood that there is room for in less time than a mark outlives its login.
const MAX_CHECKS: usize = 1000;
