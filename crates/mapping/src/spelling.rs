//! In which spelling people are known.

use crate::operator::Effect;
use crate::{KnownBy, Operation};

/// Operators that spell one value anew, in their order, and know nothing of who logs in. Without any the value stays as
/// it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spelling(Vec<Operation>);

impl Spelling {
    /// The spelling that these make.
    ///
    /// # Errors
    /// The name of the first operator that does anything else: it might make the same of many people, or something
    /// else of one tomorrow.
    pub fn of(operations: Vec<Operation>) -> Result<Self, &'static str> {
        let other = operations.iter().find(|one| !matches!(one.effect, Effect::Spells(_)));
        other.map_or(Ok(()), |one| Err(one.operator()))?;
        Ok(Self(operations))
    }

    /// Whether values stay as they are.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.is_empty()
    }

    /// The value in this spelling; nothing where nothing is left of it but white space, and nothing of one whose letters would
    /// become those of ASCII: whoever may choose a name could take that of somebody else, with a Kelvin sign for a `k`.
    #[must_use]
    pub fn spell(&self, value: &str) -> Option<String> {
        let mut spelled = value.to_owned();
        for operation in &self.0 {
            let Effect::Spells(spell) = &operation.effect else { return None };
            let before = ascii_letters(&spelled);
            spelled = spell(spelled)?;
            if FOLDING.contains(&operation.operator()) && ascii_letters(&spelled) > before {
                return None;
            }
        }
        Some(spelled).filter(|spelled| !spelled.trim().is_empty())
    }
}

/// The attributes that people of an upstream are known by, and the spelling in which their values count.
#[derive(Debug, Clone, Copy)]
pub struct KnownPeople<'a> {
    /// The attributes.
    pub attributes: &'a [String],
    /// The spelling.
    pub spelling: &'a Spelling,
}

impl KnownBy for KnownPeople<'_> {
    fn is_same_person(&self, attribute: &str, one: &str, other: &str) -> bool {
        let Self { attributes, spelling } = self;
        !spelling.is_plain()
            && attributes.iter().any(|known| known == attribute)
            && spelling.spell(one).is_some_and(|one| spelling.spell(other) == Some(one))
    }
}

fn ascii_letters(value: &str) -> usize {
    value.bytes().filter(u8::is_ascii_alphanumeric).count()
}

/// What makes one letter of another.
const FOLDING: [&str; 3] = ["lower", "upper", "normalise"];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::operator::tests::built;

    fn spelling(operations: &[(&str, &[(&str, &str)])]) -> Result<Spelling, &'static str> {
        let all = operations.iter().map(|(name, fields)| built(name, fields, None).unwrap());
        Spelling::of(all.collect())
    }

    #[test]
    fn operators_spell_one_value_in_their_order() {
        let plain = Spelling::default();
        assert!(plain.is_plain());
        assert_eq!(plain.spell(" A1 ").as_deref(), Some(" A1 "));
        let short = &[("pattern", "^([a-z0-9]+)@city\\.example$")];
        let spelling = spelling(&[("trim", &[]), ("lower", &[]), ("extract", short)]).unwrap();
        assert!(!spelling.is_plain());
        assert_eq!(spelling.spell(" A1@City.Example").as_deref(), Some("a1"));
    }

    #[test]
    fn a_value_of_which_nothing_is_left_identifies_nobody() {
        let extract = spelling(&[("extract", &[("pattern", "^x(.*)$")])]).unwrap();
        for value in ["a", "x", "x "] {
            assert_eq!(extract.spell(value), None, "{value}");
        }
    }

    #[test]
    fn nobody_takes_the_name_of_another_by_a_letter_that_looks_alike() {
        let of = |name: &str, fields: &[(&str, &str)]| spelling(&[(name, fields)]).unwrap();
        for (spelling, value) in [
            (of("lower", &[]), "\u{212a}alle"),
            (of("upper", &[]), "ma\u{131}ja"),
            (of("upper", &[]), "\u{17f}irpa"),
            (of("upper", &[]), "gro\u{df}"),
            (of("normalise", &[("form", "nfkc")]), "\u{ff4b}alle"),
        ] {
            assert_eq!(spelling.spell(value), None, "{value}");
        }
        assert_eq!(of("lower", &[]).spell("ÅSA-1").as_deref(), Some("åsa-1"));
        assert_eq!(of("normalise", &[]).spell("A\u{30a}sa").as_deref(), Some("Åsa"));
    }

    #[test]
    fn what_does_more_than_spell_is_refused_by_its_name() {
        for (name, fields) in [
            ("birth_date", &[][..]),
            ("first", &[]),
            ("split", &[("at", ",")]),
            ("integer", &[]),
            ("hash", &[]),
            ("keyed_hash", &[("purpose", "x")]),
        ] {
            assert_eq!(spelling(&[("lower", &[]), (name, fields)]).unwrap_err(), name);
        }
    }
}
