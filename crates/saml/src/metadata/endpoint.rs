//! Where messages for an identity provider go [SAML2Meta §2.2.2, §2.4.3].

use std::fmt;

/// A kind of service that an identity provider has and that is used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointKind {
    /// Takes requests for a login.
    SingleSignOn,
    /// Takes messages of single logout.
    SingleLogout,
}

impl EndpointKind {
    /// The local name of its element.
    #[must_use]
    pub fn element(self) -> &'static str {
        match self {
            Self::SingleSignOn => "SingleSignOnService",
            Self::SingleLogout => "SingleLogoutService",
        }
    }
}

impl fmt::Display for EndpointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.element())
    }
}

/// A binding by which messages are sent here. SOAP and Artifact are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointBinding {
    /// HTTP-Redirect [SAML2Bind §3.4].
    Redirect,
    /// HTTP-POST [SAML2Bind §3.5].
    Post,
}

impl EndpointBinding {
    /// Every binding by which messages are sent here.
    pub const ALL: [Self; 2] = [Self::Redirect, Self::Post];
}

impl fmt::Display for EndpointBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Redirect => "redirect",
            Self::Post => "post",
        })
    }
}

/// A service at an address, by one binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// By which binding.
    pub binding: EndpointBinding,
    /// Where requests go.
    pub location: EndpointUrl,
    /// Where responses go, if elsewhere [SAML2Meta §2.2.2].
    pub response_location: Option<EndpointUrl>,
}

impl Endpoint {
    /// Its addresses.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &EndpointUrl> {
        [Some(&self.location), self.response_location.as_ref()].into_iter().flatten()
    }
}

/// An http or https URL in printable ASCII: a host, perhaps a port, a path and a query; no person's
/// name, no fragment, nothing that could leave an attribute or a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUrl {
    text: String,
    host: String,
}

impl EndpointUrl {
    /// Reads one; nothing when it is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let printable = |octet: u8| octet.is_ascii_graphic() && !b"\"'<>\\^`{|}#".contains(&octet);
        let authority = authority(rest);
        let (host, port) = split_port(authority);
        let port_holds = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        let holds = text.len() <= URL_LIMIT && text.bytes().all(printable);
        (holds && port_holds && is_host(host))
            .then(|| Self { text: text.to_owned(), host: host.to_ascii_lowercase() })
    }

    /// The URL as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host in lower case, without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Up to the path or query [RFC 3986 §3.2].
fn authority(rest: &str) -> &str {
    rest.split_once(['/', '?']).map_or(rest, |(authority, _)| authority)
}

/// The host and the port. What has an `@` is no host, so nobody's name can pass for one.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_host(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    if let Some(address) = address {
        return address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let name = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
    host.starts_with(|first: char| first.is_ascii_alphanumeric()) && host.bytes().all(name)
}

/// Real ones have fewer than three hundred octets.
const URL_LIMIT: usize = 2048;

#[cfg(test)]
mod tests {
    use super::EndpointUrl;

    #[test]
    fn takes_https_and_http_urls_and_names_their_hosts() {
        for (url, host) in [
            ("https://idp.example/sso", "idp.example"),
            ("http://IDP.example:8080/sso?a=1&b=%20", "idp.example"),
            ("https://idp.example", "idp.example"),
            ("https://idp.example?SAML", "idp.example"),
            ("https://[::1]:8443/sso", "[::1]"),
            ("https://127.0.0.1/a/@/b", "127.0.0.1"),
        ] {
            let read = EndpointUrl::read(url);
            assert_eq!(read.as_ref().map(EndpointUrl::host), Some(host), "{url}");
            assert_eq!(read.as_ref().map(EndpointUrl::as_str), Some(url));
        }
    }

    #[test]
    fn refuses_what_is_no_such_url() {
        for url in [
            "",
            "idp.example/sso",
            "//idp.example/sso",
            "javascript:alert(1)",
            "HTTPS://idp.example/",
            "ftp://idp.example/",
            "https://",
            "https:///sso",
            "https://user@idp.example/",
            "https://idp.example:443@evil.example/",
            "https://idp.example:/",
            "https://idp.example:0/",
            "https://idp.example:99999/",
            "https://idp.example/#top",
            "https://idp.example/a b",
            " https://idp.example/",
            "https://idp.example/\r\nSet-Cookie:a",
            "https://idp.example/\"onclick",
            "https://idp.example\\@evil.example/",
            "https://idp.ex\u{e4}mple/",
            "https://[idp.example]/",
            "https://[::1/",
        ] {
            assert_eq!(EndpointUrl::read(url), None, "{url}");
        }
        assert_eq!(EndpointUrl::read(&format!("https://idp.example/{}", "a".repeat(2048))), None);
    }
}
