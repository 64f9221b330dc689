//! The protocols that relying parties speak.

use serde::{Deserialize, Serialize};

/// The protocol of a relying party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Protocol {
    /// OpenID Connect.
    #[serde(rename = "oidc")]
    Oidc,
    /// SAML 2.0.
    #[serde(rename = "saml")]
    Saml,
}
