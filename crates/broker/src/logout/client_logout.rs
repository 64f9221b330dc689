//! Logouts that a relying party asks for.

use std::fmt;

use silta_oidc::LogoutRedirect;

use crate::model::relying_party::RelyingParty;
use crate::model::session_id::SessionId;

/// A logout that a relying party asks for. Whatever it names was checked to be its own; whether the
/// person wants it is not known yet, unless it names a session by a token of ours.
pub struct ClientLogout {
    /// Who asks; anybody can say so, unless there is a hint.
    pub relying_party: Option<RelyingParty>,
    /// Whom it is about, by a token that we gave to this relying party.
    pub hint: Option<LogoutHint>,
    /// Where the person goes next.
    pub next: Option<LogoutRedirect>,
    /// The languages that the person reads, the best first.
    pub ui_locales: Vec<String>,
    /// What the form of the confirmation page brought.
    pub confirmation: Option<String>,
    /// The parameters that ask the same again without a hint, for that form.
    pub again: Vec<(&'static str, String)>,
}

/// What a token of ours says of a session. `Debug` does not show it.
pub struct LogoutHint {
    /// The relying party's name of the person.
    pub sub: String,
    /// Its name of the session; the release before sessions gave none.
    pub sid: Option<SessionId>,
}

impl fmt::Debug for ClientLogout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientLogout")
            .field("relying_party", &self.relying_party)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for LogoutHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogoutHint(redacted)")
    }
}
