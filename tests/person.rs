//! Who logs in. Only this module holds what a person's identity provider says about them, and
//! nothing here ever prints a value of it.

use serde_json::{Map, Value};

/// A person, as rows of claim, SAML attribute `Name` and value.
pub struct Person(&'static [(&'static str, &'static str, &'static str)]);

impl Person {
    /// What the identity provider releases.
    #[must_use]
    pub fn released(&self) -> Value {
        let rows = self.0.iter().map(|(_, name, value)| ((*name).to_owned(), vec![*value].into()));
        Value::Object(rows.collect::<Map<_, _>>())
    }

    /// What a client is told of them, beside what the protocol adds.
    #[must_use]
    pub fn told(&self) -> Map<String, Value> {
        self.0.iter().map(|(claim, _, value)| ((*claim).to_owned(), (*value).into())).collect()
    }

    /// The name of every claim.
    pub fn claims(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(claim, ..)| *claim)
    }

    /// Fails unless `told` holds every claim of this person with its value, and beside them only
    /// what the protocol adds.
    #[track_caller]
    pub fn is_who_was_told_of(&self, told: &Value) {
        for (claim, _, value) in self.0 {
            assert!(told[claim].is_string(), "the claim {claim} is missing");
            // No assert_eq: it would print both.
            assert!(told[claim] == *value, "the claim {claim} differs");
        }
        let known = |name: &str| self.0.iter().any(|(claim, ..)| *claim == name);
        for name in told.as_object().expect("claims").keys() {
            assert!(known(name) || PROTOCOL.contains(&name.as_str()), "{name} is told as well");
        }
    }

    /// Whatever must stand nowhere but in the answers to the client: each value that cannot be
    /// there by chance.
    pub fn secrets(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        // Not true, false, or a few digits.
        let telling = |value: &str| {
            let mark = |byte: u8| byte.is_ascii_uppercase() || b"-_".contains(&byte);
            let marked = value.bytes().any(mark);
            !value.is_ascii() || (marked && value.len() > 4)
        };
        self.0.iter().filter(move |row| telling(row.2)).map(|(claim, _, value)| (*claim, *value))
    }
}

/// The published test person of Suomi.fi.
pub const NORDEA: Person = Person(&[
    ("FI_nationalIN", "urn:oid:1.2.246.21", "210281-9988"),
    ("FI_firstName", "urn:oid:2.5.4.42", "Nordea"),
    ("FI_lastname", "urn:oid:2.5.4.4", "Demo"),
    ("FI_displayName", "urn:oid:2.16.840.1.113730.3.1.241", "Nordea Demo"),
    ("FI_commonName", "urn:oid:2.5.4.3", "Demo Nordea"),
    ("FI_vtjVerified", "urn:oid:1.2.246.517.3002.111.2", "true"),
    ("FI_KotikuntaKuntanro", "urn:oid:1.2.246.517.2002.2.18", "853"),
    ("FI_KotikuntaKuntaS", "urn:oid:1.2.246.517.2002.2.19", "Turku"),
    ("FI_VKLahiosoite", "urn:oid:1.2.246.517.2002.2.4", "Mansikkatie 11"),
    ("FI_VKPostinumero", "urn:oid:1.2.246.517.2002.2.6", "20006"),
    ("FI_VKPostitoimip", "urn:oid:1.2.246.517.2002.2.7", "TURKU"),
]);

/// An invented person with letters beyond ASCII, apostrophes, markup, and an empty value. Individual
/// numbers from 900 are never given to anybody.
pub const AINO: Person = Person(&[
    ("FI_nationalIN", "urn:oid:1.2.246.21", "131052-9085"),
    ("FI_firstName", "urn:oid:2.5.4.42", "Åsa"),
    ("FI_lastname", "urn:oid:2.5.4.4", "Öhman-O'Brien"),
    ("FI_displayName", "urn:oid:2.16.840.1.113730.3.1.241", "Åsa \"Ö\" Öhman-O'Brien"),
    ("FI_commonName", "urn:oid:2.5.4.3", "Öhman-O’Brien Åsa Ærø & <Söner>"),
    ("FI_vtjVerified", "urn:oid:1.2.246.517.3002.111.2", "false"),
    ("FI_KotikuntaKuntanro", "urn:oid:1.2.246.517.2002.2.18", "989"),
    ("FI_KotikuntaKuntaS", "urn:oid:1.2.246.517.2002.2.19", "Ähtäri"),
    ("FI_VKLahiosoite", "urn:oid:1.2.246.517.2002.2.4", ""),
    ("FI_VKPostinumero", "urn:oid:1.2.246.517.2002.2.6", "63700"),
    ("FI_VKPostitoimip", "urn:oid:1.2.246.517.2002.2.7", "ÄHTÄRI"),
]);

/// What the invented people of the quick identity provider have in common, and what logs one of them out there.
pub const VAINO: Person = Person(&[
    ("FI_nationalIN", "urn:oid:1.2.246.21", "invented-"),
    ("FI_firstName", "urn:oid:2.5.4.42", "Väinö"),
    ("FI_lastname", "urn:oid:2.5.4.4", "Meikäläinen"),
    ("NameID", "", "_transient"),
    ("SessionIndex", "", "_session2"),
]);

/// What an ID token or userinfo holds beside the mapped claims.
const PROTOCOL: [&str; 10] =
    ["iss", "sub", "aud", "iat", "exp", "auth_time", "acr", "at_hash", "nonce", "sid"];
