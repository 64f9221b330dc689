//! The words of keys that take one of a few.

mod foreign;

use crate::profile;

/// A word of the file.
#[derive(Debug, Clone, Copy)]
pub struct Word<T> {
    /// The word.
    pub word: &'static str,
    /// What it does; empty where the word is a name of its own.
    pub sentence: &'static str,
    /// What it means to the program.
    pub means: T,
}

/// A closed set of words.
pub trait Choice: Copy + 'static {
    /// All of them.
    fn words() -> Vec<Word<Self>>;
}

pub(super) fn of<T: Choice>() -> Vec<(&'static str, &'static str)> {
    T::words().into_iter().map(|word| (word.word, word.sentence)).collect()
}

fn word<T>(word: &'static str, sentence: &'static str, means: T) -> Word<T> {
    Word { word, sentence, means }
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Errors alone.
    Error,
    /// Warnings too.
    Warn,
    /// What happens, too.
    Info,
}

impl Choice for LogLevel {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("error", "what needs somebody now", Self::Error),
            word("warn", "and what should be looked at", Self::Warn),
            word("info", "and what happens", Self::Info),
        ]
    }
}

/// The protocol of an upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// SAML 2.0.
    Saml,
    /// OpenID Connect.
    Oidc,
}

impl Choice for Protocol {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("saml", "a SAML identity provider", Self::Saml),
            word("oidc", "an OpenID Provider", Self::Oidc),
        ]
    }
}

/// The name of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileName(pub &'static str);

impl Choice for ProfileName {
    fn words() -> Vec<Word<Self>> {
        let of = |one: &profile::Profile| word(one.name, one.sentence, Self(one.name));
        profile::PROFILES.iter().map(of).collect()
    }
}

/// How requests tell the identity provider the person's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestLanguage {
    /// Not at all.
    None,
    /// By Suomi.fi's extension.
    Vetuma,
}

impl Choice for RequestLanguage {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("none", "not at all", Self::None),
            word("vetuma", "by the `vetuma` extension, as Suomi.fi reads it", Self::Vetuma),
        ]
    }
}

/// Where a service provider of eIDAS says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpTypeIn {
    /// In each request.
    Request,
    /// In its metadata.
    Metadata,
}

impl Choice for SpTypeIn {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("request", "in each request", Self::Request),
            word("metadata", "in our metadata, for the entity", Self::Metadata),
        ]
    }
}

/// Who shows the person an error of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorsShownBy {
    /// The client, which is told by its redirect URI.
    Client,
    /// We, on a page.
    Page,
}

impl Choice for ErrorsShownBy {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("client", "the client, which gets them at its redirect URI", Self::Client),
            word("page", "Silta, on a page with the reference", Self::Page),
        ]
    }
}

/// What an identity provider is told of a session that is not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownSession {
    /// That it is over.
    Success,
    /// That it is not known.
    UnknownPrincipal,
}

impl Choice for UnknownSession {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("success", "that all is done, which is so", Self::Success),
            word("unknown_principal", "`UnknownPrincipal`", Self::UnknownPrincipal),
        ]
    }
}

/// How we authenticate at a provider's token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// The secret in the header.
    Basic,
    /// The secret in the form.
    Post,
    /// A signed assertion.
    Key,
}

impl Choice for Authentication {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("client_secret_basic", "the secret in the header", Self::Basic),
            word("client_secret_post", "the secret in the form", Self::Post),
            word(
                "private_key_jwt",
                "an assertion by the active key of `keys.id_token`, whose public half stands at our \
                 `/jwks`",
                Self::Key,
            ),
        ]
    }
}

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientProof {
    /// By a secret.
    Secret,
    /// By a signed assertion.
    Key,
    /// Not at all.
    None,
}

impl Choice for ClientProof {
    fn words() -> Vec<Word<Self>> {
        vec![
            word(
                "secret",
                "by its secret (`client_secret_basic`, `client_secret_post`)",
                Self::Secret,
            ),
            word(
                "private_key_jwt",
                "by an assertion that one of its keys signs, each time another one",
                Self::Key,
            ),
            word(
                "none",
                "not at all: a public client, which could keep nothing secret; PKCE is required of it",
                Self::None,
            ),
        ]
    }
}

/// Where records are kept, without a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory;

impl Choice for Memory {
    fn words() -> Vec<Word<Self>> {
        vec![word("memory", "in this process", Self)]
    }
}

/// What is known of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactDetail {
    /// Where they work.
    Company,
    /// Their name.
    GivenName,
    /// Their other name.
    Surname,
    /// Their address.
    Email,
    /// Their number.
    Telephone,
}

impl Choice for ContactDetail {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("company", "", Self::Company),
            word("given_name", "", Self::GivenName),
            word("surname", "", Self::Surname),
            word("email", "", Self::Email),
            word("telephone", "", Self::Telephone),
        ]
    }
}

/// Which of several values a claim takes, without a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeWord {
    /// Exactly one.
    Only,
    /// The first.
    First,
    /// All.
    All,
}

impl Choice for TakeWord {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("only", "several make no claim", Self::Only),
            word("first", "the first that is not empty", Self::First),
            word("all", "a list of all", Self::All),
        ]
    }
}

/// What may hold of an attribute as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// There is a value.
    Present,
    /// There is none.
    Absent,
}

impl Choice for Presence {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("present", "there is a value that is not empty", Self::Present),
            word("absent", "there is none", Self::Absent),
        ]
    }
}

/// Whether requests of a service provider must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requests {
    /// They must.
    Signed,
    /// They need not.
    Unsigned,
}

impl Choice for Requests {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("signed", "a request without a signature is refused", Self::Signed),
            word(
                "unsigned",
                "nothing proves who sent a request, and what it wishes can only ask for more than is \
                 configured. A signature that is there must hold in any case",
                Self::Unsigned,
            ),
        ]
    }
}

/// What vouches for a document beside a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// That it comes from a host with the right certificate.
    Tls,
}

impl Choice for Tls {
    fn words() -> Vec<Word<Self>> {
        vec![word("tls", "the certificate of its host vouches for it", Self::Tls)]
    }
}

/// Who may use a service provider, without a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Everyone;

impl Choice for Everyone {
    fn words() -> Vec<Word<Self>> {
        vec![word("everyone", "whoever the upstream knows", Self)]
    }
}

/// How a NameID is made, without a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameIdWord {
    /// The pairwise `sub`.
    Persistent,
    /// Another one at every login.
    Transient,
}

impl Choice for NameIdWord {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("persistent", "the pairwise `sub`", Self::Persistent),
            word("transient", "another one at every login", Self::Transient),
        ]
    }
}
