//! Judges single values.

use std::collections::HashSet;
use std::net::SocketAddr;

use silta_broker::UpstreamName;
use silta_mapping::is_language_tag;

use super::mistake::{Mistake, mistake};
use super::names::Names;
use super::{Scope, duration};
use crate::description::{Form, Kind, Rule, Section};
use crate::effective::LEFT_OUT;
use crate::profile::{self, OWN, PROFILES};
use crate::secrets::{self, ReferenceError};
use crate::suggest::instead;
use crate::suggest_attribute::attribute_instead;
use crate::values;
use crate::yaml::{Class, Data, Node, Scalar};
use crate::{quotable, quotable_name};

/// Judges a value that is no section and no list.
pub(super) fn judge(
    node: &Node<'_>,
    kind: &Kind,
    names: &Names,
    scope: Scope<'_>,
) -> Result<(), Mistake> {
    let scalar = match &node.data {
        Data::Wrong => return Ok(()),
        Data::Scalar(scalar) if scalar.class == Class::Null => {
            return Err(mistake("it is empty", &wanted(kind)));
        }
        Data::Scalar(scalar) => scalar,
        Data::Map(_) => {
            return Err(mistake(&format!("it is a mapping, not {}", noun(kind)), &wanted(kind)));
        }
        Data::List(_) | Data::One(_) => {
            return Err(mistake(&format!("it is a list, not {}", noun(kind)), &wanted(kind)));
        }
    };
    match kind {
        Kind::Text(form) => text(scalar, *form, kind, names, scope),
        Kind::Boolean => match scalar.class {
            Class::Boolean(_) => Ok(()),
            _ => Err(mistake("it is neither true nor false", boolean(&scalar.written))),
        },
        Kind::Duration { least, most } => duration::judge(scalar, *least, *most),
        Kind::Size { least, most } => match values::size(&scalar.written) {
            Some(size) if (least * 1024..=most * 1024).contains(&size) => Ok(()),
            Some(_) => {
                let what = format!("it is not between {least}KiB and {most}KiB");
                Err(mistake(&what, "write a size such as 64KiB"))
            }
            None => Err(mistake("it is not a size", "write a whole number with its unit: 64KiB")),
        },
        Kind::Number { most } => match scalar.class {
            Class::Integer(number) if (0..=i64::from(*most)).contains(&number) => Ok(()),
            _ => Err(mistake(&format!("it is not a number up to {most}"), "write a whole number")),
        },
        Kind::Constant => match scalar.class {
            Class::Text | Class::Boolean(_) | Class::Integer(_) => Ok(()),
            Class::Float | Class::Null => Err(mistake(
                "it is not a text, a whole number or a boolean",
                "put it in quotes, so that it is a text",
            )),
        },
        Kind::Choice(words) => {
            let words = words();
            if words.iter().any(|(word, _)| *word == scalar.written) {
                return Ok(());
            }
            let words = words.iter().map(|(word, _)| *word);
            Err(mistake("it is not a word that is known here", &instead(&scalar.written, words)))
        }
        Kind::Reference(material) => match secrets::check(&scalar.written, *material) {
            Ok(()) => Ok(()),
            Err(ReferenceError { what, instead }) => Err((what, instead)),
        },
        Kind::List(_)
        | Kind::Map { .. }
        | Kind::Section(_)
        | Kind::Either(..)
        | Kind::Operator
        | Kind::Variants(_) => Ok(()),
    }
}

