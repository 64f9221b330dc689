//! Percent-encoding in the query of a redirect.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Percent-encodes all but the unreserved characters [RFC 3986 §2.3].
pub(super) fn percent(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Undoes percent-encoding and `+`; nothing when an escape is broken or the result is not UTF-8.
pub(super) fn unpercent(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '+']) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        if let Some(after) = special.strip_prefix('+') {
            out.push(b' ');
            rest = after;
        } else {
            let hex = special.get(1..3)?;
            // A sign is no digit, though the parser of numbers takes one.
            let digits = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            out.push(u8::from_str_radix(hex, 16).ok().filter(|_| digits)?);
            rest = special.get(3..)?;
        }
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8(out).ok()
}
