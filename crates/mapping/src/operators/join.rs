//! `join`.

use std::sync::Arc;

use crate::Operator;
use crate::operator::{Effect, Field, FieldForm};

pub(super) const OPERATOR: Operator = Operator {
    name: "join",
    fields: &[Field {
        name: "with",
        form: FieldForm::Text,
        is_optional: false,
        sentence: "The text to put between values.",
        example: "\", \"",
    }],
    sentence: "All values that are not empty as one text, with this text between them.",
    empty: "is left out",
    several: "become one",
    example: "{ join: \", \" }",
    build: |arguments| {
        let with = arguments.must("with")?.to_owned();
        Ok(Effect::MakesTexts(Arc::new(move |values, _| {
            let full: Vec<_> = values.into_iter().filter(|value| !value.is_empty()).collect();
            if full.is_empty() { vec![] } else { vec![full.join(&with)] }
        })))
    },
};

#[cfg(test)]
mod tests {
    use crate::operator::tests::made;

    #[test]
    fn values_become_one_and_empty_ones_leave_no_trace() {
        assert_eq!(made("join", &[("with", ", ")], &["a", "", "b"]), ["a, b"]);
        assert_eq!(made("join", &[("with", "")], &["a", "b"]), ["ab"]);
        assert!(made("join", &[("with", "-")], &["", ""]).is_empty());
    }
}
