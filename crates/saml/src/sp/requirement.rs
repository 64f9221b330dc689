//! What one federation requires of every answer, and SAML leaves free.

use roxmltree::Node;
use thiserror::Error;

use crate::name_id::{NameId, TRANSIENT};
use crate::namespace::SAML;
use crate::xml;

/// What an answer must have, beyond what SAML and we require of all. As an error it is what an answer lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Requirement {
    /// `ID` of the Response, though nothing refers to it.
    #[error("the response has no ID")]
    ResponseId,
    /// `Format` of the assertion's `Issuer`, which is an entity.
    #[error("the Issuer of the assertion has no Format")]
    IssuerFormat,
    /// `NotBefore` of `Conditions`.
    #[error("the Conditions have no NotBefore")]
    NotBefore,
    /// `NotOnOrAfter` of `Conditions`.
    #[error("the Conditions have no NotOnOrAfter")]
    NotOnOrAfter,
    /// A NameID in the open, with a text and the `Format` of a transient one.
    #[error("the subject has no transient NameID")]
    TransientNameId,
    /// `NameQualifier` of the NameID.
    #[error("the NameID has no NameQualifier")]
    NameQualifier,
    /// A value in every attribute, in the open, and none that is empty.
    #[error("an attribute has no value, or an empty one")]
    AttributeValues,
}

impl Requirement {
    /// Every one, in the order in which they are looked at.
    pub const ALL: [Self; 7] = [
        Self::ResponseId,
        Self::IssuerFormat,
        Self::NotBefore,
        Self::NotOnOrAfter,
        Self::TransientNameId,
        Self::NameQualifier,
        Self::AttributeValues,
    ];

    /// A short stable word for configuration files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ResponseId => "response_id",
            Self::IssuerFormat => "issuer_format",
            Self::NotBefore => "not_before",
            Self::NotOnOrAfter => "not_on_or_after",
            Self::TransientNameId => "transient_name_id",
            Self::NameQualifier => "name_qualifier",
            Self::AttributeValues => "attribute_values",
        }
    }

    /// What answers without it are refused for: a short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::ResponseId => "no_response_id",
            Self::IssuerFormat => "no_issuer_format",
            Self::NotBefore => "no_not_before",
            Self::NotOnOrAfter => "no_not_on_or_after",
            Self::TransientNameId => "no_transient_name_id",
            Self::NameQualifier => "no_name_qualifier",
            Self::AttributeValues => "no_attribute_value",
        }
    }
}

/// What one peer's answers must have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirements(Vec<Requirement>);

impl Requirements {
    /// All of these.
    #[must_use]
    pub fn new(all: Vec<Requirement>) -> Self {
        Self(all)
    }

    /// What a Response must have around its assertion.
    pub(crate) fn check_response(&self, response: Node<'_, '_>) -> Result<(), Requirement> {
        self.check(Requirement::ResponseId, || has_text(xml::attribute(response, "ID")))
    }

    /// What the issuer of an assertion must have; which Format it may be is judged in any case.
    pub(crate) fn check_issuer(&self, assertion: Node<'_, '_>) -> Result<(), Requirement> {
        let issuer = || xml::child(assertion, SAML, "Issuer");
        self.check(Requirement::IssuerFormat, || {
            issuer().is_some_and(|issuer| xml::attribute(issuer, "Format").is_some())
        })
    }

    /// What its conditions must have.
    pub(crate) fn check_conditions(&self, conditions: Node<'_, '_>) -> Result<(), Requirement> {
        for (requirement, attribute) in
            [(Requirement::NotBefore, "NotBefore"), (Requirement::NotOnOrAfter, "NotOnOrAfter")]
        {
            self.check(requirement, || xml::attribute(conditions, attribute).is_some())?;
        }
        Ok(())
    }

    /// What the name of its subject must have. One that is encrypted by itself is none: who does so is known by it.
    pub(crate) fn check_name_id(&self, name_id: Option<&NameId>) -> Result<(), Requirement> {
        self.check(Requirement::TransientNameId, || {
            name_id.is_some_and(|one| {
                has_text(Some(&one.value)) && one.format.as_deref() == Some(TRANSIENT)
            })
        })?;
        self.check(Requirement::NameQualifier, || {
            has_text(name_id.and_then(|one| one.name_qualifier.as_deref()))
        })
    }

    /// What its attributes must have.
    pub(crate) fn check_attributes(&self, assertion: Node<'_, '_>) -> Result<(), Requirement> {
        self.check(Requirement::AttributeValues, || {
            let statements = xml::children(assertion, SAML, "AttributeStatement");
            let mut all = statements.flat_map(|one| one.children().filter(Node::is_element));
            all.all(|one| xml::is(one, SAML, "Attribute") && has_values(one))
        })
    }

    fn check(&self, one: Requirement, holds: impl FnOnce() -> bool) -> Result<(), Requirement> {
        if self.0.contains(&one) && !holds() { Err(one) } else { Ok(()) }
    }
}

/// Whether there is a value, and in each a text or an element.
fn has_values(attribute: Node<'_, '_>) -> bool {
    let mut values = xml::children(attribute, SAML, "AttributeValue").peekable();
    let holds = |value: Node<'_, '_>| {
        value.children().any(|child| child.is_element() || has_text(child.text()))
    };
    values.peek().is_some() && values.all(holds)
}

fn has_text(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim_ascii().is_empty())
}
