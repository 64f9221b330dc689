//! The parameters of a request, decoded once.

use std::fmt;

use thiserror::Error;

/// Decoded name and value pairs of a query or a form, in the order they came.
///
/// `Debug` shows only how many there are: values can be secrets or personal data.
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Decodes `application/x-www-form-urlencoded` text, without its leading `?`.
    ///
    /// # Errors
    /// [`ParamsError`] when two readers could disagree about what was sent, or when there is
    /// more than any client needs.
    pub fn parse(raw: &str) -> Result<Self, ParamsError> {
        Self::parse_up_to(raw, MAX_BYTES)
    }

    /// The same for forms that carry more, up to `limit` bytes.
    ///
    /// # Errors
    /// As [`Params::parse`].
    pub fn parse_up_to(raw: &str, limit: usize) -> Result<Self, ParamsError> {
        if raw.len() > limit {
            return Err(ParamsError::TooLong);
        }
        let mut pairs = Vec::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_PAIRS {
                return Err(ParamsError::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((form_decoded(name)?, form_decoded(value)?));
        }
        Ok(Self(pairs))
    }

    /// The value of `name`; a parameter sent without a value counts as omitted [RFC 6749 §3.1].
    ///
    /// # Errors
    /// [`RepeatedParamError`] when it was sent more than once [RFC 6749 §3.1].
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, RepeatedParamError> {
        let mut values = self.0.iter().filter(|(sent, _)| sent == name).map(|(_, value)| value);
        let first = values.next();
        match values.next() {
            Some(_) => Err(RepeatedParamError(name)),
            None => Ok(first.map(String::as_str).filter(|value| !value.is_empty())),
        }
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Params({} pairs)", self.0.len())
    }
}

/// The parameters have no unambiguous reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParamsError {
    /// More than 64 KiB, or than the limit of the form.
    #[error("the parameters are too long; send less")]
    TooLong,
    /// More than 64 pairs.
    #[error("there are more than 64 parameters; send fewer")]
    TooMany,
    /// A `%` without two hexadecimal digits.
    #[error("a percent sign is not followed by two hexadecimal digits; percent-encode the values")]
    BadEscape,
    /// Bytes that are no text.
    #[error("a parameter is not UTF-8 text; encode it as UTF-8 before percent-encoding")]
    NotUtf8,
    /// A zero byte, where a reader in C would stop.
    #[error("a parameter holds a zero byte; remove it")]
    ZeroByte,
}

/// The named parameter came more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} was sent more than once; send it once")]
pub struct RepeatedParamError(pub &'static str);

/// Every value of `name` that can be decoded, in a form that perhaps cannot be read as a whole. It is
/// for the log only: nothing may be decided by it.
pub(crate) fn lenient_values(raw: &str, name: &'static str) -> impl Iterator<Item = String> {
    raw.split('&').filter_map(move |pair| {
        let (sent, value) = pair.split_once('=')?;
        let is_it = form_decoded(sent).is_ok_and(|sent| sent == name);
        if is_it { form_decoded(value).ok() } else { None }
    })
}

/// One decoded name or value.
pub(crate) fn form_decoded(text: &str) -> Result<String, ParamsError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (hex_digit(rest.next()), hex_digit(rest.next())) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(ParamsError::BadEscape),
            },
            other => other,
        });
    }
    if bytes.contains(&0) {
        return Err(ParamsError::ZeroByte);
    }
    String::from_utf8(bytes).map_err(|_| ParamsError::NotUtf8)
}

fn hex_digit(byte: Option<u8>) -> Option<u8> {
    char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// A `state` of 8 KiB is 24 KiB when every byte is escaped; the rest is room for the others.
const MAX_BYTES: usize = 64 * 1024;

/// OpenID Connect and its extensions know about forty names.
const MAX_PAIRS: usize = 64;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn decodes_plus_and_percent_like_a_form() {
        let params = Params::parse("scope=openid+profile&state=a%2Bb%20%C3%A4&&lone").unwrap();
        assert_eq!(params.one("scope"), Ok(Some("openid profile")));
        assert_eq!(params.one("state"), Ok(Some("a+b ä")));
        assert_eq!(params.one("lone"), Ok(None));
    }

    #[test]
    fn takes_an_empty_value_for_an_absent_one() {
        assert_eq!(Params::parse("nonce=").unwrap().one("nonce"), Ok(None));
    }

    #[test]
    fn refuses_a_repeated_parameter_even_when_one_of_the_two_is_empty() {
        let params = Params::parse("state=&state=x&other=1&other=2").unwrap();
        assert_eq!(params.one("state"), Err(RepeatedParamError("state")));
    }

    #[test]
    fn sees_a_repetition_through_percent_encoding() {
        let params = Params::parse("client_id=a&client%5Fid=b").unwrap();
        assert_eq!(params.one("client_id"), Err(RepeatedParamError("client_id")));
    }

    #[test]
    fn refuses_what_two_readers_could_read_differently() {
        for (raw, reason) in [
            ("a=%", ParamsError::BadEscape),
            ("a=%4", ParamsError::BadEscape),
            ("a=%zz", ParamsError::BadEscape),
            ("%+1=a", ParamsError::BadEscape),
            ("a=%ff", ParamsError::NotUtf8),
            ("a=%C0%AF", ParamsError::NotUtf8),
            ("a=b%00c", ParamsError::ZeroByte),
            ("a=b\0c", ParamsError::ZeroByte),
        ] {
            assert_eq!(Params::parse(raw).unwrap_err(), reason, "{raw}");
        }
    }

    #[test]
    fn refuses_more_than_any_client_needs() {
        assert!(Params::parse(&"a=b&".repeat(MAX_PAIRS)).is_ok());
        let many = "a=b&".repeat(MAX_PAIRS + 1);
        assert_eq!(Params::parse(&many).unwrap_err(), ParamsError::TooMany);
        let long = "a".repeat(MAX_BYTES + 1);
        assert_eq!(Params::parse(&long).unwrap_err(), ParamsError::TooLong);
    }

    #[test]
    fn never_prints_a_value() {
        let params = Params::parse("client_secret=hunter2").unwrap();
        assert_eq!(format!("{params:?}"), "Params(1 pairs)");
    }
}
