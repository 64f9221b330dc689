//! Which statements an assertion may hold: one about the authentication, any about attributes, and
//! others that say nothing about either and are dropped [SAML2Core §2.7].

use roxmltree::Node;

use crate::message_error::MessageError;
use crate::namespace::{SAML, XSI};
use crate::xml::{self, ElementName};

/// The statements of the schema, which may stand in any order.
pub(crate) const KINDS: [ElementName; 4] = [
    (SAML, "Statement"),
    (SAML, "AuthnStatement"),
    (SAML, "AuthzDecisionStatement"),
    (SAML, "AttributeStatement"),
];

/// Exactly one `AuthnStatement`. A decision about a resource is none of ours, and a statement of a type
/// that somebody else defined says what nobody here asks for: both are dropped. One of SAML's own types
/// by another name is refused, because it could be the second of those that are read.
pub(crate) fn check(assertion: Node<'_, '_>) -> Result<(), MessageError> {
    if xml::children(assertion, SAML, "Statement").any(|one| !is_foreign(one)) {
        return Err(MessageError::UnexpectedElement { element: "Statement", inside: "Assertion" });
    }
    match xml::children(assertion, SAML, AUTHN).take(2).count() {
        0 => Err(MessageError::Missing { element: AUTHN }),
        1 => Ok(()),
        _ => Err(MessageError::Repeated { element: AUTHN }),
    }
}

/// Whether `xsi:type`, without which there is no such element [SAML2Core §2.7.1], names a type of
/// another namespace than SAML's.
fn is_foreign(statement: Node<'_, '_>) -> bool {
    let mut attributes = statement.attributes();
    let kind = attributes.find(|one| one.namespace() == Some(XSI) && one.name() == "type");
    let Some(kind) = kind.map(|kind| kind.value().trim_ascii()) else { return false };
    let prefix = kind.split_once(':').map(|(prefix, _)| prefix);
    statement.lookup_namespace_uri(prefix).is_some_and(|namespace| namespace != SAML)
}

const AUTHN: &str = "AuthnStatement";
