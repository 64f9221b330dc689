//! `split`.

use std::sync::Arc;

use crate::Operator;
use crate::operator::{Effect, Field, FieldForm, wrong};

pub(super) const OPERATOR: Operator = Operator {
    name: "split",
    fields: &[Field {
        name: "at",
        form: FieldForm::Text,
        is_optional: false,
        sentence: "The text that stands between the parts.",
        example: "\",\"",
    }],
    sentence: "The parts between this text, each a value of its own, without blanks at its ends; empty parts are left \
               out.",
    empty: "is left out",
    several: "the parts of all, in order",
    example: "{ split: \",\" }",
    build: |arguments| {
        let at = arguments.must("at")?.to_owned();
        if at.is_empty() {
            return Err(wrong("at", "it is empty", "write what stands between the parts"));
        }
        Ok(Effect::MakesTexts(Arc::new(move |values, _| {
            let parts = values.iter().flat_map(|value| value.split(&at)).map(str::trim);
            parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
        })))
    },
};

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::operator::tests::{built, made};

    #[test]
    fn parts_become_values_and_empty_ones_are_left_out() {
        assert_eq!(made("split", &[("at", ",")], &["a, b,,", "", "c"]), ["a", "b", "c"]);
        assert_eq!(made("split", &[("at", "; ")], &["a;b; c"]), ["a;b", "c"]);
    }

    #[test]
    fn nothing_stands_between_no_parts() {
        let error = built("split", &[("at", "")], None).unwrap_err();
        assert_eq!((error.field, error.what.as_str()), (Some("at"), "it is empty"));
    }
}
