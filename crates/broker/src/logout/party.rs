//! Who wants a logout.

use crate::model::relying_party::RelyingParty;
use crate::model::upstream_name::UpstreamName;

/// Who wants a logout, or answers one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutParty<'a> {
    /// An identity provider: the one whose address was called.
    Upstream(&'a UpstreamName),
    /// A relying party, as far as the request says which.
    RelyingParty(Option<&'a RelyingParty>),
}
