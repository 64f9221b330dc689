//! The canonical form that a method or a reference asks for, made by Silta's canonicalization wherever
//! that is one of whole elements.

use roxmltree::{Document, Namespace, Node};
use silta_xml_security::c14n;
use silta_xml_security::namespace::{
    BASE64, C14N, C14N_11, C14N_11_WITH_COMMENTS, C14N_WITH_COMMENTS, DS, ENVELOPED, EXC_C14N,
    EXC_C14N_WITH_COMMENTS, XPATH, XPATH_FILTER, XSLT,
};
use silta_xml_security::xml;

/// A canonical form.
pub(super) struct Form<'a> {
    /// Whether each prefix in scope is written, as inclusive canonicalization does.
    inclusive: bool,
    comments: bool,
    prefixes: Vec<&'a str>,
}

impl<'a> Form<'a> {
    /// Every prefix in the `PrefixList` makes an exclusive form the inclusive one.
    pub(super) fn inclusive() -> Self {
        Self { inclusive: true, comments: false, prefixes: vec![] }
    }

    pub(super) fn exclusive() -> Self {
        Self { inclusive: false, comments: false, prefixes: vec![] }
    }

    pub(super) fn with_comments(self) -> Self {
        Self { comments: true, ..self }
    }

    /// The one that a `CanonicalizationMethod` or a `Transform` names, if it names any.
    pub(super) fn named(method: Node<'a, '_>) -> Option<Self> {
        let list = xml::child(method, EXC_C14N, "InclusiveNamespaces");
        let list = list.and_then(|list| xml::attribute(list, "PrefixList")).unwrap_or("");
        let form = match xml::attribute(method, "Algorithm")? {
            C14N | C14N_11 => Self::inclusive(),
            C14N_WITH_COMMENTS | C14N_11_WITH_COMMENTS => Self::inclusive().with_comments(),
            EXC_C14N => Self::exclusive(),
            EXC_C14N_WITH_COMMENTS => Self::exclusive().with_comments(),
            _ => return None,
        };
        Some(Self { prefixes: list.split_ascii_whitespace().collect(), ..form })
    }

    /// The octets of an element, or why Silta has no such form.
    pub(super) fn of(
        &self,
        apex: Node<'_, '_>,
        without: Option<Node<'_, '_>>,
    ) -> Result<String, &'static str> {
        let mut prefixes = self.prefixes.clone();
        if self.inclusive {
            let is_xml = |node: Node<'_, '_>| {
                node.attributes().any(|one| one.namespace() == Some(XML_NAMESPACE))
            };
            if apex.ancestors().skip(1).any(is_xml) {
                return Err("attributes of `xml` above it are written again");
            }
            prefixes.push("#default");
            let scopes = apex.descendants().flat_map(|node| node.namespaces());
            prefixes.extend(scopes.filter_map(Namespace::name));
            prefixes.sort_unstable();
            prefixes.dedup();
        }
        let canonical = if self.comments { c14n::exclusive_with_comments } else { c14n::exclusive };
        canonical(apex, without, &prefixes).map_err(|_| "it has no canonical form here")
    }
}

/// The octets that a reference covers, or why they are not made here.
pub(super) fn covered(
    reference: Node<'_, '_>,
    document: &Document<'_>,
) -> Result<String, &'static str> {
    let uri = xml::attribute(reference, "URI").ok_or("another resource")?;
    // A name alone leaves comments out, an XPointer keeps them [XMLDSig §4.4.3.3].
    let (mut apex, keeps_comments) = match uri {
        "" => (document.root_element(), false),
        "#xpointer(/)" => (document.root_element(), true),
        _ => {
            let pointed =
                uri.strip_prefix("#xpointer(id('").and_then(|uri| uri.strip_suffix("'))"));
            let id = pointed.or(uri.strip_prefix('#')).ok_or("another resource")?;
            (by_id(document, id).ok_or("another resource")?, pointed.is_some())
        }
    };
    let signatures: Vec<_> =
        document.descendants().filter(|node| xml::is(*node, DS, "Signature")).collect();
    let mut without = None;
    // Where no method makes octets of nodes, inclusive canonicalization does [XMLDSig §4.4.3.2].
    let mut form = None;
    let transforms = xml::child(reference, DS, "Transforms");
    for transform in transforms.into_iter().flat_map(|all| xml::children(all, DS, "Transform")) {
        if form.is_some() {
            return Err("another transform");
        }
        form = Form::named(transform);
        match xml::attribute(transform, "Algorithm") {
            Some(ENVELOPED) => {
                without = reference.ancestors().find(|node| xml::is(*node, DS, "Signature"));
            }
            Some(XPATH) => {
                let path = xml::child(transform, DS, "XPath").and_then(|path| path.text());
                match path.unwrap_or("").trim_ascii() {
                    "ancestor-or-self::bar:Something" => {
                        apex = document
                            .descendants()
                            .find(|node| xml::is(*node, "http://example.org/bar", "Something"))
                            .ok_or("`XPath`")?;
                    }
                    "not(ancestor-or-self::dsig:Signature)" => {
                        let [only] = signatures[..] else { return Err("`XPath`") };
                        without = Some(only);
                    }
                    _ => return Err("`XPath`"),
                }
            }
            Some(XPATH_FILTER) => return Err("`XPath`"),
            Some(XSLT) => return Err("XSLT"),
            Some(BASE64) => return Err("base64"),
            _ if form.is_some() => {}
            _ => return Err("another transform"),
        }
    }
    let mut form = form.unwrap_or(Form::inclusive());
    form.comments &= keeps_comments;
    let around = |node: Node<'_, '_>| node.is_comment();
    if form.comments && apex == document.root_element() && document.root().children().any(around) {
        return Err("a comment around the root");
    }
    form.of(apex, without)
}

fn by_id<'a, 'i>(document: &'a Document<'i>, id: &str) -> Option<Node<'a, 'i>> {
    let named = |node: &Node<'_, '_>| {
        node.attributes().any(|one| one.name().eq_ignore_ascii_case("id") && one.value() == id)
    };
    document.descendants().find(named)
}

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
