//! What rules made of one person: claims, and a trace of each rule.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::Kind;

/// The claims of one person, with a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedClaims {
    /// The claims.
    pub claims: Claims,
    /// The step of each rule.
    pub trace: Trace,
}

/// Claims by name, with their JSON values. Written out by serde as a plain JSON object, and never
/// by `Debug`: the values are personal data.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(crate) fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// The claims as a JSON object.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Keeps only the claims of these names.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.0.retain(|name, _| keep(name));
    }

    /// The claims as a JSON object of one's own, to be put into a token.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({})", self.0.len())
    }
}

/// One step for each rule, in the order of the rules. It holds no value, yet it is about a person:
/// that every address is absent can mean that a non-disclosure order is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The steps.
    pub steps: Vec<Step>,
}

/// The result of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The rule's claim.
    pub claim: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// Where a rule found its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The claim was made from this attribute.
    Matched {
        /// The internal name.
        attribute: String,
    },
    /// The claim was made from several attributes, or from facts of the login.
    Made,
    /// An attribute was delivered, but without a value that is not empty.
    Empty,
    /// None of the rule's attributes was delivered.
    Absent,
    /// Its operators left nothing of what was delivered.
    Dropped,
    /// It does not count for this login.
    Excluded,
    /// Nothing was made, and what stands for that was taken.
    Default,
    /// An attribute has a value that is no text. The claim is not required, so it is as if there were none.
    Unusable(MappingError),
    /// The claim is the same for everybody.
    Constant,
}

/// Why the rules refuse a login. It holds names from our own configuration, and no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MappingError {
    /// A required claim has no value.
    #[error("required claim `{claim}`: no value was delivered")]
    Missing {
        /// The rule's claim.
        claim: String,
    },
    /// Several values where the rule allows one.
    #[error("claim `{claim}`: several values were delivered where one is allowed")]
    SeveralValues {
        /// The rule's claim.
        claim: String,
    },
    /// A value is not of its attribute's kind.
    #[error("claim `{claim}`: a delivered value does not read as {kind}")]
    WrongKind {
        /// The rule's claim.
        claim: String,
        /// The kind it should have.
        kind: Kind,
    },
    /// A value has what is no character in XML.
    #[error("claim `{claim}`: a delivered value has a character that XML does not have")]
    ForbiddenCharacter {
        /// The rule's claim.
        claim: String,
    },
    /// Operators made more of the values than a claim may have.
    #[error("claim `{claim}`: its operators make more than {} octets", MAX_OCTETS)]
    TooLong {
        /// The rule's claim.
        claim: String,
    },
    /// A value is a date without its year, or a year alone, where a whole date is needed.
    #[error("claim `{claim}`: only a part of a date was delivered, the year or all but the year")]
    PartialDate {
        /// The rule's claim.
        claim: String,
    },
}

/// What operators may make of all values of one claim. No message is longer than twice that.
pub(crate) const MAX_OCTETS: usize = 64 * 1024;
