//! What is wrong with a text that is no YAML: what the parser stumbles over is often a line below the mistake.

use saphyr_parser::ScanError;

use super::{Position, Span, lines};
use crate::problem::Problem;
use crate::quotable;

/// The problem of a text that the parser cannot read on.
pub(super) fn problem(text: &str, error: &ScanError) -> Problem {
    let at = Position::of(error.marker());
    let file = File { lines: lines(text).collect() };
    let found = match Kind::of(error.info()) {
        Kind::Structure => file
            .line_without_colon(at)
            .or_else(|| file.unclosed(at))
            .or_else(|| file.second_colon(at))
            .or_else(|| file.indentation(at)),
        Kind::Bracket => file.unclosed(at).or_else(|| {
            Some((at, "nothing is open that this closes".into(), "remove it, or open it".into()))
        }),
        Kind::Quote => {
            Some((at, "the quote that begins here does not end".into(), "close it".into()))
        }
        Kind::BehindQuote => Some((
            at,
            "something follows the closing quote".into(),
            "put all of the value into the quotes".into(),
        )),
        Kind::Tab => Some((
            Position { column: 1, ..at },
            "a tab stands in the indentation".into(),
            "indent with blanks".into(),
        )),
        Kind::Character => Some((
            at,
            "no value begins with this character".into(),
            "put the value in quotes".into(),
        )),
        Kind::Anchor => Some((
            at,
            "there is no anchor of this name".into(),
            "write & and the name in front of the value that is meant".into(),
        )),
        Kind::Other => None,
    };
    let (start, what, instead) = found.unwrap_or_else(|| {
        let what = format!("the file is not YAML here: {}", error.info());
        (at, what, "correct the indentation or the quotes".to_owned())
    });
    Problem::new(Span { start, end: start }, "", what, instead)
}

/// What kind of trouble the parser has, by its own words.
enum Kind {
    Structure,
    Bracket,
    Quote,
    BehindQuote,
    Tab,
    Character,
    Anchor,
    Other,
}

impl Kind {
    fn of(info: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| info.contains(word));
        if has(&["tab"]) {
            Self::Tab
        } else if has(&["trailing content after"]) {
            Self::BehindQuote
        } else if has(&["quoted scalar"]) {
            Self::Quote
        } else if has(&["misplaced bracket", "flow mapping", "flow sequence"]) {
            Self::Bracket
        } else if has(&["unknown anchor"]) {
            Self::Anchor
        } else if has(&["unexpected character"]) {
            Self::Character
        } else if has(&["mapping values", "simple key", "block mapping", "block collection", "':'"])
        {
            Self::Structure
        } else {
            Self::Other
        }
    }
}

type Found = (Position, String, String);

struct File<'t> {
    lines: Vec<&'t str>,
}

impl<'t> File<'t> {
    fn line(&self, number: u32) -> Option<&'t str> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.lines.get(at).copied()
    }

    /// The line above that is neither blank nor a comment.
    fn above(&self, number: u32) -> Option<(u32, &'t str)> {
        let numbers = (1..number).rev().take(LINES_ABOVE);
        let lines = numbers.filter_map(|number| Some((number, self.line(number)?)));
        lines
            .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
            .take(1)
            .next()
    }

    /// A key on this line or the one above that has no colon, or no blank behind it.
    fn line_without_colon(&self, at: Position) -> Option<Found> {
        let here = self.line(at.line).map(|line| (at.line, line));
        let candidates = [self.above(at.line), here];
        candidates.into_iter().flatten().find_map(|(number, line)| {
            let indent = line.len() - line.trim_start().len();
            let word = line.split_whitespace().next()?;
            if line.contains(": ") || line.trim_end().ends_with(':') || word == "-" {
                return None;
            }
            let (key, joined) = match word.split_once(':') {
                Some((key, rest)) if !rest.is_empty() => (key, true),
                Some(_) => return None,
                None => (word, false),
            };
            let is_key = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let key = quotable(key).filter(|_| is_key)?;
            if !joined && line.trim() == word {
                return None;
            }
            let column = u32::try_from(indent + key.len() + 1).ok()?;
            let what = if joined {
                format!("there is no blank behind the colon of {key}")
            } else {
                format!("there is no colon behind {key}")
            };
            let at = Position { line: number, column };
            Some((at, what, format!("write {key}: and, behind a blank, its value")))
        })
    }

    /// The last bracket or brace before a place that is not closed there.
    fn unclosed(&self, at: Position) -> Option<Found> {
        let mut open: Vec<(Position, char)> = vec![];
        let mut quote = None;
        for (number, line) in (1..=at.line).zip(&self.lines) {
            let mut before = '\n';
            for (column, c) in (1..).zip(line.chars()) {
                let place = Position { line: number, column };
                if place >= at {
                    break;
                }
                let begins = before == '\n' || " \t[{,:".contains(before);
                match (quote, c) {
                    (Some(mark), c) if mark == c => quote = None,
                    (None, '#') if begins => break,
                    (None, '"' | '\'') if begins => quote = Some(c),
                    (None, '[' | '{') if begins || !open.is_empty() => open.push((place, c)),
                    (None, ']' | '}') => {
                        open.pop();
                    }
                    (Some(_) | None, _) => {}
                }
                before = c;
            }
        }
        let (place, c) = open.pop()?;
        let (name, end) = if c == '[' { ("bracket", ']') } else { ("brace", '}') };
        let what = format!("the {name} that opens here is not closed");
        Some((place, what, format!("close it with {end}")))
    }

    fn second_colon(&self, at: Position) -> Option<Found> {
        let line = self.line(at.line)?;
        (line.matches(": ").count() > 1).then(|| {
            let what = "a second colon with a blank stands on this line".to_owned();
            (at, what, "put the value in quotes".to_owned())
        })
    }

    fn indentation(&self, at: Position) -> Option<Found> {
        let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let here = indent(self.line(at.line)?);
        let above = indent(self.above(at.line)?.1);
        (here != above).then(|| {
            let what = format!("this line is indented by {here}, the one above it by {above}");
            let start = Position { column: u32::try_from(here + 1).unwrap_or(1), ..at };
            (start, what, "indent the keys of one section alike".to_owned())
        })
    }
}

/// Between a mistake and what the parser stumbles over stand blank lines and comments.
const LINES_ABOVE: usize = 100;
