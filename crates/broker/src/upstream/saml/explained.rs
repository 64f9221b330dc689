//! Whom an assertion speaks of that lets nobody in.

use silta_mapping::{Attributes, Dictionary, Spelling};
use silta_saml::{Attribute, ExplainedAssertion, NameId};

use crate::error::LoginError;
use crate::identification::{SaidOfPerson, identifying};
use crate::upstream::saml::SamlUpstream;

impl SamlUpstream {
    /// Judges as a login does whether something of `subject` identifies the person.
    ///
    /// # Errors
    /// As the login: [`LoginError::NoSubject`], [`LoginError::Attributes`].
    pub fn check_subject(
        &self,
        assertion: &ExplainedAssertion,
        dictionary: &Dictionary,
        subject: (&[String], &Spelling),
    ) -> Result<(), LoginError> {
        let said = (assertion.attributes.as_slice(), assertion.name_id.as_ref());
        identifying(subject, &self.attributes_of(said, dictionary)).map(|_| ())
    }

    /// The attributes that a login would have whose assertion has these attributes and this NameID.
    #[must_use]
    pub fn attributes_of(
        &self,
        (attributes, name_id): (&[Attribute], Option<&NameId>),
        dictionary: &Dictionary,
    ) -> Attributes {
        let (attributes, named) = self.told_by(attributes);
        let name = name_id.and_then(|name_id| self.person_name(name_id));
        let said = SaidOfPerson { attributes: &attributes, named: &named, name: name.as_ref() };
        said.recognised(dictionary)
    }
}
