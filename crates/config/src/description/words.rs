//! The words of keys that take one of a few.

use silta_broker::downstream::NameIdFormat;
use silta_broker::upstream::{AuthnContextRequest, ForceAuthn};
use silta_broker::{Language, Matching};
use silta_oidc::{Preset, Scope};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_saml::{AcsReference, ContactKind, EncryptionRule, IssuerForm, SignedParts};

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

impl Choice for SignedParts {
    fn words() -> Vec<Word<Self>> {
        vec![
            word(
                "either",
                "the Response is signed, or carries a GCM-encrypted signed assertion; encrypted \
                 assertions are always signed",
                Self::Either,
            ),
            word("both", "Response and assertion", Self::Both),
            word("response", "the Response; the assertion inside may be unsigned", Self::Response),
            word("assertion", "the assertion; the Response may be unsigned", Self::Assertion),
        ]
    }
}

impl Choice for EncryptionRule {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("required", "a plain assertion is refused", Self::Required),
            word("optional", "a plain assertion is accepted", Self::Optional),
        ]
    }
}

impl Choice for AuthnContextRequest {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("omit", "requests carry none", Self::Omit),
            word("exact", "every level that will do", Self::Exact),
            word("minimum", "the weakest that will do", Self::Minimum),
        ]
    }
}

impl Choice for ForceAuthn {
    fn words() -> Vec<Word<Self>> {
        vec![
            word(
                "when_asked",
                "when the relying party wants a new authentication",
                Self::WhenAsked,
            ),
            word(
                "always",
                "in every request, and a session at the identity provider never will do; not with \
                 `passive`",
                Self::Always,
            ),
            word(
                "never",
                "it does not support that; a request that needs a new authentication is refused \
                 (`no_new_authentication`)",
                Self::Never,
            ),
        ]
    }
}

impl Choice for IssuerForm {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("plain", "nothing", Self::Plain),
            word("entity", "`Format`, that of an entity", Self::Entity),
            word(
                "qualified",
                "`Format`, and the entityID as `NameQualifier`, as SPID has it",
                Self::Qualified,
            ),
        ]
    }
}

impl Choice for AcsReference {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("url", "by `AssertionConsumerServiceURL`", Self::Url),
            word(
                "index",
                "by `AssertionConsumerServiceIndex`, which is that of our metadata (1)",
                Self::Index,
            ),
        ]
    }
}

impl Choice for ContactKind {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.word(), "", one)).collect()
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

/// Every claim comes with `openid`, so it chooses none, and none comes with `offline_access`.
impl Choice for Scope {
    fn words() -> Vec<Word<Self>> {
        let none = [Self::Openid, Self::OfflineAccess];
        let scopes = Self::ALL.into_iter().filter(|scope| !none.contains(scope));
        scopes.map(|scope| word(scope.as_str(), "", scope)).collect()
    }
}

impl Choice for Preset {
    fn words() -> Vec<Word<Self>> {
        let sentence = |preset| match preset {
            Preset::Cognito => "an Amazon Cognito user pool",
            Preset::Alb => "an AWS Application Load Balancer",
        };
        Self::ALL.into_iter().map(|one| word(one.as_str(), sentence(one), one)).collect()
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

impl Choice for Language {
    fn words() -> Vec<Word<Self>> {
        let sentence = |language| match language {
            Language::Finnish => "Finnish",
            Language::Swedish => "Swedish",
            Language::English => "English",
        };
        Self::ALL.into_iter().map(|one| word(one.tag(), sentence(one), one)).collect()
    }
}

impl Choice for SignatureAlgorithm {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.name(), "", one)).collect()
    }
}

impl Choice for DataCipher {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.name(), "", one)).collect()
    }
}

impl Choice for DigestAlgorithm {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("sha1", "", Self::Sha1),
            word("sha256", "", Self::Sha256),
            word("sha384", "", Self::Sha384),
            word("sha512", "", Self::Sha512),
        ]
    }
}

impl Choice for silta_oidc::SignatureAlgorithm {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.as_str(), "", one)).collect()
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

impl Choice for silta_mapping::Kind {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("text", "any text", Self::Text),
            word("boolean", "`true`, `false`, `1` or `0`", Self::Boolean),
            word("integer", "a whole number", Self::Integer),
            word("date", "YYYY-MM-DD", Self::Date),
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

impl Choice for Matching {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("any", "one of them", Self::Any),
            word("all", "each of them, so that one other value keeps a person out", Self::All),
        ]
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

impl Choice for NameIdFormat {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("email", "an e-mail address", Self::EmailAddress),
            word("persistent", "a name that stays", Self::Persistent),
            word("unspecified", "whatever it is", Self::Unspecified),
        ]
    }
}
