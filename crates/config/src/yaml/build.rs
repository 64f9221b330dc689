//! Builds the tree from the parser's events.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::mem;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::syntax;
use super::{Data, Entry, Name, Node, Origin, Position, Scalar, Span};
use crate::problem::Problem;
use crate::quotable;

/// The only document of a file, with the problems that do not stop the reading of the rest.
///
/// # Errors
/// The problems when there is no such document.
pub(crate) fn parse(text: &str) -> Result<(Node<'_>, Vec<Problem>), Vec<Problem>> {
    if text.len() > MAX_OCTETS {
        return Err(whole("it is larger than 32 MiB", "no configuration is; name the right file"));
    }
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let read = match event {
            Ok((event, span)) => builder.read(event, span_of(&span)),
            Err(error) => Err(syntax::problem(text, &error)),
        };
        if let Err(problem) = read {
            let mut problems = builder.problems;
            problems.push(problem);
            return Err(problems);
        }
    }
    match (builder.documents, builder.root) {
        (1, Some(root)) if !is_nothing(&root) => Ok((root, builder.problems)),
        (0 | 1, _) => Err(whole("the file is empty", "begin with public_url:, or copy an example")),
        _ => Err(whole("it is not one YAML document", "write exactly one")),
    }
}

/// Every text in a file; none of a file that is not YAML.
#[must_use]
pub fn texts(text: &str) -> Vec<String> {
    fn collect(node: &Node<'_>, texts: &mut Vec<String>) {
        texts.extend(node.text().map(str::to_owned));
        node.items().iter().for_each(|item| collect(item, texts));
        node.entries().iter().for_each(|entry| collect(&entry.value, texts));
    }
    let mut texts = vec![];
    if let Ok((root, _)) = parse(text) {
        collect(&root, &mut texts);
    }
    texts
}

fn whole(what: &str, instead: &str) -> Vec<Problem> {
    let start = Position { line: 1, column: 1 };
    vec![Problem::new(Span { start, end: start }, "", what, instead)]
}

fn is_nothing(root: &Node<'_>) -> bool {
    root.scalar().is_some_and(|scalar| scalar.class == super::Class::Null)
}

/// What is open while the events come.
#[derive(Default)]
struct Builder<'t> {
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Node<'t>>,
    root: Option<Node<'t>>,
    documents: usize,
    next_id: u32,
    problems: Vec<Problem>,
}

/// A list or map whose end has not come.
struct Open<'t> {
    start: Position,
    anchor: usize,
    inside: Inside<'t>,
}

enum Inside<'t> {
    List(Vec<Node<'t>>),
    Map { entries: Vec<Entry<'t>>, names: HashSet<Cow<'t, str>>, name: Pending<'t> },
}

/// The name that waits for its value.
enum Pending<'t> {
    None,
    Name(Name<'t>),
    /// Its value is dropped: what is wrong with the name is reported.
    Dropped,
}

impl<'t> Builder<'t> {
    fn read(&mut self, event: Event<'t>, span: Span) -> Result<(), Problem> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) => self.documents += 1,
            Event::Scalar(text, style, anchor, tag) => {
                let data = self.scalar(text, style, tag.as_deref(), span);
                self.finished(data, anchor, span)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.judge_tag(tag.as_deref(), "seq", span);
                self.begin(span, anchor, Inside::List(vec![]))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.judge_tag(tag.as_deref(), "map", span);
                let (entries, names) = (vec![], HashSet::new());
                self.begin(span, anchor, Inside::Map { entries, names, name: Pending::None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let data = match open.inside {
                    Inside::List(items) => Data::List(items),
                    Inside::Map { entries, .. } => Data::Map(entries),
                };
                let span = Span { start: open.start, end: span.end };
                self.finished(data, open.anchor, span)?;
            }
            Event::Alias(anchor) => {
                let Some(mut node) = self.anchors.get(&anchor).cloned() else {
                    let instead = "an anchor ends before its alias begins: write the value out";
                    return Err(Problem::new(span, self.path(), "it contains itself", instead));
                };
                node.renumber(&mut self.next_id);
                self.bounded(span)?;
                self.place(node);
            }
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Data<'t> {
        if tag.is_some() {
            let fits = self.judge_tag(tag, "str", span);
            return if fits { Data::Scalar(Scalar::quoted(text)) } else { Data::Wrong };
        }
        let is_plain = style == ScalarStyle::Plain;
        Data::Scalar(if is_plain { Scalar::plain(text) } else { Scalar::quoted(text) })
    }

    /// Refuses a tag, unless it says what the value is anyway. Whether there is nothing to refuse.
    fn judge_tag(&mut self, tag: Option<&Tag>, own: &str, span: Span) -> bool {
        let fits = tag.is_none_or(|tag| tag.is_yaml_core_schema() && tag.suffix == own);
        if !fits {
            // The value behind it may begin on another line.
            let span = Span { start: span.start, end: span.start };
            let instead = "remove the word with the exclamation mark";
            self.problems.push(Problem::new(
                span,
                self.path(),
                "YAML tags mean nothing here",
                instead,
            ));
        }
        fits
    }

    fn begin(&mut self, span: Span, anchor: usize, inside: Inside<'t>) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            let what = "it is nested too deeply";
            return Err(Problem::new(span, "", what, "no key has so many levels above it"));
        }
        self.open.push(Open { start: span.start, anchor, inside });
        Ok(())
    }

    fn finished(&mut self, data: Data<'t>, anchor: usize, span: Span) -> Result<(), Problem> {
        self.next_id = self.next_id.saturating_add(1);
        let node = Node { id: self.next_id, span, origin: Origin::File, data };
        self.bounded(span)?;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.place(node);
        Ok(())
    }

    fn bounded(&self, span: Span) -> Result<(), Problem> {
        if self.next_id <= MAX_NODES {
            return Ok(());
        }
        let what = "the file has more than two million values";
        Err(Problem::new(span, "", what, "use fewer aliases: each counts as what it stands for"))
    }

    fn place(&mut self, node: Node<'t>) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        let named = match &mut open.inside {
            Inside::List(items) => {
                items.push(node);
                return;
            }
            Inside::Map { entries, names, name } => match mem::replace(name, Pending::None) {
                Pending::Dropped => return,
                Pending::Name(name) => {
                    // Nothing stands nowhere: its key is what can be pointed at.
                    let span = if is_nothing(&node) { name.span } else { node.span };
                    entries.push(Entry { name, value: Node { span, ..node } });
                    return;
                }
                Pending::None => named(node, entries, names),
            },
        };
        let (pending, problem) = match named {
            Ok((name, doubt)) => (Pending::Name(name), doubt),
            Err(problem) => (Pending::Dropped, Some(problem)),
        };
        if let Some(problem) = problem {
            self.problems.push(Problem { path: self.path(), ..problem });
        }
        if let Some(Open { inside: Inside::Map { name, .. }, .. }) = self.open.last_mut() {
            *name = pending;
        }
    }

    /// The path of what comes next.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            match &open.inside {
                Inside::List(items) => path = format!("{path}[{}]", items.len()),
                Inside::Map { name: Pending::Name(name), .. } => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(quotable(&name.text).unwrap_or("…"));
                }
                Inside::Map { .. } => {}
            }
        }
        path
    }
}

