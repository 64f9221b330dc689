//! One line of a text, with its words replaced.

use std::collections::HashMap;

use super::{FILL_IN, StarterError};

/// What stands for each word.
pub(super) type Values = HashMap<&'static str, Filled>;

/// What stands for a word.
#[derive(Debug, Clone)]
pub(super) enum Filled {
    /// A value.
    Known(String),
    /// An attribute, or a list of them in YAML, that a claim comes from.
    Claim(String),
    /// Nothing: only the administrator knows it.
    Open,
    /// Nothing, and the line is left out.
    LeftOut,
}

impl Filled {
    /// A value, or one to be filled in.
    pub(super) fn or_open(value: Option<String>) -> Self {
        value.map_or(Self::Open, Self::Known)
    }

    /// A value, or no line.
    pub(super) fn or_left_out(value: Option<String>) -> Self {
        value.map_or(Self::LeftOut, Self::Known)
    }
}

/// A line that was written.
pub(super) struct Line {
    pub(super) text: String,
    /// The words whose values stand in it.
    pub(super) used: Vec<&'static str>,
}

/// The line with what stands for its words, and its end; `None` where it is left out.
///
/// # Errors
/// It has a word that nothing stands for.
pub(super) fn filled(line: &str, values: &Values) -> Result<Option<Line>, StarterError> {
    // A mark inside a value is a part of the value.
    let (asking, hint) =
        line.split_once(FILL_IN).map_or((line, None), |(asking, hint)| (asking, Some(hint)));
    let (mut text, mut used) = (String::new(), vec![]);
    let (mut is_known, mut is_left_out) = (false, false);
    for (is_hint, part) in [(false, Some(asking)), (true, hint)] {
        let Some(mut rest) = part else { continue };
        if is_hint {
            text.push_str(if is_known { "# " } else { FILL_IN });
        }
        while let Some((before, word, more, after)) = next_word(rest) {
            text.push_str(before);
            let value = values.get_key_value(word);
            let (word, value) = value.ok_or_else(|| StarterError::Word(word.to_owned()))?;
            match value {
                Filled::Known(value) => {
                    is_known |= before.ends_with(": ");
                    used.push(*word);
                    text.push_str(value);
                }
                Filled::Claim(from) => text.push_str(&claim(from, more)),
                Filled::Open => text.truncate(text.trim_end().len()),
                Filled::LeftOut => is_left_out = true,
            }
            rest = after;
        }
        text.push_str(rest);
    }
    Ok((!is_left_out).then(|| Line { text: text + "\n", used }))
}

/// The next `{word}` or `{word, more}`, with what stands before and after it. A mapping of YAML has a blank behind its
/// bracket, and is none.
fn next_word(text: &str) -> Option<(&str, &str, Option<&str>, &str)> {
    for (at, _) in text.match_indices('{') {
        let (before, inside) = (text.get(..at)?, text.get(at + 1..)?);
        if !inside.starts_with(|c: char| c.is_ascii_lowercase()) {
            continue;
        }
        let (inside, after) = inside.split_once('}')?;
        let (word, more) =
            inside.split_once(", ").map_or((inside, None), |(word, more)| (word, Some(more)));
        return Some((before, word, more, after));
    }
    None
}

/// The rule of a claim, as short as it can be.
fn claim(from: &str, more: Option<&str>) -> String {
    match more {
        Some(more) => format!("{{ from: {from}, {more} }}"),
        None if from.starts_with('[') => format!("{{ from: {from} }}"),
        None => from.to_owned(),
    }
}
