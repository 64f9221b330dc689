//! `trim`.

use crate::Operator;
use crate::operator::spells;

pub(super) const OPERATOR: Operator = Operator {
    name: "trim",
    fields: &[],
    sentence: "The value without white space at its ends, the white space of Unicode too; inside, several blanks in a \
               row become one.",
    empty: "stays empty",
    several: "each by itself",
    example: "trim",
    build: |_| {
        Ok(spells(|value| {
            let words: Vec<_> = value.split_whitespace().collect();
            Some(words.join(" "))
        }))
    },
};

#[cfg(test)]
mod tests {
    use crate::operator::tests::made;

    #[test]
    fn white_space_goes_at_the_ends_and_is_one_blank_inside() {
        let values = ["\u{a0}Mansikkatie \t 11 \n", " ", "a"];
        assert_eq!(made("trim", &[], &values), ["Mansikkatie 11", "", "a"]);
    }
}
