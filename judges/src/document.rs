//! Documents made up at random, with everything that canonicalization treats: namespaces declared, taken
//! back and declared anew, attributes in any order, references, sections, ends of lines, comments.

use std::fmt::Write as _;

use roxmltree::Document;

use crate::random::Random;

/// A document, and what of it is to be canonicalized how.
#[derive(Debug, Clone)]
pub struct Case {
    /// The document.
    pub text: String,
    /// Which of its elements is canonicalized, counted from the root.
    pub apex: usize,
    /// Which of its elements is left out, as an enveloped signature is.
    pub without: Option<usize>,
    /// The `PrefixList` of `InclusiveNamespaces`.
    pub prefixes: Vec<String>,
    /// Whether comments are written.
    pub comments: bool,
    /// Whether libxml2 fails at the name of a namespace: [`has_odd_names`].
    pub odd_names: bool,
    /// Whether the value of an attribute holds white space that is no space: bergshamra's parser leaves it
    /// as it is, against [XML §3.3.3].
    pub spaced_values: bool,
}

impl Case {
    /// One of the cases of a seed.
    #[must_use]
    pub fn new(random: &mut Random) -> Self {
        let comments = random.once_in(4);
        let mut writer =
            Writer::new(random, if comments { Comments::Between } else { Comments::Rare });
        let text = writer.document();
        let (elements, spaced_values) = (writer.elements, writer.spaced_values);
        let odd_names = has_odd_names(&text);
        let apex = if random.once_in(2) { 0 } else { random.below(elements) };
        let without = (apex + 1 < elements && random.once_in(4))
            .then(|| apex + 1 + random.below(elements - apex - 1));
        let listed = if random.once_in(2) { 0 } else { 1 + random.below(4) };
        let list = [PREFIXES, &["#default", "xs", "unknown", "xml"]].concat();
        let mut prefixes: Vec<String> = (0..listed)
            .map(|_| random.pick(&list).to_owned())
            .filter(|one| !one.is_empty())
            .collect();
        prefixes.dedup();
        Self { text, apex, without, prefixes, comments, odd_names, spaced_values }
    }
}

/// A random element below others that declare nothing, without IDs and comments, for a message that is
/// to be signed.
#[must_use]
pub fn content(random: &mut Random, depth: usize) -> String {
    let mut writer = Writer::new(random, Comments::Never);
    writer.element(depth, &Scope::default());
    writer.out
}

/// Whether CR stands in a section or a comment of a document: bergshamra's parser leaves it there,
/// against [XML §2.11].
#[must_use]
pub fn has_kept_cr(document: &str) -> bool {
    [("<![CDATA[", "]]>"), ("<!--", "-->")].into_iter().any(|(start, end)| {
        let held = document.split(start).skip(1).filter_map(|rest| rest.split(end).next());
        held.into_iter().any(|text: &str| text.contains('\r'))
    })
}

/// Whether the name of a namespace in a document is no URI, where libxml2 gives up, or holds `&`, which it
/// writes as `&#38;`.
#[must_use]
pub fn has_odd_names(document: &str) -> bool {
    let is_plain = |name: &str| {
        let any =
            |octet: u8| octet.is_ascii_alphanumeric() || b"-._~:/?#@!$'()*+,;=".contains(&octet);
        name.replace("%C3%B6", "").bytes().all(any)
    };
    Document::parse(document).is_ok_and(|document| {
        document.descendants().any(|node| node.namespaces().any(|one| !is_plain(one.uri())))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    Never,
    /// Anywhere, in a document that is refused for it.
    Rare,
    /// Between elements, where no text stands.
    Between,
}

/// The prefixes that are bound, innermost last; the empty one is the default namespace.
#[derive(Default, Clone)]
struct Scope(Vec<(&'static str, &'static str)>);

impl Scope {
    fn of(&self, prefix: &str) -> Option<&'static str> {
        let bound = self.0.iter().rev().find(|(known, _)| *known == prefix);
        bound.map(|(_, name)| *name).filter(|name| !name.is_empty())
    }

    fn bound(&self) -> Vec<&'static str> {
        PREFIXES.iter().filter(|one| self.of(one).is_some()).copied().collect()
    }
}

