//! What the cookies of a browser tell of its logins before anything that it posts is read.

use crate::broker::Broker;
use crate::fault::{Fault, LoginFault};
use crate::login::{self, BrowserBinding};
use crate::ports::Key;

impl Broker {
    /// One of the logins that these cookies belong to and that still waits for its answer: the first
    /// that is not `taken`, or else the first. It looks at no more than `LOOKS` of them, so give
    /// the youngest first.
    ///
    /// A cookie alone finishes nothing: that takes the RelayState, too.
    ///
    /// # Errors
    /// A [`Fault`] to be shown as a page: there is no such login, or the store could not be asked.
    pub async fn open_login(
        &self,
        cookies: &[BrowserBinding],
        taken: impl Fn(&Key) -> bool,
    ) -> Result<Key, Fault> {
        let found = self.look(cookies, taken).await;
        found.map_err(|fault| self.stranded(fault))
    }

    async fn look(
        &self,
        cookies: &[BrowserBinding],
        taken: impl Fn(&Key) -> bool,
    ) -> Result<Key, LoginFault> {
        if cookies.is_empty() {
            return Err(LoginFault::CookieMissing);
        }
        let cookies = || cookies.iter().take(LOOKS);
        let mut open = None;
        for key in cookies().filter_map(login::waiting_key_of) {
            if self.ports.vault.peek(&key).await?.is_some() {
                if !taken(&key) {
                    return Ok(key);
                }
                open.get_or_insert(key);
            }
        }
        if let Some(key) = open {
            return Ok(key);
        }
        for key in cookies().filter_map(login::answered_key_of) {
            if self.ports.vault.peek(&key).await?.is_some() {
                return Err(LoginFault::AlreadyUsed);
            }
        }
        Err(LoginFault::LoginExpired)
    }
}

/// More logins than a person opens in half an hour; and a stranger who makes cookies up costs the
/// store twice as many look-ups, less than beginning a login costs us.
const LOOKS: usize = 16;
