//! How a good signature is written, before it is made.

use silta_saml::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use silta_saml::namespace::{DS, ENVELOPED, EXC_C14N, EXC_C14N_WITH_COMMENTS};

use super::{Curve, Place, Signer};
use crate::change::Change;
use crate::document::content;
use crate::random::Random;

/// How a good signature is written.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) prefix: &'static str,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) curve: Curve,
    pub(super) digest: DigestAlgorithm,
    pub(super) method: Canonicalization,
    pub(super) transform: Canonicalization,
    pub(super) spaced: bool,
    pub(super) place: Place,
    pub(super) key_info: bool,
    pub(super) signer: Signer,
}

#[derive(Debug)]
pub(super) struct Canonicalization {
    pub(super) comments: bool,
    pub(super) prefixes: Vec<&'static str>,
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
}

impl Shape {
    pub(super) fn new(change: Change, random: &mut Random) -> Self {
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
        let mut method = Canonicalization::new(random);
        // A comment in `SignedInfo` is read in metadata alone, and covered by one of the methods alone.
        let covered = change == Change::CommentInSignedInfo && random.once_in(2);
        method.comments = method.comments || covered;
        let metadata = covered || random.once_in(4);
        Self {
            prefix: random.pick(&["ds", "ds", "", "dsig", "a"]),
            algorithm,
            curve,
            digest: digest[random.below(3)],
            method,
            transform: Canonicalization::new(random),
            spaced: random.once_in(3),
            place: if metadata {
                Place::Metadata
            } else if random.once_in(4) {
                Place::Nested
            } else {
                Place::Root
            },
            key_info: !random.once_in(3),
            signer: [Signer::Silta, Signer::Silta, Signer::Bergshamra, Signer::Xmlsec]
                [random.below(4)],
        }
    }

    pub(super) fn name(&self, local: &str) -> String {
        if self.prefix.is_empty() { local.to_owned() } else { format!("{}:{local}", self.prefix) }
    }

    fn element(&self, local: &str, attributes: &str, content: &str) -> String {
        let name = self.name(local);
        let line = if self.spaced { "\n" } else { "" };
        format!("<{name}{attributes}>{content}</{name}>{line}")
    }

    pub(super) fn template(&self, change: Change, random: &mut Random) -> String {
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
            Change::CrLf => first.push_str("<p:Other><![CDATA[two\nlines]]></p:Other>"),
            _ if self.place == Place::Metadata && random.once_in(2) => {
                first.push_str("<!-- between -->");
            }
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
        if self.place == Place::Nested {
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
            _ if self.place == Place::Metadata && self.spaced => "",
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
}

const LISTED: &[&str] = &["#default", "a", "b", "c", "ds", "x", "xs", "outer", "unknown"];
const C14N_10: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const C14N_11: &str = "http://www.w3.org/2006/12/xml-c14n11";
const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
const SHA224: &str = "http://www.w3.org/2001/04/xmldsig-more#sha224";
