//! What XML calls characters, and white space.

/// Whether a text can be a value: all of it is what XML calls characters [XML 1.0 §2.2].
pub(crate) fn is_readable(value: &str) -> bool {
    let is_forbidden = |character: char| {
        let is_white_space = XML_WHITE_SPACE.contains(&character);
        (character < ' ' && !is_white_space) || matches!(character, '\u{fffe}' | '\u{ffff}')
    };
    !value.contains(is_forbidden)
}

/// White space of XML [XML 1.0 §2.3]; a no-break space, say, is text.
pub(crate) const XML_WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
