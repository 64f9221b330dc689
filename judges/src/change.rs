//! What is done to a good signature: before it is made, so that it covers the change, or after.

/// One deviation from a signature that everybody accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// None.
    Good,

    // Before it is made.
    /// `URI=""`.
    WholeDocument,
    /// The reference is to another element of the message.
    OtherElement,
    /// `URI="#xpointer(id('…'))"`.
    XPointerToId,
    /// `URI="#xpointer(/)"`.
    XPointerToRoot,
    /// The `#` of the reference is followed by the ID with a percent-encoded octet.
    PercentEncoded,
    /// Two references, both to the message.
    TwoReferences,
    /// Canonical XML 1.0 for `SignedInfo`.
    InclusiveMethod,
    /// Canonical XML 1.0 for the message.
    InclusiveTransform,
    /// Canonical XML 1.1 for `SignedInfo`.
    Inclusive11Method,
    /// Canonical XML 1.1 for the message.
    Inclusive11Transform,
    /// No transform but enveloped-signature.
    EnvelopedAlone,
    /// An `XPath` transform that leaves the signature out.
    XPath,
    /// SHA-1 for the message.
    Sha1Digest,
    /// SHA-224 for the message.
    Sha224Digest,
    /// RSA with SHA-1.
    Sha1Signature,
    /// An `Object` at the end of the signature.
    Object,
    /// `KeyInfo` twice.
    KeyInfoTwice,
    /// `KeyInfo` before `SignatureValue`.
    KeyInfoFirst,
    /// A parameter of `SignatureMethod` that it does not take.
    MethodParameter,
    /// An empty `PrefixList`.
    EmptyPrefixList,
    /// No `PrefixList` in `InclusiveNamespaces`.
    NoPrefixList,
    /// More prefixes than any real list has.
    ManyPrefixes,
    /// An element inside `InclusiveNamespaces`.
    FilledPrefixList,
    /// `SignedInfo` of ten thousand octets.
    LongSignedInfo,
    /// A comment in `SignedInfo`.
    CommentInSignedInfo,
    /// A comment in the message.
    Comment,
    /// A processing instruction in the message.
    Instruction,
    /// A namespace with a relative name.
    RelativeNamespace,
    /// A namespace with a long name.
    LongNamespace,
    /// Elements far inside each other.
    Deep,
    /// An element with many attributes.
    ManyAttributes,
    /// The signature stands in a child of the message.
    SignatureDeeper,
    /// The ID stands in `Id`.
    IdInOtherCase,
    /// Another element has the same ID in another attribute.
    IdTwice,
    /// Another element has an `xml:id`.
    XmlId,
    /// An XML declaration of version 1.1.
    Xml11,
    /// An XML declaration of another encoding.
    OtherEncoding,

    // After it is made.
    /// A document type, before everything.
    Doctype,
    /// A character of a text is another one.
    Text,
    /// The value of an attribute is another one.
    Attribute,
    /// An element more.
    Added,
    /// The signature stands last in the message.
    SignatureMoved,
    /// A bit of the digest.
    DigestBit,
    /// A bit of the value.
    ValueBit,
    /// Another signature algorithm is named.
    OtherAlgorithm,
    /// Another digest algorithm is named.
    OtherDigest,
    /// White space in the digest.
    DigestSpaced,
    /// White space in the value.
    ValueSpaced,
    /// The value without its padding.
    ValueUnpadded,
    /// The value with bits set after its last octet.
    ValueTrailingBits,
    /// The value in the URL-safe alphabet.
    ValueUrlSafe,
    /// A foreign character in the value.
    ValueJunk,
    /// An empty value.
    ValueEmpty,
    /// An empty digest.
    DigestEmpty,
    /// A comment in the digest.
    DigestComment,
    /// A comment in the value.
    ValueComment,
    /// A section in the value.
    ValueSection,
    /// A character of the value as a reference.
    ValueReference,
    /// The value of an elliptic curve in DER.
    ValueDer,
    /// `KeyInfo` has another certificate.
    RogueKeyInfo,
    /// No `KeyInfo`.
    NoKeyInfo,
    /// Another key made it.
    RogueKey,
    /// Ends of lines are CR LF.
    CrLf,
    /// White space in tags.
    SpaceInTags,
    /// A text as references.
    References,
    /// A text as a section.
    Section,
    /// A signed message inside another one, which bears its signature.
    Wrapped,
    /// A signed message inside another one.
    Inside,
    /// One octet is another one.
    Octet,
}

impl Change {
    /// Every change.
    pub const ALL: [Self; 70] = [
        Self::Good,
        Self::WholeDocument,
        Self::OtherElement,
        Self::XPointerToId,
        Self::XPointerToRoot,
        Self::PercentEncoded,
        Self::TwoReferences,
        Self::InclusiveMethod,
        Self::InclusiveTransform,
        Self::Inclusive11Method,
        Self::Inclusive11Transform,
        Self::EnvelopedAlone,
        Self::XPath,
        Self::Sha1Digest,
        Self::Sha224Digest,
        Self::Sha1Signature,
        Self::Object,
        Self::KeyInfoTwice,
        Self::KeyInfoFirst,
        Self::MethodParameter,
        Self::EmptyPrefixList,
        Self::NoPrefixList,
        Self::ManyPrefixes,
        Self::FilledPrefixList,
        Self::LongSignedInfo,
        Self::CommentInSignedInfo,
        Self::Comment,
        Self::Instruction,
        Self::RelativeNamespace,
        Self::LongNamespace,
        Self::Deep,
        Self::ManyAttributes,
        Self::SignatureDeeper,
        Self::IdInOtherCase,
        Self::IdTwice,
        Self::XmlId,
        Self::Xml11,
        Self::OtherEncoding,
        Self::Doctype,
        Self::Text,
        Self::Attribute,
        Self::Added,
        Self::SignatureMoved,
        Self::DigestBit,
        Self::ValueBit,
        Self::OtherAlgorithm,
        Self::OtherDigest,
        Self::DigestSpaced,
        Self::ValueSpaced,
        Self::ValueUnpadded,
        Self::ValueTrailingBits,
        Self::ValueUrlSafe,
        Self::ValueJunk,
        Self::ValueEmpty,
        Self::DigestEmpty,
        Self::DigestComment,
        Self::ValueComment,
        Self::ValueSection,
        Self::ValueReference,
        Self::ValueDer,
        Self::RogueKeyInfo,
        Self::NoKeyInfo,
        Self::RogueKey,
        Self::CrLf,
        Self::SpaceInTags,
        Self::References,
        Self::Section,
        Self::Wrapped,
        Self::Inside,
        Self::Octet,
    ];

    /// Those that only somebody else can sign, because Silta computes nothing of the kind.
    #[must_use]
    pub fn is_foreign(self) -> bool {
        matches!(
            self,
            Self::InclusiveMethod
                | Self::InclusiveTransform
                | Self::Inclusive11Method
                | Self::Inclusive11Transform
                | Self::EnvelopedAlone
                | Self::Sha1Digest
                | Self::Sha224Digest
                | Self::Sha1Signature
                | Self::Instruction
        )
    }
}
