//! The keys of the file as data. Reader, messages, schema, reference page and `--effective` come from here, so
//! each key is described once.

pub mod attributes;
pub mod claims;
pub mod clients;
pub mod deny;
pub mod keys;
pub mod person;
pub mod root;
mod rule;
pub mod service_providers;
pub mod sessions;
pub mod tables;
pub mod upstreams;
mod words;

pub use words::{
    Authentication, Choice, ClientProof, ContactDetail, ErrorsShownBy, Everyone, LogLevel, Memory,
    NameIdWord, Presence, ProfileName, Protocol, RequestLanguage, Requests, SpTypeIn, TakeWord,
    Tls, UnknownSession, Word,
};

pub use root::ROOT;
pub use rule::Rule;

/// A key of a section.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in the file.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds without it.
    pub need: Need,
    /// What it is for, in Markdown: the reference page, and what an editor shows.
    pub sentence: &'static str,
    /// A value, in YAML's flow style.
    pub example: &'static str,
    /// Whether a mapping of the file and one of the profile are joined, key by key.
    pub joins_profile: bool,
    /// Other keys: where the file has one of them, the profile's value of this one does not count, because both
    /// are facts of one identity provider.
    pub of_profile_only_without: &'static [&'static str],
}

/// What holds without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must be there; what to add.
    Required(&'static str),
    /// It must be there, unless the profile has it; what to add.
    RequiredOrProfile(&'static str),
    /// It must be there, unless the file has another key, or the profile has it where one may; that key, and what
    /// to add.
    RequiredUnless(&'static str, &'static str),
    /// It must be there where the file uses something; what to add.
    RequiredWith(Feature, &'static str),
    /// This value, in YAML, unless the profile has another.
    Default(&'static str),
    /// This text, after `{public_url}` and `{name}` (of the section) are filled in.
    Derived(&'static str),
    /// Nothing, unless the profile has it; what that means.
    Absent(&'static str),
}

/// What a file may use or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// SAML on either side.
    Saml,
    /// An upstream by SAML.
    SamlUpstream,
}

impl Feature {
    /// What a key says in the place of a default that it needs.
    pub(crate) fn needs(self) -> &'static str {
        match self {
            Self::Saml => "required with an upstream by SAML, or `service_providers`",
            Self::SamlUpstream => "required with an upstream by SAML",
        }
    }
}

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text of a form.
    Text(Form),
    /// `true` or `false`.
    Boolean,
    /// A whole number and `s`, `m` or `h`; seconds, both ends included.
    Duration {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A whole number and `KiB`; KiB, both ends included.
    Size {
        /// The least.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A whole number from 0.
    Number {
        /// The most.
        most: u32,
    },
    /// A text, whole number or boolean, sent as it is.
    Constant,
    /// A use of an operator of the mapping language: its name, or a mapping from it to what it takes.
    Operator,
    /// One of a closed set: words and their sentences.
    Choice(fn() -> Vec<(&'static str, &'static str)>),
    /// A reference to what must not stand in the file, or need not.
    Reference(Material),
    /// A list with at least one item; a single value counts as a list of one.
    List(&'static Kind),
    /// The administrator's own names.
    Map {
        /// What the names are.
        names: Form,
        /// What each has.
        of: &'static Kind,
    },
    /// Keys that are known.
    Section(&'static Section),
    /// A mapping is a section; anything else is of this kind.
    Either(&'static Kind, &'static Section),
    /// Which keys are known depends on one of them.
    Variants(&'static Variants),
}

/// What the text of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A URL without query and fragment.
    Url,
    /// An identifier that is compared as it is.
    Identifier,
    /// The same, and a URI: a name without blanks, that need not lead anywhere.
    Uri,
    /// A file, or an address by https.
    FileOrAddress,
    /// The name of a host.
    Host,
    /// Address and port.
    Socket,
    /// An address, a network, or a reference to several.
    Network,
    /// A short name: 1 to 32 lower-case letters, digits and hyphens.
    ShortName,
    /// A client id.
    ClientId,
    /// A language by its tag.
    Language,
    /// The name of a claim or of a SAML attribute.
    ClaimName,
    /// The name of an attribute of the dictionary.
    Attribute,
    /// The internal name of a new attribute.
    NewAttribute,
    /// The name of an upstream.
    Upstream,
    /// An assurance level of the upstream that the section, or its name, says.
    Level,
    /// An assurance level of any upstream.
    AnyLevel,
    /// An assurance level of the section's own `loa`.
    OwnLevel,
    /// The name of a client or service provider.
    RelyingParty,
    /// A text that may say something about a person.
    Personal,
    /// A profile: a word, or a reference to the file of an own one.
    Profile,
    /// Any text.
    Any,
}

/// What a reference leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Material {
    /// A secret text.
    Secret,
    /// 32 octets in base64.
    Octets32,
    /// A private key in PEM.
    PrivateKey,
    /// A private key in PEM, or one that stays where it is and signs there.
    SigningKey,
    /// Certificates in PEM.
    Certificates,
    /// Public keys as a JWK Set.
    PublicKeys,
    /// Rows of a table in YAML.
    Table,
}

/// A mapping whose keys are known.
#[derive(Debug)]
pub struct Section {
    /// Its name as a heading of the reference page.
    pub name: &'static str,
    /// What stands between the heading and the table, in Markdown.
    pub before: &'static str,
    /// Its keys, in the order of the page.
    pub keys: &'static [Key],
    /// What holds between them.
    pub rules: &'static [Rule],
    /// What stands behind the table, in Markdown.
    pub after: &'static str,
}

/// Sections of which one is told by a word.
#[derive(Debug)]
pub struct Variants {
    /// The key with the word.
    pub key: Key,
    /// The word, and its section. Each has the key too.
    pub of: &'static [(&'static str, &'static Section)],
}

impl Key {
    const fn new(
        name: &'static str,
        kind: Kind,
        need: Need,
        sentence: &'static str,
        example: &'static str,
    ) -> Self {
        let (joins_profile, of_profile_only_without) = (false, &[] as &[&str]);
        Self { name, kind, need, sentence, example, joins_profile, of_profile_only_without }
    }

    const fn joining_profile(self) -> Self {
        Self { joins_profile: true, ..self }
    }

    const fn of_profile_only_without(self, others: &'static [&'static str]) -> Self {
        Self { of_profile_only_without: others, ..self }
    }
}

impl Section {
    /// The key of this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Kind {
    /// A choice among the words of a type.
    const fn choice<T: Choice>() -> Self {
        Self::Choice(words::of::<T>)
    }
}

/// The section that a kind is, or has.
pub(crate) fn section_of(kind: &Kind) -> Option<&'static Section> {
    match kind {
        Kind::Section(section) | Kind::Either(_, section) => Some(section),
        Kind::Map { of, .. } | Kind::List(of) => section_of(of),
        _ => None,
    }
}

/// Whether there is a reference in a value of this kind.
pub(crate) fn refers(kind: &Kind) -> bool {
    let in_section = |section: &Section| section.keys.iter().any(|key| refers(&key.kind));
    match kind {
        Kind::Reference(_) => true,
        Kind::List(of) | Kind::Map { of, .. } => refers(of),
        Kind::Section(section) => in_section(section),
        Kind::Either(of, section) => refers(of) || in_section(section),
        Kind::Variants(variants) => variants.of.iter().any(|(_, section)| in_section(section)),
        Kind::Text(_)
        | Kind::Boolean
        | Kind::Duration { .. }
        | Kind::Size { .. }
        | Kind::Number { .. }
        | Kind::Constant
        | Kind::Operator
        | Kind::Choice(_) => false,
    }
}

/// Every section, each once.
#[must_use]
pub fn every_section() -> Vec<&'static Section> {
    let mut found = vec![];
    note_sections(&ROOT, &mut found);
    found
}

fn note_sections(section: &'static Section, found: &mut Vec<&'static Section>) {
    fn inside(kind: &'static Kind, found: &mut Vec<&'static Section>) {
        match kind {
            Kind::Section(section) => note_sections(section, found),
            Kind::List(kind) => inside(kind, found),
            Kind::Map { of, .. } => inside(of, found),
            Kind::Either(kind, section) => {
                inside(kind, found);
                note_sections(section, found);
            }
            Kind::Variants(variants) => {
                for (_, section) in variants.of {
                    note_sections(section, found);
                }
            }
            _ => {}
        }
    }
    if found.iter().any(|known| known.name == section.name) {
        return;
    }
    found.push(section);
    for key in section.keys {
        inside(&key.kind, found);
    }
}

#[cfg(test)]
mod tests;
