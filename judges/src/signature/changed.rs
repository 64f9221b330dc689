//! What was done to a signature after it was made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::ecdsa::EcdsaSig;
use silta_saml::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use silta_testkit::forge::text;

use super::shape::Shape;
use crate::change::Change;
use crate::document::has_odd_names;
use crate::random::Random;

impl Shape {
    pub(super) fn changed(&self, change: Change, signed: String, random: &mut Random) -> String {
        let value = self.name("SignatureValue");
        let digest = self.name("DigestValue");
        let signature = self.name("Signature");
        let inner = |name: &str, edit: &dyn Fn(&str) -> String| {
            let open = format!("<{name}>");
            let start = signed.find(&open).expect("its start tag") + open.len();
            let end = start + signed[start..].find('<').expect("its end tag");
            format!("{}{}{}", &signed[..start], edit(&signed[start..end]), &signed[end..])
        };
        let dense = |text: &str| text.split_ascii_whitespace().collect::<String>();
        let half = |text: &str, what: &str| {
            let (head, tail) = text.split_at(text.len() / 2);
            format!("{head}{what}{tail}")
        };
        let bit = |text: &str| {
            let mut octets = STANDARD.decode(dense(text)).unwrap();
            let at = octets.len() / 3;
            octets[at] ^= 4;
            STANDARD.encode(octets)
        };
        match change {
            Change::Doctype => {
                let after = signed.find("?>").map_or(0, |at| at + 2);
                format!("{}<!DOCTYPE any>{}", &signed[..after], &signed[after..])
            }
            Change::Text => text::swapped(&signed, "person-7", "person-8"),
            Change::Attribute => text::swapped(&signed, "\"2.0\"", "\"2.1\""),
            Change::Added => text::before(&signed, "<p:Name>", "<p:Name>person-8</p:Name>"),
            Change::SignatureMoved => {
                let moved = text::element(&signed, &signature).to_owned();
                text::before(&text::without(&signed, &signature), "</p:Message>", &moved)
            }
            Change::DigestBit => inner(&digest, &bit),
            Change::ValueBit => inner(&value, &bit),
            Change::OtherAlgorithm => {
                let mut others = SignatureAlgorithm::ALL.to_vec();
                others.retain(|one| *one != self.algorithm);
                let other = others[random.below(others.len())];
                text::swapped(&signed, self.algorithm.uri(), other.uri())
            }
            Change::OtherDigest => {
                let name =
                    format!("<{} Algorithm=\"{}\"", self.name("DigestMethod"), self.digest.uri());
                let other = if self.digest == DigestAlgorithm::Sha256 {
                    DigestAlgorithm::Sha512
                } else {
                    DigestAlgorithm::Sha256
                };
                text::swapped(&signed, &name, &name.replace(self.digest.uri(), other.uri()))
            }
            Change::DigestSpaced => inner(&digest, &|text| half(text, "\n\t ")),
            Change::ValueSpaced => {
                inner(&value, &|text| format!(" \t\r\n{}\n", half(text, "&#13;\n")))
            }
            Change::ValueUnpadded => {
                inner(&value, &|text| dense(text).trim_end_matches('=').to_owned())
            }
            Change::ValueTrailingBits => inner(&value, &|text| trailing_bits(&dense(text))),
            Change::ValueUrlSafe => inner(&value, &|text| text.replace('+', "-").replace('/', "_")),
            Change::ValueJunk => inner(&value, &|text| half(text, "!")),
            Change::ValueEmpty => inner(&value, &|_| String::new()),
            Change::DigestEmpty => inner(&digest, &|_| String::new()),
            Change::DigestComment => inner(&digest, &|text| half(text, "<!-- -->")),
            Change::ValueComment => inner(&value, &|text| half(text, "<!-- -->")),
            Change::ValueSection => inner(&value, &|text| {
                let (head, tail) = text.split_at(text.len() / 2);
                format!("{head}<![CDATA[{tail}]]>")
            }),
            Change::ValueReference => inner(&value, &|text| {
                let (head, tail) = text.split_at(text.len() / 2);
                let (one, rest) = tail.split_at(1);
                format!("{head}&#{};{rest}", one.as_bytes()[0])
            }),
            Change::ValueDer => inner(&value, &|text| {
                let octets = STANDARD.decode(dense(text)).unwrap();
                let (r, s) = octets.split_at(octets.len() / 2);
                let number = |octets| openssl::bn::BigNum::from_slice(octets).unwrap();
                let der = EcdsaSig::from_private_components(number(r), number(s)).unwrap();
                STANDARD.encode(der.to_der().unwrap())
            }),
            Change::RogueKeyInfo => {
                let ours = self.curve.key().certificate().base64();
                text::swapped(&signed, &ours, &self.curve.rogue().certificate().base64())
            }
            Change::NoKeyInfo => text::without(&signed, &self.name("KeyInfo")),
            Change::CrLf => text::swapped(&signed.replace("\r\n", "\n"), "\n", "\r\n"),
            Change::SpaceInTags => {
                let signed = text::swapped(&signed, "<p:Name>", "<p:Name\n>");
                let signed = text::swapped(&signed, "</p:Issuer>", "</p:Issuer \t>");
                text::swapped(&signed, " ID=\"", "\n  ID=\"")
            }
            Change::References => text::swapped(&signed, "person-7", "p&#101;rson&#x2d;7"),
            Change::Section => text::swapped(&signed, "person-7", "per<![CDATA[son]]>-7"),
            Change::Wrapped | Change::Inside => wrapped(&signed, &signature, change),
            Change::Octet => octet(&signed, random),
            _ => signed,
        }
    }
}

/// The whole signed message, or without its signature, in the extensions of another one.
fn wrapped(signed: &str, signature: &str, change: Change) -> String {
    let start = signed.find("<p:Message").expect("a message");
    let end = signed.find("</p:Message>").expect("its end") + "</p:Message>".len();
    let message = &signed[start..end];
    let moved = text::element(message, signature);
    let bare = text::without(message, signature);
    let (bears, inside) = match change {
        Change::Inside => ("", message.to_owned()),
        _ => (moved, bare.clone()),
    };
    let evil = text::swapped(&bare, "person-7", "person-8");
    let evil = text::swapped(&evil, "\"_message\"", "\"_evil\"");
    let evil =
        text::after(&evil, "</p:Issuer>", &format!("{bears}<p:Extensions>{inside}</p:Extensions>"));
    format!("{}{evil}{}", &signed[..start], &signed[end..])
}

/// One octet becomes another one, and the whole is still text. No name of a namespace becomes one that is no
/// URI: where none uses it, libxml2 alone minds.
fn octet(signed: &str, random: &mut Random) -> String {
    loop {
        let mut octets = signed.as_bytes().to_vec();
        let at = random.below(octets.len());
        octets[at] = if random.once_in(2) {
            SHARP[random.below(SHARP.len())]
        } else {
            u8::try_from(random.below(128)).unwrap()
        };
        if let Ok(text) = String::from_utf8(octets)
            && !has_odd_names(&text)
        {
            return text;
        }
    }
}

/// The last character before the padding has bits that belong to no octet.
fn trailing_bits(base64: &str) -> String {
    let dense = base64.trim_end_matches('=');
    let (head, last) = dense.split_at(dense.len() - 1);
    let padding = &base64[dense.len()..];
    let at = ALPHABET.find(last).unwrap();
    let other = if padding.is_empty() { at } else { at ^ 1 };
    format!("{head}{}{padding}", &ALPHABET[other..=other])
}

const SHARP: &[u8] = b"<>&\"'/= \t\r\n:!?-[]#;_";
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
