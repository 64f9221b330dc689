//! Scalars: what YAML takes a text for.

use std::borrow::Cow;

/// A text, number, boolean or nothing, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scalar<'t> {
    /// What is written, without quotes.
    pub(crate) written: Cow<'t, str>,
    /// What YAML takes it for.
    pub(crate) class: Class,
}

/// What YAML takes a scalar for [YAML 1.2.2 §10.3.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float,
    /// Nothing.
    Null,
}

impl<'t> Scalar<'t> {
    /// Text in quotes, or behind `!!str`.
    pub(crate) fn quoted(written: Cow<'t, str>) -> Self {
        Self { written, class: Class::Text }
    }

    /// A text without quotes.
    pub(crate) fn plain(written: Cow<'t, str>) -> Self {
        let class = Class::of(&written);
        Self { written, class }
    }

    /// Its text, unless it is a number, a boolean or nothing.
    pub(crate) fn text(&self) -> Option<&str> {
        match self.class {
            Class::Text => Some(&self.written),
            Class::Boolean(_) | Class::Integer(_) | Class::Float | Class::Null => None,
        }
    }
}

impl Class {
    fn of(plain: &str) -> Self {
        match plain {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Boolean(true),
            "false" | "False" | "FALSE" => return Self::Boolean(false),
            _ => {}
        }
        // No number begins with another character, and most texts do.
        let begins = plain.as_bytes().first();
        if !begins.is_some_and(|byte| byte.is_ascii_digit() || b"+-.".contains(byte)) {
            return Self::Text;
        }
        let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).map(Self::Integer);
        let integer = match plain.as_bytes() {
            [b'0', b'x', ..] => radix(plain.get(2..).unwrap_or_default(), 16),
            [b'0', b'o', ..] => radix(plain.get(2..).unwrap_or_default(), 8),
            _ => plain.parse().map(Self::Integer),
        };
        if let Ok(integer) = integer {
            return integer;
        }
        let unsigned = plain.trim_start_matches(['+', '-']);
        let infinite = matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN");
        let number =
            plain.bytes().any(|byte| byte.is_ascii_digit()) && plain.parse::<f64>().is_ok();
        if infinite || number { Self::Float } else { Self::Text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_quotes_is_what_yaml_takes_it_for() {
        for (text, class) in [
            ("", Class::Null),
            ("~", Class::Null),
            ("null", Class::Null),
            ("nil", Class::Text),
            ("true", Class::Boolean(true)),
            ("False", Class::Boolean(false)),
            ("yes", Class::Text),
            ("12", Class::Integer(12)),
            ("+12", Class::Integer(12)),
            ("-12", Class::Integer(-12)),
            ("0x1F", Class::Integer(31)),
            ("0o17", Class::Integer(15)),
            ("1.5", Class::Float),
            ("1e3", Class::Float),
            (".inf", Class::Float),
            ("-.INF", Class::Float),
            ("inf", Class::Text),
            ("5m", Class::Text),
            ("127.0.0.1:0", Class::Text),
            ("-", Class::Text),
            ("1.2.246", Class::Text),
        ] {
            assert_eq!(Scalar::plain(text.into()).class, class, "{text}");
        }
        assert_eq!(Scalar::quoted("12".into()).text(), Some("12"));
        assert_eq!(Scalar::plain("12".into()).text(), None);
    }
}
