//! Guesses at which attribute was meant.

use crate::packs;
use crate::suggest::nearest;

/// What to write instead of an unknown attribute.
pub(crate) fn attribute_instead<'k>(unknown: &str, known: impl Iterator<Item = &'k str>) -> String {
    let folded = unknown.to_ascii_lowercase().replace(['-', '_', ' '], "");
    if let Some((_, meant)) = ATTRIBUTE_ALIASES.iter().find(|(alias, _)| *alias == folded) {
        return (*meant).to_owned();
    }
    if let Some(known) = packs::attribute_delivered_as(unknown) {
        return format!("write its internal name {known}");
    }
    match nearest(unknown, known) {
        Some(meant) => format!("did you mean {meant}?"),
        None => {
            "define it under attributes, or see the list in docs/reference/attributes.md".to_owned()
        }
    }
}

/// What people call attributes, and what to write.
const ATTRIBUTE_ALIASES: &[(&str, &str)] = &[
    ("hetu", "write nationalIdentificationNumber"),
    ("henkilotunnus", "write nationalIdentificationNumber"),
    ("ssn", "write nationalIdentificationNumber"),
    ("nationalid", "write nationalIdentificationNumber"),
    ("nationalin", "write nationalIdentificationNumber"),
    ("personalidentitycode", "write nationalIdentificationNumber"),
    ("satu", "write electronicIdentificationNumber"),
    ("surname", "write sn, or [sn, FamilyName] with people identified abroad"),
    ("lastname", "write sn, or [sn, FamilyName] with people identified abroad"),
    ("familyname", "write sn, or [sn, FamilyName] with people identified abroad"),
    ("sukunimi", "write sn, or [sn, FamilyName] with people identified abroad"),
    ("firstname", "write givenName, or [givenName, FirstName] with people identified abroad"),
    ("firstnames", "write givenName, or [givenName, FirstName] with people identified abroad"),
    ("etunimi", "write givenName, or [givenName, FirstName] with people identified abroad"),
    ("etunimet", "write givenName, or [givenName, FirstName] with people identified abroad"),
    ("fullname", "write displayName, or cn"),
    ("name", "write displayName, or cn"),
    ("commonname", "write cn"),
    ("email", "write mail"),
    ("emailaddress", "write mail"),
    ("sahkoposti", "write mail"),
    ("birthdate", "write DateOfBirth, which only people identified abroad bring for sure"),
    ("birthday", "write DateOfBirth, which only people identified abroad bring for sure"),
    ("dob", "write DateOfBirth, which only people identified abroad bring for sure"),
    ("syntymaaika", "write DateOfBirth, which only people identified abroad bring for sure"),
    ("address", ADDRESS),
    ("streetaddress", ADDRESS),
    ("street", ADDRESS),
    ("osoite", ADDRESS),
    ("lahiosoite", ADDRESS),
    ("postalcode", "write VakinainenKotimainenLahiosoitePostinumero"),
    ("zip", "write VakinainenKotimainenLahiosoitePostinumero"),
    ("postinumero", "write VakinainenKotimainenLahiosoitePostinumero"),
    ("city", "write VakinainenKotimainenLahiosoitePostitoimipaikkaS"),
    ("municipality", "write KotikuntaKuntaS, or KotikuntaKuntanumero for its number"),
    ("kotikunta", "write KotikuntaKuntaS, or KotikuntaKuntanumero for its number"),
    ("nationality", "write SuomenKansalaisuusTietokoodi"),
    ("phone", "define it under attributes: no identity provider that is built in releases it"),
    (
        "phonenumber",
        "define it under attributes: no identity provider that is built in releases it",
    ),
    ("sub", "write providerSubject for the provider's own, or a name that identifies a person"),
    ("subject", "write providerSubject for the provider's own, or a name that identifies a person"),
];

const ADDRESS: &str =
    "an address has parts: VakinainenKotimainenLahiosoiteS, …Postinumero and …PostitoimipaikkaS";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_that_is_advised_exists() {
        for (alias, instead) in ATTRIBUTE_ALIASES {
            if let Some(names) = instead.strip_prefix("write ") {
                let name = names.split([',', ' ']).next().unwrap_or_default();
                let is_known = name == "providerSubject" || packs::has_attribute(name);
                assert!(is_known, "{alias}: {instead}");
            }
        }
    }
}
