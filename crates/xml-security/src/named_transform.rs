//! What a signature names where exclusive canonicalization belongs.

use std::fmt;

use crate::namespace::{
    BASE64, C14N, C14N_11, C14N_11_WITH_COMMENTS, C14N_WITH_COMMENTS, ENVELOPED, EXC_C14N,
    EXC_C14N_WITH_COMMENTS, XPATH, XPATH_FILTER, XSLT,
};

/// What a signature names where enveloped-signature and exclusive canonicalization belong. A closed
/// list, because no text of a peer reaches a log [XMLDSig §6.5, §6.6].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedTransform {
    /// Canonical XML 1.0, with or without comments.
    InclusiveC14n10,
    /// Canonical XML 1.1, with or without comments.
    InclusiveC14n11,
    /// Enveloped-signature and nothing after it, by which Canonical XML 1.0 is meant
    /// [XMLDSig §4.4.3.2].
    EnvelopedSignatureAlone,
    /// `XPath`, in either version.
    XPath,
    /// A stylesheet.
    Xslt,
    /// Base64.
    Base64,
    /// What is accepted, in another order or number, or with a parameter that is not.
    Arrangement,
    /// None of these, or nothing.
    Unknown,
}

impl NamedTransform {
    /// The one of this URI. What is accepted stands where it does not belong.
    pub(crate) fn of(uri: Option<&str>) -> Self {
        match uri {
            Some(C14N | C14N_WITH_COMMENTS) => Self::InclusiveC14n10,
            Some(C14N_11 | C14N_11_WITH_COMMENTS) => Self::InclusiveC14n11,
            Some(XPATH | XPATH_FILTER) => Self::XPath,
            Some(XSLT) => Self::Xslt,
            Some(BASE64) => Self::Base64,
            Some(ENVELOPED | EXC_C14N | EXC_C14N_WITH_COMMENTS) => Self::Arrangement,
            Some(_) | None => Self::Unknown,
        }
    }
}

impl fmt::Display for NamedTransform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InclusiveC14n10 => "inclusive C14N 1.0",
            Self::InclusiveC14n11 => "inclusive C14N 1.1",
            Self::EnvelopedSignatureAlone => {
                "enveloped-signature alone, by which inclusive C14N 1.0 is meant"
            }
            Self::XPath => "XPath",
            Self::Xslt => "XSLT",
            Self::Base64 => "base64",
            Self::Arrangement => {
                "what is accepted, in another order or number or with other parameters"
            }
            Self::Unknown => "an algorithm that is not known here, or none",
        })
    }
}
