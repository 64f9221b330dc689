//! The scopes that this provider knows.

use serde::{Deserialize, Serialize};

/// A scope that this provider knows [OIDC Core §5.4]. Others are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Asks for an ID token at all.
    Openid,
    /// Names and other everyday claims.
    Profile,
    /// The e-mail address.
    Email,
    /// The postal address.
    Address,
    /// The telephone number.
    Phone,
    /// Refresh tokens, for clients that get them [OIDC Core §11].
    #[serde(rename = "offline_access")]
    OfflineAccess,
}

impl Scope {
    /// Every known scope.
    pub const ALL: [Self; 6] =
        [Self::Openid, Self::Profile, Self::Email, Self::Address, Self::Phone, Self::OfflineAccess];

    /// The scope as requests write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// The known scopes among the space-separated `asked`, each once, in the order of
    /// [`Scope::ALL`].
    pub(crate) fn parse_known(asked: &str) -> Vec<Self> {
        let named = |scope: &Self| asked.split(' ').any(|word| word == scope.as_str());
        Self::ALL.into_iter().filter(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_known_scopes_once_and_forgets_others() {
        assert_eq!(
            Scope::parse_known("offline_access  email openid email aws.cognito.signin.user.admin"),
            [Scope::Openid, Scope::Email, Scope::OfflineAccess]
        );
    }

    #[test]
    fn a_record_has_the_words_of_requests() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).ok(), Some(scope.as_str().into()));
        }
    }

    #[test]
    fn a_scope_is_a_whole_word_in_its_own_case() {
        assert_eq!(Scope::parse_known("openidx Profile"), []);
    }
}
