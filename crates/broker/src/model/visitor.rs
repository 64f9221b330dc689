//! The browser that brings a request.

use crate::model::source_network::SourceNetwork;

/// The browser that brings a relying party's request.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Where it is.
    pub source: SourceNetwork,
    /// The languages that it asks for, best first
    /// ([`accepted_languages`](crate::accepted_languages)).
    pub languages: Vec<String>,
}

/// One that asks for no language.
impl From<SourceNetwork> for Visitor {
    fn from(source: SourceNetwork) -> Self {
        Self { source, languages: vec![] }
    }
}
