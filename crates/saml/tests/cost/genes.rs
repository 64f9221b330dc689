//! What the search may vary: how large a message is, how deep, what its elements declare and hold.

use crate::form::Form;
use crate::random::Random;

/// A message, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Genes {
    pub(crate) form: Form,
    /// Octets of XML that are aimed at.
    pub(crate) size: usize,
    /// Elements around the leaves, one in another.
    pub(crate) depth: usize,
    /// Each of those.
    pub(crate) around: Tag,
    /// The leaves, in turn, until the message is full.
    pub(crate) leaves: Vec<Leaf>,
    /// Garbled session keys before the right one.
    pub(crate) garbled: usize,
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: &'static str,
    pub(crate) name_length: usize,
    /// Namespaces that it declares, the octets of each prefix and name.
    pub(crate) declared: usize,
    pub(crate) prefix: usize,
    pub(crate) uri: usize,
    /// Whether every tag declares prefixes of its own.
    pub(crate) distinct: bool,
    pub(crate) attributes: usize,
    pub(crate) attribute_length: usize,
    /// Whether attributes (and the element) use the namespaces that are declared around them.
    pub(crate) qualified: bool,
    pub(crate) value: Filling,
    pub(crate) value_length: usize,
}

/// An element that holds text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) tag: Tag,
    pub(crate) text: Filling,
    pub(crate) text_length: usize,
    /// Written as an empty-element tag if it is empty.
    pub(crate) short: bool,
    /// Whether it has an ID.
    pub(crate) id: bool,
}

/// What a value or a text is made of.
pub(crate) type Filling = &'static str;

pub(crate) const FILLINGS: &[Filling] = &[
    "x",
    " ",
    "\n",
    "\r",
    "\t",
    ">",
    "]",
    "]]",
    "\"",
    "'",
    "=",
    "&#9;",
    "&#x0000D;",
    "&amp;",
    "&lt;",
    "<![CDATA[]]>",
    "<![CDATA[<]]>",
    "<![CDATA[&]]>",
    "<![CDATA[\r]]>",
    "é",
    "\u{1F600}",
    "A=",
    ":",
];

pub(crate) const NAMES: &[&str] = &[
    "a",
    "saml:Attribute",
    "saml:AttributeValue",
    "saml:Audience",
    "saml:AudienceRestriction",
    "saml:SubjectConfirmation",
    "saml:NameID",
    "saml:Advice",
    "saml:EncryptedID",
    "saml:EncryptedAttribute",
    "ds:X509Data",
    "ds:KeyInfo",
    "ds:RetrievalMethod",
    "ds:Transform",
    "xenc:EncryptedKey",
    "xenc:CipherValue",
    "samlp:StatusCode",
];

impl Genes {
    pub(crate) fn any(random: &mut Random) -> Self {
        let leaves = 1 + random.below(2);
        Self {
            form: random.one(&Form::ALL),
            size: random.one(SIZES),
            depth: random.below(38),
            around: tag(random),
            leaves: (0..leaves).map(|_| leaf(random)).collect(),
            garbled: random.below(4),
        }
    }

    /// The same with one to three changes.
    pub(crate) fn changed(&self, random: &mut Random) -> Self {
        let mut genes = self.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(genes.leaves.len());
            match random.below(12) {
                0 => genes.form = random.one(&Form::ALL),
                1 => genes.size = random.one(SIZES),
                2 => genes.depth = random.below(38),
                3 => genes.around = changed(genes.around, random),
                4 => genes.garbled = random.below(4),
                5 if genes.leaves.len() < 4 => genes.leaves.push(leaf(random)),
                6 if genes.leaves.len() > 1 => _ = genes.leaves.remove(at),
                7 => genes.leaves[at] = leaf(random),
                8 => genes.leaves[at].text = random.one(FILLINGS),
                9 => genes.leaves[at].text_length = length(random),
                10 => {
                    genes.leaves[at].short = random.below(2) == 0;
                    genes.leaves[at].id = random.below(3) == 0;
                }
                _ => genes.leaves[at].tag = changed(genes.leaves[at].tag, random),
            }
        }
        genes
    }
}

fn leaf(random: &mut Random) -> Leaf {
    Leaf {
        tag: tag(random),
        text: random.one(FILLINGS),
        text_length: length(random),
        short: random.below(2) == 0,
        id: random.below(4) == 0,
    }
}

fn tag(random: &mut Random) -> Tag {
    let bare = random.below(2) == 0;
    let some = |random: &mut Random, most| if bare { random.below(2) } else { random.below(most) };
    Tag {
        name: random.one(NAMES),
        name_length: length(random),
        declared: some(random, 64),
        prefix: name(random, 58),
        uri: name(random, 253),
        distinct: random.below(2) == 0,
        attributes: some(random, 64),
        attribute_length: 1 + length(random),
        qualified: random.below(2) == 0,
        value: random.one(FILLINGS),
        value_length: length(random),
    }
}

fn changed(mut tag: Tag, random: &mut Random) -> Tag {
    match random.below(11) {
        0 => tag.name = random.one(NAMES),
        1 => tag.name_length = length(random),
        2 => tag.declared = random.below(65),
        3 => tag.prefix = name(random, 58),
        4 => tag.uri = name(random, 253),
        5 => tag.distinct = !tag.distinct,
        6 => tag.attributes = random.below(65),
        7 => tag.attribute_length = 1 + length(random),
        8 => tag.qualified = !tag.qualified,
        9 => tag.value = random.one(FILLINGS),
        _ => tag.value_length = length(random),
    }
    tag
}

/// As long as it may be, or short, or now and then too long.
fn name(random: &mut Random, most: usize) -> usize {
    match random.below(16) {
        0 => most + 1 + length(random),
        1..6 => most,
        6..9 => 1 + random.below(most),
        _ => 1,
    }
}

/// Mostly short, sometimes very long.
fn length(random: &mut Random) -> usize {
    let most = random.one(&[1, 1, 1, 4, 4, 32, 256, 2_048, 16_384]);
    random.below(most)
}

/// A usual message, and up to the longest there may be.
const SIZES: &[usize] = &[9_000, 16_000, 32_000, 64_000, 97_000, 98_300, 98_300, 98_300];
