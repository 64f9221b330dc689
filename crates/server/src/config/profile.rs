//! What is known of identity providers that many people connect to. Profiles are data: everything
//! here can be written by hand in the file too, and what the file says wins.

use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{EncryptionRule, SignedParts};

/// The defaults of one kind of identity provider.
#[derive(Debug, Clone, Copy)]
pub(super) struct Profile {
    pub(super) entity_id: Option<&'static str>,
    pub(super) sso_redirect: Option<&'static str>,
    pub(super) loa: &'static [&'static [&'static str]],
    pub(super) subject: &'static [&'static str],
    pub(super) signed: SignedParts,
    pub(super) encryption: EncryptionRule,
    pub(super) signature_algorithms: &'static [SignatureAlgorithm],
    pub(super) name_id_format: Option<&'static str>,
    pub(super) vetuma: bool,
    /// Whether its people are test persons.
    pub(super) is_test: bool,
}

/// The words of `profile:`.
pub(super) const PROFILES: [(&str, Profile); 3] =
    [("generic", GENERIC), ("suomifi", SUOMIFI), ("suomifi-test", SUOMIFI_TEST)];

/// Any SAML 2.0 identity provider.
pub(super) const GENERIC: Profile = Profile {
    entity_id: None,
    sso_redirect: None,
    loa: &[],
    subject: &[],
    signed: SignedParts::Either,
    encryption: EncryptionRule::Required,
    signature_algorithms: &SignatureAlgorithm::ALL,
    name_id_format: None,
    vetuma: false,
    is_test: false,
};

/// Suomi.fi e-Identification, production. Its signing certificates change about every two years and
/// are therefore never part of a profile.
const SUOMIFI: Profile = Profile {
    entity_id: Some("https://tunnistautuminen.suomi.fi/idp1"),
    sso_redirect: Some("https://tunnistautuminen.suomi.fi/idp/profile/SAML2/Redirect/SSO"),
    loa: &[SUBSTANTIAL, HIGH],
    subject: &["nationalIdentificationNumber", "PersonIdentifier", "foreignpersonIdentifier"],
    signed: SignedParts::Both,
    encryption: EncryptionRule::Required,
    signature_algorithms: &[
        SignatureAlgorithm::RsaSha256,
        SignatureAlgorithm::RsaSha384,
        SignatureAlgorithm::RsaSha512,
    ],
    name_id_format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
    vetuma: true,
    is_test: false,
};

/// What Finnish law and eIDAS call substantial, and high.
const SUBSTANTIAL: &[&str] =
    &["http://ftn.ficora.fi/2017/loa2", "http://eidas.europa.eu/LoA/substantial"];
const HIGH: &[&str] = &["http://ftn.ficora.fi/2017/loa3", "http://eidas.europa.eu/LoA/high"];

/// Suomi.fi's test environment, whose test persons come by a method of their own. There it counts as
/// high, so that every policy can be tried; in production it is not among the levels, and refused.
const SUOMIFI_TEST: Profile = Profile {
    entity_id: Some("https://testi.apro.tunnistus.fi/idp1"),
    sso_redirect: Some("https://testi.apro.tunnistus.fi/idp/profile/SAML2/Redirect/SSO"),
    loa: &[
        SUBSTANTIAL,
        &[
            "http://ftn.ficora.fi/2017/loa3",
            "http://eidas.europa.eu/LoA/high",
            "urn:oid:1.2.246.517.3002.110.999",
        ],
    ],
    is_test: true,
    ..SUOMIFI
};
