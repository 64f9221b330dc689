//! `first`.

use std::sync::Arc;

use crate::Operator;
use crate::operator::Effect;

pub(super) const OPERATOR: Operator = Operator {
    name: "first",
    fields: &[],
    sentence: "The first value that is not empty.",
    empty: "is passed over",
    several: "the others are left out",
    example: "first",
    build: |_| {
        Ok(Effect::Chooses(Arc::new(|values, _| {
            values.into_iter().find(|value| !value.is_empty()).into_iter().collect()
        })))
    },
};

#[cfg(test)]
mod tests {
    use crate::operator::tests::made;

    #[test]
    fn the_first_that_is_not_empty_stays_alone() {
        assert_eq!(made("first", &[], &["", "b", "a"]), ["b"]);
        assert!(made("first", &[], &[""]).is_empty());
        assert!(made("first", &[], &[]).is_empty());
    }
}
