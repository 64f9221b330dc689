//! Templates: texts with places for values.

use thiserror::Error;

use crate::Login;

/// A text with places in braces: `{givenName} {sn}`, `{sub}@vpn.example.fi`. A brace itself is written twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is.
    Text(String),
    /// A fact of the login.
    Fact(Fact),
    /// The one value of an attribute.
    Attribute(String),
}

/// What a place may stand for beside attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The person's identifier at the relying party.
    Sub,
    /// The assurance level that was reached.
    Level,
    /// The name of the upstream.
    Upstream,
    /// The name of the client or service provider.
    Client,
}

impl Fact {
    const ALL: [Self; 4] = [Self::Sub, Self::Level, Self::Upstream, Self::Client];

    /// Its name in a template.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sub => "sub",
            Self::Level => "level",
            Self::Upstream => "upstream",
            Self::Client => "client",
        }
    }

    /// What it is in this login.
    pub(crate) const fn of<'a>(self, login: &Login<'a>) -> &'a str {
        match self {
            Self::Sub => login.sub,
            Self::Level => login.level,
            Self::Upstream => login.upstream,
            Self::Client => login.client,
        }
    }
}

/// Why a template is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// A brace without its other one.
    #[error("a brace is not closed; write {{name}}, and {{{{ or }}}} for a brace itself")]
    Brace,
    /// No place at all.
    #[error("there is no place in it; write constant:, or a place such as {{sub}}")]
    NoPlace,
    /// More places or text than anybody needs.
    #[error("it is too long; write 500 octets and 16 places at most")]
    TooLong,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let (mut pieces, mut plain, mut rest) = (vec![], String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
                plain.extend(brace.chars().next());
                rest = after;
                continue;
            }
            let inside = brace.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            let (name, after) = inside.ok_or(TemplateError::Brace)?;
            if name.contains('{') {
                return Err(TemplateError::Brace);
            }
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            let fact = Fact::ALL.into_iter().find(|fact| fact.name() == name);
            pieces.push(fact.map_or_else(|| Piece::Attribute(name.to_owned()), Piece::Fact));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        let places = pieces.iter().filter(|piece| !matches!(piece, Piece::Text(_))).count();
        match places {
            0 => Err(TemplateError::NoPlace),
            _ if places > MAX_PLACES || text.len() > MAX_OCTETS => Err(TemplateError::TooLong),
            _ => Ok(Self { pieces }),
        }
    }

    /// The facts of the login in it.
    pub(crate) fn facts(&self) -> impl Iterator<Item = Fact> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Fact(fact) => Some(*fact),
            Piece::Text(_) | Piece::Attribute(_) => None,
        })
    }

    /// The internal names of the attributes in it.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Attribute(name) => Some(name.as_str()),
            Piece::Text(_) | Piece::Fact(_) => None,
        })
    }
}

const MAX_PLACES: usize = 16;
const MAX_OCTETS: usize = 500;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn places_stand_in_braces_and_a_brace_is_written_twice() {
        let text = |text: &str| Piece::Text(text.to_owned());
        let read = |text| Template::parse(text).unwrap().pieces;
        assert_eq!(read("{sub}@vpn.example.fi"), [Piece::Fact(Fact::Sub), text("@vpn.example.fi")]);
        let name = |name: &str| Piece::Attribute(name.to_owned());
        assert_eq!(read("{givenName} {sn}"), [name("givenName"), text(" "), name("sn")]);
        assert_eq!(read("{{{level}}}"), [text("{"), Piece::Fact(Fact::Level), text("}")]);
        assert_eq!(
            read("{upstream}{client}"),
            [Piece::Fact(Fact::Upstream), Piece::Fact(Fact::Client)]
        );
    }

    #[test]
    fn a_lone_brace_no_place_and_too_much_are_refused() {
        for lone in ["{sub", "sub}", "{", "}", "{a{b}}", "{{sub}"] {
            assert_eq!(Template::parse(lone), Err(TemplateError::Brace), "{lone}");
        }
        for none in ["", "plain", "{{sub}}"] {
            assert_eq!(Template::parse(none), Err(TemplateError::NoPlace), "{none}");
        }
        assert!(Template::parse(&"{sub}".repeat(16)).is_ok());
        assert_eq!(Template::parse(&"{sub}".repeat(17)), Err(TemplateError::TooLong));
        let long = format!("{{sub}}{}", "x".repeat(496));
        assert_eq!(Template::parse(&long), Err(TemplateError::TooLong));
    }
}
