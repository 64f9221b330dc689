//! Makes one value of one person's attributes.

use serde_json::{Map, Value};

use crate::attributes::only;
use crate::characters::is_readable;
use crate::kind::is_partial_date;
use crate::mapped::{MAX_OCTETS, MappingError, Outcome};
use crate::template::Piece;
use crate::{
    AttributeError, Attributes, ClaimRules, ClaimSource, Kind, Login, Take, Template, ValueRule,
};

/// What the values of one claim are made of.
#[derive(Clone, Copy)]
pub(crate) struct Making<'a> {
    pub(crate) claim: &'a str,
    /// They know the types of attributes.
    pub(crate) rules: &'a ClaimRules,
    pub(crate) from: &'a Attributes,
    pub(crate) login: &'a Login<'a>,
}

/// What was made.
pub(crate) enum Made {
    /// A value, and what of.
    Value(Value, Outcome),
    /// Nothing, and why.
    Nothing(Outcome),
}

impl Making<'_> {
    /// The value that a rule makes.
    pub(crate) fn value(self, rule: &ValueRule) -> Result<Made, MappingError> {
        let holds = rule.condition.holds(self.from, self.login);
        let holds = holds.map_err(|AttributeError::ForbiddenCharacter { .. }| self.forbidden())?;
        if !holds {
            return Ok(Made::Nothing(Outcome::Excluded));
        }
        match &rule.source {
            ClaimSource::Constant(value) => Ok(Made::Value(value.clone(), Outcome::Constant)),
            ClaimSource::Attribute(names) => self.attribute(rule, names),
            ClaimSource::Template(template) => match self.template(template)? {
                Some(text) => self.finish(rule, Kind::Text, vec![text], Outcome::Made),
                None => Ok(Made::Nothing(Outcome::Absent)),
            },
            ClaimSource::Object(members) => {
                let mut object = Map::new();
                for (name, member) in members {
                    if let Made::Value(value, _) = self.value(member)? {
                        object.insert(name.clone(), value);
                    }
                }
                // An object of nothing is none.
                Ok(if object.is_empty() {
                    Made::Nothing(Outcome::Absent)
                } else {
                    Made::Value(Value::Object(object), Outcome::Made)
                })
            }
            ClaimSource::List(items) => {
                let mut list = vec![];
                for item in items {
                    match self.value(item)? {
                        Made::Value(Value::Array(several), _) => list.extend(several),
                        Made::Value(one, _) => list.push(one),
                        Made::Nothing(_) => {}
                    }
                }
                Ok(list_of(&rule.take, list))
            }
        }
    }

    /// The first attribute with a value that is not empty decides, whatever it says: another one might say something
    /// else.
    fn attribute(self, rule: &ValueRule, names: &[String]) -> Result<Made, MappingError> {
        let Some(name) = names.iter().find(|name| self.from.first(name).is_some()) else {
            let is_there = names.iter().any(|name| self.from.contains(name));
            let why = if is_there { Outcome::Empty } else { Outcome::Absent };
            return Ok(Made::Nothing(why));
        };
        let (values, kind) = (self.from.values(name), self.rules.kind(name));
        if !rule.then.is_empty() {
            // Operators see only what is of the attribute's type.
            for value in values.iter().filter(|value| !value.is_empty()) {
                self.to_json(kind, value)?;
            }
        }
        self.finish(rule, kind, values.to_vec(), Outcome::Matched { attribute: name.clone() })
    }

    /// The text, if each place has its value.
    fn template(self, template: &Template) -> Result<Option<String>, MappingError> {
        let mut text = String::new();
        for piece in &template.pieces {
            let part = match piece {
                Piece::Text(part) => part,
                Piece::Fact(fact) => fact.of(self.login),
                Piece::Attribute(name) => {
                    let Some(first) = self.from.first(name) else { return Ok(None) };
                    if only(self.from.values(name)).is_none() {
                        return Err(self.several());
                    }
                    self.to_json(self.rules.kind(name), first)?;
                    first
                }
            };
            text.push_str(part);
        }
        Ok(Some(text))
    }

    /// What the operators, and then `take`, make of these values.
    fn finish(
        self,
        rule: &ValueRule,
        mut kind: Kind,
        mut values: Vec<String>,
        outcome: Outcome,
    ) -> Result<Made, MappingError> {
        for operation in &rule.then {
            self.bound(&values)?;
            values = operation.run(values, self.login);
            kind = operation.kind().unwrap_or(kind);
            self.bound(&values)?;
        }
        let Some(first) = values.iter().find(|value| !value.is_empty()) else {
            return Ok(Made::Nothing(Outcome::Dropped));
        };
        Ok(Made::Value(self.take(&rule.take, kind, first, &values)?, outcome))
    }

    /// The claim made of `values`, of which `first` is the first that is not empty.
    fn take(
        self,
        take: &Take,
        kind: Kind,
        first: &str,
        values: &[String],
    ) -> Result<Value, MappingError> {
        let full = values.iter().map(String::as_str).filter(|value| !value.is_empty());
        match take {
            Take::Only if only(values).is_none() => Err(self.several()),
            Take::Only | Take::First => self.to_json(kind, first),
            Take::All => {
                let all = full.map(|value| self.to_json(kind, value));
                all.collect::<Result<_, _>>().map(Value::Array)
            }
            Take::Join(separator) => {
                let checked = full.map(|value| self.to_json(kind, value).map(|_| value));
                let parts = checked.collect::<Result<Vec<_>, _>>()?;
                Ok(Value::String(parts.join(separator)))
            }
        }
    }

    fn to_json(self, kind: Kind, value: &str) -> Result<Value, MappingError> {
        if !is_readable(value) {
            return Err(self.forbidden());
        }
        let claim = || self.claim.to_owned();
        kind.to_json(value).ok_or_else(|| {
            if kind == Kind::Date && is_partial_date(value) {
                MappingError::PartialDate { claim: claim() }
            } else {
                MappingError::WrongKind { claim: claim(), kind }
            }
        })
    }

    /// What operators may work on, and make.
    fn bound(self, values: &[String]) -> Result<(), MappingError> {
        if values.iter().map(String::len).sum::<usize>() > MAX_OCTETS {
            return Err(MappingError::TooLong { claim: self.claim.to_owned() });
        }
        Ok(())
    }

    fn several(self) -> MappingError {
        MappingError::SeveralValues { claim: self.claim.to_owned() }
    }

    fn forbidden(self) -> MappingError {
        MappingError::ForbiddenCharacter { claim: self.claim.to_owned() }
    }
}

/// What `take` makes of a list, each of which is a value already.
fn list_of(take: &Take, list: Vec<Value>) -> Made {
    let Some(first) = list.first().cloned() else { return Made::Nothing(Outcome::Absent) };
    let value = match take {
        Take::Only | Take::All => Value::Array(list),
        Take::First => first,
        Take::Join(separator) => {
            let texts: Vec<_> = list.iter().map(text).collect();
            Value::String(texts.join(separator))
        }
    };
    Made::Value(value, Outcome::Made)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
