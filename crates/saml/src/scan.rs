//! A linear look over the octets of a message before any parser sees them.
//!
//! What is refused here never reaches code whose cost grows faster than its input, and constructs
//! that have no place in a SAML message are named instead of interpreted.

use crate::rejected::Malformed;

/// Refuses DTDs, comments, processing instructions, foreign encodings, deep nesting and crowded
/// start tags, in one pass.
pub(crate) fn scan(text: &str) -> Result<(), Malformed> {
    let mut rest = skip_declaration(text)?;
    let mut depth = 0_usize;
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
            depth = depth.saturating_sub(1);
            after(end, ">")?
        } else {
            let (empty, next) = start_tag(tag)?;
            if !empty {
                depth += 1;
            }
            if depth > DEPTH_LIMIT {
                return Err(Malformed::TooDeep);
            }
            next
        };
    }
    Ok(())
}

/// An XML declaration may stand first; it must not name another encoding than the one SAML
/// bindings carry [SAML2Bind §3.5.4].
fn skip_declaration(text: &str) -> Result<&str, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(declaration) = text.strip_prefix("<?xml ") else { return Ok(text) };
    let Some((declaration, rest)) = declaration.split_once("?>") else {
        return Err(Malformed::NotWellFormed);
    };
    let Some((_, encoding)) = declaration.split_once("encoding") else { return Ok(rest) };
    let named = encoding.trim_start_matches([' ', '\t', '\r', '\n', '=']);
    let named = named.trim_start_matches(['"', '\'']);
    if named.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("utf-8")) {
        Ok(rest)
    } else {
        Err(Malformed::Encoding)
    }
}

/// Walks one start tag; says whether it is an empty-element tag, and what follows it.
fn start_tag(tag: &str) -> Result<(bool, &str), Malformed> {
    let mut attributes = 0_usize;
    let mut quote = None;
    let mut last = b'<';
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => {
                attributes += 1;
                if attributes > ATTRIBUTE_LIMIT {
                    return Err(Malformed::TooManyAttributes);
                }
                quote = Some(byte);
            }
            (None, b'>') => {
                let (_, next) = tag.split_at(at + 1);
                return Ok((last == b'/', next));
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

/// Namespace declarations count too; the busiest real start tags carry about fifteen.
const ATTRIBUTE_LIMIT: usize = 64;
