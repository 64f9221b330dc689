//! An attribute, as the configuration knows it.

use crate::{Kind, NAME_ID, PROVIDER_SUBJECT};

/// One attribute that the configuration may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The internal name, used in rules: `[A-Za-z][A-Za-z0-9_]*`.
    pub name: String,
    /// The SAML `Name`s it is delivered under, compared byte for byte; none of [`NAME_ID`] alone.
    pub sources: Vec<String>,
    /// The type of its values.
    pub kind: Kind,
    /// Whether it must stay out of everything printed: it identifies a person, or says where they
    /// live, or that this may not be told.
    pub sensitive: bool,
}

impl Attribute {
    /// The NameID, which every identity provider by SAML may send.
    #[must_use]
    pub fn name_id() -> Self {
        Self { name: NAME_ID.to_owned(), sources: vec![], kind: Kind::Text, sensitive: true }
    }

    /// The identifier of a person that every OpenID Provider sends.
    #[must_use]
    pub fn provider_subject() -> Self {
        let (name, sources) = (PROVIDER_SUBJECT.to_owned(), vec!["oidc:sub".to_owned()]);
        Self { name, sources, kind: Kind::Text, sensitive: true }
    }
}
