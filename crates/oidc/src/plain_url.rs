//! The one shape of URL that the configuration may hold: absolute, https, nothing hidden in it.

use std::net::{Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use url::{Host, Url};

/// A URL in the configuration cannot be used; each sentence says what to write instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnusableUrl {
    /// Something that is not in the alphabet of [RFC 3986 §2].
    #[error(
        "a character in it may not stand in a URL as it is; percent-encode it (a space is %20)"
    )]
    Character,
    /// A `*`, which would never match anything.
    #[error("it holds a wildcard, but URLs are compared whole; list every URL in full instead")]
    Wildcard,
    /// Relative, or without a host.
    #[error("it is not an absolute URL; write it in full, as in https://app.example/callback")]
    NotAbsolute,
    /// Any other scheme, custom ones included [RFC 9700 §2.6].
    #[error(
        "it does not start with https://; write https:// (http:// is allowed only for 127.0.0.1, \
         [::1] and localhost; custom schemes are not supported)"
    )]
    NotHttps,
    /// A user name or password before the host.
    #[error("it names a user before the host; remove everything between // and @, and the @")]
    Userinfo,
    /// A `#` [RFC 6749 §3.1.2].
    #[error("it has a fragment; remove the # and everything after it")]
    Fragment,
    /// A `?` where none may be [OIDC Discovery §3].
    #[error("it has a query; remove the ? and everything after it")]
    Query,
    /// A trailing `/`, with which the issuer would not be the one that clients compare.
    #[error("it ends with a slash; remove the slash")]
    TrailingSlash,
}

/// Checks `text` as it is written, because that is how it will be compared.
///
/// # Errors
/// [`UnusableUrl`], which says what to write instead.
pub fn check(text: &str) -> Result<(), UnusableUrl> {
    if !text.bytes().all(is_url_character) {
        return Err(UnusableUrl::Character);
    }
    if text.contains('*') {
        return Err(UnusableUrl::Wildcard);
    }
    let url = Url::parse(text).map_err(|_| UnusableUrl::NotAbsolute)?;
    // `Url` forgives HTTPS:/host and https:///host; a byte for byte comparison would not.
    let (scheme, rest) = text.split_once("://").ok_or(UnusableUrl::NotHttps)?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        None => false,
    };
    if scheme != "https" && !(scheme == "http" && loopback) {
        return Err(UnusableUrl::NotHttps);
    }
    match rest.split(['/', '?', '#']).next() {
        None | Some("") => return Err(UnusableUrl::NotAbsolute),
        Some(authority) if authority.contains('@') => return Err(UnusableUrl::Userinfo),
        Some(_) => {}
    }
    if text.contains('#') {
        return Err(UnusableUrl::Fragment);
    }
    Ok(())
}

/// Unreserved, reserved or `%` [RFC 3986 §2].
fn is_url_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_https_anywhere_and_http_on_this_machine() {
        for good in [
            "https://app.example",
            "https://app.example:8443/oauth2/idpresponse?tenant=a&b=%20",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/cb",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn refuses_each_other_shape_for_its_own_reason() {
        for (bad, reason) in [
            ("", UnusableUrl::NotAbsolute),
            ("/callback", UnusableUrl::NotAbsolute),
            ("app.example/callback", UnusableUrl::NotAbsolute),
            ("https://", UnusableUrl::NotAbsolute),
            ("https:///app.example/cb", UnusableUrl::NotAbsolute),
            ("https:app.example", UnusableUrl::NotHttps),
            ("HTTPS://app.example/cb", UnusableUrl::NotHttps),
            ("http://app.example/cb", UnusableUrl::NotHttps),
            ("http://localhost.evil.example/cb", UnusableUrl::NotHttps),
            ("http://127.0.0.1.evil.example/cb", UnusableUrl::NotHttps),
            ("myapp://callback", UnusableUrl::NotHttps),
            ("javascript:alert(1)", UnusableUrl::NotHttps),
            ("data:text/html,x", UnusableUrl::NotHttps),
            ("https://user@app.example/cb", UnusableUrl::Userinfo),
            ("https://@app.example/cb", UnusableUrl::Userinfo),
            ("http://localhost@evil.example/cb", UnusableUrl::NotHttps),
            ("https://app.example/cb#top", UnusableUrl::Fragment),
            ("https://app.example#", UnusableUrl::Fragment),
            ("https://app.example/*", UnusableUrl::Wildcard),
            ("https://app.example/a b", UnusableUrl::Character),
            ("https://app.example/cb\n", UnusableUrl::Character),
            ("https://app.example\\@evil.example", UnusableUrl::Character),
            ("https://äpp.example/cb", UnusableUrl::Character),
        ] {
            assert_eq!(check(bad), Err(reason), "{bad}");
        }
    }
}