/// Judges the name of an entry.
pub(super) fn judge_name(name: &str, form: Form, names: &Names) -> Result<(), Mistake> {
    let shown = quotable(name).unwrap_or("this");
    match form {
        Form::ShortName if UpstreamName::parse(name).is_none() => {
            Err(mistake(&format!("{shown} is no short name"), SHORT_NAME))
        }
        Form::Language if !is_language_tag(name) => {
            Err(mistake(&format!("{shown} is no language tag"), "write one such as fi, sv or en"))
        }
        Form::Attribute if !names.has_attribute(name) => {
            let what = format!("{shown} is not in the attribute dictionary");
            Err((what, attribute_instead(name, names.attributes())))
        }
        Form::Upstream => match names.upstreams_beside(name) {
            Some(known) => {
                let what = format!("{shown} is not the name of an upstream");
                Err(mistake(&what, &instead(name, known.into_iter())))
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// What to say of what should be a mapping.
pub(super) fn not_a_mapping(node: &Node<'_>, of: &str) -> Mistake {
    let what = match &node.data {
        Data::Scalar(scalar) if scalar.class == Class::Null => "it is empty",
        Data::List(_) | Data::One(_) => {
            return mistake("it is a list, not a mapping", &format!("write {of}, without dashes"));
        }
        Data::Scalar(_) | Data::Map(_) | Data::Wrong => "it is a value, not a mapping",
    };
    mistake(what, &format!("write {of}"))
}

/// What a mapping with known keys has: one that takes only one key by an example, others by their names.
pub(super) fn keys_of(known: &[&'static Section]) -> String {
    let exclusive = |section: &Section| {
        section.keys.len() == 1
            || section.rules.iter().any(|rule| {
                matches!(rule, Rule::ExactlyOne { keys, .. } if keys.len() == section.keys.len())
            })
    };
    if let [section] = known
        && exclusive(section)
    {
        let keys = section.keys.iter();
        let forms: Vec<_> =
            keys.map(|key| format!("{{ {}: {} }}", key.name, key.example)).collect();
        return forms.join(" or ");
    }
    let mut names: Vec<_> =
        known.iter().flat_map(|section| section.keys).map(|key| key.name).collect();
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(*name));
    format!("keys of its own: {}", names.join(", "))
}

fn text(
    scalar: &Scalar<'_>,
    form: Form,
    kind: &Kind,
    names: &Names,
    scope: Scope<'_>,
) -> Result<(), Mistake> {
    let Some(text) = scalar.text() else {
        if form == Form::Socket {
            return Err(mistake("it is a number, not an address and a port", SOCKET));
        }
        let what = match scalar.class {
            Class::Boolean(_) => format!("it is true or false, not {}", noun(kind)),
            _ => format!("it is a number, not {}", noun(kind)),
        };
        let instead = match quotable(&scalar.written) {
            Some(written) if form != Form::Personal => format!("put it in quotes: \"{written}\""),
            _ => "put it in quotes".to_owned(),
        };
        return Err((what, instead));
    };
    if has_lone_quote(text) && !matches!(form, Form::Any | Form::Personal | Form::ClaimName) {
        return Err(mistake("it has a quote at one end alone", "write none, or one at each end"));
    }
    match form {
        Form::Socket if text.parse::<SocketAddr>().is_err() => {
            Err(mistake("it is not an address and a port", SOCKET))
        }
        Form::ShortName if UpstreamName::parse(text).is_none() => {
            Err(mistake("it is no short name", SHORT_NAME))
        }
        Form::Identifier | Form::Personal if text.is_empty() || text.trim() != text => {
            Err(mistake("it is empty or has a blank at an end", "write it without"))
        }
        Form::Personal if text == LEFT_OUT => Err(mistake(
            "--effective left a value out here, so that this is no configuration",
            "write the value, or print the file with --effective=whole",
        )),
        Form::Profile if text == OWN => {
            Err(mistake("there is no path in it", "write file: and the path of the profile"))
        }
        Form::Profile if !text.starts_with(OWN) => {
            if profile::named(text).is_some() {
                return Ok(());
            }
            let words = PROFILES.iter().map(|one| one.name);
            Err(mistake("it is not a word that is known here", &instead(text, words)))
        }
        Form::FileOrAddress if !is_file_or_address(text) => {
            Err(mistake("it is neither a file nor an https address", FILE_OR_ADDRESS))
        }
        Form::Host if !is_host(text) => {
            Err(mistake("it is not the name of a host", "write one such as idp.example"))
        }
        Form::Uri if text.is_empty() || text.contains(char::is_whitespace) => {
            Err(mistake("it is empty or has a blank in it", "write it as its owner does, without"))
        }
        Form::Language if !is_language_tag(text) => {
            Err(mistake("it is no language tag", "write one such as fi, sv or en"))
        }
        Form::Attribute if !names.has_attribute(text) => {
            let shown = quotable_name(text).unwrap_or("it");
            let what = format!("{shown} is not in the attribute dictionary");
            Err((what, attribute_instead(text, names.attributes())))
        }
        Form::Upstream => match names.upstreams_beside(text) {
            Some(known) => {
                Err(mistake("it is not the name of an upstream", &instead(text, known.into_iter())))
            }
            None => Ok(()),
        },
        Form::RelyingParty if names.relying_parties().all(|known| known != text) => {
            let what = "it is not the name of a client or service provider";
            Err(mistake(what, &instead(text, names.relying_parties())))
        }
        Form::AnyLevel => match names.every_level() {
            Some(known) if !known.contains(&text) => {
                let what = "it is not a level of any upstream";
                Err(mistake(what, &instead(text, known.into_iter())))
            }
            _ => Ok(()),
        },
        Form::Level => level(text, scope.upstream, "its", names),
        Form::OwnLevel => level(text, scope.name, "this", names),
        _ => Ok(()),
    }
}

/// Whether somebody forgot the other quote: YAML takes a quote that does not stand first for a character.
fn has_lone_quote(text: &str) -> bool {
    ['"', '\''].iter().any(|quote| text.starts_with(*quote) != text.ends_with(*quote))
}

fn level(text: &str, upstream: Option<&str>, whose: &str, names: &Names) -> Result<(), Mistake> {
    let Some(known) = upstream.and_then(|upstream| names.levels(upstream)) else { return Ok(()) };
    if known.iter().any(|level| level == text) {
        return Ok(());
    }
    let instead = instead(text, known.iter().map(String::as_str));
    Err((format!("it is not a level of {whose} upstream"), instead))
}

fn is_file_or_address(text: &str) -> bool {
    let schemes = ["file:", "https://", "http://"];
    schemes.iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

/// As hosts of addresses are compared: in small letters, without a port.
fn is_host(text: &str) -> bool {
    let name = |one: u8| one.is_ascii_lowercase() || one.is_ascii_digit() || b"-.".contains(&one);
    !text.is_empty() && text.bytes().all(name)
}

fn boolean(written: &str) -> &'static str {
    match written.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" | "1" => "write true",
        "no" | "off" | "n" | "0" => "write false",
        _ => "write true or false",
    }
}

/// What a kind is called in a sentence.
pub(crate) fn noun(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text(Form::Url) => "a URL",
        Kind::Text(Form::Socket) => "an address and a port",
        Kind::Text(Form::Network) => "an address or a network",
        Kind::Choice(_) | Kind::Text(Form::Profile) => "one word",
        Kind::Text(_) => "text",
        Kind::Boolean => "true or false",
        Kind::Duration { .. } => "a duration",
        Kind::Size { .. } => "a size",
        Kind::Number { .. } => "a number",
        Kind::Constant => "a text, a whole number or a boolean",
        Kind::Operator => "an operator",
        Kind::Reference(_) => "a reference",
        Kind::List(_) => "a list",
        Kind::Map { .. } | Kind::Section(_) | Kind::Variants(_) => "a mapping",
        Kind::Either(kind, _) => noun(kind),
    }
}

fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::Text(Form::Url) => "write a URL such as https://login.example".to_owned(),
        Kind::Text(Form::Socket) => SOCKET.to_owned(),
        Kind::Text(Form::Profile) => {
            let words: Vec<_> = PROFILES.iter().map(|one| one.name).collect();
            format!("write {}", crate::suggest::one_of(&words))
        }
        Kind::Boolean => "write true or false".to_owned(),
        Kind::Duration { .. } => DURATION.to_owned(),
        Kind::Size { .. } => "write a whole number with its unit: 64KiB".to_owned(),
        Kind::Number { .. } => "write a whole number".to_owned(),
        Kind::Choice(words) => {
            let words: Vec<_> = words().into_iter().map(|(word, _)| word).collect();
            format!("write {}", crate::suggest::one_of(&words))
        }
        Kind::Reference(_) => "write a reference: file:PATH or env:NAME".to_owned(),
        Kind::Text(_) => "write a text".to_owned(),
        _ => format!("write {}", noun(kind)),
    }
}

const SHORT_NAME: &str = "use 1 to 32 lower-case letters, digits and hyphens";
const FILE_OR_ADDRESS: &str = "write file:PATH, or https:// and the rest of its address";
const SOCKET: &str = "write one such as 0.0.0.0:8080";
const DURATION: &str = "write a number with a unit: 90s, 5m or 1h";
