//! Signature wrapping: the signed original is kept, valid, where a verifier may find it, and
//! something else stands where a reader may look ("On Breaking SAML", Somorovsky et al. 2012).

use crate::forge::{ASSERTION_ID, RESPONSE_ID, digest, text};

/// The known arrangements, numbered as the field numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// The signed Response inside the Signature of the false one.
    Xsw1,
    /// The signed Response beside its Signature in the false one.
    Xsw2,
    /// The false assertion before the signed one.
    Xsw3,
    /// The signed assertion inside the false one.
    Xsw4,
    /// The false assertion bears the Signature, the original stands at the end.
    Xsw5,
    /// The false assertion bears the Signature, which holds the original.
    Xsw6,
    /// The false assertion inside Extensions.
    Xsw7,
    /// The false assertion bears the Signature, which holds the original in an Object.
    Xsw8,
    /// The false assertion bears a Signature with the original's `SignedInfo` first and one of its
    /// own after it; the original stands inside Extensions (CVE-2019-3465).
    Xsw9,
    /// The assertion's Signature, with the original in an Object, moves to the Response.
    Xsw10,
}

impl Wrapping {
    /// Those that wrap a signed assertion.
    pub const OF_ASSERTION: [Self; 8] = [
        Self::Xsw3,
        Self::Xsw4,
        Self::Xsw5,
        Self::Xsw6,
        Self::Xsw7,
        Self::Xsw8,
        Self::Xsw9,
        Self::Xsw10,
    ];

    /// What a Response carries around a signed assertion, in its order; nothing for those that wrap
    /// the Response.
    pub(super) fn parts(self, signed: &str) -> Option<Vec<String>> {
        let signature = text::element(signed, "ds:Signature");
        let bare = text::without(signed, "ds:Signature");
        let evil = falsified(&bare);
        let bearing = |signature: &str| text::after(&evil, "</saml:Issuer>", signature);
        let holding = |what: &str| text::before(signature, "</ds:Signature>", what);
        let object = format!("<ds:Object>{bare}</ds:Object>");
        let extensions = |what: &str| format!("<samlp:Extensions>{what}</samlp:Extensions>");
        Some(match self {
            Self::Xsw1 | Self::Xsw2 => return None,
            Self::Xsw3 => vec![evil, signed.to_owned()],
            Self::Xsw4 => vec![text::before(&evil, "</saml:Assertion>", signed)],
            Self::Xsw5 => vec![bearing(signature), bare],
            Self::Xsw6 => vec![bearing(&holding(&bare))],
            Self::Xsw7 => vec![extensions(&evil), signed.to_owned()],
            Self::Xsw8 => vec![bearing(&holding(&object))],
            Self::Xsw9 => {
                let own = text::element(signature, "ds:SignedInfo");
                let own = text::swapped(own, ASSERTION_ID, EVIL_ASSERTION_ID);
                let value = format!("<ds:DigestValue>{}</ds:DigestValue>", digest(&evil));
                let own = text::replaced(&own, "ds:DigestValue", &value);
                vec![extensions(signed), bearing(&holding(&own))]
            }
            Self::Xsw10 => vec![format!("<samlp:Moved>{}</samlp:Moved>", holding(&object)), evil],
        })
    }

    /// The signed Response inside a false one, for those that wrap the Response; and what can only be
    /// put in its place once the Response stands.
    pub(super) fn response(self, signed: String) -> String {
        match self {
            Self::Xsw1 | Self::Xsw2 => {
                let end = signed.find("</ds:Signature>").expect("a signed Response");
                let end = end + "</ds:Signature>".len();
                let start = signed.find("<ds:Signature").expect("a signed Response");
                let signature = &signed[start..end];
                let bare = format!("{}{}", &signed[..start], &signed[end..]);
                let bearing = if self == Self::Xsw1 {
                    text::before(signature, "</ds:Signature>", &bare)
                } else {
                    format!("{bare}{signature}")
                };
                let evil = falsified(&bare);
                text::after(&evil, "</saml:Issuer>", &bearing)
            }
            Self::Xsw7 | Self::Xsw9 => {
                let extensions = text::element(&signed, "samlp:Extensions").to_owned();
                let rest = text::without(&signed, "samlp:Extensions");
                text::before(&rest, "<samlp:Status>", &extensions)
            }
            Self::Xsw10 => {
                let moved = text::element(&signed, "samlp:Moved");
                let signature = moved
                    .strip_prefix("<samlp:Moved>")
                    .and_then(|rest| rest.strip_suffix("</samlp:Moved>"))
                    .expect("what was put there");
                let rest = text::without(&signed, "samlp:Moved");
                text::after(&rest, "</saml:Issuer>", signature)
            }
            _ => signed,
        }
    }
}

/// Another person under other IDs, so that only the arrangement can be refused.
fn falsified(text: &str) -> String {
    text.replace("person-7", "attacker")
        .replace(&format!("\"{RESPONSE_ID}\""), "\"_evil_response\"")
        .replace(&format!("\"{ASSERTION_ID}\""), &format!("\"{EVIL_ASSERTION_ID}\""))
}

const EVIL_ASSERTION_ID: &str = "_evil_assertion";
