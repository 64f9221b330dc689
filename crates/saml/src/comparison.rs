//! How authentication contexts are compared [SAML2Core §3.3.2.2.1].

/// How an identity provider compares its contexts with those asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// One of those listed.
    Exact,
    /// At least as strong as one of those listed.
    Minimum,
    /// Stronger than all of those listed.
    Better,
    /// As strong as possible, but not stronger than one of those listed.
    Maximum,
}

impl Comparison {
    /// Every way there is.
    pub const ALL: [Self; 4] = [Self::Exact, Self::Minimum, Self::Better, Self::Maximum];

    /// The value of the attribute `Comparison`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Minimum => "minimum",
            Self::Better => "better",
            Self::Maximum => "maximum",
        }
    }
}
