//! `Advice`, of which nothing is read: it may be ignored without affecting what the assertion means or
//! whether it is valid [SAML2Core §2.3.3, §2.6.1].

use roxmltree::Node;

use crate::namespace::SAML;
use crate::xml;

/// The `Advice` of an assertion, if it stands at its place: right after `Conditions`, which every
/// assertion here must have. One anywhere else is no Advice, and is looked into as everything is.
pub(crate) fn of<'a, 'i>(assertion: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let conditions = xml::child(assertion, SAML, "Conditions")?;
    conditions.next_sibling_element().filter(|next| xml::is(*next, SAML, "Advice"))
}

/// `root` and every element below it, but for what stands inside `advice`.
pub(crate) fn elements_outside<'a, 'i: 'a>(
    root: Node<'a, 'i>,
    advice: Option<Node<'a, 'i>>,
) -> impl Iterator<Item = Node<'a, 'i>> {
    let ignored = advice.map(|advice| advice.range());
    root.descendants().filter(Node::is_element).filter(move |node| {
        let at = node.range().start;
        ignored.as_ref().is_none_or(|ignored| at <= ignored.start || ignored.end <= at)
    })
}
