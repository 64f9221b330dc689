//! The cookie that ties a login to one browser.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header::{COOKIE, HeaderValue};
use silta_broker::{BrowserBinding, LOGIN_LIFE, RelayState};

use super::cookie_header::{self, LoginCookie, PREFIX};

/// The cookie of a login. `SameSite=None`, because the answer is posted from the identity
/// provider's site.
pub(super) fn of(relay_state: &RelayState, browser: &BrowserBinding) -> Cookie<'static> {
    let life = i64::try_from(LOGIN_LIFE.as_secs()).unwrap_or(i64::MAX);
    let mut cookie = new_cookie(format!("{PREFIX}{}", relay_state.cookie_suffix()));
    cookie.set_value(browser.as_str().to_owned());
    cookie.set_max_age(time::Duration::seconds(life));
    cookie
}

/// The cookie of a login as the browser sent it.
pub(super) fn read(request: &HttpRequest, relay_state: &RelayState) -> Option<BrowserBinding> {
    let name = format!("{PREFIX}{}", relay_state.cookie_suffix());
    cookie_header::find(headers(request), &name).map(BrowserBinding::from_cookie)
}

/// The cookies of all logins, the youngest first.
pub(super) fn all(request: &HttpRequest) -> Vec<BrowserBinding> {
    let mut all: Vec<_> = login_cookies(request).map(|one| one.binding).collect();
    // Browsers send the older ones first [RFC 6265 §5.4].
    all.reverse();
    all.sort_by_key(|binding| std::cmp::Reverse(binding.started_at()));
    all
}

/// Removals for the cookies of the oldest logins, as far as all of ours together, this `new` one
/// among them, would be more than [`MAX_OCTETS`].
pub(super) fn excess(request: &HttpRequest, new: &Cookie<'_>) -> Vec<Cookie<'static>> {
    let mut login_cookies: Vec<_> = login_cookies(request).collect();
    // A stable sort: of those that began in one second the browser sends the older first.
    login_cookies.sort_by_key(|one| one.binding.started_at());
    let octets = |name: &str, value: &str| name.len() + value.len() + "=; ".len();
    let mut together = octets(new.name(), new.value());
    together +=
        login_cookies.iter().map(|one| octets(one.name, one.binding.as_str())).sum::<usize>();
    let mut removals = vec![];
    for one in login_cookies {
        if together <= MAX_OCTETS {
            break;
        }
        together -= octets(one.name, one.binding.as_str());
        let mut cookie = new_cookie(one.name.to_owned());
        cookie.make_removal();
        removals.push(cookie);
    }
    removals
}

fn login_cookies(request: &HttpRequest) -> impl Iterator<Item = LoginCookie<'_>> {
    cookie_header::login_cookies(headers(request))
}

fn headers(request: &HttpRequest) -> impl Iterator<Item = &[u8]> {
    request.headers().get_all(COOKIE).map(HeaderValue::as_bytes)
}

fn new_cookie(name: String) -> Cookie<'static> {
    Cookie::build(name, "")
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::None)
        .finish()
}

/// The most octets of our cookies in the `Cookie` header. nginx and Apache refuse a header line of
/// 8 KiB, and other applications of this host have cookies, too. This is sixty logins begun in
/// half an hour.
const MAX_OCTETS: usize = 6 * 1024;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use actix_web::test::TestRequest;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn handle() -> RelayState {
        RelayState::parse("AAAAAAAAAAAAAAAAAAAAAA").unwrap()
    }

    fn found(header: &[u8]) -> Option<String> {
        let header = HeaderValue::from_bytes(header).unwrap();
        let request = TestRequest::default().insert_header((COOKIE, header)).to_http_request();
        read(&request, &handle()).map(|binding| binding.as_str().to_owned())
    }

    fn own(value: &str) -> String {
        format!("{PREFIX}{}={value}", handle().cookie_suffix())
    }

    /// The value of a login's cookie that began at this second.
    fn begun(second: u32) -> String {
        let mut octets = [0; 53];
        octets[1..5].copy_from_slice(&second.to_be_bytes());
        URL_SAFE_NO_PAD.encode(octets)
    }

    /// A browser that sends a cookie for each of these seconds, in this order, and one of another
    /// application.
    fn sending(seconds: impl Iterator<Item = u32>) -> HttpRequest {
        let all = seconds.map(|second| format!("{PREFIX}{second:08x}={}", begun(second)));
        let all: Vec<_> = all.collect();
        let header = format!("other=1; {}", all.join("; "));
        TestRequest::default().insert_header((COOKIE, header)).to_http_request()
    }

    fn removed(request: &HttpRequest) -> Vec<String> {
        let new = of(&handle(), &BrowserBinding::from_cookie(&begun(1000)));
        let removals = excess(request, &new);
        assert!(removals.iter().all(|one| one.max_age().is_some_and(time::Duration::is_zero)));
        removals.iter().map(|one| one.name().replace(PREFIX, "")).collect()
    }

    #[test]
    fn finds_the_cookie_of_a_login_among_others() {
        let header = format!("a=b; {}; c=d=e", own("x-_1"));
        assert_eq!(found(header.as_bytes()), Some("x-_1".to_owned()));
    }

    #[test]
    fn a_foreign_cookie_that_is_not_text_locks_nobody_out() {
        let header = [b"name=J\xe4rvi; ".as_slice(), own("x").as_bytes()].concat();
        assert_eq!(found(&header), Some("x".to_owned()));
    }

    #[test]
    fn a_name_that_only_becomes_ours_by_decoding_or_trimming_is_another() {
        for planted in ["%5F_Host-silta-", "\u{2000}__Host-silta-", "\u{a0}__Host-silta-"] {
            let header = own("x").replace(PREFIX, planted);
            assert_eq!(found(header.as_bytes()), None, "{planted}");
        }
    }

    #[test]
    fn of_two_cookies_of_one_name_neither_counts() {
        assert_eq!(found(format!("{}; {}", own("x"), own("y")).as_bytes()), None);
    }

    #[test]
    fn the_oldest_cookies_go_first_once_they_pile_up() {
        let fit = u32::try_from(MAX_OCTETS / (own(&begun(1)).len() + 2)).unwrap();
        assert!(fit >= 60, "{fit} logins at once");
        assert_eq!(removed(&sending(1..fit)), Vec::<String>::new());
        // However the browser orders them.
        assert_eq!(removed(&sending((1..=fit).rev())), ["00000001"]);
        assert_eq!(removed(&sending(1..fit + 2)), ["00000001", "00000002"]);
    }

    #[test]
    fn cookies_of_the_former_release_are_older_than_all_others() {
        let former = "A".repeat(43);
        let header = (1..200).map(|at| format!("{PREFIX}{at:08x}={former}"));
        let header = [format!("{PREFIX}ffffffff={}", begun(1))].into_iter().chain(header);
        let header: Vec<_> = header.collect();
        let request = TestRequest::default().insert_header((COOKIE, header.join("; ")));
        let removed = removed(&request.to_http_request());
        // As sent: the older first.
        assert_eq!(removed.first().map(String::as_str), Some("00000001"));
        assert!(!removed.contains(&"ffffffff".to_owned()));
    }

    #[test]
    fn the_youngest_login_is_looked_at_first() {
        let all = all(&sending([3, 1, 2].into_iter()));
        let seconds: Vec<_> = all.iter().map(BrowserBinding::started_at).collect();
        assert_eq!(seconds, [3, 2, 1]);
    }
}
