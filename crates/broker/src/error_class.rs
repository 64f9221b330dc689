//! Whose move it is after an error.

/// Who can act on an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The person at the browser.
    User,
    /// The developer of the client.
    Client,
    /// The operators of the identity provider and of this broker.
    Idp,
    /// The operator of this broker.
    Operator,
    /// Nobody: it ends by itself when this replica is updated too.
    Update,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 5] = [Self::User, Self::Client, Self::Idp, Self::Operator, Self::Update];

    /// Its word in metrics and in the reference of errors.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::Idp => "idp",
            Self::Operator => "operator",
            Self::Update => "update",
        }
    }
}
