//! A linear look over the octets of a message before any parser sees them.
//!
//! What is refused here never reaches code whose cost grows faster than its input, and constructs
//! that have no place in a message are named instead of interpreted.

use crate::cost::Budget;
use crate::start_tag::StartTag;
use crate::xml_error::XmlError;

/// Refuses DTDs, comments, processing instructions, foreign encodings, deep nesting, crowded start
/// tags, crowded scopes, names of namespaces that are none, and more nodes, attributes and
/// comparisons of names than an honest message of this length has, in one pass.
pub(crate) fn scan(text: &str) -> Result<(), XmlError> {
    pass(text, Comments::Refused, DEPTH_LIMIT)
}

/// The same for a document that is no message: comments may stand in it, and it nests as deep as its
/// reader says.
pub(crate) fn scan_with_comments(text: &str, depth: usize) -> Result<(), XmlError> {
    pass(text, Comments::Allowed, depth)
}

/// Whether comments may stand in a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    Refused,
    Allowed,
}

fn pass(text: &str, comments: Comments, depth: usize) -> Result<(), XmlError> {
    let mut rest = skip_declaration(text)?;
    let mut budget = Budget::of(text)?;
    // For each open element, how many namespaces were declared on it and around it.
    let mut open: Vec<usize> = vec![];
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        if !text.is_empty() {
            budget.text()?;
        }
        rest = if let Some(data) = tag.strip_prefix("<![CDATA[") {
            budget.text()?;
            after(data, "]]>")?
        } else if let Some(comment) = tag.strip_prefix("<!--") {
            if comments == Comments::Refused {
                return Err(XmlError::Comment);
            }
            budget.text()?;
            after(comment, "-->")?
        } else if tag.starts_with("<!") {
            return Err(XmlError::Doctype);
        } else if tag.starts_with("<?") {
            return Err(XmlError::ProcessingInstruction);
        } else if let Some(end) = tag.strip_prefix("</") {
            open.pop();
            after(end, ">")?
        } else {
            let tag = StartTag::read(tag)?;
            let around = open.last().copied().unwrap_or(0);
            let scope = around + tag.declared;
            if scope > SCOPE_LIMIT {
                return Err(XmlError::TooManyNamespaces);
            }
            budget.element(&tag, around)?;
            if !tag.empty {
                open.push(scope);
            }
            if open.len() > depth {
                return Err(XmlError::TooDeep);
            }
            tag.rest
        };
    }
    Ok(())
}

/// An XML declaration may stand first. It must name XML 1.0, over which canonicalization is defined
/// [C14N §1.3], and no other encoding than UTF-8, which this text is.
fn skip_declaration(text: &str) -> Result<&str, XmlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(declaration) = text.strip_prefix("<?xml ") else {
        let late = text.trim_ascii_start().starts_with("<?xml ");
        return if late { Err(XmlError::SpaceBeforeDeclaration) } else { Ok(text) };
    };
    let Some((declaration, rest)) = declaration.split_once("?>") else {
        return Err(XmlError::NotWellFormed);
    };
    if pseudo_attribute(declaration, "version").is_some_and(|version| version != "1.0") {
        return Err(XmlError::XmlVersion);
    }
    match pseudo_attribute(declaration, "encoding") {
        Some(encoding) if !encoding.eq_ignore_ascii_case("utf-8") => Err(XmlError::Encoding),
        _ => Ok(rest),
    }
}

/// The value of a pseudo-attribute of an XML declaration [XML §2.8]. Its exact syntax is for the
/// parser to judge.
fn pseudo_attribute<'t>(declaration: &'t str, name: &str) -> Option<&'t str> {
    let (_, value) = declaration.split_once(name)?;
    let value = value.trim_start_matches([' ', '\t', '\r', '\n', '=']);
    let value = value.trim_start_matches(['"', '\'']);
    Some(value.split_once(['"', '\'']).map_or(value, |(value, _)| value))
}

fn after<'t>(text: &'t str, end: &str) -> Result<&'t str, XmlError> {
    text.split_once(end).map(|(_, rest)| rest).ok_or(XmlError::NotWellFormed)
}

/// Real responses nest about ten deep; eIDAS addresses a little deeper.
const DEPTH_LIMIT: usize = 40;

/// Every element pays for every namespace in scope, and the parser for the square of it where one
/// more is declared; real documents have about fifteen.
const SCOPE_LIMIT: usize = 64;
