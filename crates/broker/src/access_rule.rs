//! Who may use a relying party.

use silta_mapping::Attributes;

/// Who may use a relying party, of all the people whom its upstream authenticates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessRule {
    /// Everybody.
    Everyone,
    /// Whoever has an attribute with one of these values, octet for octet.
    AnyOf {
        /// The attribute of the dictionary.
        attribute: String,
        /// The values of which one is enough.
        values: Vec<String>,
    },
}

impl AccessRule {
    /// Whether a person with these attributes may use the relying party.
    pub(crate) fn allows(&self, attributes: &Attributes) -> bool {
        match self {
            Self::Everyone => true,
            Self::AnyOf { attribute, values } => {
                attributes.values(attribute).iter().any(|has| values.contains(has))
            }
        }
    }
}
