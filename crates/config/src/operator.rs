//! Uses of operators, as they are written in a file.

use std::collections::BTreeMap;

use silta_mapping::{FieldForm, Operator, OperatorError};

use crate::quotable;
use crate::suggest::instead;
use crate::yaml::{Class, Data, Node, Span};

/// A use of an operator, with its fields.
pub(crate) struct OperatorUse<'n> {
    pub(crate) operator: &'static Operator,
    fields: Vec<(&'n str, &'n Node<'n>)>,
}

/// What is wrong with one, where, and what to write instead.
pub(crate) struct WrongUse {
    pub(crate) span: Span,
    pub(crate) what: String,
    pub(crate) instead: String,
}

impl<'n> OperatorUse<'n> {
    /// Reads `lower`, `{ split: "," }` or `{ replace: { pattern: .., with: .. } }`.
    pub(crate) fn of(node: &'n Node<'n>) -> Result<Self, WrongUse> {
        let whole = |what: &str, instead: String| WrongUse {
            span: node.span,
            what: what.to_owned(),
            instead,
        };
        match &node.data {
            Data::Scalar(scalar) if scalar.class == Class::Text => {
                let operator = named(&scalar.written, node.span)?;
                Ok(Self { operator, fields: vec![] })
            }
            Data::Map(entries) => {
                let [entry] = entries.as_slice() else {
                    let instead = "write each with a dash of its own".to_owned();
                    return Err(whole("it is not one operator", instead));
                };
                let operator = named(&entry.name.text, entry.name.span)?;
                let fields = match (&entry.value.data, operator.fields.first()) {
                    (Data::Map(fields), _) => {
                        fields.iter().map(|field| (&*field.name.text, &field.value)).collect()
                    }
                    (_, Some(first)) => vec![(first.name, &entry.value)],
                    (_, None) => {
                        return Err(whole("this operator takes nothing", operator.form()));
                    }
                };
                Ok(Self { operator, fields })
            }
            _ => Err(whole("it is not an operator", "write one such as lower".to_owned())),
        }
    }

    /// What is written, each a text.
    pub(crate) fn texts(&self) -> Result<BTreeMap<String, String>, WrongUse> {
        let text = |(name, node): &(&str, &Node<'_>)| match node.text() {
            Some(text) => Ok(((*name).to_owned(), text.to_owned())),
            None => Err(WrongUse {
                span: node.span,
                what: format!("{} is not a text", quotable(name).unwrap_or("it")),
                instead: "put it in quotes".to_owned(),
            }),
        };
        self.fields.iter().map(text).collect()
    }

    /// The table that it names, with its place.
    pub(crate) fn table(&self) -> Option<(&'n str, Span)> {
        let field = self.operator.fields.iter().find(|field| field.form == FieldForm::Table)?;
        let (_, node) = self.fields.iter().find(|(name, _)| *name == field.name)?;
        Some((node.text()?, node.span))
    }

    /// An error of the operator at its place.
    pub(crate) fn wrong(&self, error: OperatorError, whole: Span) -> WrongUse {
        let OperatorError { field, what, instead } = error;
        let at = self.fields.iter().find(|(name, _)| Some(*name) == field);
        WrongUse { span: at.map_or(whole, |(_, node)| node.span), what, instead }
    }
}

fn named(name: &str, span: Span) -> Result<&'static Operator, WrongUse> {
    Operator::named(name).ok_or_else(|| {
        let names = Operator::all().iter().map(|one| one.name);
        let instead = instead(name, names);
        WrongUse { span, what: "it is not an operator".to_owned(), instead }
    })
}
