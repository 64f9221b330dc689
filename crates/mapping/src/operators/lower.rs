//! `lower`.

use crate::Operator;
use crate::operator::spells;

pub(super) const OPERATOR: Operator = Operator {
    name: "lower",
    fields: &[],
    sentence: "The value in small letters, by Unicode's rules, whatever the language.",
    empty: "stays empty",
    several: "each by itself",
    example: "lower",
    build: |_| Ok(spells(|value| Some(value.to_lowercase()))),
};

#[cfg(test)]
mod tests {
    use crate::operator::tests::made;

    #[test]
    fn letters_become_small_and_everything_else_stays() {
        assert_eq!(
            made("lower", &[], &["ÅSA.Öhman@Example.FI", "", "1-A"]),
            ["åsa.öhman@example.fi", "", "1-a"]
        );
    }
}
