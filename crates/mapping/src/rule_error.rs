//! Why a rule is refused.

use thiserror::Error;

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
