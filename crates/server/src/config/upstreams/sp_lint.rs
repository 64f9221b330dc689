//! Judges our metadata for an identity provider by what its federation demands.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use silta_broker::UpstreamName;
use silta_config::description::{ContactDetail, upstreams};
use silta_config::quotable;
use silta_saml::{Certificate, Contact, Localized};

use super::saml::SamlPeer;
use super::sp_demands::{DemandWord, DemandedAttribute, Demands};
use super::sp_metadata::SpMetadata;

/// What is missing or wrong in our metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MetadataFinding {
    /// The key of the configuration to write.
    pub(crate) key: String,
    /// What is missing or wrong.
    pub(crate) what: String,
    /// What to write.
    pub(crate) instead: String,
    /// The document that demands it.
    pub(crate) source: String,
}

/// `key: what; instead [source]`.
impl fmt::Display for MetadataFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, what, instead, source } = self;
        write!(f, "{key}: {what}; {instead} [{source}]")
    }
}

/// All that our metadata for this upstream lacks at this time.
pub(crate) fn findings(
    upstream: &UpstreamName,
    peer: &SamlPeer,
    now: Timestamp,
) -> Vec<MetadataFinding> {
    let mut all = vec![];
    for demands in &peer.demands {
        let (upstream, metadata) = (upstream.as_str(), &peer.metadata);
        let mut judge = Judge { upstream, metadata, demands, found: vec![] };
        judge.texts();
        judge.service_name();
        judge.contacts();
        judge.entity_attributes();
        judge.name_id_format();
        for word in &demands.words {
            judge.word(*word);
        }
        judge.ends(now);
        all.append(&mut judge.found);
    }
    all
}

/// Our metadata, and the demands of one document.
struct Judge<'m> {
    upstream: &'m str,
    metadata: &'m SpMetadata,
    demands: &'m Demands,
    found: Vec<MetadataFinding>,
}

