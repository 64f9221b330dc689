//! Editing XML as text, in ways that fail loudly when there is nothing to edit.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Replaces every `from` by `to`.
///
/// # Panics
/// When `from` does not occur: the deviation that a test names would not be there.
#[must_use]
pub fn swapped(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "nothing to replace: {from:?} is not in {text}");
    text.replace(from, to)
}

/// Makes each of these replacements, in their order.
///
/// # Panics
/// As [`swapped`].
#[must_use]
pub fn edited(text: &str, edits: &[(String, String)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| swapped(&text, from, to))
}

/// The status codes of a SAML message, the top one first, each without the prefix that all have: such
/// as `["Success", "PartialLogout"]`.
#[must_use]
pub fn status_codes(xml: &str) -> Vec<&str> {
    let codes = xml.split("urn:oasis:names:tc:SAML:2.0:status:").skip(1);
    codes.filter_map(|rest| rest.split('"').next()).collect()
}

/// Puts `what` right after the first `place`.
///
/// # Panics
/// When `place` does not occur.
#[must_use]
pub fn after(text: &str, place: &str, what: &str) -> String {
    let (head, tail) = text.split_once(place).unwrap_or_else(|| panic!("no {place:?} in {text}"));
    format!("{head}{place}{what}{tail}")
}

/// Puts `what` right before the first `place`.
///
/// # Panics
/// When `place` does not occur.
#[must_use]
pub fn before(text: &str, place: &str, what: &str) -> String {
    let (head, tail) = text.split_once(place).unwrap_or_else(|| panic!("no {place:?} in {text}"));
    format!("{head}{what}{place}{tail}")
}

/// The first element of this qualified name, as written. Elements of this name must not nest.
///
/// # Panics
/// When there is none with an end tag.
#[must_use]
pub fn element<'t>(text: &'t str, qname: &str) -> &'t str {
    &text[range(text, qname)]
}

/// The text without the first element of this qualified name.
///
/// # Panics
/// When there is none with an end tag.
#[must_use]
pub fn without(text: &str, qname: &str) -> String {
    replaced(text, qname, "")
}

/// The text with another text in place of the first element of this qualified name.
///
/// # Panics
/// When there is none with an end tag.
#[must_use]
pub fn replaced(text: &str, qname: &str, other: &str) -> String {
    let range = range(text, qname);
    format!("{}{other}{}", &text[..range.start], &text[range.end..])
}

/// Edits the octets that stand in base64 in the `nth` element of this qualified name.
///
/// # Panics
/// When there is none, or it does not hold base64.
#[must_use]
pub fn octets(text: &str, qname: &str, nth: usize, edit: impl Fn(Vec<u8>) -> Vec<u8>) -> String {
    let open = format!("<{qname}>");
    let (start, _) = text.match_indices(&open).nth(nth).expect("no such element");
    let start = start + open.len();
    let end = start + text[start..].find('<').expect("an end tag");
    let edited = STANDARD.encode(edit(STANDARD.decode(&text[start..end]).expect("base64")));
    format!("{}{edited}{}", &text[..start], &text[end..])
}

fn range(text: &str, qname: &str) -> Range<usize> {
    let start = [" ", ">"]
        .iter()
        .filter_map(|end| text.find(&format!("<{qname}{end}")))
        .min()
        .unwrap_or_else(|| panic!("no {qname} in {text}"));
    let close = format!("</{qname}>");
    let end = text[start..].find(&close).expect("an end tag");
    start..start + end + close.len()
}
