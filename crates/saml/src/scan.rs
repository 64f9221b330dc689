//! A linear look over the octets of a message before any parser sees them.
//!
//! What is refused here never reaches code whose cost grows faster than its input, and constructs
//! that have no place in a SAML message are named instead of interpreted.

use crate::malformed::Malformed;

/// Refuses DTDs, comments, processing instructions, foreign encodings, deep nesting, crowded start
/// tags and crowded scopes, in one pass.
pub(crate) fn scan(text: &str) -> Result<(), Malformed> {
    let mut rest = skip_declaration(text)?;
    // For each open element, how many namespaces were declared on it and around it.
    let mut open: Vec<usize> = vec![];
    while let Some(at) = rest.find('<') {
        let (_, tag) = rest.split_at(at);
        rest = if let Some(data) = tag.strip_prefix("<![CDATA[") {
            after(data, "]]>")?
        } else if tag.starts_with("<!--") {
            return Err(Malformed::Comment);
        } else if tag.starts_with("<!") {
            return Err(Malformed::Doctype);
        } else if tag.starts_with("<?") {
            return Err(Malformed::ProcessingInstruction);
        } else if let Some(end) = tag.strip_prefix("</") {
            open.pop();
            after(end, ">")?
        } else {
            let tag = start_tag(tag)?;
            let scope = open.last().copied().unwrap_or_default() + tag.declared;
            if scope > SCOPE_LIMIT {
                return Err(Malformed::TooManyNamespaces);
            }
            if !tag.empty {
                open.push(scope);
            }
            if open.len() > DEPTH_LIMIT {
                return Err(Malformed::TooDeep);
            }
            tag.rest
        };
    }
    Ok(())
}

/// An XML declaration may stand first. It must name XML 1.0, in which SAML and canonicalization are
/// defined [SAML2Core §1.1, C14N §1.3], and no other encoding than the one that SAML bindings carry
/// [SAML2Bind §3.5.4].
fn skip_declaration(text: &str) -> Result<&str, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(declaration) = text.strip_prefix("<?xml ") else { return Ok(text) };
    let Some((declaration, rest)) = declaration.split_once("?>") else {
        return Err(Malformed::NotWellFormed);
    };
    if said(declaration, "version").is_some_and(|version| version != "1.0") {
        return Err(Malformed::XmlVersion);
    }
    match said(declaration, "encoding") {
        Some(encoding) if !encoding.eq_ignore_ascii_case("utf-8") => Err(Malformed::Encoding),
        _ => Ok(rest),
    }
}

/// What an XML declaration says of `name`. That it says so in the right way is for the parser.
fn said<'t>(declaration: &'t str, name: &str) -> Option<&'t str> {
    let (_, value) = declaration.split_once(name)?;
    let value = value.trim_start_matches([' ', '\t', '\r', '\n', '=']);
    let value = value.trim_start_matches(['"', '\'']);
    Some(value.split(['"', '\'']).next().unwrap_or_default())
}

/// What was found at a start tag.
struct StartTag<'t> {
    /// It is an empty-element tag.
    empty: bool,
    /// The namespaces it declares.
    declared: usize,
    /// What follows it.
    rest: &'t str,
}

fn start_tag(tag: &str) -> Result<StartTag<'_>, Malformed> {
    let (mut attributes, mut declared) = (0_usize, 0_usize);
    let mut quote = None;
    let mut last = b'<';
    for (at, byte) in tag.bytes().enumerate() {
        let (_, here) = tag.as_bytes().split_at(at);
        let starts_name = matches!(last, b'<' | b' ' | b'\t' | b'\r' | b'\n');
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => {
                attributes += 1;
                if attributes > ATTRIBUTE_LIMIT {
                    return Err(Malformed::TooManyAttributes);
                }
                quote = Some(byte);
            }
            (None, b'x') if starts_name && here.starts_with(b"xmlns") => declared += 1,
            // An empty prefix, and a declaration under a prefix: the parser would take the one for
            // no prefix, and the other for a declaration of the default namespace.
            (None, b':') if starts_name || here.starts_with(b":xmlns") => {
                return Err(Malformed::NotWellFormed);
            }
            (None, b'>') => {
                let (_, rest) = tag.split_at(at + 1);
                return Ok(StartTag { empty: last == b'/', declared, rest });
            }
            _ => {}
        }
        last = byte;
    }
    Err(Malformed::NotWellFormed)
}

fn after<'t>(text: &'t str, end: &str) -> Result<&'t str, Malformed> {
    text.split_once(end).map(|(_, rest)| rest).ok_or(Malformed::NotWellFormed)
}

/// Real responses nest about ten deep; eIDAS addresses a little deeper.
const DEPTH_LIMIT: usize = 40;

/// Every element pays for every namespace in scope, and the parser for the square of it where one
/// more is declared; real documents have about fifteen.
const SCOPE_LIMIT: usize = 64;

/// Namespace declarations count too; the busiest real start tags carry about fifteen.
const ATTRIBUTE_LIMIT: usize = 64;
