//! What is needed of the people of an upstream.

use silta_mapping::{NAME_ID, QUALIFIED_NAME_ID};

/// What relying parties need of the people of an upstream. What nobody needs an upstream may leave unread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NeededOfPerson {
    /// What the upstream calls them beside all attributes.
    pub name: bool,
    /// Any attribute.
    pub attributes: bool,
}

impl NeededOfPerson {
    /// What is needed here or there.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { name: self.name || other.name, attributes: self.attributes || other.attributes }
    }

    /// What these attributes are, by the names that the configuration has for them.
    pub fn of<'a>(attributes: impl IntoIterator<Item = &'a str>) -> Self {
        attributes.into_iter().fold(Self::default(), |needed, name| {
            let is_name = name == NAME_ID || name == QUALIFIED_NAME_ID;
            let Self { name, attributes } = needed;
            Self { name: name || is_name, attributes: attributes || !is_name }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_needed_by_either_of_its_names_and_nothing_is_of_nobody() {
        let needed = |names: &[&str]| {
            let NeededOfPerson { name, attributes } = NeededOfPerson::of(names.iter().copied());
            (name, attributes)
        };
        assert_eq!(needed(&[]), (false, false));
        assert_eq!(needed(&["cn", "mail"]), (false, true));
        assert_eq!(needed(&[QUALIFIED_NAME_ID]), (true, false));
        assert_eq!(needed(&["cn", NAME_ID]), (true, true));
    }
}
