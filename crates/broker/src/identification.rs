//! What identifies a person: a login and `silta explain` judge it by this alone.

use std::borrow::Cow;

use silta_mapping::{Attributes, Dictionary, Spelling};

use crate::error::LoginError;
use crate::model::identity::PersonName;

/// What an upstream says of a person, under its own names.
#[derive(Clone, Copy)]
pub(crate) struct SaidOfPerson<'a> {
    /// As of an [`Identity`](crate::Identity).
    pub(crate) attributes: &'a [(String, Vec<String>)],
    /// The same.
    pub(crate) named: &'a [(String, Vec<PersonName>)],
    /// The same.
    pub(crate) name: Option<&'a PersonName>,
}

impl SaidOfPerson<'_> {
    /// The same under the names of the dictionary.
    pub(crate) fn recognised(self, dictionary: &Dictionary) -> Attributes {
        let delivered = self
            .attributes
            .iter()
            .map(|(name, values)| (name.as_str(), values.iter().map(String::as_str)));
        let mut attributes = dictionary.recognise(delivered);
        for (attribute, names) in self.named {
            let each = names.iter().map(|name| (name.text.as_str(), name.scope.as_str()));
            attributes.add_names(dictionary, attribute, each);
        }
        if let Some(name) = self.name {
            attributes.add_name_id(&name.text, &name.scope);
        }
        attributes
    }
}

/// The attribute of `subject` that identifies the person, and its value in the spelling in which people are known.
///
/// # Errors
/// [`LoginError::NoSubject`]; [`LoginError::Attributes`] where its value cannot be compared.
pub(crate) fn identifying<'a>(
    (subject, spelling): (&'a [String], &Spelling),
    attributes: &'a Attributes,
) -> Result<(&'a str, Cow<'a, str>), LoginError> {
    // The best attribute that arrived decides, also when its values differ: a lesser one
    // would make the person somebody else.
    let delivered = |name: &&String| attributes.first(name).is_some();
    let attribute = subject.iter().find(delivered).ok_or(LoginError::NoSubject)?;
    let value = attributes.one(attribute)?.ok_or(LoginError::NoSubject)?;
    if spelling.is_plain() {
        return Ok((attribute, Cow::Borrowed(value)));
    }
    let spelled = spelling.spell(value).ok_or(LoginError::NoSubject)?;
    Ok((attribute, Cow::Owned(spelled)))
}
