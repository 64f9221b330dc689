//! What a federation wants to know of a contact: elements of its own namespace.

use silta_xml_security::{Element, LocalName};
use thiserror::Error;

use crate::namespace::{MD, SAML, SAMLP};

/// `Extensions` of a `ContactPerson` [SAML2Meta §2.3.2.2]: elements of one namespace, each with a text or others.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactExtensions {
    namespace: String,
    elements: Vec<(Vec<LocalName>, String)>,
}

/// Why these are no such elements; what to write follows the semicolon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ContactExtensionsError {
    /// The schema has other places for what is SAML's.
    #[error("Extensions have no elements of SAML's own namespaces; write that of the federation")]
    Namespace,
    /// Not the name of an element, or too many of them.
    #[error(
        "it is no name of an element, nor names of elements in each other, up to {DEPTH_LIMIT}; write IPACode, or \
         CessionarioCommittente/Sede/CAP"
    )]
    Path,
}

impl ContactExtensions {
    /// None yet, of this namespace.
    ///
    /// # Errors
    /// [`ContactExtensionsError::Namespace`].
    pub fn new(namespace: &str) -> Result<Self, ContactExtensionsError> {
        if [MD, SAML, SAMLP].contains(&namespace) {
            return Err(ContactExtensionsError::Namespace);
        }
        Ok(Self { namespace: namespace.to_owned(), elements: vec![] })
    }

    /// Adds an element with this text, or none: its name, behind those that it stands in, with `/` between. One that
    /// begins as the one before it stands in the same elements.
    ///
    /// # Errors
    /// [`ContactExtensionsError::Path`].
    pub fn add(&mut self, path: &str, text: &str) -> Result<(), ContactExtensionsError> {
        let names: Option<Vec<_>> = path.split('/').map(LocalName::parse).collect();
        let names = names.filter(|names| names.len() <= DEPTH_LIMIT);
        self.elements.push((names.ok_or(ContactExtensionsError::Path)?, text.to_owned()));
        Ok(())
    }

    /// The element.
    pub(super) fn to_element(&self) -> Element {
        let all: Vec<_> =
            self.elements.iter().map(|(names, text)| (names.as_slice(), text.as_str())).collect();
        Element::new("md:Extensions").namespace("ext", &self.namespace).children(written(&all))
    }
}

/// The elements, of which those that begin with the same name, one behind the other, stand in one.
fn written(all: &[(&[LocalName], &str)]) -> Vec<Element> {
    let mut elements = vec![];
    let same = |one: &(&[LocalName], &str), other: &(&[LocalName], &str)| {
        one.0.first() == other.0.first() && one.0.len() > 1 && other.0.len() > 1
    };
    for group in all.chunk_by(same) {
        let Some((Some((name, inside)), text)) =
            group.first().map(|(names, text)| (names.split_first(), text))
        else {
            continue;
        };
        let element = Element::named("ext", name);
        elements.push(if inside.is_empty() {
            element.text(text)
        } else {
            let rest = group.iter().filter_map(|(names, text)| Some((names.get(1..)?, *text)));
            element.children(written(&rest.collect::<Vec<_>>()))
        });
    }
    elements
}

/// Italy's deepest has four.
const DEPTH_LIMIT: usize = 8;
