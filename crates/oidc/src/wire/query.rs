//! Parameters that are added to the query of a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The `url` with `pairs` added to its query. A query that it has already is kept
/// [RFC 6749 §3.1, §3.1.2].
pub(crate) fn with_query<'a>(
    url: &str,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut separator = match url.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, query)) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    let mut url = url.to_owned();
    for (name, value) in pairs {
        url.push_str(separator);
        url.push_str(name);
        url.push('=');
        push_escaped(&mut url, value);
        separator = "&";
    }
    url
}

/// `pairs` as the body of a form [RFC 6749 §B].
pub(crate) fn form<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut body = String::new();
    for (name, value) in pairs {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(name);
        body.push('=');
        push_escaped(&mut body, value);
    }
    body
}

/// Escapes all but the unreserved characters [RFC 3986 §2.3]. A space becomes `%20` and not `+`,
/// because that is a space to every reader.
pub(crate) fn push_escaped(url: &mut String, value: &str) {
    url.extend(utf8_percent_encode(value, RESERVED));
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
