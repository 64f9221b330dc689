//! `keyed_hash`.

use crate::Operator;
use crate::operator::{Field, FieldForm, each, wrong};

pub(super) const OPERATOR: Operator = Operator {
    name: "keyed_hash",
    fields: &[Field {
        name: "purpose",
        form: FieldForm::Text,
        is_optional: false,
        sentence: "What the pseudonym is for: those of two purposes have nothing in common.",
        example: "statistics",
    }],
    sentence: "A pseudonym of the value, 64 hexadecimal digits: HMAC-SHA-256 with a key that comes from `keys.subject`. \
               Nobody without that key can test guesses, and it is the same at every client and at every login.",
    empty: "is left out",
    several: "each by itself",
    example: "{ keyed_hash: statistics }",
    build: |arguments| {
        let purpose = arguments.must("purpose")?.to_owned();
        if purpose.trim().is_empty() {
            return Err(wrong("purpose", "it is empty", "write what the pseudonym is for"));
        }
        Ok(each(move |value, login| {
            (!value.is_empty()).then(|| login.pseudonyms.pseudonym(&purpose, &value))
        }))
    },
};

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::operator::tests::{built, made};

    #[test]
    fn whoever_has_the_key_is_asked_for_this_purpose() {
        let made = made("keyed_hash", &[("purpose", "statistics")], &["abc", ""]);
        assert_eq!(made, ["statistics of 3"]);
    }

    #[test]
    fn a_purpose_is_not_blank() {
        let error = built("keyed_hash", &[("purpose", " ")], None).unwrap_err();
        assert_eq!(error.what, "it is empty");
    }
}
