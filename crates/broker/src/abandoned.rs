//! People who never came back: the ends of logins that nobody answered, told without a scan of the
//! store.

use crate::audit::Event;
use crate::broker::Broker;
use crate::open_logins::OpenLogins;

impl Broker {
    /// Looks for logins that began here and are due: those that were answered at another replica
    /// are forgotten, those whose life is over without an answer are written down as abandoned. Call
    /// it every second; it does a bounded number of looks.
    ///
    /// A store that does not answer says nothing about a login: it is looked for again, and, once
    /// its mark would be gone too, forgotten without a word.
    pub async fn look_after_open_logins(&self) {
        let open_logins = &self.ports.open_logins;
        for _ in 0..LOOKS {
            let now = self.now();
            let Some(due) = open_logins.due(now) else { return };
            match self.ports.vault.peek(&due.answered).await {
                Ok(Some(_)) => drop(open_logins.close(&due.answered)),
                Ok(None) if due.over => {
                    let Some(open) = open_logins.close(&due.answered) else { continue };
                    if OpenLogins::is_told_by_its_mark(open.since, now) {
                        let (client, upstream) = &*open.party;
                        let login = &open.login;
                        self.ports.audit.record(Event::LoginAbandoned { login, client, upstream });
                    }
                }
                Ok(None) => {}
                Err(_) => {
                    open_logins.look_again(&due, now);
                    // Whoever else is due would wait for the same store.
                    return;
                }
            }
        }
    }
}

/// Each is one `peek`: a thousand a second keep a core busy for a tenth of it, and end the largest
/// flood that there is room for in less time than a mark outlives its login.
const LOOKS: usize = 1000;
