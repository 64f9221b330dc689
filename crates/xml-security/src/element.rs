//! Writing XML: elements that cannot be ill-formed or inject anything.

use std::borrow::Cow;
use std::fmt;

/// An element to be written. Names are our own constants, or were checked; every value is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    name: Cow<'static, str>,
    attributes: Vec<(String, String)>,
    content: String,
}

impl Element {
    /// An empty element; `name` may carry a prefix that is declared on it or above.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), attributes: vec![], content: String::new() }
    }

    /// The same by a name that is not ours, under this prefix.
    #[must_use]
    pub fn named(prefix: &'static str, name: &LocalName) -> Self {
        let name = Cow::Owned(format!("{prefix}:{}", name.0));
        Self { name, attributes: vec![], content: String::new() }
    }

    /// The same under a prefix that is not ours either, or under none.
    #[must_use]
    pub fn qualified(prefix: Option<&LocalName>, name: &LocalName) -> Self {
        let name = match prefix {
            Some(prefix) => format!("{}:{}", prefix.0, name.0),
            None => name.0.clone(),
        };
        Self { name: Cow::Owned(name), attributes: vec![], content: String::new() }
    }

    /// Declares a prefix.
    #[must_use]
    pub fn namespace(self, prefix: &str, uri: &str) -> Self {
        let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        self.put(name, uri)
    }

    /// Sets an attribute.
    #[must_use]
    pub fn attribute(self, name: &str, value: &str) -> Self {
        self.put(name.to_owned(), value)
    }

    /// Sets an attribute if there is a value.
    #[must_use]
    pub fn attribute_if(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.attribute(name, value),
            None => self,
        }
    }

    /// Appends text.
    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        escape(text.as_ref(), &mut self.content);
        self
    }

    /// Appends a child element.
    #[must_use]
    pub fn child(self, child: Self) -> Self {
        self.children([child])
    }

    /// Appends child elements.
    #[must_use]
    pub fn children(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        for child in children {
            child.write(&mut self.content);
        }
        self
    }

    /// Appends an element that is already written, such as one that was signed.
    #[must_use]
    pub fn raw_child(mut self, xml: &str) -> Self {
        self.content.push_str(xml);
        self
    }

    /// The element as text.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut out = String::with_capacity(self.content.len() + 256);
        self.write(&mut out);
        out
    }

    fn put(mut self, name: String, value: &str) -> Self {
        let mut escaped = String::with_capacity(value.len());
        escape(value, &mut escaped);
        self.attributes.push((name, escaped));
        self
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(value);
            out.push('"');
        }
        if self.content.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        out.push_str(&self.content);
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

/// The local name of an element that others defined: an NCName of ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalName(String);

impl LocalName {
    /// This name, if it is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let is_letter = |one: char| one.is_ascii_alphabetic() || one == '_';
        let is_good = name.starts_with(is_letter)
            && name.chars().all(|one| is_letter(one) || one.is_ascii_digit() || "-.".contains(one));
        (is_good && name.len() <= LOCAL_NAME_LIMIT).then(|| Self(name.to_owned()))
    }
}

impl fmt::Display for LocalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// No schema that we write for has longer ones.
const LOCAL_NAME_LIMIT: usize = 64;

/// Escapes for both text and attribute values; what XML 1.0 cannot carry becomes U+FFFD.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}
