//! `replace`.

use regex::NoExpand;

use crate::Operator;
use crate::operator::{Field, FieldForm, spells, wrong};
use crate::pattern::{MAX_VALUE, pattern};

pub(super) const OPERATOR: Operator = Operator {
    name: "replace",
    fields: &[
        Field {
            name: "pattern",
            form: FieldForm::Text,
            is_optional: false,
            sentence: "A regular expression, as of `extract`; it needs no group.",
            example: "\"@.*$\"",
        },
        Field {
            name: "with",
            form: FieldForm::Text,
            is_optional: true,
            sentence: "The text to put there, as it is: `$1` means nothing. Without it nothing.",
            example: "\"@example.fi\"",
        },
    ],
    sentence: "The value with this text for everything that the pattern finds.",
    empty: "is looked at like any other",
    several: "each by itself; one in which nothing is found stays as it is, and one of more than 2 KiB is left out",
    example: "{ replace: { pattern: \"@.*$\", with: \"@example.fi\" } }",
    build: |arguments| {
        let pattern = pattern("pattern", arguments.must("pattern")?, usize::MAX)?;
        let with = arguments.get("with").unwrap_or_default().to_owned();
        if pattern.is_match("") {
            let what = "it finds nothing too, everywhere";
            return Err(wrong("pattern", what, "write one that finds a character at least"));
        }
        Ok(spells(move |value| {
            let is_short = value.len() <= MAX_VALUE;
            is_short.then(|| pattern.replace_all(&value, NoExpand(&with)).into_owned())
        }))
    },
};

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::operator::tests::{built, made};

    #[test]
    fn everything_that_is_found_is_replaced_by_the_text_as_it_is() {
        let spaces = &[("pattern", "[ -]"), ("with", "")];
        assert_eq!(made("replace", spaces, &["+358 40-123 45", "", "a"]), ["+3584012345", "", "a"]);
        let group = &[("pattern", "(b)"), ("with", "$1")];
        assert_eq!(made("replace", group, &["abc"]), ["a$1c"]);
        assert_eq!(made("replace", &[("pattern", "b")], &["abc"]), ["ac"]);
        assert!(
            made("replace", &[("pattern", "b")], &["a".repeat(MAX_VALUE + 1).as_str()]).is_empty()
        );
    }

    #[test]
    fn a_pattern_that_finds_nothing_everywhere_is_refused() {
        for pattern in ["", "a*", "x?"] {
            let error = built("replace", &[("pattern", pattern)], None).unwrap_err();
            assert_eq!(error.what, "it finds nothing too, everywhere", "{pattern}");
        }
    }
}
