//! The cookie that ties a login to one browser.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};
use silta_broker::{BrowserBinding, LOGIN_LIFE, RelayState};

/// The cookie of a login. `SameSite=None`, because the answer is posted from the identity
/// provider's site; `__Host-`, so that no neighbouring host can plant one.
pub(super) fn of(relay_state: &RelayState, browser: &BrowserBinding) -> Cookie<'static> {
    let life = i64::try_from(LOGIN_LIFE.as_secs()).unwrap_or(i64::MAX);
    Cookie::build(name(relay_state), browser.as_str().to_owned())
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::None)
        .max_age(time::Duration::seconds(life))
        .finish()
}

/// The cookie of a login as the browser sent it.
pub(super) fn read(request: &HttpRequest, relay_state: &RelayState) -> Option<BrowserBinding> {
    let cookie = request.cookie(&name(relay_state))?;
    Some(BrowserBinding::kept(cookie.value()))
}

fn name(relay_state: &RelayState) -> String {
    format!("__Host-silta-{}", relay_state.cookie_suffix())
}
