//! What the federation of an identity provider demands of our metadata.

use silta_config::description::upstreams::{SP_METADATA_DEMANDS, sp_demands};
use silta_config::description::{ContactDetail, Key};
use silta_config::{Section, Value};
use silta_saml::ContactKind;

use super::owned;

/// The demands of one document.
pub(crate) struct Demands {
    /// The document.
    pub(super) source: String,
    /// Languages, as all texts have them.
    pub(super) display_name: Vec<String>,
    pub(super) description: Vec<String>,
    pub(super) information_url: Vec<String>,
    pub(super) privacy_statement_url: Vec<String>,
    pub(super) organization: Vec<String>,
    pub(super) service_name: Vec<String>,
    /// Types of contacts, each with what one of them has.
    pub(super) contacts: Vec<(ContactKind, Vec<ContactDetail>)>,
    pub(super) entity_attributes: Vec<DemandedAttribute>,
    /// Those of which we publish one; nothing where any will do, and none.
    pub(super) name_id_formats: Vec<String>,
    /// How long each certificate of ours must hold.
    pub(super) certificate_days: Option<u32>,
    /// What is demanded by a word.
    pub(super) words: Vec<DemandWord>,
}

/// An entity attribute that must be there.
pub(super) struct DemandedAttribute {
    pub(super) name: String,
    pub(super) friendly_name: Option<String>,
    /// Those that it may have; nothing where any will do.
    pub(super) values: Vec<String>,
    /// Those that are among them.
    pub(super) includes: Vec<String>,
}

/// What is demanded or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DemandWord {
    Logo,
    SingleLogout,
    EntityIdUrl,
    Https,
    AssertionsSigned,
    IssuedCertificates,
    Signed,
    ValidUntil,
}

impl DemandWord {
    const ALL: [(Self, Key); 8] = [
        (Self::Logo, sp_demands::LOGO),
        (Self::SingleLogout, sp_demands::SINGLE_LOGOUT),
        (Self::EntityIdUrl, sp_demands::ENTITY_ID_URL),
        (Self::Https, sp_demands::HTTPS),
        (Self::AssertionsSigned, sp_demands::ASSERTIONS_SIGNED),
        (Self::IssuedCertificates, sp_demands::ISSUED_CERTIFICATES),
        (Self::Signed, sp_demands::SIGNED),
        (Self::ValidUntil, sp_demands::VALID_UNTIL),
    ];
}

/// Reads `sp_metadata_demands`.
pub(super) fn read(section: &Section<'_>) -> Option<Vec<Demands>> {
    let Some(value) = section.optional(&SP_METADATA_DEMANDS) else { return Some(vec![]) };
    let groups = value.entries()?.into_iter().map(|(_, group)| demands(group));
    groups.collect::<Vec<_>>().into_iter().collect()
}

fn demands(value: Value<'_>) -> Option<Demands> {
    let section = value.section_of(&sp_demands::SECTION)?;
    let texts = |key: &Key| section.optional(key).map_or(Some(vec![]), |value| value.each(owned));
    let days = section.optional(&sp_demands::CERTIFICATE_DAYS);
    Some(Demands {
        source: section.value(&sp_demands::SOURCE).and_then(owned)?,
        display_name: texts(&sp_demands::DISPLAY_NAME)?,
        description: texts(&sp_demands::DESCRIPTION)?,
        information_url: texts(&sp_demands::INFORMATION_URL)?,
        privacy_statement_url: texts(&sp_demands::PRIVACY_STATEMENT_URL)?,
        organization: texts(&sp_demands::ORGANIZATION)?,
        service_name: texts(&sp_demands::SERVICE_NAME)?,
        contacts: section.optional(&sp_demands::CONTACTS).map_or(Some(vec![]), contacts)?,
        entity_attributes: section
            .optional(&sp_demands::ENTITY_ATTRIBUTES)
            .map_or(Some(vec![]), entity_attributes)?,
        name_id_formats: texts(&sp_demands::NAME_ID_FORMATS)?,
        certificate_days: days.map_or(Some(None), |value| value.number().map(Some))?,
        words: words(&section)?,
    })
}

fn words(section: &Section<'_>) -> Option<Vec<DemandWord>> {
    let mut all = vec![];
    for (word, key) in DemandWord::ALL {
        if let Some(value) = section.optional(&key)
            && value.boolean()?
        {
            all.push(word);
        }
    }
    Some(all)
}

fn contacts(value: Value<'_>) -> Option<Vec<(ContactKind, Vec<ContactDetail>)>> {
    let section = value.section(&sp_demands::CONTACTS)?;
    let mut all = vec![];
    for (kind, key) in [
        (ContactKind::Technical, &sp_demands::TECHNICAL),
        (ContactKind::Administrative, &sp_demands::ADMINISTRATIVE),
        (ContactKind::Support, &sp_demands::SUPPORT),
        (ContactKind::Billing, &sp_demands::BILLING),
        (ContactKind::Other, &sp_demands::OTHER),
    ] {
        if let Some(details) = section.optional(key) {
            all.push((kind, details.each(|one| one.choice())?));
        }
    }
    Some(all)
}

fn entity_attributes(value: Value<'_>) -> Option<Vec<DemandedAttribute>> {
    let read = |(name, value): (&str, Value<'_>)| {
        let section = value.section(&sp_demands::ENTITY_ATTRIBUTES)?;
        let friendly_name = section.optional(&sp_demands::FRIENDLY_NAME);
        let values = section.optional(&sp_demands::VALUES);
        let includes = section.optional(&sp_demands::INCLUDES);
        Some(DemandedAttribute {
            name: name.to_owned(),
            friendly_name: friendly_name.map_or(Some(None), |value| owned(value).map(Some))?,
            values: values.map_or(Some(vec![]), |value| value.each(owned))?,
            includes: includes.map_or(Some(vec![]), |value| value.each(owned))?,
        })
    };
    value.entries()?.into_iter().map(read).collect()
}
