//! Finds the login of a browser by its cookies alone, before the broker reads a posted body.

use crate::broker::Broker;
use crate::error::{FailedLogin, LoginError};
use crate::model::login_halves::{self, BrowserBinding};
use crate::model::upstream_name::UpstreamName;
use crate::ports::Key;

impl Broker {
    /// The key of a pending login that one of these cookies belongs to: the first that is not
    /// `in_use`, otherwise the first. It looks up at most `MAX_COOKIES`, so pass the youngest first.
    ///
    /// The answer came to the address of `upstream`. A cookie alone finishes no login: that needs the RelayState too.
    ///
    /// # Errors
    /// A [`FailedLogin`] to show as a page: there is no such login, or the store did not answer.
    pub async fn find_open_login(
        &self,
        upstream: &UpstreamName,
        cookies: &[BrowserBinding],
        in_use: impl Fn(&Key) -> bool,
    ) -> Result<Key, FailedLogin> {
        let found = self.find_by_cookies(cookies, in_use).await;
        found.map_err(|error| self.fail_before_login(upstream, error))
    }

    /// The key of the login of a cookie, if it waits.
    async fn open_key(&self, cookie: &BrowserBinding) -> Result<Option<Key>, LoginError> {
        let store = &self.ports.store;
        let (passive, pending) =
            (login_halves::passive_key_of(cookie), login_halves::pending_key_of(cookie));
        if let Some(key) = passive {
            return Ok(store.peek(&key).await?.map(|_| key.key().clone()));
        }
        let Some(key) = pending else { return Ok(None) };
        Ok(store.peek(&key).await?.map(|_| key.key().clone()))
    }

    async fn find_by_cookies(
        &self,
        cookies: &[BrowserBinding],
        in_use: impl Fn(&Key) -> bool,
    ) -> Result<Key, LoginError> {
        if cookies.is_empty() {
            return Err(LoginError::CookieMissing);
        }
        let cookies = || cookies.iter().take(MAX_COOKIES);
        let mut open = None;
        for cookie in cookies() {
            if let Some(key) = self.open_key(cookie).await? {
                if !in_use(&key) {
                    return Ok(key);
                }
                open.get_or_insert(key);
            }
        }
        if let Some(key) = open {
            return Ok(key);
        }
        for key in cookies().filter_map(login_halves::answered_key_of) {
            if self.ports.store.peek(&key).await?.is_some() {
                return Err(LoginError::AlreadyUsed);
            }
        }
        Err(LoginError::LoginExpired)
    }
}

/// A person opens fewer logins in half an hour. A stranger who invents cookies costs the store twice
/// as many look-ups, which is less than starting a login costs.
const MAX_COOKIES: usize = 16;