impl Judge<'_> {
    fn texts(&mut self) {
        let (about, demands) = (&self.metadata.about.description, self.demands);
        let ui = &about.ui;
        let no_texts = vec![];
        let organization = about.organization.as_ref();
        let (name, display_name, url) = organization
            .map_or((&no_texts, &no_texts, &no_texts), |one| {
                (&one.name, &one.display_name, &one.url)
            });
        for (key, element, wanted, said) in [
            ("display_name", "mdui:DisplayName", &demands.display_name, &ui.display_name),
            ("description", "mdui:Description", &demands.description, &ui.description),
            (
                "information_url",
                "mdui:InformationURL",
                &demands.information_url,
                &ui.information_url,
            ),
            (
                "privacy_statement_url",
                "mdui:PrivacyStatementURL",
                &demands.privacy_statement_url,
                &ui.privacy_statement_url,
            ),
            ("organization.name", "OrganizationName", &demands.organization, name),
            (
                "organization.display_name",
                "OrganizationDisplayName",
                &demands.organization,
                display_name,
            ),
            ("organization.url", "OrganizationURL", &demands.organization, url),
        ] {
            self.languages(key, element, wanted, said);
        }
    }

    fn languages(&mut self, key: &str, element: &str, wanted: &[String], said: &Localized) {
        let instead = if key.ends_with("url") {
            "write the address of a page in this language"
        } else {
            "write a text in this language"
        };
        for language in wanted {
            if !said.iter().any(|(one, _)| one.eq_ignore_ascii_case(language)) {
                let what = format!("{element} in {language} is missing");
                self.say_of(&format!("sp_metadata.{key}.{language}"), what, instead);
            }
        }
    }

    fn contacts(&mut self) {
        let contacts = &self.metadata.about.description.contacts;
        for (kind, details) in &self.demands.contacts {
            let kind_word = kind.word();
            let of_kind = contacts.iter().enumerate().filter(|(_, one)| one.kind == *kind);
            let of_kind: Vec<_> = of_kind.collect();
            if of_kind.is_empty() {
                let parts = details.iter().map(|one| format!("{}: ..", names(*one).0));
                let parts = parts.collect::<Vec<_>>().join(", ");
                let what = format!("a ContactPerson of the type {kind_word} is missing");
                let instead = format!("add {{ type: {kind_word}, {parts} }}");
                self.say_of("sp_metadata.contacts", what, instead);
            }
            for (at, contact) in of_kind {
                for detail in details.iter().filter(|detail| has_not(contact, **detail)) {
                    let (key, element) = names(*detail);
                    let what = format!("{element} of the {kind_word} contact is missing");
                    self.say_of(&format!("sp_metadata.contacts[{at}].{key}"), what, "write it");
                }
            }
        }
    }

    fn entity_attributes(&mut self) {
        let said = &self.metadata.about.description.entity_attributes;
        for wanted in &self.demands.entity_attributes {
            let DemandedAttribute { name, friendly_name, values: allowed, includes } = wanted;
            let called = friendly_name.as_ref().unwrap_or(name);
            let key = format!("sp_metadata.entity_attributes.{name}");
            let one_of = allowed.join(", ");
            let Some((_, values)) = said.iter().find(|(one, _)| one == name) else {
                let what = format!("the entity attribute {called} is missing");
                let instead = match &*one_of {
                    "" => "write what holds for this service".to_owned(),
                    one_of => format!("write of these what holds for this service: {one_of}"),
                };
                self.say_of(&key, what, instead);
                continue;
            };
            let is_allowed = |value: &&String| allowed.is_empty() || allowed.contains(*value);
            for value in values.iter().filter(|value| !is_allowed(value)) {
                let value = quotable(value).unwrap_or("this");
                let what = format!("{value} is no value that {called} may have");
                self.say_of(&key, what, format!("write of these: {one_of}"));
            }
            for value in includes.iter().filter(|value| !values.contains(*value)) {
                let value = quotable(value).unwrap_or("a value");
                let what = format!("{value} is not among the values of {called}");
                self.say_of(&key, what, format!("add {value}"));
            }
        }
    }

    fn service_name(&mut self) {
        let (about, wanted) = (&self.metadata.about, &self.demands.service_name);
        match (&about.description.attribute_set, &about.service_name) {
            (None, Some(_)) if !wanted.is_empty() => {
                let what =
                    "AttributeConsumingService is missing, because nobody needs an attribute of it";
                let instead = "write claims of a client of this upstream";
                self.say("clients".to_owned(), what, instead);
            }
            (set, _) => {
                let no_texts = vec![];
                let said = set.as_ref().map_or(&no_texts, |set| &set.service_name);
                self.languages("service_name", "ServiceName", wanted, said);
            }
        }
    }

    fn name_id_format(&mut self) {
        let wanted = &self.demands.name_id_formats;
        let format = self.metadata.name_id_format.as_ref();
        if wanted.is_empty() || format.is_some_and(|format| wanted.contains(format)) {
            return;
        }
        let what = match format {
            None => "NameIDFormat is missing",
            Some(_) => "NameIDFormat is none that may be asked for",
        };
        let instead = format!("write of these: {}", wanted.join(", "));
        self.say_of("name_id_format", what, instead);
    }

    fn word(&mut self, word: DemandWord) {
        let metadata = self.metadata;
        let about = &metadata.about;
        match word {
            DemandWord::Logo if about.description.ui.logo.is_none() => {
                let instead = "write { url: https://.., height: .., width: .. }";
                self.say_of("sp_metadata.logo", "mdui:Logo is missing", instead);
            }
            DemandWord::SingleLogout if metadata.slo_url.is_none() => {
                let instead = "write where its own is: { redirect: https://.. }";
                self.say_of("single_logout", "SingleLogoutService is missing", instead);
            }
            DemandWord::EntityIdUrl if !is_https(&metadata.entity_id) => {
                let instead = "write one that begins with https://, or leave this key out";
                self.say_of("sp_entity_id", "our entityID is no URL by https", instead);
            }
            DemandWord::AssertionsSigned if !metadata.profile.signs_assertions() => {
                let what = "WantAssertionsSigned is not true";
                self.say_of("signed", what, "write both, or assertion");
            }
            DemandWord::Signed if !about.signed => {
                self.say_of("sp_metadata.signed", "the metadata is not signed", "write true");
            }
            DemandWord::ValidUntil if about.valid_for.is_none() => {
                let instead = "write how long a copy holds, such as 336h";
                self.say_of("sp_metadata.valid_for", "validUntil is missing", instead);
            }
            DemandWord::Https => self.addresses(),
            DemandWord::IssuedCertificates => self.issuers(),
            DemandWord::Logo
            | DemandWord::SingleLogout
            | DemandWord::EntityIdUrl
            | DemandWord::AssertionsSigned
            | DemandWord::Signed
            | DemandWord::ValidUntil => {}
        }
    }

    fn addresses(&mut self) {
        let metadata = self.metadata;
        let instead = "write one that begins with https://";
        let mut endpoints = [Some(&metadata.acs_url), metadata.slo_url.as_ref()].into_iter();
        if endpoints.any(|url| url.is_some_and(|url| !is_https(url))) {
            self.say("public_url".to_owned(), "our endpoints are not by https", instead);
        }
        let description = &metadata.about.description;
        let ui = &description.ui;
        let logo = ui.logo.iter().map(|logo| ("logo.url".to_owned(), &logo.url));
        let pages = [
            ("information_url", Some(&ui.information_url)),
            ("privacy_statement_url", Some(&ui.privacy_statement_url)),
            ("organization.url", description.organization.as_ref().map(|one| &one.url)),
        ];
        let pages = pages.into_iter().flat_map(|(key, urls)| {
            let urls = urls.into_iter().flatten();
            urls.map(move |(language, url)| (format!("{key}.{language}"), url))
        });
        for (key, _) in logo.chain(pages).filter(|(_, url)| !is_https(url)) {
            self.say_of(&format!("sp_metadata.{key}"), "the address is not by https", instead);
        }
    }

    fn issuers(&mut self) {
        for (key, certificate) in certificates(self.metadata) {
            if !certificate.is_issued() {
                let what = format!("the certificate {} is self-signed", certificate.fingerprint());
                let instead = "write one that a certificate authority issued";
                self.say(key.to_owned(), what, instead);
            }
        }
    }

    fn ends(&mut self, now: Timestamp) {
        let Some(days) = self.demands.certificate_days else { return };
        let wanted = SignedDuration::from_hours(24 * i64::from(days));
        for (key, certificate) in certificates(self.metadata) {
            let end = certificate.not_after().and_then(|end| Timestamp::from_second(end).ok());
            let what = match end {
                None => "has an end that cannot be read".to_owned(),
                Some(end) if end <= now => format!("ended on {}", end.strftime("%F")),
                Some(end) if end.duration_since(now) < wanted => {
                    format!("ends on {}, in less than {days} days", end.strftime("%F"))
                }
                Some(_) => continue,
            };
            let what = format!("the certificate {} {what}", certificate.fingerprint());
            let instead = "add a key with a new certificate, and hand in the metadata anew";
            self.say(key.to_owned(), what, instead);
        }
    }

    /// A finding at a key of the upstream.
    fn say_of(&mut self, key: &str, what: impl Into<String>, instead: impl Into<String>) {
        self.say(format!("upstreams.{}.{key}", self.upstream), what, instead);
    }

    fn say(&mut self, key: String, what: impl Into<String>, instead: impl Into<String>) {
        let (what, instead) = (what.into(), instead.into());
        self.found.push(MetadataFinding {
            key,
            what,
            instead,
            source: self.demands.source.clone(),
        });
    }
}

