//! The ways in which a document is not XML that is read here.

use thiserror::Error;

/// Why a document is not XML that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum XmlError {
    /// The parser refused it.
    #[error("it is not well-formed")]
    NotWellFormed,
    /// It declares a document type; entities and external references are never read.
    #[error("it has a document type declaration")]
    Doctype,
    /// White space stands before its XML declaration, which has no place but the first [XML §2.8].
    #[error("white space stands before its XML declaration")]
    SpaceBeforeDeclaration,
    /// It holds a processing instruction.
    #[error("it has a processing instruction")]
    ProcessingInstruction,
    /// It holds a comment, which could split a value in two.
    #[error("it has a comment")]
    Comment,
    /// It declares another encoding than UTF-8.
    #[error("it declares an encoding other than UTF-8")]
    Encoding,
    /// It declares another version of XML than 1.0, where other characters and names count.
    #[error("it declares a version of XML other than 1.0")]
    XmlVersion,
    /// It is nested too deeply.
    #[error("it is nested too deeply")]
    TooDeep,
    /// It has too many nodes.
    #[error("it has too many nodes")]
    TooManyNodes,
    /// A start tag, or the document for its length, has too many attributes.
    #[error("it has too many attributes")]
    TooManyAttributes,
    /// Too many namespace declarations are in scope at one element.
    #[error("an element has too many namespaces in scope")]
    TooManyNamespaces,
    /// A prefix or the name of a namespace is longer than any real one.
    #[error("a namespace has too long a prefix or name")]
    NamespaceTooLong,
    /// Its elements, attributes and namespaces are so many at once that comparing their names would
    /// cost more than an honest message does.
    #[error("its names would have to be compared too often")]
    TooManyNames,
    /// Two elements bear the same ID.
    #[error("two elements have the same ID")]
    DuplicateId,
    /// An ID attribute stands in a namespace, `xml:id` included.
    #[error("an ID attribute is in a namespace")]
    QualifiedId,
    /// A namespace name is relative; canonical XML is not defined over it [C14N §1.3].
    #[error("a namespace name is relative")]
    RelativeNamespace,
}

impl XmlError {
    /// A short stable word for logs, metrics and audit.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotWellFormed => "not_well_formed",
            Self::Doctype => "doctype",
            Self::SpaceBeforeDeclaration => "space_before_declaration",
            Self::ProcessingInstruction => "processing_instruction",
            Self::Comment => "comment",
            Self::Encoding => "encoding",
            Self::XmlVersion => "xml_version",
            Self::TooDeep => "too_deep",
            Self::TooManyNodes => "too_many_nodes",
            Self::TooManyAttributes => "too_many_attributes",
            Self::TooManyNamespaces => "too_many_namespaces",
            Self::NamespaceTooLong => "namespace_too_long",
            Self::TooManyNames => "too_many_names",
            Self::DuplicateId => "duplicate_id",
            Self::QualifiedId => "qualified_id",
            Self::RelativeNamespace => "relative_namespace",
        }
    }
}
