//! Finding the one entity that is configured, among those of a federation [SAML2Meta §2.3].

use roxmltree::Node;

use crate::metadata::metadata_error::MetadataError;
use crate::namespace::MD;
use crate::xml;

/// The way from the root of the document to the entity: groups, and last the entity itself.
pub(super) struct EntityPath<'a, 'i> {
    /// The `EntitiesDescriptor` elements around it, the outermost first.
    pub(super) groups: Vec<Node<'a, 'i>>,
    /// Its `EntityDescriptor`.
    pub(super) entity: Node<'a, 'i>,
}

/// Finds the entity below `root`, where the schema has a place for it; without an `entity_id`, the only
/// one that there is.
///
/// # Errors
/// [`MetadataError`] when it is not there exactly once, or entities stand elsewhere as well.
pub(super) fn find<'a, 'i>(
    root: Node<'a, 'i>,
    entity_id: Option<&str>,
) -> Result<EntityPath<'a, 'i>, MetadataError> {
    let mut search = Search { entity_id, around: vec![], entities: 0, groups: 0, found: None };
    search.visit(root)?;
    // An entity inside Extensions, say, is read by nobody here and perhaps by somebody else.
    let all = root.descendants().filter(|node| is_entity(*node) || is_group(*node)).count();
    if all != search.entities + search.groups {
        return Err(MetadataError::StrayEntity);
    }
    search.found.ok_or(MetadataError::EntityMissing)
}

struct Search<'e, 'a, 'i> {
    entity_id: Option<&'e str>,
    around: Vec<Node<'a, 'i>>,
    entities: usize,
    groups: usize,
    found: Option<EntityPath<'a, 'i>>,
}

impl<'a, 'i> Search<'_, 'a, 'i> {
    /// Recursion is bounded by the depth of groups.
    fn visit(&mut self, element: Node<'a, 'i>) -> Result<(), MetadataError> {
        if is_entity(element) {
            return self.entity(element);
        }
        self.groups += 1;
        self.around.push(element);
        if self.around.len() > GROUP_DEPTH {
            return Err(MetadataError::GroupsTooDeep { limit: GROUP_DEPTH });
        }
        for child in element.children().filter(|node| is_entity(*node) || is_group(*node)) {
            self.visit(child)?;
        }
        self.around.pop();
        Ok(())
    }

    /// All characters of an entityID count [SAML2Core §8.3.6].
    fn entity(&mut self, entity: Node<'a, 'i>) -> Result<(), MetadataError> {
        self.entities += 1;
        if self.entities > ENTITY_LIMIT {
            return Err(MetadataError::TooManyEntities { limit: ENTITY_LIMIT });
        }
        if self.entity_id.is_some_and(|name| xml::attribute(entity, "entityID") != Some(name)) {
            return Ok(());
        }
        if self.found.is_some() {
            return Err(match self.entity_id {
                Some(_) => MetadataError::EntityRepeated,
                None => MetadataError::EntityNotNamed,
            });
        }
        self.found = Some(EntityPath { groups: self.around.clone(), entity });
        Ok(())
    }
}

/// Its entityID [SAML2Core §8.3.6].
///
/// # Errors
/// [`MetadataError::NoEntityId`].
pub(super) fn name<'a>(entity: Node<'a, '_>) -> Result<&'a str, MetadataError> {
    xml::attribute(entity, "entityID")
        .filter(|name| (1..=NAME_LENGTH).contains(&name.len()))
        .filter(|name| name.bytes().all(|octet| octet.is_ascii_graphic()))
        .ok_or(MetadataError::NoEntityId)
}

pub(super) fn is_entity(node: Node<'_, '_>) -> bool {
    xml::is(node, MD, "EntityDescriptor")
}

fn is_group(node: Node<'_, '_>) -> bool {
    xml::is(node, MD, "EntitiesDescriptor")
}

/// A national federation has some hundreds; eduGAIN has ten thousand in a hundred megabytes, and its
/// members publish each entity by itself as well.
const ENTITY_LIMIT: usize = 500;
/// [SAML2Core §8.3.6].
const NAME_LENGTH: usize = 1024;
/// Federations publish one group, or one of groups.
const GROUP_DEPTH: usize = 4;
