//! The cookie that ties a login to one browser.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::header::COOKIE;
use silta_broker::{BrowserBinding, LOGIN_LIFE, RelayState};

/// The cookie of a login. `SameSite=None`, because the answer is posted from the identity
/// provider's site; `__Host-`, so that no neighbouring host can plant one.
pub(super) fn of(relay_state: &RelayState, browser: &BrowserBinding) -> Cookie<'static> {
    let life = i64::try_from(LOGIN_LIFE.as_secs()).unwrap_or(i64::MAX);
    let mut cookie = bare(format!("{PREFIX}{}", relay_state.cookie_suffix()));
    cookie.set_value(browser.as_str().to_owned());
    cookie.set_max_age(time::Duration::seconds(life));
    cookie
}

/// The cookie of a login as the browser sent it.
///
/// The header is read octet by octet: a reader that decodes or trims names would take a cookie that
/// a neighbouring host planted as `%5F_Host-…` for one that only this host can set, and one that
/// gives up on a foreign octet would lock people out for another application's cookie.
pub(super) fn read(request: &HttpRequest, relay_state: &RelayState) -> Option<BrowserBinding> {
    let name = format!("{PREFIX}{}", relay_state.cookie_suffix());
    let mut found = pairs(request).filter(|(known, _)| *known == name.as_bytes());
    match (found.next(), found.next()) {
        (Some((_, value)), None) => std::str::from_utf8(value).ok().map(BrowserBinding::kept),
        _ => None,
    }
}

/// Removals for the cookies of earlier logins, when so many have piled up that the header could
/// grow beyond what proxies take. Nothing but an abandoned tab can miss one.
pub(super) fn piled_up(request: &HttpRequest) -> Vec<Cookie<'static>> {
    let names = pairs(request).filter_map(|(name, _)| std::str::from_utf8(name).ok());
    let ours: Vec<_> = names.filter(|name| name.starts_with(PREFIX)).collect();
    if ours.len() <= MOST {
        return vec![];
    }
    ours.into_iter()
        .map(|name| {
            let mut cookie = bare(name.to_owned());
            cookie.make_removal();
            cookie
        })
        .collect()
}

/// Names and values of every `Cookie` header, as sent.
fn pairs(request: &HttpRequest) -> impl Iterator<Item = (&[u8], &[u8])> {
    let headers = request.headers().get_all(COOKIE);
    let pairs = headers.flat_map(|header| header.as_bytes().split(|octet| *octet == b';'));
    pairs.filter_map(|pair| {
        let start = pair.iter().position(|octet| !matches!(octet, b' ' | b'\t'))?;
        let pair = pair.get(start..)?;
        let equals = pair.iter().position(|octet| *octet == b'=')?;
        Some((pair.get(..equals)?, pair.get(equals + 1..)?))
    })
}

fn bare(name: String) -> Cookie<'static> {
    Cookie::build(name, "")
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::None)
        .finish()
}

const PREFIX: &str = "__Host-silta-";
/// Sixty octets each; a person has one or two.
const MOST: usize = 20;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn handle() -> RelayState {
        RelayState::parse("AAAAAAAAAAAAAAAAAAAAAA").unwrap()
    }

    fn found(header: &[u8]) -> Option<String> {
        let header = actix_web::http::header::HeaderValue::from_bytes(header).unwrap();
        let request = TestRequest::default().insert_header((COOKIE, header)).to_http_request();
        read(&request, &handle()).map(|binding| binding.as_str().to_owned())
    }

    fn own(value: &str) -> String {
        format!("{PREFIX}{}={value}", handle().cookie_suffix())
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
    fn cookies_of_earlier_logins_are_removed_once_they_pile_up() {
        let many = |count: usize| {
            let all: Vec<_> = (0..count).map(|at| format!("{PREFIX}{at}=x")).collect();
            let header = format!("other=1; {}", all.join("; "));
            TestRequest::default().insert_header((COOKIE, header)).to_http_request()
        };
        assert_eq!(piled_up(&many(MOST)).len(), 0);
        let removed = piled_up(&many(MOST + 1));
        assert_eq!(removed.len(), MOST + 1);
        assert!(removed.iter().all(|cookie| cookie.max_age().is_some_and(time::Duration::is_zero)));
    }
}
