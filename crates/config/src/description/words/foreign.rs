//! The words of types that other crates define.

use silta_broker::downstream::NameIdFormat;
use silta_broker::upstream::{AuthnContextRequest, ForceAuthn};
use silta_broker::{Language, Matching};
use silta_oidc::{Preset, Scope};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, EncryptionCipher, SignatureAlgorithm};
use silta_saml::{
    AcsReference, ContactKind, EidasPerson, EncryptionRule, IdentityFlavour, IssuerForm, KdfDigest,
    KeyWrap, Requirement, SignMessageKind, SignedParts, SpType, StatusMeaning,
};

use super::{Choice, Word, word};

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

impl Choice for Requirement {
    fn words() -> Vec<Word<Self>> {
        let sentence = |one| match one {
            Self::ResponseId => "`ID` of the Response, also where nothing refers to it",
            Self::IssuerFormat => "`Format` of the assertion's `Issuer`",
            Self::NotBefore => "`NotBefore` of `Conditions`",
            Self::NotOnOrAfter => "`NotOnOrAfter` of `Conditions`",
            Self::TransientNameId => {
                "a NameID with a text and the `Format` of a transient one, not encrypted by itself"
            }
            Self::NameQualifier => "`NameQualifier` of the NameID",
            Self::AttributeValues => {
                "a value in every attribute, none of them empty, and no attribute that is encrypted by itself"
            }
        };
        Self::ALL.into_iter().map(|one| word(one.word(), sentence(one), one)).collect()
    }
}

impl Choice for StatusMeaning {
    fn words() -> Vec<Word<Self>> {
        let named = |one: Self| match one {
            Self::Cancelled => "cancelled",
            Self::ConsentRefused => "consent_refused",
            Self::TimedOut => "timed_out",
            Self::WrongCredentials => "wrong_credentials",
            Self::AccountSuspended => "account_suspended",
            Self::OtherIdentity => "other_identity",
            Self::SuspectedFraud => "suspected_fraud",
            Self::NoAuthnContext => "no_authn_context",
            Self::Requester => "requester",
        };
        Self::ALL.into_iter().map(|one| word(named(one), one.sentence(), one)).collect()
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
            word("index", "by `AssertionConsumerServiceIndex`, which is `acs_index`", Self::Index),
            word("default", "not at all: it is the default of our metadata", Self::Default),
        ]
    }
}

impl Choice for EidasPerson {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("natural", "of somebody who lives", Self::Natural),
            word("legal", "of a company, say", Self::Legal),
        ]
    }
}

impl Choice for SpType {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("public", "a public body", Self::Public),
            word("private", "anybody else", Self::Private),
        ]
    }
}

impl Choice for ContactKind {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.word(), "", one)).collect()
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

impl Choice for EncryptionCipher {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.data_cipher().name(), "", one)).collect()
    }
}

impl Choice for KdfDigest {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.digest().name(), "", one)).collect()
    }
}

impl Choice for SignMessageKind {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("text", "plain text", Self::Text),
            word("text/html", "HTML, of the few elements that the profile allows", Self::Html),
            word("text/markdown", "Markdown", Self::Markdown),
        ]
    }
}

impl Choice for IdentityFlavour {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("natural_person", "a natural person", Self::NaturalPerson),
            word("legal_person", "a legal person", Self::LegalPerson),
            word(
                "legal_person_representative",
                "a natural person who stands for a legal one",
                Self::LegalPersonRepresentative,
            ),
        ]
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

impl Choice for KeyWrap {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.name(), "", one)).collect()
    }
}

impl Choice for silta_oidc::SignatureAlgorithm {
    fn words() -> Vec<Word<Self>> {
        Self::ALL.into_iter().map(|one| word(one.as_str(), "", one)).collect()
    }
}

impl Choice for silta_mapping::Kind {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("text", "any text", Self::Text),
            word("boolean", "`true`, `false`, `1` or `0`", Self::Boolean),
            word("integer", "a whole number", Self::Integer),
            word("date", "YYYY-MM-DD", Self::Date),
            word(
                "nameid",
                "a persistent SAML NameID, which identifies a person within its qualifiers",
                Self::NameId,
            ),
            word("json", "JSON of any type but null; not for service providers", Self::Json),
        ]
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

impl Choice for NameIdFormat {
    fn words() -> Vec<Word<Self>> {
        vec![
            word("email", "an e-mail address", Self::EmailAddress),
            word("persistent", "a name that stays", Self::Persistent),
            word("unspecified", "whatever it is", Self::Unspecified),
        ]
    }
}