struct Writer<'r> {
    out: String,
    random: &'r mut Random,
    comments: Comments,
    elements: usize,
    spaced_values: bool,
}

impl<'r> Writer<'r> {
    fn new(random: &'r mut Random, comments: Comments) -> Self {
        Self { out: String::new(), random, comments, elements: 0, spaced_values: false }
    }

    fn document(&mut self) -> String {
        if self.random.once_in(3) {
            let one = self.random.pick(DECLARATIONS);
            self.out.push_str(one);
        }
        self.around();
        let depth = 1 + self.random.below(5);
        self.element(depth, &Scope::default());
        self.around();
        std::mem::take(&mut self.out)
    }

    /// What may stand before and after the root.
    fn around(&mut self) {
        if self.random.once_in(3) {
            let space = self.random.pick(&["\n", " ", "\r\n", "\n\n"]);
            self.out.push_str(space);
        }
        if self.comments == Comments::Between && self.random.once_in(3) {
            self.comment();
        }
        if self.comments != Comments::Never && self.random.once_in(200) {
            self.out.push_str("<?target data?>");
        }
    }

    fn element(&mut self, depth: usize, outer: &Scope) {
        self.elements += 1;
        let mut scope = outer.clone();
        let mut attributes = self.declarations(&mut scope);
        attributes.extend(self.attributes(&scope));
        self.random.shuffle(&mut attributes);

        let mut bound = scope.bound();
        // No namespace, unless a default one is in force.
        bound.push("");
        let prefix = bound[self.random.below(bound.len())];
        let name = self.random.pick(NAMES);
        let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}:{name}") };
        self.out.push('<');
        self.out.push_str(&name);
        for (name, value) in attributes {
            let quote = if self.random.once_in(3) { '\'' } else { '"' };
            let value = value.replace(quote, if quote == '"' { "&quot;" } else { "&apos;" });
            let space = self.random.pick(&[" ", " ", " ", "\n", "\t", "\r\n", "  "]);
            let equals = self.random.pick(&["=", "=", "=", "=", " = ", "=\n"]);
            write!(self.out, "{space}{name}{equals}{quote}{value}{quote}").unwrap();
        }
        let end = self.random.pick(&["", "", "", " ", "\n"]);
        self.out.push_str(end);
        if self.random.once_in(5) {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        // A comment beside text is refused, so either is there.
        let between = self.comments == Comments::Between && self.random.once_in(2);
        for _ in 0..self.random.below(5) {
            match self.random.below(3) {
                0 if depth > 0 => self.element(depth - 1, &scope),
                1 if between => self.comment(),
                _ if between => self.out.push('\n'),
                _ => self.text(&scope),
            }
        }
        let end = self.random.pick(&["", "", "", " ", "\n"]);
        write!(self.out, "</{name}{end}>").unwrap();
    }

    fn declarations(&mut self, scope: &mut Scope) -> Vec<(String, String)> {
        let mut declared: Vec<(String, String)> = vec![];
        for _ in 0..self.random.below(4) {
            let prefix = self.random.pick(PREFIXES);
            let attribute =
                if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            if declared.iter().any(|(known, _)| *known == attribute) {
                continue;
            }
            let name = if prefix.is_empty() && self.random.once_in(3) {
                ""
            } else if self.comments != Comments::Never && self.random.once_in(150) {
                "relative"
            } else if self.comments != Comments::Never && self.random.once_in(25) {
                self.random.pick(ODD_NAMES)
            } else {
                self.random.pick(NAMESPACES)
            };
            scope.0.push((prefix, name));
            declared.push((attribute, name.to_owned()));
        }
        if self.random.once_in(60) {
            let name = "http://www.w3.org/XML/1998/namespace".to_owned();
            declared.push(("xmlns:xml".to_owned(), name));
        }
        declared
    }