/// The name that a node is, with the problem of one that can be used all the same. Their path is for who knows it.
fn named<'t>(
    node: Node<'t>,
    entries: &[Entry<'t>],
    names: &mut HashSet<Cow<'t, str>>,
) -> Result<(Name<'t>, Option<Problem>), Problem> {
    let span = node.span;
    let Data::Scalar(scalar) = node.data else {
        let instead = "put the value in quotes if it begins with a brace or a bracket";
        return Err(Problem::new(span, "", "it is not a key but a list or a mapping", instead));
    };
    if scalar.written == "<<" {
        let instead = "write the keys out, or give the whole section an anchor and an alias";
        return Err(Problem::new(span, "", "<< does not merge anything here", instead));
    }
    let shown = quotable(&scalar.written);
    if is_taken(scalar.written.clone(), entries, names) {
        let first = entries.iter().find(|entry| entry.name.text == scalar.written);
        let line = first.map_or(0, |entry| entry.name.span.start.line);
        let what = format!("{} stands here twice, first on line {line}", shown.unwrap_or("a key"));
        return Err(Problem::new(span, "", what, "keep one of the two"));
    }
    let doubt = scalar.text().is_none().then(|| {
        let shown = shown.unwrap_or("a name");
        let what = format!("{shown} is not text");
        Problem::new(span, "", what, format!("put it in quotes: \"{shown}\":"))
    });
    Ok((Name { text: scalar.written, span }, doubt))
}

/// Whether an entry has this name: of a few, by looking at each; of many, by a set of all.
fn is_taken<'t>(
    name: Cow<'t, str>,
    entries: &[Entry<'t>],
    names: &mut HashSet<Cow<'t, str>>,
) -> bool {
    if entries.len() < MANY {
        return entries.iter().any(|entry| entry.name.text == name);
    }
    if names.is_empty() {
        names.extend(entries.iter().map(|entry| entry.name.text.clone()));
    }
    !names.insert(name)
}

fn span_of(span: &saphyr_parser::Span) -> Span {
    Span { start: Position::of(&span.start), end: Position::of(&span.end) }
}

/// From here on a set costs less than looking.
const MANY: usize = 16;
/// The longest file that is read: ten thousand clients have 5 MiB.
pub const MAX_OCTETS: usize = 32 * 1024 * 1024;
/// Aliases multiply: a few lines of them could fill any memory.
const MAX_NODES: u32 = 2_000_000;
/// Three times as deep as any key; who walks the tree does so by recursion.
const MAX_DEPTH: usize = 32;
