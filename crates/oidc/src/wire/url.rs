//! The URLs that the configuration may hold: absolute, https, without user, fragment or wildcard.

use std::net::{Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use url::{Host, Url};

/// A URL in the configuration cannot be used; each sentence says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// Something that is not in the alphabet of [RFC 3986 §2].
    #[error(
        "a character in it may not stand in a URL as it is; percent-encode it (a space is %20)"
    )]
    Character,
    /// A host with letters beyond ASCII, or percent-encoded: browsers send another one.
    #[error("its host is not as browsers send it; write it in punycode: {punycode}")]
    Host {
        /// The same host as browsers send it.
        punycode: String,
    },
    /// A host that is no name of the DNS, whatever is done with it.
    #[error("its host is not a name that browsers accept; write letters, digits, - and .")]
    NoHost,
    /// A `*`, which would never match anything.
    #[error("it holds a wildcard, but URLs are compared whole; list every URL in full instead")]
    Wildcard,
    /// Relative, or without a host.
    #[error(
        "it is not an absolute URL; write it in full: https://, the host, and the path if there is one"
    )]
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
/// [`UrlError`], which says what to write instead.
pub fn check_url(text: &str) -> Result<(), UrlError> {
    check_host(text)?;
    if !text.bytes().all(is_url_character) {
        return Err(UrlError::Character);
    }
    if text.contains('*') {
        return Err(UrlError::Wildcard);
    }
    let url = Url::parse(text).map_err(|_| UrlError::NotAbsolute)?;
    // `Url` forgives HTTPS:/host and https:///host; a byte for byte comparison would not.
    let (scheme, rest) = text.split_once("://").ok_or(UrlError::NotHttps)?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        None => false,
    };
    if scheme != "https" && !(scheme == "http" && loopback) {
        return Err(UrlError::NotHttps);
    }
    match rest.split(['/', '?', '#']).next() {
        None | Some("") => return Err(UrlError::NotAbsolute),
        Some(authority) if authority.contains('@') => return Err(UrlError::Userinfo),
        Some(_) => {}
    }
    if text.contains('#') {
        return Err(UrlError::Fragment);
    }
    Ok(())
}

/// Refuses a host that would have to be encoded: as written nobody would ever send it, and percent-
/// encoding, which is right elsewhere in a URL, is not how a host is encoded [RFC 5891 §4.4].
fn check_host(text: &str) -> Result<(), UrlError> {
    let authority = text.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let Some(host) = authority.filter(|host| !host.is_ascii() || host.contains('%')) else {
        return Ok(());
    };
    // A user before the host, or blanks and the like, have reasons of their own.
    if host.contains(|c: char| c.is_control() || c.is_whitespace() || "@*\\".contains(c)) {
        return Ok(());
    }
    match Url::parse(text).ok().as_ref().and_then(Url::host_str) {
        Some(punycode) => Err(UrlError::Host { punycode: punycode.to_owned() }),
        None => Err(UrlError::NoHost),
    }
}

/// The scheme, host and port of a URL that [`check_url`] takes, which has no user and no fragment
/// [RFC 6454 §6.2].
pub(crate) fn origin_of(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + "://".len());
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?']));
    end.and_then(|end| url.get(..host + end)).unwrap_or(url)
}

/// Unreserved, reserved or `%` [RFC 3986 §2].
fn is_url_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
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
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn refuses_each_other_shape_for_its_own_reason() {
        for (bad, reason) in [
            ("", UrlError::NotAbsolute),
            ("/callback", UrlError::NotAbsolute),
            ("app.example/callback", UrlError::NotAbsolute),
            ("https://", UrlError::NotAbsolute),
            ("https:///app.example/cb", UrlError::NotAbsolute),
            ("https:app.example", UrlError::NotHttps),
            ("HTTPS://app.example/cb", UrlError::NotHttps),
            ("http://app.example/cb", UrlError::NotHttps),
            ("http://localhost.evil.example/cb", UrlError::NotHttps),
            ("http://127.0.0.1.evil.example/cb", UrlError::NotHttps),
            ("myapp://callback", UrlError::NotHttps),
            ("javascript:alert(1)", UrlError::NotHttps),
            ("data:text/html,x", UrlError::NotHttps),
            ("https://user@app.example/cb", UrlError::Userinfo),
            ("https://@app.example/cb", UrlError::Userinfo),
            ("http://localhost@evil.example/cb", UrlError::NotHttps),
            ("https://app.example/cb#top", UrlError::Fragment),
            ("https://app.example#", UrlError::Fragment),
            ("https://app.example/*", UrlError::Wildcard),
            ("https://app.example/a b", UrlError::Character),
            ("https://app.example/cb\n", UrlError::Character),
            ("https://app.example\\@evil.example", UrlError::Character),
            ("https://app.example/käy", UrlError::Character),
            ("https://app.example\u{a0}/cb", UrlError::Character),
            ("https://ä@app.example/cb", UrlError::Character),
            ("https://%zz.example/cb", UrlError::NoHost),
            ("https://%20.example/cb", UrlError::NoHost),
        ] {
            assert_eq!(check_url(bad), Err(reason), "{bad}");
        }
    }

    #[test]
    fn a_host_is_wanted_as_browsers_send_it() {
        for (written, sent) in [
            ("https://käyttäjä.fi", "xn--kyttj-gradb.fi"),
            ("https://k%C3%A4ytt%C3%A4j%C3%A4.fi/cb", "xn--kyttj-gradb.fi"),
            ("https://äpp.example:8443/cb?x=ä", "xn--pp-uia.example"),
            ("https://login%2Eexample", "login.example"),
        ] {
            let error = check_url(written).unwrap_err();
            assert_eq!(error, UrlError::Host { punycode: sent.to_owned() }, "{written}");
            assert!(error.to_string().ends_with(&format!("; write it in punycode: {sent}")));
        }
        assert_eq!(check_url("https://xn--kyttj-gradb.fi"), Ok(()));
    }
}
