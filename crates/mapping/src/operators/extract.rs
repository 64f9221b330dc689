//! `extract`.

use crate::Operator;
use crate::operator::{Field, FieldForm, spells};
use crate::pattern::{MAX_VALUE, pattern};

pub(super) const OPERATOR: Operator = Operator {
    name: "extract",
    fields: &[Field {
        name: "pattern",
        form: FieldForm::Text,
        is_optional: false,
        sentence: "A regular expression with at most one group, in the syntax of Rust's regex crate, without \
                   backreferences and look-around.",
        example: "\"^CN=([^,]+)\"",
    }],
    sentence: "What the group of the pattern finds, or without a group the whole of what it finds, the first time.",
    empty: "is looked at like any other",
    several: "each by itself; one in which nothing is found, or of more than 2 KiB, is left out",
    example: "{ extract: \"^CN=([^,]+)\" }",
    build: |arguments| {
        let pattern = pattern("pattern", arguments.must("pattern")?, 1)?;
        Ok(spells(move |value| {
            if value.len() > MAX_VALUE {
                return None;
            }
            let found = pattern.captures(&value)?;
            let part = found
                .get(1)
                .or_else(|| if pattern.captures_len() == 1 { found.get(0) } else { None });
            part.map(|part| part.as_str().to_owned())
        }))
    },
};

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::operator::tests::{built, made};

    #[test]
    fn what_the_group_finds_stays_and_a_value_without_it_is_left_out() {
        let names = ["CN=Admins,OU=x", "OU=y", "CN=Users"];
        assert_eq!(made("extract", &[("pattern", "^CN=([^,]+)")], &names), ["Admins", "Users"]);
        assert_eq!(made("extract", &[("pattern", "[0-9]+")], &["a12b3", ""]), ["12"]);
        // The group had no part in it.
        assert!(made("extract", &[("pattern", "a|(b)")], &["a"]).is_empty());
    }

    #[test]
    fn what_is_no_pattern_has_two_groups_or_is_vast_is_refused() {
        let what =
            |pattern: &str| built("extract", &[("pattern", pattern)], None).unwrap_err().what;
        assert_eq!(what("(a"), "it is no regular expression: unclosed group");
        assert_eq!(what("(a)(b)"), "it has 2 groups");
        assert_eq!(what("(?:a{1000}){1000}"), "it is too large a regular expression");
        assert_eq!(what(&"a".repeat(501)), "it has more than 500 octets");
        assert_eq!(what(r"(a)\1"), "it is no regular expression: backreferences are not supported");
    }
}
