//! A configuration to start from: a profile, a client, and what is known beforehand. What is not known is a key without a
//! value, which no check lets pass, and a comment that says what belongs there.
//!
//! The texts are files beside this one. In them `{word}` stands for a value, and `{word, more}` for the rule of a claim with
//! these keys beside `from`. A line whose value is neither known nor to be filled in is left out.

mod line;
mod texts;

use std::collections::HashMap;
use std::error::Error;
use std::fmt;

use crate::description::upstreams::{ENTITY_ID, LOA, SUBJECT};
use crate::effective::quoted;
use crate::packs::{attributes_of, shipped};
use crate::profile::{self, PROFILES, Profile};
use crate::yaml::Node;
use line::{Filled, Values};
use texts::{ADDRESS, CLIENTS, OWN_TEXTS, PERSON, StarterClient};

/// A configuration that somebody begins with.
#[derive(Debug, Clone, Copy)]
pub struct Starter {
    profile: &'static Profile,
    client: &'static StarterClient,
}

/// What is known beforehand.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// `public_url`.
    pub public_url: Option<String>,
    /// The identity provider's metadata.
    pub metadata: Option<KnownMetadata>,
    /// The entity of it that is meant.
    pub entity_id: Option<String>,
    /// `loa`, weakest first.
    pub loa: Vec<String>,
    /// `subject`, best first.
    pub subject: Vec<String>,
    /// `redirect_uris`.
    pub redirect_uris: Vec<String>,
}

/// Where the metadata of an identity provider is.
#[derive(Debug, Clone)]
pub enum KnownMetadata {
    /// In a file beside the configuration.
    File(String),
    /// At an address.
    Address {
        /// The address.
        url: String,
        /// Where its services are.
        hosts: Vec<String>,
    },
}

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StarterError {
    /// What an option says has no place there.
    Unused {
        /// The option of the command.
        option: &'static str,
        /// The profile or the client, and its name.
        place: String,
    },
    /// A text of ours has a word that nothing stands for.
    Word(String),
}

impl fmt::Display for StarterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unused { option, place } => write!(
                f,
                "{option} means nothing with the {place}, which has no place for it; leave it out, and write what \
                 differs into the file that is made"
            ),
            Self::Word(word) => write!(f, "the text has {{{word}}}, which nothing stands for"),
        }
    }
}

impl Error for StarterError {}

impl Starter {
    /// The names of the profiles.
    pub fn profiles() -> impl Iterator<Item = &'static str> {
        PROFILES.iter().map(|one| one.name)
    }

    /// The names of the clients.
    pub fn clients() -> impl Iterator<Item = &'static str> {
        CLIENTS.iter().map(|one| one.name)
    }

    /// That of a profile and a client by their names, if there are such.
    #[must_use]
    pub fn of(profile: &str, client: &str) -> Option<Self> {
        let client = CLIENTS.iter().find(|one| one.name == client)?;
        Some(Self { profile: profile::named(profile)?, client })
    }

    /// The name of the upstream in the file. A test environment has another than production: its people are others, and the
    /// name is in every `sub`.
    #[must_use]
    pub fn upstream(&self) -> &'static str {
        if self.profile.name == GENERIC { "idp" } else { self.profile.name }
    }

    /// The entity of the identity provider, where the profile knows it.
    #[must_use]
    pub fn entity_id(&self) -> Option<String> {
        Some(shipped(self.profile.name)?.at(ENTITY_ID.name)?.text()?.to_owned())
    }

    /// The text of the file.
    ///
    /// # Errors
    /// Something is known that has no place in it.
    pub fn text(&self, known: &Known) -> Result<String, StarterError> {
        let (text, used) = self.written(known)?;
        let unused = known.given().find(|(_, words)| !words.iter().any(|one| used.contains(one)));
        match unused {
            None => Ok(text),
            Some((option, _)) => Err(StarterError::Unused {
                option,
                place: if option == REDIRECT_URI {
                    format!("client {}", self.client.name)
                } else {
                    format!("profile {}", self.profile.name)
                },
            }),
        }
    }

    /// The text of the file, with what has a place in it.
    ///
    /// # Errors
    /// A text of ours has a word that nothing stands for.
    pub fn text_of_what_fits(&self, known: &Known) -> Result<String, StarterError> {
        Ok(self.written(known)?.0)
    }

    /// The text, and the words whose values stand in it.
    fn written(&self, known: &Known) -> Result<(String, Vec<&'static str>), StarterError> {
        let own = OWN_TEXTS.iter().find(|own| own.profile == self.profile.name);
        let upstream = own.map_or(include_str!("starter/saml.yaml"), |own| own.text);
        let parts = [include_str!("starter/head.yaml"), upstream, self.client.text];
        let mut values = self.values(known);
        values.extend(own.into_iter().flat_map(|own| own.words).map(|(word, text)| {
            (*word, text.map_or(Filled::LeftOut, |text| Filled::Known(text.to_owned())))
        }));
        if let Some(KnownMetadata::Address { url, .. }) = &known.metadata {
            // Where its services are, and who signs, stays as the profile has it.
            values.insert(ADDRESS, Filled::Known(text_of(url)));
        }
        let (mut text, mut used) = (String::new(), vec![]);
        for one in parts.iter().flat_map(|part| part.lines()) {
            if let Some(line) = line::filled(one, &values)? {
                text.push_str(&line.text);
                used.extend(line.used);
            }
        }
        Ok((text, used))
    }

    fn values(&self, known: &Known) -> Values {
        let pack = shipped(self.profile.name);
        let says = |key: &str| pack.as_ref().is_some_and(|pack| pack.at(key).is_some());
        let metadata = known.metadata.as_ref().map(KnownMetadata::value);
        let is_file = matches!(known.metadata, Some(KnownMetadata::File(_)));
        // What the profile says already is left to it.
        let or_profile = |given: &[String], key: &str| match given {
            [] if says(key) => Filled::LeftOut,
            given => Filled::or_open(list(given)),
        };
        let by_name_id = known.subject.iter().any(|one| one == NAMEID);
        let persistent = |is_so: bool| {
            if is_so { Filled::Known(PERSISTENT.to_owned()) } else { Filled::LeftOut }
        };
        let weakest = known.loa.first().cloned().or_else(|| weakest_level(pack.as_ref()?));
        let sentence = |text: &str| Filled::Known(text.to_owned());
        let mut values = HashMap::from([
            ("profile", sentence(self.profile.name)),
            ("profile_sentence", Filled::Known(capitalised(self.profile.sentence))),
            ("client", sentence(self.client.id)),
            ("client_sentence", sentence(self.client.sentence)),
            ("upstream", sentence(self.upstream())),
            ("public_url", Filled::or_open(known.public_url.as_deref().map(text_of))),
            ("port", Filled::Known(known.port().unwrap_or("8080").to_owned())),
            ("no_file", if is_file { Filled::LeftOut } else { sentence("") }),
            ("given_file", Filled::or_left_out(metadata.clone().filter(|_| is_file))),
            ("metadata", Filled::or_open(metadata)),
            ("given_entity_id", Filled::or_left_out(known.entity_id.as_deref().map(text_of))),
            ("loa", or_profile(&known.loa, LOA.name)),
            ("subject", or_profile(&known.subject, SUBJECT.name)),
            ("given_name_id_format", persistent(by_name_id)),
            ("nameid_formats", self.name_id_formats(says(SUBJECT.name))),
            ("redirect_uris", Filled::or_open(list(&known.redirect_uris))),
            ("weakest_level", Filled::or_open(weakest.as_deref().map(text_of))),
        ]);
        for (word, attributes) in PERSON {
            let has = |name: &&&str| {
                let pack = pack.as_ref();
                pack.is_some_and(|pack| attributes_of(pack).any(|(known, _)| known == **name))
            };
            let found: Vec<_> =
                attributes.iter().filter(has).map(|name| (*name).to_owned()).collect();
            let rule = match found.as_slice() {
                [] => Filled::LeftOut,
                [one] => Filled::Claim(one.clone()),
                _ => list(&found).map_or(Filled::LeftOut, Filled::Claim),
            };
            values.insert(word, rule);
        }
        values
    }

    /// Of a profile whose people are known by a NameID of a format that it leaves to the file.
    fn name_id_formats(&self, has_subject: bool) -> Filled {
        let pack = shipped(self.profile.name);
        let subject = pack.as_ref().and_then(|pack| pack.at(SUBJECT.name));
        let by_name_id = subject.is_some_and(|subject| subject.texts().contains(&NAMEID));
        if has_subject && by_name_id { Filled::Open } else { Filled::LeftOut }
    }
}

