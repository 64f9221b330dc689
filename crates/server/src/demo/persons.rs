//! Invented people, shaped like those of the Suomi.fi test environment.

use silta_saml::Attribute;

use super::texts::Text;

/// A person who can be identified in the demo.
pub(super) struct Person {
    /// Their name, and what is special about them, as the identification page shows it.
    pub(super) label: Text,
    /// Friendly name, SAML `Name` and value, as they are released.
    pub(super) attributes: &'static [(&'static str, &'static str, &'static str)],
}

impl Person {
    /// The attributes as an identity provider releases them.
    pub(super) fn released(&self) -> Vec<Attribute> {
        let released = self
            .attributes
            .iter()
            .map(|(_, name, value)| Attribute::of_texts(*name, vec![(*value).to_owned()]));
        released.collect()
    }
}

/// The people of the demo. Their identity numbers are of the series that is never given to anybody
/// (individual numbers from 900), the last one is the published test person of Suomi.fi.
pub(super) const PERSONS: [Person; 4] = [
    Person {
        label: Text {
            finnish: "Aino Åström-O'Brien, Ähtäri",
            swedish: "Aino Åström-O'Brien, Etseri",
            english: "Aino Åström-O'Brien, Ähtäri",
        },
        attributes: &[
            (HETU.0, HETU.1, "131052-9085"),
            (GIVEN.0, GIVEN.1, "Aino"),
            (SN.0, SN.1, "Åström-O'Brien"),
            (DISPLAY.0, DISPLAY.1, "Aino Åström-O'Brien"),
            (CN.0, CN.1, "Åström-O'Brien Aino Öllegård"),
            (VERIFIED.0, VERIFIED.1, "true"),
            (TOWN.0, TOWN.1, "Ähtäri"),
            (STREET.0, STREET.1, "Järvikuja 3 A 1"),
            (POSTCODE.0, POSTCODE.1, "63700"),
            (POST.0, POST.1, "ÄHTÄRI"),
        ],
    },
    Person {
        label: Text {
            finnish: "Väinö Meikäläinen, ei osoitetta",
            swedish: "Väinö Meikäläinen, ingen adress",
            english: "Väinö Meikäläinen, no address",
        },
        attributes: &[
            (HETU.0, HETU.1, "010170-912X"),
            (GIVEN.0, GIVEN.1, "Väinö"),
            (SN.0, SN.1, "Meikäläinen"),
            (DISPLAY.0, DISPLAY.1, "Väinö Meikäläinen"),
            (CN.0, CN.1, "Meikäläinen Väinö"),
            (VERIFIED.0, VERIFIED.1, "true"),
            (STREET.0, STREET.1, ""),
        ],
    },
    Person {
        label: Text {
            finnish: "Zoë Müller, tunnistettu ulkomailla (eIDAS)",
            swedish: "Zoë Müller, identifierad utomlands (eIDAS)",
            english: "Zoë Müller, identified abroad (eIDAS)",
        },
        attributes: &[
            (
                "PersonIdentifier",
                "http://eidas.europa.eu/attributes/naturalperson/PersonIdentifier",
                "DE/FI/demo-4711",
            ),
            (
                "FirstName",
                "http://eidas.europa.eu/attributes/naturalperson/CurrentGivenName",
                "Zoë",
            ),
            (
                "FamilyName",
                "http://eidas.europa.eu/attributes/naturalperson/CurrentFamilyName",
                "Müller",
            ),
            (
                "DateOfBirth",
                "http://eidas.europa.eu/attributes/naturalperson/DateOfBirth",
                "1985-04-01",
            ),
        ],
    },
    Person {
        label: Text {
            finnish: "Nordea Demo, Turku",
            swedish: "Nordea Demo, Åbo",
            english: "Nordea Demo, Turku",
        },
        attributes: &[
            (HETU.0, HETU.1, "210281-9988"),
            (GIVEN.0, GIVEN.1, "Nordea"),
            (SN.0, SN.1, "Demo"),
            (DISPLAY.0, DISPLAY.1, "Nordea Demo"),
            (CN.0, CN.1, "Demo Nordea"),
            (VERIFIED.0, VERIFIED.1, "true"),
            (TOWN.0, TOWN.1, "Turku"),
            (STREET.0, STREET.1, "Mansikkatie 11"),
            (POSTCODE.0, POSTCODE.1, "20006"),
            (POST.0, POST.1, "TURKU"),
        ],
    },
];

const HETU: (&str, &str) = ("nationalIdentificationNumber", "urn:oid:1.2.246.21");
const GIVEN: (&str, &str) = ("givenName", "urn:oid:2.5.4.42");
const SN: (&str, &str) = ("sn", "urn:oid:2.5.4.4");
const DISPLAY: (&str, &str) = ("displayName", "urn:oid:2.16.840.1.113730.3.1.241");
const CN: (&str, &str) = ("cn", "urn:oid:2.5.4.3");
const VERIFIED: (&str, &str) = ("vtjVerified", "urn:oid:1.2.246.517.3002.111.2");
const TOWN: (&str, &str) = ("KotikuntaKuntaS", "urn:oid:1.2.246.517.2002.2.19");
const STREET: (&str, &str) = ("VakinainenKotimainenLahiosoiteS", "urn:oid:1.2.246.517.2002.2.4");
const POSTCODE: (&str, &str) =
    ("VakinainenKotimainenLahiosoitePostinumero", "urn:oid:1.2.246.517.2002.2.6");
const POST: (&str, &str) =
    ("VakinainenKotimainenLahiosoitePostitoimipaikkaS", "urn:oid:1.2.246.517.2002.2.7");
