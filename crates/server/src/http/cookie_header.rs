//! The `Cookie` header, read octet by octet: a reader that decodes or trims names would take a cookie
//! that a neighbouring host planted as `%5F_Host-…` for one that only this host can set, and one
//! that gives up on a foreign octet would lock people out for another application's cookie.

use silta_broker::BrowserBinding;

/// A login's cookie as the browser sent it.
pub(super) struct LoginCookie<'h> {
    pub(super) name: &'h str,
    pub(super) binding: BrowserBinding,
}

/// The value of the cookie of this name, if there is exactly one.
pub(super) fn find<'h>(headers: impl Iterator<Item = &'h [u8]>, name: &str) -> Option<&'h str> {
    let mut found = pairs(headers).filter(|(known, _)| *known == name.as_bytes());
    match (found.next(), found.next()) {
        (Some((_, value)), None) => std::str::from_utf8(value).ok(),
        _ => None,
    }
}

/// Names and values of the cookies whose names begin so, as sent. Of several of one name none counts.
pub(super) fn beginning_with<'h>(
    headers: impl Iterator<Item = &'h [u8]>,
    prefix: &str,
) -> impl Iterator<Item = (&'h str, &'h str)> {
    let ours: Vec<_> =
        pairs(headers).filter(|(name, _)| name.starts_with(prefix.as_bytes())).collect();
    let alone = |name: &[u8]| ours.iter().filter(|(other, _)| *other == name).count() == 1;
    let alone = ours.iter().filter(|(name, _)| alone(name)).filter_map(|(name, value)| {
        Some((std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?))
    });
    alone.collect::<Vec<_>>().into_iter()
}

/// The cookies of all logins, as sent.
pub(super) fn login_cookies<'h>(
    headers: impl Iterator<Item = &'h [u8]>,
) -> impl Iterator<Item = LoginCookie<'h>> {
    pairs(headers).filter_map(|(name, value)| {
        let name = std::str::from_utf8(name).ok().filter(|name| name.starts_with(PREFIX))?;
        let binding = BrowserBinding::from_cookie(std::str::from_utf8(value).ok()?);
        Some(LoginCookie { name, binding })
    })
}

/// Names and values of every `Cookie` header, as sent.
fn pairs<'h>(
    headers: impl Iterator<Item = &'h [u8]>,
) -> impl Iterator<Item = (&'h [u8], &'h [u8])> {
    headers.flat_map(|header| header.split(|octet| *octet == b';')).filter_map(|pair| {
        let start = pair.iter().position(|octet| !matches!(octet, b' ' | b'\t'))?;
        let pair = pair.get(start..)?;
        let equals = pair.iter().position(|octet| *octet == b'=')?;
        Some((pair.get(..equals)?, pair.get(equals + 1..)?))
    })
}

/// What the names of our cookies begin with. `__Host-`, so that no neighbouring host can plant one.
pub(super) const PREFIX: &str = "__Host-silta-";
