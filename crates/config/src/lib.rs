//! The configuration file: its keys as data, and what comes from them.
//!
//! [`description::ROOT`] says of every key what it is called, what it takes, what holds without it, and what it is
//! for. A [`Document`] is a file that was checked and completed by that description: every mistake is found at once,
//! with its place, and what the file leaves to a profile or a default is filled in. The program reads the completed
//! document, by the same descriptions, and adds what only it can judge.
//!
//! This crate reads no file, follows no reference and knows no secret.

mod attributes_page;
mod changes;
mod check;
mod decode;
pub mod description;
mod document;
mod effective;
mod example;
mod excerpt;
mod headings;
mod operator;
mod outline;
mod packs;
mod page;
mod print;
mod problem;
mod profile;
mod read;
#[cfg(test)]
mod reference;
mod sample_person;
mod schema;
pub mod secrets;
mod starter;
mod suggest;
mod suggest_attribute;
mod table;
mod values;
mod yaml;

pub use attributes_page::attributes_page;
pub use changes::{Change, ChangeKind};
pub use check::ReadProfile;
pub use decode::decode;
pub use document::Document;
pub use effective::People;
pub use example::whole as whole_example;
pub use outline::{Outline, shown};
pub use page::page;
pub use problem::{Problem, Problems, ValueLocation};
pub use read::{Section, Value};
pub use sample_person::{SamplePerson, read_person};
pub use schema::schema;
pub use starter::{FILL_IN, Known, KnownMetadata, Starter, StarterError};
pub use suggest::{instead, nearest};
pub use table::{TableError, read_table};
pub use yaml::{MAX_OCTETS, Position, texts};

/// A text of the file that a message may repeat: short, plain, and nothing that looks like a person's number.
#[must_use]
pub fn quotable(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:/#".contains(c);
    let fits = (1..=MOST_QUOTED).contains(&text.len()) && text.chars().all(plain);
    (fits && !has_number(text)).then_some(text)
}

/// A text of the file that may be a name, and is none that is known: a secret that slipped into its place
/// has digits or signs.
pub(crate) fn quotable_name(text: &str) -> Option<&str> {
    let is_name = text.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    quotable(text).filter(|text| is_name || text.starts_with("urn:oid:"))
}

/// Whether there are so many digits in a row that they can be a person's, and no part of an OID.
fn has_number(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut rest = text;
    while let Some(start) = rest.find(is_digit) {
        let (before, run) = rest.split_at(start);
        let (run, after) = run.split_at(run.find(|c| !is_digit(c)).unwrap_or(run.len()));
        let in_oid = before.ends_with('.') && (after.is_empty() || after.starts_with('.'));
        if run.len() >= MOST_DIGITS && !in_oid {
            return true;
        }
        rest = after;
    }
    false
}

/// The longest name of an attribute at Suomi.fi has 63.
const MOST_QUOTED: usize = 80;
/// A personal identity code begins with six; years and ports have fewer.
const MOST_DIGITS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_are_not_repeated_and_oids_are() {
        for (text, may) in [
            ("urn:oid:2.16.840.1.113730.3.1.3", true),
            ("urn:oid:1.2.246.21", true),
            ("127.0.0.1:65535", true),
            ("210281-998A", false),
            ("hetu.210281-998A", false),
            ("x2102810998", false),
            ("Åland", false),
        ] {
            assert_eq!(quotable(text).is_some(), may, "{text}");
        }
        for (text, may) in [
            ("dispalyName", true),
            ("urn:oid:2.5.4.42", true),
            ("hunter2-is-my-password", false),
            ("s3cr3t", false),
        ] {
            assert_eq!(quotable_name(text).is_some(), may, "{text}");
        }
    }
}
