//! In which spelling people are known.

use crate::Operation;
use crate::operator::Effect;

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

    /// The value in this spelling; nothing where nothing is left of it but white space.
    #[must_use]
    pub fn spell(&self, value: &str) -> Option<String> {
        let mut spelled = value.to_owned();
        for operation in &self.0 {
            let Effect::Spells(spell) = &operation.effect else { return None };
            spelled = spell(spelled)?;
        }
        Some(spelled).filter(|spelled| !spelled.trim().is_empty())
    }
}

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