/// What we sign with, and what may be encrypted to, each with the key that names it.
fn certificates(metadata: &SpMetadata) -> impl Iterator<Item = (&'static str, &Certificate)> {
    let signing = metadata.signing.iter().map(|one| ("keys.saml_signing", one));
    signing.chain(metadata.encryption.iter().map(|one| ("keys.saml_encryption", one)))
}

fn is_https(url: &str) -> bool {
    url.starts_with("https://")
}

fn has_not(contact: &Contact, detail: ContactDetail) -> bool {
    let said = match detail {
        ContactDetail::Company => &contact.company,
        ContactDetail::GivenName => &contact.given_name,
        ContactDetail::Surname => &contact.surname,
        ContactDetail::Email => &contact.email,
        ContactDetail::Telephone => &contact.telephone,
    };
    said.is_none()
}

/// The key of a detail, and its element [SAML2Meta §2.3.2.2].
fn names(detail: ContactDetail) -> (&'static str, &'static str) {
    match detail {
        ContactDetail::Company => (upstreams::COMPANY.name, "Company"),
        ContactDetail::GivenName => (upstreams::GIVEN_NAME.name, "GivenName"),
        ContactDetail::Surname => (upstreams::SURNAME.name, "SurName"),
        ContactDetail::Email => (upstreams::EMAIL.name, "EmailAddress"),
        ContactDetail::Telephone => (upstreams::TELEPHONE.name, "TelephoneNumber"),
    }
}
