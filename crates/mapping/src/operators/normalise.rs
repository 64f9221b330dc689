//! `normalise`.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::Operator;
use crate::operator::{Field, FieldForm, spells};

pub(super) const OPERATOR: Operator = Operator {
    name: "normalise",
    fields: &[Field {
        name: "form",
        form: FieldForm::Word(&["nfc", "nfkc"]),
        is_optional: true,
        sentence: "`nfc`, or `nfkc`, which also takes wide letters and ligatures apart; without it `nfc`.",
        example: "nfkc",
    }],
    sentence: "The value in one of Unicode's normal forms [UAX #15], so that texts that look the same are the same.",
    empty: "stays empty",
    several: "each by itself",
    example: "{ normalise: nfc }",
    build: |arguments| {
        let normaliser = match arguments.get("form") {
            Some("nfkc") => ComposingNormalizerBorrowed::new_nfkc(),
            _ => ComposingNormalizerBorrowed::new_nfc(),
        };
        Ok(spells(move |value| Some(normaliser.normalize(&value).into_owned())))
    },
};

#[cfg(test)]
mod tests {
    use crate::operator::tests::made;

    #[test]
    fn a_letter_with_its_mark_behind_it_becomes_one() {
        assert_eq!(
            made("normalise", &[], &["A\u{30a}sa", "\u{fb01}", ""]),
            ["Åsa", "\u{fb01}", ""]
        );
        let values = ["\u{ff21}\u{ff22}", "\u{fb01}"];
        assert_eq!(made("normalise", &[("form", "nfkc")], &values), ["AB", "fi"]);
    }
}
