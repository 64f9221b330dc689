//! Who comes with a request.

use crate::model::session_id::HeldSessions;
use crate::model::source_network::SourceNetwork;

/// The browser that brings a relying party's request, or a callback.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Where it is.
    pub source: SourceNetwork,
    /// Where it shows what it gets.
    pub window: Window,
    /// The languages that it asks for, best first
    /// ([`accepted_languages`](crate::accepted_languages)).
    pub languages: Vec<String>,
    /// The sessions that it says it holds.
    pub sessions: HeldSessions,
}

/// Where a browser shows what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// A page that a person opened.
    Page,
    /// A frame of another page: only a login that may show no page starts and ends there.
    Frame,
}

/// One with a page, that asks for no language and holds no session.
impl From<SourceNetwork> for Visitor {
    fn from(source: SourceNetwork) -> Self {
        Self { source, window: Window::Page, languages: vec![], sessions: HeldSessions::default() }
    }
}
