//! Signed messages made up at random: any algorithm and shape that Silta accepts, and what became of
//! them by a [`Change`].

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use roxmltree::{Document, Node};
use silta_saml::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use silta_saml::namespace::{DS, ENVELOPED, EXC_C14N, EXC_C14N_WITH_COMMENTS};
use silta_testkit::forge::text;
use silta_testkit::keys::{self, KeyPair};
use silta_xml_security::c14n;

use crate::change::Change;
use crate::document::{content, has_odd_names};
use crate::random::Random;
use crate::{bergshamra_judge, xmlsec_judge};

/// Who makes a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signer {
    /// This crate with Silta's canonicalization and keys.
    Silta,
    /// bergshamra.
    Bergshamra,
    /// xmlsec1's library.
    Xmlsec,
}

/// A key by which a message is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Curve {
    /// RSA with 2048 bits.
    Rsa,
    /// NIST's P-256.
    P256,
    /// NIST's P-384.
    P384,
    /// NIST's P-521.
    P521,
}

impl Curve {
    /// The key that is trusted.
    #[must_use]
    pub fn key(self) -> &'static KeyPair {
        match self {
            Self::Rsa => &keys::IDP,
            Self::P256 => &keys::IDP_P256,
            Self::P384 => &keys::IDP_P384,
            Self::P521 => &keys::IDP_P521,
        }
    }

    fn rogue(self) -> &'static KeyPair {
        match self {
            Self::Rsa => &keys::ROGUE,
            Self::P256 => &ROGUE_P256,
            Self::P384 => &ROGUE_P384,
            Self::P521 => &ROGUE_P521,
        }
    }
}

/// A message, and how it came to be.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The message.
    pub text: String,
    /// What was done to it.
    pub change: Change,
    /// Its algorithm.
    pub algorithm: SignatureAlgorithm,
    /// Its key.
    pub curve: Curve,
    /// Whether it is judged as metadata, which may hold comments, and not as a message.
    pub metadata: bool,
    /// Who signed it.
    pub signer: Signer,
    /// Whether it is the root of its document.
    pub root: bool,
}

impl Signed {
    /// One of the messages of a seed; none where nobody here can sign it.
    #[must_use]
    pub fn new(random: &mut Random) -> Option<Self> {
        let change = match random.below(10) {
            0..3 => Change::Good,
            3..5 => Change::Octet,
            _ => Change::ALL[random.below(Change::ALL.len())],
        };
        Self::of(change, random)
    }

    /// One that this was done to.
    #[must_use]
    pub fn of(change: Change, random: &mut Random) -> Option<Self> {
        let shape = Shape::new(change, random);
        let template = shape.template(change, random);
        let key = if change == Change::RogueKey { shape.curve.rogue() } else { shape.curve.key() };
        let signers: &[Signer] = match (shape.signer, change.is_foreign()) {
            (Signer::Silta, false) => &[Signer::Silta],
            (Signer::Xmlsec, true) => &[Signer::Xmlsec, Signer::Bergshamra],
            (_, true) => &[Signer::Bergshamra, Signer::Xmlsec],
            (Signer::Bergshamra, false) => &[Signer::Bergshamra, Signer::Silta],
            (Signer::Xmlsec, false) => &[Signer::Xmlsec, Signer::Silta],
        };
        let (signer, signed) = signers.iter().find_map(|signer| {
            let signed = match signer {
                Signer::Silta => Some(shape.sign(&template, key)),
                Signer::Bergshamra => bergshamra_judge::sign(&template, key).ok(),
                Signer::Xmlsec => xmlsec_judge::sign(&template, key).ok(),
            };
            Some((*signer, signed?))
        })?;
        Some(Self {
            text: shape.changed(change, signed, random),
            change,
            algorithm: shape.algorithm,
            curve: shape.curve,
            metadata: shape.metadata,
            signer,
            root: !shape.nested,
        })
    }
}

/// How a good signature is written.
#[derive(Debug)]
struct Shape {
    prefix: &'static str,
    algorithm: SignatureAlgorithm,
    curve: Curve,
    digest: DigestAlgorithm,
    method: Canonicalization,
    transform: Canonicalization,
    spaced: bool,
    nested: bool,
    metadata: bool,
    key_info: bool,
    signer: Signer,
}

#[derive(Debug)]
struct Canonicalization {
    comments: bool,
    prefixes: Vec<&'static str>,
}