    fn attributes(&mut self, scope: &Scope) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = vec![];
        let mut taken: Vec<(&str, &str)> = vec![];
        let bound = scope.bound();
        for _ in 0..self.random.below(5) {
            let local = self.random.pick(NAMES);
            let prefix = match self.random.below(3) {
                0 if !bound.is_empty() => bound[self.random.below(bound.len())],
                _ => "",
            };
            let space = if prefix.is_empty() { "" } else { scope.of(prefix).unwrap_or("") };
            if taken.contains(&(space, local)) {
                continue;
            }
            taken.push((space, local));
            let name =
                if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") };
            let value = self.value(scope);
            found.push((name, value));
        }
        for (name, values) in
            [("xml:lang", &["en", "fi-FI", ""]), ("xml:space", &["preserve", "default", "default"])]
        {
            if self.random.once_in(8) {
                found.push((name.to_owned(), self.random.pick(values).to_owned()));
            }
        }
        found
    }

    fn value(&mut self, scope: &Scope) -> String {
        let pieces = self.random.below(4);
        let value: String = (0..pieces)
            .map(|_| self.piece(scope))
            .map(|piece| piece.replace('<', "&lt;"))
            .collect();
        let spaced = value.contains(['\r', '\n', '\t']);
        if spaced && self.comments != Comments::Never && self.random.once_in(20) {
            self.spaced_values = true;
            return value;
        }
        value.replace(['\r', '\n', '\t'], " ")
    }

    fn text(&mut self, scope: &Scope) {
        if self.random.once_in(8) {
            let data = self.random.pick(&[
                "",
                "<&>",
                "a\nb",
                "]",
                " \t",
                "\r",
                "\r\n",
                "<!-- no comment -->",
                "ä😀",
            ]);
            write!(self.out, "<![CDATA[{data}]]>").unwrap();
        } else if self.comments == Comments::Rare && self.random.once_in(400) {
            self.comment();
        } else {
            let piece = self.piece(scope);
            self.out.push_str(&piece);
        }
    }

    /// Text, references, and prefixes that stand in it as in `xsi:type`.
    fn piece(&mut self, scope: &Scope) -> String {
        if self.random.once_in(8) {
            let bound = scope.bound();
            let prefix =
                if bound.is_empty() { "xs" } else { bound[self.random.below(bound.len())] };
            return format!("{prefix}:string");
        }
        self.random.pick(PIECES).to_owned()
    }

    fn comment(&mut self) {
        let text = self.random.pick(&[
            "",
            " c ",
            "<a>&amp;</a>",
            "a\nb\n",
            "ä😀",
            "&#13;",
            "]]>",
            "\r\r\n",
        ]);
        write!(self.out, "<!--{text}-->").unwrap();
    }
}

const PREFIXES: &[&str] = &["", "a", "b", "c", "ds", "ä", "x-1"];
const NAMES: &[&str] = &["a", "b", "B", "é", "x-1", "_", "Name", "z9", "xmlnsx"];
const NAMESPACES: &[&str] = &[
    "urn:a",
    "urn:b",
    "urn:B",
    "urn:a:longer",
    "urn:a-1",
    "http://e.example/?x=1",
    "urn:it&apos;s",
    "urn:%C3%B6",
];
const ODD_NAMES: &[&str] = &[
    "http://e.example/?x=1&amp;y=2",
    "urn:ö",
    "urn:\u{1f600}",
    "urn:\u{ffe0}",
    "urn:q&quot;&lt;&gt;",
    "urn:t&#9;n&#10;r&#13;",
    "urn:a b",
];
const DECLARATIONS: &[&str] = &[
    "<?xml version=\"1.0\"?>",
    "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>",
    "<?xml version=\"1.0\" encoding=\"utf-8\" ?>",
];
const PIECES: &[&str] = &[
    "text",
    " ",
    "  ",
    "\n",
    "\r",
    "\r\n",
    "\r\r\n",
    "\t",
    "&lt;",
    "&gt;",
    "&amp;",
    "&quot;",
    "&apos;",
    "&#13;",
    "&#xD;&#xA;",
    "&#10;",
    "&#9;",
    "&#x20;",
    "&#x1F600;",
    "&#xE4;",
    "ä",
    "😀",
    "]",
    "'",
    "\"",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{7f}",
    "&#xA0;",
    "&#x85;",
    "/",
    "=",
    ">x",
    "a&#38;b",
    "&#60;",
    "e\u{301}",
    "\u{fffd}",
];
