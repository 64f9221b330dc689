//! The configuration file: its keys as data, and what comes from them.
//!
//! [`description::ROOT`] says of every key what it is called, what it takes, what holds without it, and what it is
//! for. A [`Document`] is a file that was checked and completed by that description: every mistake is found at once,
//! with its place, and what the file leaves to a profile or a default is filled in. The program reads the completed
//! document, by the same descriptions, and adds what only it can judge.
//!
//! This crate reads no file, follows no reference and knows no secret.

mod check;
mod decode;
pub mod description;
mod document;
mod effective;
mod example;
mod excerpt;
mod headings;
mod page;
mod print;
mod problem;
mod profile;
mod read;
#[cfg(test)]
mod reference;
mod schema;
pub mod secrets;
mod suggest;
mod values;
mod yaml;

pub use decode::decode;
pub use document::Document;
pub use example::whole as whole_example;
pub use page::page;
pub use problem::{Problem, Problems, ValueLocation};
pub use read::{Section, Value};
pub use schema::schema;
pub use suggest::{instead, nearest};
pub use yaml::{Position, texts};

/// A text of the file that a message may repeat: short, plain, and nothing that looks like a person's number.
#[must_use]
pub fn quotable(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:/#".contains(c);
    let digits = text.as_bytes().windows(MOST_DIGITS).any(|run| run.iter().all(u8::is_ascii_digit));
    let fits = (1..=MOST_QUOTED).contains(&text.len()) && text.chars().all(plain);
    (fits && !digits).then_some(text)
}

/// The longest name of an attribute at Suomi.fi has 63.
const MOST_QUOTED: usize = 80;
/// A personal identity code begins with six; years and ports have fewer.
const MOST_DIGITS: usize = 6;