impl Known {
    /// What was given: its option, and the words that stand for it.
    fn given(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        let metadata: &[&str] = match self.metadata {
            Some(KnownMetadata::Address { .. }) => &["metadata", ADDRESS],
            _ => &["metadata", "given_file"],
        };
        let given: [(&str, &[&str], bool); 6] = [
            ("--public-url", &["public_url"], self.public_url.is_some()),
            ("--idp-metadata", metadata, self.metadata.is_some()),
            ("--entity-id", &["given_entity_id"], self.entity_id.is_some()),
            ("--loa", &["loa"], !self.loa.is_empty()),
            ("--subject", &["subject"], !self.subject.is_empty()),
            (REDIRECT_URI, &["redirect_uris"], !self.redirect_uris.is_empty()),
        ];
        given
            .into_iter()
            .filter(|(.., is_given)| *is_given)
            .map(|(option, words, _)| (option, words))
    }

    /// The port of a public URL that leads to this machine.
    fn port(&self) -> Option<&str> {
        let url = self.public_url.as_deref()?;
        let port = LOCAL.iter().find_map(|local| url.strip_prefix(local))?;
        let port = port.split('/').next()?;
        port.parse::<u16>().is_ok().then_some(port)
    }
}

impl KnownMetadata {
    /// What `metadata` says.
    fn value(&self) -> String {
        match self {
            Self::File(path) => text_of(&format!("file:{path}")),
            Self::Address { url, hosts } => {
                // Without a word it is that of the address.
                let own = |host: &String| url.split('/').nth(2).is_some_and(|own| own == host);
                let others = if hosts.iter().all(own) { None } else { list(hosts) };
                let hosts = others.map(|hosts| format!(", hosts: {hosts}")).unwrap_or_default();
                format!("{{ from: {}, trust: tls{hosts} }}", text_of(url))
            }
        }
    }
}

/// The weakest level of a profile: the first word of the first one.
fn weakest_level(pack: &Node<'_>) -> Option<String> {
    pack.at(LOA.name)?.texts().first().map(|level| (*level).to_owned())
}

/// A list in YAML's flow style; nothing of nothing.
fn list(items: &[String]) -> Option<String> {
    let items: Vec<_> = items.iter().map(|item| text_of(item)).collect();
    (!items.is_empty()).then(|| format!("[{}]", items.join(", ")))
}

/// A text in YAML.
fn text_of(text: &str) -> String {
    quoted(text, true)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

const GENERIC: &str = "generic";
const REDIRECT_URI: &str = "--redirect-uri";
const NAMEID: &str = "nameid";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const LOCAL: [&str; 2] = ["http://127.0.0.1:", "http://localhost:"];

/// What the comment of a line begins with whose value is missing.
pub const FILL_IN: &str = "# fill in: ";

#[cfg(test)]
mod tests;
