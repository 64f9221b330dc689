//! The `Cookie` headers of a browser.

use std::str;

use silta_broker::BrowserBinding;

use crate::Verdict;

// The binary has no library: its file is a module here, too.
#[path = "../../crates/server/src/http/cookie_header.rs"]
mod cookie_header;

/// What is found is there as it was sent, once and under its whole name. Each line is a header.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let headers = || octets.split(|octet| *octet == b'\n');
    let found = cookie_header::find(headers(), NAME);
    let started = format!("{NAME}=").into_bytes();
    let sent: Vec<_> = headers()
        .flat_map(|header| header.split(|octet| *octet == b';'))
        .map(|pair| pair.trim_ascii_start().strip_prefix(started.as_slice()))
        .filter_map(|value| value.and_then(|value| str::from_utf8(value).ok()))
        .collect();
    if let Some(value) = found {
        assert!(sent.contains(&value), "a cookie that nobody sent");
        check(&BrowserBinding::from_cookie(value));
    }
    let by_start: Vec<_> = cookie_header::beginning_with(headers(), NAME).collect();
    assert_eq!(by_start.iter().find(|(name, _)| *name == NAME).map(|(_, value)| *value), found);
    for (at, (name, _)) in by_start.iter().enumerate() {
        assert!(name.starts_with(NAME), "another application's cookie");
        let mut before = by_start.iter().take(at);
        assert!(before.all(|(other, _)| other != name), "a name that came twice");
    }
    for cookie in cookie_header::login_cookies(headers()) {
        assert!(cookie.name.starts_with(cookie_header::PREFIX), "another application's cookie");
        if found.is_some() && cookie.name == NAME {
            assert_eq!(Some(cookie.binding.as_str()), found);
        }
        check(&cookie.binding);
    }
    if found.is_some() { Verdict::Accepted } else { Verdict::Refused }
}

/// A beginning is read of what was made here or looks like it, and of nothing else.
fn check(binding: &BrowserBinding) {
    if binding.is_previous_format() {
        assert_eq!(binding.started_at(), 0, "the former form has no beginning");
    }
}

const NAME: &str = "__Host-silta-00112233";
