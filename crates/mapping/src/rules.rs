//! Claim rules, as they are written.

use serde_json::Value;
use thiserror::Error;

use crate::{Condition, Operation, Template};

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
}

/// Why a rule is refused. Every text in it comes from our own configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RuleError {
    /// A claim name that is empty, or holds white space or a control character.
    #[error("claim name `{}` is empty or has a blank in it", claim.escape_debug())]
    BadClaim {
        /// The claim as configured.
        claim: String,
    },
    /// What stands behind `#` is no language.
    #[error(
        "claim `{claim}`: what stands behind # is no language tag; write one such as fi, sv or en"
    )]
    BadLanguage {
        /// The claim as configured.
        claim: String,
    },
    /// A claim that the tokens themselves define.
    #[error("claim `{claim}` is set by the protocol; choose another name")]
    Reserved {
        /// The claim as configured.
        claim: String,
    },
    /// A claim with two rules.
    #[error("claim `{claim}` has two rules; list alternative attributes in one")]
    Duplicate {
        /// The claim as configured.
        claim: String,
    },
    /// A rule that names no attribute.
    #[error("claim `{claim}` names no attribute")]
    NoAttribute {
        /// The claim as configured.
        claim: String,
    },
    /// An attribute that no upstream has.
    #[error("claim `{claim}`: there is no attribute `{attribute}`")]
    UnknownAttribute {
        /// The claim as configured.
        claim: String,
        /// The attribute as configured.
        attribute: String,
    },
    /// A place of a template that is a fact of the login, and an attribute.
    #[error(
        "claim `{claim}`: {{{attribute}}} is a fact of the login; give the attribute another name"
    )]
    AmbiguousPlace {
        /// The claim as configured.
        claim: String,
        /// The place.
        attribute: String,
    },
    /// A constant is one value, and always there; an object has its members.
    #[error("claim `{claim}` is {source_is}; remove `{setting}`, which changes nothing")]
    IdleSetting {
        /// The claim as configured.
        claim: String,
        /// What its value comes from.
        source_is: &'static str,
        /// What it cannot have.
        setting: &'static str,
    },
    /// A claim without a value is left out, not `null` [OIDC Core §5.3.2].
    #[error("claim `{claim}`: a constant cannot be null; write a value, or `\"\"`")]
    ConstantNull {
        /// The claim as configured.
        claim: String,
    },
    /// An operator that makes texts of what has a type already.
    #[error(
        "claim `{claim}`: nothing but `first` can follow an operator that says a type; write {operator} before it"
    )]
    BehindType {
        /// The claim as configured.
        claim: String,
        /// The operator that comes too late.
        operator: &'static str,
    },
}

impl RuleError {
    /// The claim whose rule is refused, as configured.
    #[must_use]
    pub fn claim(&self) -> &str {
        match self {
            Self::BadClaim { claim }
            | Self::BadLanguage { claim }
            | Self::Reserved { claim }
            | Self::Duplicate { claim }
            | Self::NoAttribute { claim }
            | Self::UnknownAttribute { claim, .. }
            | Self::AmbiguousPlace { claim, .. }
            | Self::IdleSetting { claim, .. }
            | Self::ConstantNull { claim }
            | Self::BehindType { claim, .. } => claim,
        }
    }
}
