//! What reading a message will cost beyond a pass over its octets, counted before it is spent.

use crate::start_tag::StartTag;
use crate::xml_error::XmlError;

/// What is left to spend on a message, in nanoseconds of a processor of 2025: parsing,
/// canonicalization and reading together. One sum for all, because a message that has as much of
/// everything as any honest one has of something costs a multiple of them all.
pub(crate) struct Budget {
    left: usize,
    nodes: usize,
    attributes: usize,
    names: usize,
    /// Namespaces declared so far, in the whole document.
    declared: usize,
}

impl Budget {
    /// What `text` may spend, less what its references take.
    ///
    /// # Errors
    /// As [`Budget::text`].
    pub(crate) fn of(text: &str) -> Result<Self, XmlError> {
        let left = ANY + PER_OCTET * text.len();
        let mut budget = Self { left, nodes: 0, attributes: 0, names: 0, declared: 0 };
        let references = text.bytes().filter(|octet| *octet == b'&').count();
        budget.spend(REFERENCE * references, 0, 0)?;
        Ok(budget)
    }

    /// A text or a CDATA section.
    ///
    /// # Errors
    /// [`XmlError`]: of what the message has most, for its length.
    pub(crate) fn text(&mut self) -> Result<(), XmlError> {
        self.spend(NODE, 0, 0)
    }

    /// An element, inside others that declare `around` namespaces.
    ///
    /// # Errors
    /// As [`Budget::text`].
    pub(crate) fn element(&mut self, tag: &StartTag<'_>, around: usize) -> Result<(), XmlError> {
        let pairs = |count: usize| count * count.saturating_sub(1) / 2;
        let scope = around + tag.declared;
        // Where a namespace is declared, all that are in force are taken over one by one, each
        // compared with those that are there already.
        let taken_over = if tag.declared == 0 { 0 } else { pairs(scope) };
        // Each prefix is looked up among all that are in force, and again among those written.
        let looked_up = 2 * (1 + tag.prefixed) * scope;
        // Each declaration is put into a sorted list of all, which moves half of it: as fast as
        // sixteen to a comparison.
        let sorted_in = tag.declared * self.declared / 32;
        // Two attributes are compared by the names of their namespaces and their own.
        let compared = 2 * pairs(tag.attributes);
        let comparisons = taken_over + looked_up + sorted_in + compared;
        self.declared += tag.declared;
        self.spend(NODE, ATTRIBUTE * tag.attributes, COMPARISON * comparisons)
    }

    fn spend(&mut self, nodes: usize, attributes: usize, names: usize) -> Result<(), XmlError> {
        self.nodes += nodes;
        self.attributes += attributes;
        self.names += names;
        match self.left.checked_sub(nodes + attributes + names) {
            Some(left) => self.left = left,
            None if self.names > self.attributes.max(self.nodes) => {
                return Err(XmlError::TooManyNames);
            }
            None if self.attributes > self.nodes => return Err(XmlError::TooManyAttributes),
            None => return Err(XmlError::TooManyNodes),
        }
        Ok(())
    }
}

/// A node is allocated, looked at by every stage, and written.
const NODE: usize = 220;
/// An attribute is sorted, looked up and written besides.
const ATTRIBUTE: usize = 350;
/// A reference is replaced in a copy of its value, and often written as another.
const REFERENCE: usize = 80;
/// Two names are compared.
const COMPARISON: usize = 2;

/// What any message may spend: twenty thousandths of a millisecond, so that a short one with sixty
/// namespaces on one element passes.
const ANY: usize = 20_000;
/// What it may spend for each of its octets. Values of one character in their shortest elements, on
/// lines of their own, take 19; values that each declare two namespaces where fifteen are in force 15;
/// a person with many groups 6.
const PER_OCTET: usize = 20;
