//! What is known of a login beside the person's attributes.

use std::fmt;

/// What rules may look at beside attributes. `Debug` does not show the person.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// The person's identifier at the relying party.
    pub sub: &'a str,
    /// The assurance level that was reached.
    pub level: &'a str,
    /// The name of the upstream.
    pub upstream: &'a str,
    /// The name of the client or service provider.
    pub client: &'a str,
    /// What people are known by there.
    pub known_by: &'a dyn KnownBy,
    /// Who makes pseudonyms.
    pub pseudonyms: &'a dyn Pseudonyms,
}

/// What people are known by.
pub trait KnownBy {
    /// Whether two values of this attribute, which differ, are those of one person.
    fn is_same_person(&self, attribute: &str, one: &str, other: &str) -> bool;
}

/// Makes pseudonyms, by a key that rules never see.
pub trait Pseudonyms {
    /// The pseudonym of a value for a purpose: the same for the same two texts, and without the key no other way
    /// leads from one to the other.
    fn pseudonym(&self, purpose: &str, value: &str) -> String;
}

impl fmt::Debug for Login<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, upstream, client, .. } = self;
        let mut shown = f.debug_struct("Login");
        shown.field("level", level).field("upstream", upstream).field("client", client);
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Shows what it was asked for, as no key of production does.
    struct Shown;

    impl Pseudonyms for Shown {
        fn pseudonym(&self, purpose: &str, value: &str) -> String {
            format!("{purpose} of {}", value.len())
        }
    }

    /// Every value is another person's.
    struct Exactly;

    impl KnownBy for Exactly {
        fn is_same_person(&self, _: &str, _: &str, _: &str) -> bool {
            false
        }
    }

    pub(crate) fn login() -> Login<'static> {
        Login {
            sub: "5f1c",
            level: "substantial",
            upstream: "suomifi",
            client: "portal",
            known_by: &Exactly,
            pseudonyms: &Shown,
        }
    }

    #[test]
    fn a_login_is_printed_without_the_person() {
        let said = format!("{:?}", login());
        assert_eq!(
            said,
            "Login { level: \"substantial\", upstream: \"suomifi\", client: \"portal\", .. }"
        );
    }
}
