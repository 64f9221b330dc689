//! The text of a document as its parser takes it.

use std::borrow::Cow;

/// The text of a document whose lines each end with one line feed, as every parser has to read it:
/// ours does so in most places of a text alone, and a canonical form is made of what was read [XML
/// §2.11]. A CR that is written as a reference stays one. Limits and ranges are those of this text.
#[derive(Clone)]
pub struct Input<'t>(Cow<'t, str>);

impl<'t> Input<'t> {
    /// A copy is made only of a text in which a CR stands.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        if !text.contains('\r') {
            return Self(Cow::Borrowed(text));
        }
        // It never grows, so nothing of a plaintext is left behind by a move.
        let mut lines = String::with_capacity(text.len());
        let mut last = ' ';
        for one in text.chars() {
            match one {
                '\r' => lines.push('\n'),
                '\n' if last == '\r' => {}
                _ => lines.push(one),
            }
            last = one;
        }
        Self(Cow::Owned(lines))
    }

    /// The text that is parsed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text that is parsed, if it is another one than was given.
    pub(crate) fn changed(self) -> Option<String> {
        match self.0 {
            Cow::Borrowed(_) => None,
            Cow::Owned(lines) => Some(lines),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_of_a_line_becomes_one_line_feed() {
        for (written, read) in [
            ("a\r\nb", "a\nb"),
            ("a\rb", "a\nb"),
            ("a\r\r\nb\n\rc\r", "a\n\nb\n\nc\n"),
            ("\r\n\r\n", "\n\n"),
            ("ä\r&#13;\r&#xD;\n", "ä\n&#13;\n&#xD;\n"),
            ("\r", "\n"),
        ] {
            assert_eq!(Input::of(written).as_str(), read, "{written:?}");
        }
    }

    #[test]
    fn a_text_without_cr_is_not_copied() {
        for text in ["", "a\n&#13;\u{85}\u{2028}"] {
            assert!(std::ptr::eq(Input::of(text).as_str(), text));
            assert_eq!(Input::of(text).changed(), None);
        }
    }
}
