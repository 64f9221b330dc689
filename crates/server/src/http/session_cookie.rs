//! The cookie that holds a browser's sessions.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{COOKIE, HeaderValue};
use silta_broker::HeldSessions;

use super::cookie_header;

/// The cookie of these sessions. It goes when the browser ends, and the sessions by themselves.
///
/// `SameSite=None`, because a SAML answer is posted from the identity provider's site, and the login
/// that it finishes must see whose session this browser holds. Nothing is done for a request because it
/// carries this cookie: whoever is answered from it navigates, and whoever logs out by it confirms.
pub(super) fn of(sessions: &HeldSessions) -> Cookie<'static> {
    let mut cookie = Cookie::build(NAME, sessions.to_cookie())
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::None)
        .finish();
    if sessions.is_empty() {
        cookie.make_removal();
    }
    cookie
}

/// The sessions that the browser says it holds.
pub(super) fn read(request: &HttpRequest) -> HeldSessions {
    let headers = request.headers().get_all(COOKIE).map(HeaderValue::as_bytes);
    let value = cookie_header::find(headers, NAME);
    value.map_or_else(HeldSessions::default, HeldSessions::from_cookie)
}

/// Not a name of a login's cookie, all of which begin with `__Host-silta-`.
const NAME: &str = "__Host-silta_session";

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn cookie(octet: char) -> String {
        format!("{}.{}", octet.to_string().repeat(22), octet.to_string().repeat(43))
    }

    fn read_of(header: String) -> String {
        let request = TestRequest::default().insert_header((COOKIE, header));
        read(&request.to_http_request()).to_cookie()
    }

    #[test]
    fn only_this_host_and_no_script_can_see_the_cookie() {
        let cookie = of(&HeldSessions::from_cookie(&cookie('A'))).to_string();
        let (_, attributes) = cookie.split_once("; ").unwrap_or_default();
        assert_eq!(attributes, "HttpOnly; SameSite=None; Secure; Path=/");
        assert!(cookie.starts_with("__Host-silta_session=AAAA"), "{cookie}");
    }

    #[test]
    fn the_cookie_of_no_session_is_removed() {
        let cookie = of(&HeldSessions::default()).to_string();
        assert!(cookie.starts_with("__Host-silta_session=; "), "{cookie}");
        assert!(cookie.contains("; Max-Age=0; ") && cookie.contains("; Path=/"), "{cookie}");
    }

    #[test]
    fn the_sessions_of_a_browser_come_back() {
        let held = format!("{}~{}", cookie('A'), cookie('Q'));
        assert_eq!(read_of(format!("a=b; {NAME}={held}; __Host-silta-01234567=c")), held);
        assert_eq!(read_of("a=b".to_owned()), "");
    }

    #[test]
    fn of_two_cookies_of_the_name_neither_counts() {
        assert_eq!(read_of(format!("{NAME}={}; {NAME}={}", cookie('A'), cookie('Q'))), "");
    }
}
