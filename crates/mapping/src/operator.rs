//! Operators: what a rule does with values, one after the other.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::{Kind, Login, Table};

/// One operator of the mapping language, as data: the reader of the file, its schema and the reference page come from
/// here. A new one is a file in `operators/`, and a line in the list there.
#[derive(Debug, Clone, Copy)]
pub struct Operator {
    /// Its name in the file.
    pub name: &'static str,
    /// What it takes. Where the first field is all that is written, its value may stand alone.
    pub fields: &'static [Field],
    /// What it makes of each value, in Markdown.
    pub sentence: &'static str,
    /// What it does with an empty value.
    pub empty: &'static str,
    /// What it does with several values.
    pub several: &'static str,
    /// A use of it, in YAML's flow style.
    pub example: &'static str,
    /// Checks the arguments, once.
    pub(crate) build: fn(&Arguments<'_>) -> Result<Effect, OperatorError>,
}

/// What an operator takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub form: FieldForm,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// What it is for, in Markdown.
    pub sentence: &'static str,
    /// A value, in YAML's flow style.
    pub example: &'static str,
}

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldForm {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The name of a table.
    Table,
}

/// What is written of one use of an operator: its fields, each a text.
#[derive(Debug, Clone, Copy)]
pub struct Arguments<'a> {
    fields: &'a BTreeMap<String, String>,
    table: Option<&'a Arc<Table>>,
}

/// What an operator does.
#[derive(Clone)]
pub(crate) enum Effect {
    /// It chooses among the values, which stay what they are.
    Chooses(Run),
    /// It spells each value anew, whoever logs in; where it makes nothing of one, nothing is left of it.
    Spells(Spell),
    /// It makes other texts of them.
    MakesTexts(Run),
    /// It says what type they have.
    Is(Kind),
}

/// What is done with the values of one rule.
pub(crate) type Run = Arc<dyn Fn(Vec<String>, &Login<'_>) -> Vec<String> + Send + Sync>;

/// What is done with one value.
pub(crate) type Spell = Arc<dyn Fn(String) -> Option<String> + Send + Sync>;

/// One use of an operator, checked.
#[derive(Clone)]
pub struct Operation {
    operator: &'static str,
    fields: BTreeMap<String, String>,
    table: Option<Arc<Table>>,
    pub(crate) effect: Effect,
}

/// Why a use of an operator is refused. Every text in it comes from our own configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}; {instead}")]
pub struct OperatorError {
    /// The field that is wrong, if one is.
    pub field: Option<&'static str>,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub instead: String,
}

impl Operator {
    /// One use of it. The table is that which a field of [`FieldForm::Table`] names.
    ///
    /// # Errors
    /// [`OperatorError`]: a field is missing, unknown or wrong.
    pub fn with(
        &self,
        fields: BTreeMap<String, String>,
        table: Option<Arc<Table>>,
    ) -> Result<Operation, OperatorError> {
        let known = |name: &str| self.fields.iter().any(|field| field.name == name);
        if let Some(name) = fields.keys().find(|name| !known(name)) {
            let what = format!("{} has no `{}`", self.name, name.escape_debug());
            return Err(OperatorError { field: None, what, instead: self.form() });
        }
        for field in self.fields {
            match (fields.get(field.name), field.form) {
                (None, _) if !field.is_optional => {
                    let what = format!("`{}` is missing", field.name);
                    return Err(OperatorError { field: None, what, instead: self.form() });
                }
                (Some(word), FieldForm::Word(words)) if !words.contains(&word.as_str()) => {
                    let what = format!("`{}` is not a word that is known here", field.name);
                    let instead = format!("write {}", words.join(" or "));
                    return Err(OperatorError { field: Some(field.name), what, instead });
                }
                _ => {}
            }
        }
        let effect = (self.build)(&Arguments { fields: &fields, table: table.as_ref() })?;
        Ok(Operation { operator: self.name, fields, table, effect })
    }

    /// How it is written.
    #[must_use]
    pub fn form(&self) -> String {
        format!("write {}", self.example)
    }
}

impl<'a> Arguments<'a> {
    /// A field that is written.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name).map(String::as_str)
    }

    /// A field that must be there, which [`Operator::with`] sees to.
    pub(crate) fn must(&self, name: &'static str) -> Result<&'a str, OperatorError> {
        self.get(name).ok_or_else(|| wrong(name, "it is missing", "write it"))
    }

    /// The table that a field names.
    pub(crate) fn table(&self, name: &'static str) -> Result<Arc<Table>, OperatorError> {
        let table = self.table.cloned();
        table.ok_or_else(|| wrong(name, "there is no such table", "add it to tables"))
    }
}

impl Operation {
    /// The operator's name.
    #[must_use]
    pub fn operator(&self) -> &'static str {
        self.operator
    }

    /// The type of the values behind it, if it is the operator that says it.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        match self.effect {
            Effect::Chooses(_) => None,
            Effect::Spells(_) | Effect::MakesTexts(_) => Some(Kind::Text),
            Effect::Is(kind) => Some(kind),
        }
    }

    /// What it makes of these values.
    pub(crate) fn run(&self, values: Vec<String>, login: &Login<'_>) -> Vec<String> {
        match &self.effect {
            Effect::Chooses(run) | Effect::MakesTexts(run) => run(values, login),
            Effect::Spells(spell) => values.into_iter().filter_map(|value| spell(value)).collect(),
            Effect::Is(_) => values,
        }
    }
}

