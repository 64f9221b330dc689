//! Whom an assertion identifies that was explained and not accepted.

use silta_mapping::Dictionary;
use silta_saml::ExplainedAssertion;

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
        subject: &[String],
    ) -> Result<(), LoginError> {
        let (attributes, named) = self.told_by(&assertion.attributes);
        let name = assertion.name_id.as_ref().and_then(|name_id| self.person_name(name_id));
        let said = SaidOfPerson { attributes: &attributes, named: &named, name: name.as_ref() };
        identifying(subject, &said.recognised(dictionary)).map(|_| ())
    }
}
