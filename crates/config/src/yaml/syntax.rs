//! What is wrong with a text that is no YAML: what the parser stumbles over is often a line below the mistake.

use saphyr_parser::ScanError;

use super::{Position, Span, lines};
use crate::check::missing_colon;
use crate::problem::Problem;
use crate::quotable;

/// The problem of a text that the parser cannot read on.
pub(super) fn problem(text: &str, error: &ScanError) -> Problem {
    let at = Position::of(error.marker());
    let file = File { lines: lines(text).collect() };
    let said = |at, what: &str, instead: &str| Some((at, what.to_owned(), instead.to_owned()));
    let found = match Kind::of(error.info()) {
        Kind::Structure => file
            .tab(at)
            .or_else(|| file.line_without_colon(at))
            .or_else(|| file.unclosed(at))
            .or_else(|| file.mixed_list(at))
            .or_else(|| file.second_colon(at))
            .or_else(|| file.indentation(at)),
        Kind::Bracket => file
            .unclosed(at)
            .or_else(|| said(at, "nothing is open that this closes", "remove it, or open it")),
        Kind::Quote => said(at, "the quote that begins here does not end", "close it"),
        Kind::BehindQuote => {
            let over_lines = file.scanned_to(at).quote_over_lines.and_then(|begin| {
                said(begin, "the quote that begins here does not end on its line", "close it")
            });
            over_lines.or_else(|| {
                let instead = "put all of the value into the quotes";
                said(at, "something follows the closing quote", instead)
            })
        }
        Kind::Tab => file
            .tab(at)
            .or_else(|| file.tab(below(at)))
            .or_else(|| said(at, "a tab stands where YAML wants blanks", "write blanks instead")),
        Kind::Character => {
            said(at, "no value begins with this character", "put the value in quotes")
        }
        Kind::Anchor => said(
            at,
            "there is no anchor of this name",
            "write & and the name in front of the value that is meant",
        ),
        Kind::Other => file.tab(at),
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
        } else if has(&["misplaced bracket", "flow mapping", "flow sequence", "flow construct"]) {
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
            let text = line.trim_start();
            let text = text.strip_prefix("- ").map_or(text, str::trim_start);
            let start = line.len() - text.len();
            let word = text.split_whitespace().next()?;
            if line.contains(": ") || line.trim_end().ends_with(':') || word == "-" {
                return None;
            }
            let (key, joined) = match word.split_once(':') {
                Some((key, rest)) if !rest.is_empty() => (key, true),
                Some(_) => return None,
                None => (word, false),
            };
            let is_alone = !joined && text.trim_end() == word;
            // A word alone is a key if something is indented below it; else it goes on with the value above.
            if is_alone && (number == at.line || start >= indent(self.line(at.line)?)) {
                return None;
            }
            let place = Position { line: number, column: column(line, start + key.len()) };
            // A secret that slipped into this place has digits or signs, or capital letters.
            let is_key = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
            let name = quotable(key).filter(|key| key.bytes().all(is_key));
            let (what, instead) = match name {
                Some(key) if joined => {
                    let what = format!("there is no blank behind the colon of {key}");
                    (what, format!("write {key}: and, behind a blank, its value"))
                }
                Some(key) if is_alone => {
                    (format!("there is no colon behind {key}"), format!("write {key}:"))
                }
                Some(key) => missing_colon(key),
                None if is_alone && is_word(word) => {
                    ("there is no colon behind this name".into(), "write one".into())
                }
                None => return None,
            };
            Some((place, what, instead))
        })
    }

    /// A tab in the indentation of the line, or behind a colon on it.
    fn tab(&self, at: Position) -> Option<Found> {
        let line = self.line(at.line)?;
        let blank = line.len() - line.trim_start().len();
        if line.get(..blank)?.contains('\t') {
            let what = "a tab stands in the indentation".to_owned();
            return Some((Position { column: 1, ..at }, what, "indent with blanks".to_owned()));
        }
        let behind = line.find(":\t")? + 1;
        let what = "a tab stands behind the colon".to_owned();
        let start = Position { column: column(line, behind), ..at };
        Some((start, what, "write a blank instead".to_owned()))
    }

    /// The last bracket or brace before a place that is not closed there.
    fn unclosed(&self, at: Position) -> Option<Found> {
        let scan = self.scanned_to(at);
        let (place, c) = scan.mismatched.or_else(|| scan.open.last().copied())?;
        let (name, end) = if c == '[' { ("bracket", ']') } else { ("brace", '}') };
        let what = format!("the {name} that opens here is not closed");
        Some((place, what, format!("close it with {end}")))
    }

    /// What is open before a place.
    fn scanned_to(&self, at: Position) -> Scan {
        let mut scan = Scan::default();
        let mut quote: Option<(Position, char)> = None;
        for (number, line) in (1..=at.line).zip(&self.lines) {
            let mut before = '\n';
            for (column, c) in (1..).zip(line.chars()) {
                let place = Position { line: number, column };
                if place >= at {
                    break;
                }
                let begins = before == '\n' || " \t[{,:".contains(before);
                match (quote, c) {
                    (Some((begin, mark)), c) if mark == c => {
                        if begin.line < number {
                            scan.quote_over_lines = Some(begin);
                        }
                        quote = None;
                    }
                    (None, '#') if begins => break,
                    (None, '"' | '\'') if begins => quote = Some((place, c)),
                    (None, '[' | '{') if begins || !scan.open.is_empty() => {
                        scan.open.push((place, c));
                    }
                    (None, ']' | '}') => {
                        let opened = scan.open.pop();
                        let fits = |(_, open)| (open == '[') == (c == ']');
                        scan.mismatched = scan.mismatched.or(opened.filter(|one| !fits(*one)));
                    }
                    (Some(_) | None, _) => {}
                }
                before = c;
            }
        }
        scan
    }

    /// A key at the indentation of a dash above it: a list ends only where less is indented.
    fn mixed_list(&self, at: Position) -> Option<Found> {
        let here = self.line(at.line)?;
        let numbers = (1..at.line).rev().take(LINES_ABOVE);
        let mut above = numbers.filter_map(|number| Some((number, self.line(number)?)));
        let (line, dash) = above
            .find(|(_, line)| !line.trim().is_empty() && indent(line) <= indent(here))
            .filter(|(_, line)| indent(line) == indent(here))?;
        let is_item = |line: &str| line.trim_start().starts_with("- ");
        (is_item(dash) && !is_item(here)).then(|| {
            let start = Position { line, column: column(dash, indent(dash)) };
            let what = format!("a list begins here, and line {} is none of its items", at.line);
            (start, what, "remove the dash, or write one there too".to_owned())
        })
    }

    fn second_colon(&self, at: Position) -> Option<Found> {
        let line = self.line(at.line)?;
        (line.matches(": ").count() > 1).then(|| {
            let what = "a second colon with a blank stands on this line".to_owned();
            (at, what, "put the value in quotes".to_owned())
        })
    }

    fn indentation(&self, at: Position) -> Option<Found> {
        let here = indent(self.line(at.line)?);
        let above = indent(self.above(at.line)?.1);
        (here != above).then(|| {
            let what = format!("this line is indented by {here}, the one above it by {above}");
            let start = Position { column: u32::try_from(here + 1).unwrap_or(1), ..at };
            (start, what, "indent the keys of one section alike".to_owned())
        })
    }
}

/// What is open at a place.
#[derive(Default)]
struct Scan {
    /// Brackets and braces that are not closed.
    open: Vec<(Position, char)>,
    /// The first of them that the other kind closes.
    mismatched: Option<(Position, char)>,
    /// Where the last text in quotes begins that goes over lines.
    quote_over_lines: Option<Position>,
}

/// The line below: the parser looks for the value of a key there.
fn below(at: Position) -> Position {
    Position { line: at.line.saturating_add(1), ..at }
}

/// Whether a text can be a key, for all that stands in it.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The column of an octet of a line.
fn column(line: &str, octet: usize) -> u32 {
    let before = line.get(..octet).unwrap_or(line).chars().count();
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}

/// Between a mistake and what the parser stumbles over stand blank lines and comments.
const LINES_ABOVE: usize = 100;
