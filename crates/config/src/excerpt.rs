//! What of a line may be shown: keys, and values that cannot be a secret or say something about a person.

use std::collections::BTreeMap;

use crate::description::{Form, Kind, ROOT, Section};
use crate::secrets::Reference;
use crate::suggest::nearest;
use crate::yaml::{self, Class, Data, Name, Node, Position, Span, lines};
use crate::{quotable, quotable_name};

/// A line of the file with what must not be shown left out.
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    shown: Vec<char>,
    /// For each column of the line, from 0, which character of `shown` stands for it.
    places: Vec<usize>,
}

impl Excerpt {
    /// The text, and from which of its characters, counted from 0, how many are pointed at.
    pub(crate) fn around(&self, start: Position, width: u32) -> (String, usize, usize) {
        let column = |column: u32| usize::try_from(column).unwrap_or(usize::MAX).saturating_sub(1);
        let place = |at: usize| self.places.get(at).copied().unwrap_or(self.shown.len());
        let first = place(column(start.column));
        let behind = place(column(start.column.saturating_add(width)));
        let from = first.saturating_sub(LEFT);
        let mut text: String = self.shown.iter().skip(from).take(LEFT + RIGHT).collect();
        if from > 0 {
            text = format!("…{}", text.chars().skip(1).collect::<String>());
        }
        let at = first - from;
        let most = text.chars().count().saturating_sub(at).max(1);
        (text, at, behind.saturating_sub(first).clamp(1, most))
    }
}

/// The wanted lines of a file.
pub(crate) fn of_lines(text: &str, wanted: impl Iterator<Item = u32>) -> BTreeMap<u32, Excerpt> {
    let mut tokens: BTreeMap<u32, Vec<Token>> = wanted.map(|line| (line, vec![])).collect();
    let root = yaml::parse(text).ok();
    if let Some((root, _)) = &root {
        let mut finder = Finder { tokens: &mut tokens };
        finder.section(root, &[&ROOT]);
    }
    let lines = (1..).zip(lines(text)).filter_map(|(number, line)| {
        let tokens = tokens.get(&number)?;
        let excerpt = match root {
            Some(_) => of_tokens(line, number, tokens),
            None => of_unknown(line),
        };
        Some((number, excerpt))
    });
    lines.collect()
}

/// A scalar or name, and whether it may be shown.
#[derive(Debug, Clone, Copy)]
struct Token {
    span: Span,
    is_shown: bool,
}

impl Token {
    fn holds(&self, at: Position) -> bool {
        (self.span.start..self.span.end).contains(&at)
    }
}

fn of_tokens(line: &str, number: u32, tokens: &[Token]) -> Excerpt {
    let mut excerpt = Excerpt::default();
    for (column, c) in (1..).zip(line.chars()) {
        let at = Position { line: number, column };
        let token = tokens.iter().find(|token| token.holds(at));
        let is_shown = match token {
            Some(token) => token.is_shown,
            None if c == '#' => break,
            None => c.is_ascii_whitespace() || "{}[],:-\"'".contains(c),
        };
        excerpt.push(c, is_shown);
    }
    excerpt
}

/// Of a line that could not be understood, at most its key.
fn of_unknown(line: &str) -> Excerpt {
    let key = line.split_once(':').map_or("", |(key, _)| key);
    let name = key.trim_start_matches([' ', '-']).trim_end();
    let length = if quotable(name).is_some() { key.chars().count() + 1 } else { 0 };
    let mut excerpt = Excerpt::default();
    for (at, c) in line.chars().enumerate() {
        let is_blank = c.is_ascii_whitespace() && excerpt.shown.iter().all(|c| *c == ' ');
        excerpt.push(c, at < length || is_blank || (c == ' ' && at == length));
    }
    excerpt
}

impl Excerpt {
    fn push(&mut self, c: char, is_shown: bool) {
        if is_shown {
            self.places.push(self.shown.len());
            self.shown.push(if c.is_ascii_whitespace() { ' ' } else { c });
        } else if self.shown.last() == Some(&'…') {
            self.places.push(self.shown.len() - 1);
        } else {
            self.places.push(self.shown.len());
            self.shown.push('…');
        }
    }
}

struct Finder<'f> {
    tokens: &'f mut BTreeMap<u32, Vec<Token>>,
}

