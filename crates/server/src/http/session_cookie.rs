//! The cookies that hold a browser's sessions, one for each: logins that end at one moment, in two windows, each
//! add their own, and none takes the other's away.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{COOKIE, HeaderValue};
use silta_broker::HeldSessions;

use super::cookie_header;

/// The sessions that the browser says it holds.
pub(super) fn read(request: &HttpRequest) -> HeldSessions {
    let mut values: Vec<_> = sent(request).map(|(_, value)| value).collect();
    // Browsers send the older ones first [RFC 6265 §5.4].
    values.reverse();
    HeldSessions::from_cookie(&values.join("~"))
}

/// The cookies by which the browser that sent this request holds these sessions from now on, and no others that
/// it sent. They go when the browser ends, and the sessions by themselves.
///
/// `SameSite=None`, because a SAML answer is posted from the identity provider's site, and the login
/// that it finishes must see whose session this browser holds. Nothing is done for a request because it
/// carries these cookies: whoever is answered from them navigates, and whoever logs out by them confirms.
pub(super) fn changes(request: &HttpRequest, sessions: &HeldSessions) -> Vec<Cookie<'static>> {
    let held = sessions.to_cookie();
    let held: Vec<_> = held.split('~').filter_map(|value| Some((name_of(value)?, value))).collect();
    let sent: Vec<_> = sent(request).collect();
    let is_held = |(name, value): &(&str, &str)| {
        held.iter().any(|(held_name, held_value)| held_name == name && held_value == value)
    };
    let gone = sent.iter().filter(|one| !is_held(one)).map(|(name, _)| {
        let mut cookie = new_cookie((*name).to_owned(), String::new());
        cookie.make_removal();
        cookie
    });
    let is_new = |(name, value): &&(String, &str)| !sent.contains(&(name.as_str(), *value));
    let new = held.iter().filter(is_new);
    gone.chain(new.map(|(name, value)| new_cookie(name.clone(), (*value).to_owned()))).collect()
}

/// Names and values of these cookies as the browser sent them.
fn sent(request: &HttpRequest) -> impl Iterator<Item = (&str, &str)> {
    let headers = request.headers().get_all(COOKIE).map(HeaderValue::as_bytes);
    let ours = cookie_header::beginning_with(headers, PREFIX);
    // One of another name is none that we made.
    ours.filter(|(name, value)| name_of(value).as_deref() == Some(*name))
}

/// The name of the cookie with this value: it tells the sessions of one browser apart.
fn name_of(value: &str) -> Option<String> {
    value.get(..SUFFIX).map(|start| format!("{PREFIX}{start}"))
}

fn new_cookie(name: String, value: String) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::None)
        .finish()
}

/// Not a name of a login's cookie, all of which begin with `__Host-silta-`.
const PREFIX: &str = "__Host-silta_session-";
/// 48 bits.
const SUFFIX: usize = 8;

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn value(octet: char) -> String {
        format!("{}.{}", octet.to_string().repeat(22), octet.to_string().repeat(43))
    }

    fn cookie(octet: char) -> String {
        format!("{PREFIX}{}={}", octet.to_string().repeat(8), value(octet))
    }

    fn sending(header: String) -> HttpRequest {
        TestRequest::default().insert_header((COOKIE, header)).to_http_request()
    }

    fn held(octets: &[char]) -> HeldSessions {
        let values: Vec<_> = octets.iter().map(|octet| value(*octet)).collect();
        HeldSessions::from_cookie(&values.join("~"))
    }

    fn changed(sent: &[char], held_now: &[char]) -> Vec<String> {
        let sent: Vec<_> = sent.iter().map(|octet| cookie(*octet)).collect();
        let changes = changes(&sending(sent.join("; ")), &held(held_now));
        changes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_this_host_and_no_script_can_see_a_cookie() {
        let attributes = "; HttpOnly; SameSite=None; Secure; Path=/";
        assert_eq!(changed(&[], &['A']), [cookie('A') + attributes]);
    }

    #[test]
    fn a_session_that_is_over_takes_its_own_cookie_away_and_no_other() {
        let changes = changed(&['A', 'Q'], &['A']);
        let [removal] = &changes[..] else { unreachable!("one change: {changes:?}") };
        assert!(removal.starts_with("__Host-silta_session-QQQQQQQQ=; "), "{removal}");
        assert!(removal.contains("; Max-Age=0; ") && removal.contains("; Path=/"), "{removal}");
        assert_eq!(changed(&['A', 'Q'], &[]).len(), 2);
    }

    #[test]
    fn a_session_that_the_browser_holds_already_is_not_sent_again() {
        assert_eq!(changed(&['A', 'Q'], &['Q', 'A']), [""; 0]);
        assert_eq!(changed(&['A'], &['g', 'A']).len(), 1);
    }

    #[test]
    fn the_sessions_of_a_browser_come_back_the_newest_first() {
        let header = format!("a=b; {}; __Host-silta-01234567=c; {}", cookie('A'), cookie('Q'));
        assert_eq!(read(&sending(header)), held(&['Q', 'A']));
        assert!(read(&sending("a=b".to_owned())).is_empty());
    }

    #[test]
    fn a_cookie_of_a_name_that_we_did_not_make_does_not_count() {
        let foreign = cookie('A').replacen("AAAA", "AAAB", 1);
        let planted = cookie('A').replacen("__Host-", "__host-", 1);
        let header = format!("{foreign}; {planted}; {PREFIX}=; {PREFIX}A=A; {}", cookie('Q'));
        assert_eq!(read(&sending(header)), held(&['Q']));
    }

    #[test]
    fn of_two_cookies_of_one_name_neither_counts() {
        let other = cookie('A').replace(".A", ".Q");
        let header = format!("{}; {other}; {}", cookie('A'), cookie('Q'));
        assert_eq!(read(&sending(header)), held(&['Q']));
    }
}
