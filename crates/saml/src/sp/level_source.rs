//! Where an answer says how strongly the person was authenticated.

use roxmltree::Node;

use crate::namespace::SAML;
use crate::sp::assurance_levels::AssuranceLevels;
use crate::sp::esaml_answer;
use crate::sp::mismatch::Mismatch;
use crate::sp::response_error::ResponseError;
use crate::xml;

/// Where the level of an answer is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LevelSource {
    /// In `AuthnContextClassRef`, or else in `AuthnContextDeclRef` [SAML2Core §2.7.2.2].
    #[default]
    AuthnContext,
    /// In an attribute, as NemLog-in has it: then the context says nothing of it.
    Attribute(LevelAttribute),
}

/// An attribute whose one value is a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelAttribute {
    /// Its `Name`.
    pub name: String,
    /// What stands before a value to make it the URI of the level; nothing where a value is the level.
    pub prefix: String,
}

impl LevelAttribute {
    /// The level that the attribute says in a signed assertion, and its number. All its values are one list, in
    /// whatever statement they stand; two that differ are no level.
    pub(crate) fn read(
        &self,
        assertion: Node<'_, '_>,
        levels: &AssuranceLevels,
    ) -> Result<(String, usize), ResponseError> {
        let mut said = vec![];
        for statement in xml::children(assertion, SAML, "AttributeStatement") {
            let attributes = xml::children(statement, SAML, "Attribute");
            for one in attributes.filter(|one| xml::attribute(*one, "Name") == Some(&self.name)) {
                for value in xml::children(one, SAML, "AttributeValue") {
                    let typed = esaml_answer::texts(&self.name, value);
                    let said_in =
                        match typed.and_then(|_| esaml_answer::own_text(&self.name, value)) {
                            Some(level) => level,
                            None => xml::text(value)?.trim_ascii().to_owned(),
                        };
                    said.push(format!("{}{said_in}", self.prefix));
                }
            }
        }
        said.dedup();
        if let [only] = said.as_slice()
            && let Some(level) = levels.level(only)
        {
            return Ok((only.clone(), level));
        }
        let said = said.iter().map(String::as_str);
        Err(ResponseError::UnknownAuthnContext(Mismatch::signed(levels.from_level(0), said)))
    }
}
