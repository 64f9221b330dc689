//! One start tag as octets: how much it holds, and whether the namespaces that it declares are names.

use crate::xml_error::XmlError;

/// What was found at a start tag.
pub(crate) struct StartTag<'t> {
    /// It is an empty-element tag.
    pub(crate) empty: bool,
    /// Its attributes, declarations of namespaces included.
    pub(crate) attributes: usize,
    /// The namespaces it declares.
    pub(crate) declared: usize,
    /// Its names that have a prefix: its own, and those of attributes.
    pub(crate) prefixed: usize,
    /// What follows it.
    pub(crate) rest: &'t str,
}

/// An attribute that declares a namespace, up to its value.
#[derive(Clone, Copy)]
enum Declaration {
    /// The default namespace.
    Default,
    /// A prefix, which begins at this octet of the tag.
    Prefix { from: usize },
}

impl<'t> StartTag<'t> {
    /// Reads a tag that begins at the front of `tag`, in one pass. Names begin after white space and
    /// values are quoted, for the parser as well, so no declaration can be seen by one of them alone.
    pub(crate) fn read(tag: &'t str) -> Result<Self, XmlError> {
        let mut found = Self { empty: false, attributes: 0, declared: 0, prefixed: 0, rest: "" };
        let (mut quote, mut declaration, mut default) = (None, None, false);
        let mut last = b'<';
        for (at, byte) in tag.bytes().enumerate() {
            let (_, here) = tag.as_bytes().split_at(at);
            let starts_name = matches!(last, b'<' | b' ' | b'\t' | b'\r' | b'\n');
            match (quote, byte) {
                (Some((open, from)), _) if byte == open => {
                    if let Some(declaration) = declaration.take() {
                        let name = tag.get(from..at).ok_or(XmlError::NotWellFormed)?;
                        check(declaration, name)?;
                    }
                    quote = None;
                }
                (None, b'"' | b'\'') => {
                    found.attributes += 1;
                    if found.attributes > ATTRIBUTE_LIMIT {
                        return Err(XmlError::TooManyAttributes);
                    }
                    if let Some(Declaration::Prefix { from }) = declaration {
                        // With the equals sign, and the white space that may stand around it.
                        if at - from > PREFIX_LIMIT {
                            return Err(XmlError::NamespaceTooLong);
                        }
                    }
                    quote = Some((byte, at + 1));
                }
                (None, b'x') if starts_name && here.starts_with(b"xmlns") => {
                    declaration = match here.get(5) {
                        Some(b':') => Some(Declaration::Prefix { from: at + 6 }),
                        // The parser lets a second one pass [Namespaces §6.3].
                        Some(b'=' | b' ' | b'\t' | b'\r' | b'\n') if !default => {
                            default = true;
                            Some(Declaration::Default)
                        }
                        Some(b'=' | b' ' | b'\t' | b'\r' | b'\n') => {
                            return Err(XmlError::NotWellFormed);
                        }
                        _ => None,
                    };
                    found.declared += usize::from(declaration.is_some());
                }
                // An empty prefix, and `xmlns` under a prefix: the parser would take the one for no
                // prefix, and the other for a declaration of the default namespace.
                (None, b':') if starts_name || is_local_xmlns(here) => {
                    return Err(XmlError::NotWellFormed);
                }
                // The colon of a declaration belongs to no name that is looked up.
                (None, b':') => found.prefixed += usize::from(declaration.is_none()),
                (None, b'>') => {
                    let (_, rest) = tag.split_at(at + 1);
                    return Ok(Self { empty: last == b'/', rest, ..found });
                }
                _ => {}
            }
            last = byte;
        }
        Err(XmlError::NotWellFormed)
    }
}

/// Whether a colon is before the local name `xmlns`, and not before one that only begins so, such as
/// `xmlnsx`. What may go on a name goes on it for the parser as well; another colon does not.
fn is_local_xmlns(colon: &[u8]) -> bool {
    let goes_on = |octet: &u8| {
        octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.') || !octet.is_ascii()
    };
    colon.strip_prefix(b":xmlns").is_some_and(|rest| !rest.first().is_some_and(goes_on))
}

/// Canonicalization is undefined over relative namespace names [C14N §1.3]; implementations that
/// give up there and go on with nothing have verified the digest of nothing. Absolute names have a
/// colon, and no peer writes it as a character reference. A prefix cannot be taken back
/// [Namespaces §2.2].
fn check(declaration: Declaration, name: &str) -> Result<(), XmlError> {
    match declaration {
        Declaration::Default if name.is_empty() => Ok(()),
        Declaration::Prefix { .. } if name.is_empty() => Err(XmlError::NotWellFormed),
        _ if name.len() > NAME_LIMIT => Err(XmlError::NamespaceTooLong),
        _ if !name.contains(':') => Err(XmlError::RelativeNamespace),
        _ => Ok(()),
    }
}

/// Namespace declarations count too; the busiest real start tags carry about fifteen.
const ATTRIBUTE_LIMIT: usize = 64;

/// Octets of a prefix. Real ones have fewer than twenty; each is compared with all others in scope.
const PREFIX_LIMIT: usize = 64;

/// Octets of a namespace name. The longest known in these messages is WS-Security's, with 82; a
/// canonical form writes it again at every element that uses it.
const NAME_LIMIT: usize = 256;