/// What spells every value by itself, whoever logs in.
pub(crate) fn spells(one: impl Fn(String) -> Option<String> + Send + Sync + 'static) -> Effect {
    Effect::Spells(Arc::new(one))
}

/// What is done with every value by itself; of a value without a result nothing is left.
pub(crate) fn each(
    one: impl Fn(String, &Login<'_>) -> Option<String> + Send + Sync + 'static,
) -> Effect {
    Effect::MakesTexts(Arc::new(move |values, login| {
        values.into_iter().filter_map(|value| one(value, login)).collect()
    }))
}

/// A field that is wrong.
pub(crate) fn wrong(
    field: &'static str,
    what: impl Into<String>,
    instead: impl Into<String>,
) -> OperatorError {
    OperatorError { field: Some(field), what: what.into(), instead: instead.into() }
}

/// What was written decides what is done.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        let Self { operator, fields, table, effect: _ } = self;
        (operator, fields, table) == (&other.operator, &other.fields, &other.table)
    }
}

impl Eq for Operation {}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operation({})", self.operator)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::login::tests::login;

    /// What an operator with these fields makes of these values.
    pub(crate) fn made(name: &str, fields: &[(&str, &str)], values: &[&str]) -> Vec<String> {
        let operation = built(name, fields, None).unwrap();
        operation.run(values.iter().map(ToString::to_string).collect(), &login())
    }

    pub(crate) fn built(
        name: &str,
        fields: &[(&str, &str)],
        table: Option<Arc<Table>>,
    ) -> Result<Operation, OperatorError> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Operator::named(name).unwrap().with(fields.collect(), table)
    }

    #[test]
    fn every_operator_says_what_it_does_and_has_a_name_of_its_own() {
        let mut names: Vec<_> = Operator::all().iter().map(|one| one.name).collect();
        for one in Operator::all() {
            for said in [one.sentence, one.empty, one.several, one.example] {
                assert!(!said.is_empty(), "{}", one.name);
            }
            assert!(one.fields.iter().all(|field| !field.sentence.is_empty()), "{}", one.name);
        }
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_field_that_is_missing_unknown_or_no_word_is_told() {
        let said =
            |name, fields: &[(&str, &str)]| built(name, fields, None).unwrap_err().to_string();
        assert_eq!(said("split", &[]), "`at` is missing; write { split: \",\" }");
        assert_eq!(said("lower", &[("at", ",")]), "lower has no `at`; write lower");
        assert_eq!(
            said("hash", &[("algorithm", "md5")]),
            "`algorithm` is not a word that is known here; write sha256 or sha512"
        );
    }

    #[test]
    fn nothing_printed_of_an_operation_holds_what_is_written_in_it() {
        let operation = built("extract", &[("pattern", "^9988")], None).unwrap();
        assert_eq!(format!("{operation:?}"), "Operation(extract)");
    }
}
