//! `upper`.

use crate::Operator;
use crate::operator::spells;

pub(super) const OPERATOR: Operator = Operator {
    name: "upper",
    fields: &[],
    sentence: "The value in capitals, by Unicode's rules, whatever the language.",
    empty: "stays empty",
    several: "each by itself",
    example: "upper",
    build: |_| Ok(spells(|value| Some(value.to_uppercase()))),
};

#[cfg(test)]
mod tests {
    use crate::operator::tests::made;

    #[test]
    fn letters_become_capitals_and_everything_else_stays() {
        assert_eq!(made("upper", &[], &["åbo 20a", ""]), ["ÅBO 20A", ""]);
    }
}
