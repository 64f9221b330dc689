//! The search for a person where nothing of them may be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::person::Person;

/// Fails if any of `texts` holds anything of a person, however it is written.
#[track_caller]
pub fn nowhere_in(texts: &[Vec<u8>], person: &Person, place: &str) {
    if let Some(claim) = found_in(texts, person).first() {
        panic!("{claim} stands in {place}");
    }
}

/// The claims of a person whose values stand in any of `texts`, however they are written.
#[must_use]
pub fn found_in(texts: &[Vec<u8>], person: &Person) -> Vec<&'static str> {
    let stands = |value: &str| {
        let all = spellings(value);
        texts.iter().any(|text| all.iter().any(|written| holds(text, written)))
    };
    person.secrets().filter(|(_, value)| stands(value)).map(|(claim, _)| claim).collect()
}

/// Whether a text holds a part.
#[must_use]
pub fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|here| here == part)
}

/// The value as it is, percent-encoded, with JSON's escapes and with those of Redis' MONITOR, and in base64
/// at each of the three places that an octet can have.
fn spellings(value: &str) -> Vec<Vec<u8>> {
    let escaped: String = value
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(ascii) if ascii.is_ascii() => char::from(ascii).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    let percent = byte_serialize(value.as_bytes()).collect();
    let monitored = value.as_bytes().escape_ascii().to_string();
    let mut all = vec![value.to_owned(), percent, escaped, monitored];
    for lead in 0..3 {
        // Whole groups of three octets that lie within the value do not depend on its neighbours.
        let inner = value.as_bytes().get(lead..).unwrap_or_default();
        let inner = &inner[..inner.len() / 3 * 3];
        if inner.len() >= 6 {
            all.push(STANDARD.encode(inner));
        }
    }
    all.into_iter().map(String::into_bytes).collect()
}