impl Canonicalization {
    fn new(random: &mut Random) -> Self {
        let prefixes = if random.once_in(2) {
            vec![]
        } else {
            (0..=random.below(3)).map(|_| random.pick(LISTED)).collect()
        };
        Self { comments: random.once_in(4), prefixes }
    }

    fn uri(&self) -> &'static str {
        if self.comments { EXC_C14N_WITH_COMMENTS } else { EXC_C14N }
    }

    fn list(&self) -> String {
        if self.prefixes.is_empty() {
            return String::new();
        }
        format!(
            "<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"{}\"/>",
            self.prefixes.join(" ")
        )
    }

    fn octets(&self, node: Node<'_, '_>, without: Option<Node<'_, '_>>, comments: bool) -> Vec<u8> {
        let canonical = if comments { c14n::exclusive_with_comments } else { c14n::exclusive };
        canonical(node, without, &self.prefixes).unwrap().into_bytes()
    }
}

impl Shape {
    fn new(change: Change, random: &mut Random) -> Self {
        let algorithm = match change {
            Change::Sha1Signature => SignatureAlgorithm::RsaSha256,
            Change::ValueDer => SignatureAlgorithm::EcdsaSha256,
            _ => SignatureAlgorithm::ALL[random.below(SignatureAlgorithm::ALL.len())],
        };
        let curve = if algorithm.name().starts_with("ecdsa") {
            [Curve::P256, Curve::P384, Curve::P521][random.below(3)]
        } else {
            Curve::Rsa
        };
        let digest = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];
        let metadata = random.once_in(4);
        Self {
            prefix: random.pick(&["ds", "ds", "", "dsig", "a"]),
            algorithm,
            curve,
            digest: digest[random.below(3)],
            method: Canonicalization::new(random),
            transform: Canonicalization::new(random),
            spaced: random.once_in(3),
            // Metadata is judged at its root.
            nested: !metadata && random.once_in(4),
            metadata,
            key_info: !random.once_in(3),
            signer: [Signer::Silta, Signer::Silta, Signer::Bergshamra, Signer::Xmlsec]
                [random.below(4)],
        }
    }

    fn name(&self, local: &str) -> String {
        if self.prefix.is_empty() { local.to_owned() } else { format!("{}:{local}", self.prefix) }
    }

    fn element(&self, local: &str, attributes: &str, content: &str) -> String {
        let name = self.name(local);
        let line = if self.spaced { "\n" } else { "" };
        format!("<{name}{attributes}>{content}</{name}>{line}")
    }

    fn template(&self, change: Change, random: &mut Random) -> String {
        let signature = self.signature(change);
        let mut first = String::new();
        let mut declared = String::new();
        let mut id = "ID=\"_message\"";
        match change {
            Change::OtherElement => first.push_str("<p:Other ID=\"_other\">other</p:Other>"),
            Change::IdTwice => first.push_str("<p:Other id=\"_message\"/>"),
            Change::XmlId => first.push_str("<p:Other xml:id=\"_other\"/>"),
            Change::Comment => first.push_str("<p:Other>person<!-- -->-7</p:Other>"),
            Change::Instruction => first.push_str("<p:Other><?target data?></p:Other>"),
            Change::RelativeNamespace => first.push_str("<r:Other xmlns:r=\"relative\"/>"),
            Change::LongNamespace => {
                first = format!("<r:Other xmlns:r=\"urn:{}\"/>", "n".repeat(300));
            }
            Change::Deep => {
                first = format!("{}{}", "<p:Deep>".repeat(60), "</p:Deep>".repeat(60));
            }
            Change::ManyAttributes => {
                use std::fmt::Write as _;
                (0..80).for_each(|number| write!(declared, " a{number}=\"\"").unwrap());
            }
            Change::IdInOtherCase => id = "Id=\"_message\"",
            _ if self.metadata && random.once_in(2) => first.push_str("<!-- between -->"),
            _ => {}
        }
        let content: String = (0..random.below(3)).map(|_| content(random, 2)).collect();
        let signature = if change == Change::SignatureDeeper {
            format!("<p:Extensions>{signature}</p:Extensions>")
        } else {
            signature
        };
        let message = format!(
            "<p:Message xmlns:p=\"urn:example:protocol\" xmlns:x=\"urn:example:x\" {id}{declared} Version=\"2.0\">\
             <p:Issuer>https://idp.example/entity</p:Issuer>{signature}{first}<p:Name>person-7</p:Name>\
             <x:Empty></x:Empty>\n{content}</p:Message>"
        );
        let declaration = match change {
            Change::Xml11 => "<?xml version=\"1.1\"?>",
            Change::OtherEncoding => "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
            _ => "",
        };
        if self.nested {
            format!(
                "{declaration}<w:Wrapper xmlns:w=\"urn:example:w\" xmlns:outer=\"urn:example:outer\" \
                 xmlns=\"urn:example:default\" xmlns:a=\"urn:a\"><w:Before/>{message}</w:Wrapper>"
            )
        } else {
            format!("{declaration}{message}")
        }
    }

    fn signature(&self, change: Change) -> String {
        let named = |uri: &str| format!(" Algorithm=\"{uri}\"");
        let odd_list = |plain: String| match change {
            Change::EmptyPrefixList => {
                format!("<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"\"/>")
            }
            Change::NoPrefixList => format!("<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\"/>"),
            Change::ManyPrefixes => {
                let many: Vec<_> = (0..20).map(|number| format!("p{number}")).collect();
                let many = many.join(" ");
                format!("<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"{many}\"/>")
            }
            Change::FilledPrefixList => format!(
                "<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"\"><ec:Other/></ec:InclusiveNamespaces>"
            ),
            _ => plain,
        };
        let method = match change {
            Change::InclusiveMethod => C14N_10,
            Change::Inclusive11Method => C14N_11,
            _ => self.method.uri(),
        };
        let method =
            self.element("CanonicalizationMethod", &named(method), &odd_list(self.method.list()));
        let algorithm =
            if change == Change::Sha1Signature { RSA_SHA1 } else { self.algorithm.uri() };
        let parameter = if change == Change::MethodParameter {
            self.element("HMACOutputLength", "", "0")
        } else {
            String::new()
        };
        let algorithm = self.element("SignatureMethod", &named(algorithm), &parameter);
        let comment = match change {
            Change::CommentInSignedInfo => "<!-- in SignedInfo -->",
            _ => "",
        };
        let long =
            if change == Change::LongSignedInfo { " ".repeat(10_000) } else { String::new() };
        let mut references = self.reference(change);
        if change == Change::TwoReferences {
            references = references.repeat(2);
        }
        let info = format!("{method}{algorithm}{comment}{long}{references}");
        let info = self.element("SignedInfo", "", &info);
        let value = self.element("SignatureValue", "", "");
        let mut key_info = String::new();
        if self.key_info
            || matches!(
                change,
                Change::KeyInfoTwice
                    | Change::KeyInfoFirst
                    | Change::RogueKeyInfo
                    | Change::NoKeyInfo
            )
        {
            let certificate =
                self.element("X509Certificate", "", &self.curve.key().certificate().base64());
            key_info = self.element("KeyInfo", "", &self.element("X509Data", "", &certificate));
        }
        let rest = match change {
            Change::KeyInfoTwice => format!("{value}{key_info}{key_info}"),
            Change::KeyInfoFirst => format!("{key_info}{value}"),
            Change::Object => format!("{value}{key_info}{}", self.element("Object", "", "object")),
            _ => format!("{value}{key_info}"),
        };
        let declaration = if self.prefix.is_empty() {
            format!(" xmlns=\"{DS}\"")
        } else {
            format!(" xmlns:{}=\"{DS}\"", self.prefix)
        };
        self.element("Signature", &declaration, &format!("{info}{rest}"))
    }

    fn reference(&self, change: Change) -> String {
        let uri = match change {
            Change::WholeDocument => "",
            Change::OtherElement => "#_other",
            Change::XPointerToId => "#xpointer(id('_message'))",
            Change::XPointerToRoot => "#xpointer(/)",
            Change::PercentEncoded => "#%5Fmessage",
            // The root's signature may refer to all of metadata, or by its ID.
            _ if self.metadata && self.spaced => "",
            _ => "#_message",
        };
        let enveloped = self.element("Transform", &format!(" Algorithm=\"{ENVELOPED}\""), "");
        let second = match change {
            Change::InclusiveTransform => C14N_10,
            Change::Inclusive11Transform => C14N_11,
            _ => self.transform.uri(),
        };
        let second =
            self.element("Transform", &format!(" Algorithm=\"{second}\""), &self.transform.list());
        let xpath = || {
            let expression = format!(
                "<{name} xmlns:sig=\"{DS}\">not(ancestor-or-self::sig:Signature)</{name}>",
                name = self.name("XPath")
            );
            self.element("Transform", &format!(" Algorithm=\"{XPATH}\""), &expression)
        };
        let transforms = match change {
            Change::EnvelopedAlone => enveloped,
            Change::XPath => format!("{}{second}", xpath()),
            _ => format!("{enveloped}{second}"),
        };
        let transforms = self.element("Transforms", "", &transforms);
        let digest = match change {
            Change::Sha1Digest => DigestAlgorithm::Sha1.uri(),
            Change::Sha224Digest => SHA224,
            _ => self.digest.uri(),
        };
        let digest = self.element("DigestMethod", &format!(" Algorithm=\"{digest}\""), "");
        let value = self.element("DigestValue", "", "");
        self.element(
            "Reference",
            &format!(" URI=\"{uri}\""),
            &format!("{transforms}{digest}{value}"),
        )
    }

    /// Fills in what is empty, with Silta's canonicalization.
    fn sign(&self, template: &str, key: &KeyPair) -> String {
        let digest = {
            let document = Document::parse(template).unwrap();
            let named = |id: &str| {
                let with = |node: &Node<'_, '_>| {
                    node.attribute("ID") == Some(id) || node.attribute("Id") == Some(id)
                };
                document.descendants().find(with)
            };
            let reference = descendant(&document, "Reference");
            let target = match reference.attribute("URI").unwrap() {
                "" | "#xpointer(/)" => document.root_element(),
                "#_other" => named("_other").unwrap(),
                _ => named("_message").unwrap(),
            };
            let signature = descendant(&document, "Signature");
            // A full XPointer keeps comments, other references leave them out [XMLDSig §4.4.3.3].
            let pointer = reference.attribute("URI").unwrap().contains("xpointer");
            let octets =
                self.transform.octets(target, Some(signature), pointer && self.transform.comments);
            STANDARD.encode(hash(message_digest(self.digest), &octets).unwrap())
        };
        let name = self.name("DigestValue");
        let text =
            template.replace(&format!("<{name}></{name}>"), &format!("<{name}>{digest}</{name}>"));
        let value = {
            let document = Document::parse(&text).unwrap();
            let info = descendant(&document, "SignedInfo");
            let octets = self.method.octets(info, None, self.method.comments);
            STANDARD.encode(key.signing(self.algorithm).sign(&octets).unwrap())
        };
        let name = self.name("SignatureValue");
        text::swapped(&text, &format!("<{name}></{name}>"), &format!("<{name}>{value}</{name}>"))
    }

    fn changed(&self, change: Change, signed: String, random: &mut Random) -> String {
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
                let other = SignatureAlgorithm::ALL[random.below(SignatureAlgorithm::ALL.len())];
                signed.replace(self.algorithm.uri(), other.uri())
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
                signed.replace(&ours, &self.curve.rogue().certificate().base64())
            }
            Change::NoKeyInfo => text::without(&signed, &self.name("KeyInfo")),
            Change::CrLf => signed.replace("\r\n", "\n").replace('\n', "\r\n"),
            Change::SpaceInTags => {
                let signed = text::swapped(&signed, "<p:Name>", "<p:Name\n>");
                text::swapped(&signed, "</p:Issuer>", "</p:Issuer \t>")
                    .replace(" ID=\"", "\n  ID=\"")
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
    let evil = bare.replace("person-7", "person-8").replace("\"_message\"", "\"_evil\"");
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

fn descendant<'d, 'i>(document: &'d Document<'i>, name: &str) -> Node<'d, 'i> {
    let found = document.descendants().find(|node| node.has_tag_name((DS, name)));
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn message_digest(digest: DigestAlgorithm) -> MessageDigest {
    match digest {
        DigestAlgorithm::Sha1 => MessageDigest::sha1(),
        DigestAlgorithm::Sha256 => MessageDigest::sha256(),
        DigestAlgorithm::Sha384 => MessageDigest::sha384(),
        DigestAlgorithm::Sha512 => MessageDigest::sha512(),
    }
}

static ROGUE_P256: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("idp", Nid::X9_62_PRIME256V1));
static ROGUE_P384: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("idp", Nid::SECP384R1));
static ROGUE_P521: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::ec("idp", Nid::SECP521R1));
const LISTED: &[&str] = &["#default", "a", "b", "c", "ds", "x", "xs", "outer", "unknown"];
const C14N_10: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const C14N_11: &str = "http://www.w3.org/2006/12/xml-c14n11";
const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
const SHA224: &str = "http://www.w3.org/2001/04/xmldsig-more#sha224";
const SHARP: &[u8] = b"<>&\"'/= \t\r\n:!?-[]#;_";
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
