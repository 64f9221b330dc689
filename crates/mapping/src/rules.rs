//! Claim rules, as they are written.

use serde_json::Value;

use crate::{Condition, Dictionary, Operation, Template};

/// One claim rule of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRule {
    /// The claim's name, as the client will see it; a language tag may stand behind `#` [OIDC Core §5.2].
    pub claim: String,
    /// How its value is made: the first of these that makes one decides.
    pub one_of: Vec<ValueRule>,
    /// What happens when none of them makes one.
    pub otherwise: Otherwise,
}

/// What happens when there is no value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Otherwise {
    /// The claim is left out [OIDC Core §5.3.2].
    #[default]
    LeftOut,
    /// The claim is there, blank: `""`, or `[]` with [`Take::All`], whatever the attribute's kind. Cognito
    /// keeps the value of an earlier login until a blank one comes.
    Blank,
    /// The login is refused, also where the value cannot be used. Otherwise such a value counts as none.
    Refused,
    /// This value, which is not `null`.
    Default(Value),
}

/// How a value is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueRule {
    /// Where it comes from.
    pub source: ClaimSource,
    /// What is done with it, in this order. Nothing with a constant and an object.
    pub then: Vec<Operation>,
    /// Which of several values it takes. Must be the default but for attributes and lists.
    pub take: Take,
    /// For which logins it counts.
    pub condition: Condition,
}

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimSource {
    /// Internal names in order; the first one with a value that is not empty wins. No attribute is
    /// delivered for everybody, so one claim often needs several.
    Attribute(Vec<String>),
    /// The same JSON value for everybody; not `null`.
    Constant(Value),
    /// A text with places; without a value for each of them there is none.
    Template(Template),
    /// A JSON object of these members. What has no value is left out, and an object of nothing is none.
    Object(Vec<(String, ValueRule)>),
    /// The values of all of these, in order; one that is a list adds each of its items.
    List(Vec<ValueRule>),
}

/// Which of several values a claim takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Take {
    /// One value, however often it is there. Values that differ make no claim, empty ones counted: the identity
    /// of a person must not depend on an order.
    #[default]
    Only,
    /// The first that is not empty.
    First,
    /// All that are not empty, as an array, even when it is one.
    All,
    /// All that are not empty, each checked against its kind, as one text with this between them.
    Join(String),
}

impl ClaimRule {
    /// A rule without a condition, whose claim is left out without a value.
    #[must_use]
    pub fn new(claim: impl Into<String>, value: ValueRule) -> Self {
        Self { claim: claim.into(), one_of: vec![value], otherwise: Otherwise::LeftOut }
    }
}

impl ValueRule {
    /// The one value of this source, as it is.
    #[must_use]
    pub fn of(source: ClaimSource) -> Self {
        Self { source, then: vec![], take: Take::Only, condition: Condition::default() }
    }

    /// The one value of the first of these attributes that has one.
    #[must_use]
    pub fn from(attributes: &[&str]) -> Self {
        Self::of(ClaimSource::Attribute(attributes.iter().map(ToString::to_string).collect()))
    }

    /// Whether what it makes is a list.
    #[must_use]
    pub fn makes_lists(&self) -> bool {
        let is_list = matches!(self.source, ClaimSource::List(_));
        self.take == Take::All || (is_list && self.take == Take::Only)
    }

    /// The internal names of the attributes that it looks at.
    #[must_use]
    pub fn attributes(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.condition.attributes().collect();
        match &self.source {
            ClaimSource::Attribute(all) => names.extend(all.iter().map(String::as_str)),
            ClaimSource::Template(template) => names.extend(template.attributes()),
            ClaimSource::Object(members) => {
                names.extend(members.iter().flat_map(|(_, one)| one.attributes()));
            }
            ClaimSource::List(items) => names.extend(items.iter().flat_map(Self::attributes)),
            ClaimSource::Constant(_) => {}
        }
        names
    }

    /// Whether no login at this upstream has a value of it.
    pub(crate) fn is_impossible_at(&self, name: &str, upstream: &Dictionary) -> bool {
        let is_unknown = |attribute: &str| upstream.attribute(attribute).is_none();
        self.condition.is_never_at(name)
            || match &self.source {
                ClaimSource::Constant(_) => false,
                ClaimSource::Attribute(names) => names.iter().all(|name| is_unknown(name)),
                ClaimSource::Template(template) => template.attributes().any(is_unknown),
                ClaimSource::Object(members) => {
                    members.iter().all(|(_, member)| member.is_impossible_at(name, upstream))
                }
                ClaimSource::List(items) => {
                    items.iter().all(|item| item.is_impossible_at(name, upstream))
                }
            }
    }
}