impl Finder<'_> {
    fn add(&mut self, span: Span, is_shown: bool) {
        for (_, tokens) in self.tokens.range_mut(span.start.line..=span.end.line) {
            tokens.push(Token { span, is_shown });
        }
    }

    fn section(&mut self, node: &Node<'_>, known: &[&'static Section]) {
        for entry in node.entries() {
            self.name(&entry.name);
            match known.iter().find_map(|section| section.key(&entry.name.text)) {
                Some(key) => self.value(&entry.value, &key.kind),
                None => self.hide(&entry.value),
            }
        }
        if !matches!(node.data, Data::Map(_)) {
            self.hide(node);
        }
    }

    fn value(&mut self, node: &Node<'_>, kind: &'static Kind) {
        match (kind, &node.data) {
            (Kind::List(of), Data::List(items)) => {
                for item in items {
                    self.value(item, of);
                }
            }
            (Kind::Map { names, of }, Data::Map(entries)) => {
                for entry in entries {
                    if *names == Form::Personal {
                        self.add(entry.name.span, false);
                    } else {
                        self.name(&entry.name);
                    }
                    self.value(&entry.value, of);
                }
            }
            (Kind::Section(section) | Kind::Either(_, section), Data::Map(_)) => {
                self.section(node, &[section]);
            }
            // Somebody may have written the secret without the key that it belongs to.
            (Kind::Either(of, section), Data::Scalar(scalar))
                if section.keys.iter().any(|key| matches!(key.kind, Kind::Reference(_))) =>
            {
                self.add(node.span, is_near_a_word(&scalar.written, of));
            }
            (Kind::List(of) | Kind::Either(of, _), _) => self.value(node, of),
            (Kind::Variants(variants), Data::Map(_)) => {
                let all: Vec<_> = variants.of.iter().map(|(_, section)| *section).collect();
                self.section(node, &all);
            }
            (_, Data::Scalar(scalar)) => {
                let is_shown = may_be_shown(&scalar.written, kind) && scalar.class != Class::Null;
                self.add(node.span, is_shown && is_alone(node.span, &scalar.written));
            }
            _ => self.hide(node),
        }
    }

    fn name(&mut self, name: &Name<'_>) {
        let is_shown = quotable(&name.text).is_some() && is_alone(name.span, &name.text);
        self.add(name.span, is_shown);
    }

    fn hide(&mut self, node: &Node<'_>) {
        match &node.data {
            Data::Scalar(_) => self.add(node.span, false),
            Data::List(items) => items.iter().for_each(|item| self.hide(item)),
            Data::Map(entries) => {
                for entry in entries {
                    self.name(&entry.name);
                    self.hide(&entry.value);
                }
            }
            Data::One(_) | Data::Wrong => {}
        }
    }
}

/// Whether a text is a word of a choice, or a slip of one.
fn is_near_a_word(written: &str, kind: &Kind) -> bool {
    let Kind::Choice(words) = kind else { return false };
    nearest(written, words().into_iter().map(|(word, _)| word)).is_some()
}

/// Whether a text fills its place, with quotes at most: an anchor or a tag in front of it may be anything.
fn is_alone(span: Span, written: &str) -> bool {
    let width = span.end.column.saturating_sub(span.start.column);
    let length = u32::try_from(written.chars().count()).unwrap_or(u32::MAX);
    span.start.line == span.end.line && (width == length || width == length.saturating_add(2))
}

/// Whether a value can neither be a secret nor say something about a person.
fn may_be_shown(written: &str, kind: &Kind) -> bool {
    let is_plain = quotable(written).is_some();
    match kind {
        // Somebody may have written the secret where the reference belongs.
        Kind::Reference(_) => is_plain && Reference::parse(written).is_ok(),
        // A URL may have a password in it.
        Kind::Text(Form::Url) => {
            let begins = written.starts_with("http:") || written.starts_with("https:");
            begins && is_plain && !written.contains('#')
        }
        Kind::Boolean
        | Kind::Duration { .. }
        | Kind::Size { .. }
        | Kind::Number { .. }
        | Kind::Choice(_) => is_plain && written.len() <= LONGEST_WORD,
        Kind::Text(Form::Personal | Form::Any)
        | Kind::Constant
        | Kind::Operator
        | Kind::List(_)
        | Kind::Map { .. }
        | Kind::Section(_)
        | Kind::Either(..)
        | Kind::Variants(_) => false,
        Kind::Text(Form::Attribute) => quotable_name(written).is_some(),
        Kind::Text(_) => is_plain,
    }
}

/// How much of a line is shown before and behind what is pointed at: a terminal has 80 to 160 characters.
const LEFT: usize = 60;
const RIGHT: usize = 60;
/// No word of a closed set is longer.
const LONGEST_WORD: usize = 24;
