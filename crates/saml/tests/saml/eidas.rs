//! What eIDAS nodes say of a person [eIDAS SAML Attribute Profile 1.4].

use silta_saml::{Attribute, Country, ResponseError};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{FakeIdp, NOON, text};

use crate::fixture::{accepts, accepts_at, refuses, refuses_at};

/// A person who does not act alone would seem to.
#[test]
fn an_answer_about_somebody_with_a_representative_is_refused() {
    for name in [
        "naturalperson/representative/PersonIdentifier",
        "naturalperson/representative/CurrentFamilyName",
        "legalperson/representative/LegalName",
        "naturalperson/representative/",
    ] {
        let name = format!("{EIDAS}{name}");
        let several: &[(&str, &[&str])] = &[("urn:oid:2.5.4.3", &["K"]), (&name, &["x"])];
        refuses(&ResponseError::Representative, |good| good.attributes(several));
        refuses(&ResponseError::Representative, |good| good.attributes(&[(&name, &[])]));
    }
    for other in [
        "http://eidas.europa.eu/attributes/naturalperson/representative",
        "http://eidas.europa.eu/attributes/otherperson/representative/x",
        "http://eidas.example/attributes/naturalperson/representative/x",
    ] {
        accepts(|good| good.attributes(&[(other, &["x"])]));
    }
}

/// The Latin writing is the value; the other one has a name of its own.
#[test]
fn a_value_in_another_script_is_one_of_an_attribute_of_its_own() {
    let name = format!("{EIDAS}naturalperson/CurrentFamilyName");
    let declared = format!("xmlns:n=\"{EIDAS}naturalperson\" n:LatinScript");
    let foreign = "xmlns:n=\"urn:n\" n:LatinScript";
    for (said, is_native) in [
        ("LatinScript=\"false\"", true),
        (&format!("{declared}=\"false\"") as &str, true),
        (&format!("{declared}=\" 0 \""), true),
        (&format!("{declared}=\"true\""), false),
        (&format!("{declared}=\"False\""), false),
        (&format!("{foreign}=\"false\""), false),
        ("Latinscript=\"false\"", false),
    ] {
        let values = format!(
            "<saml:AttributeValue {said}>Ωνάσης</saml:AttributeValue>\
             <saml:AttributeValue>Onasis</saml:AttributeValue>"
        );
        let attribute = format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>");
        let expected = if is_native {
            vec![
                Attribute::of_texts(name.as_str(), vec!["Onasis".into()]),
                Attribute::of_texts(format!("{name}#native"), vec!["Ωνάσης".into()]),
            ]
        } else {
            let both = vec!["Ωνάσης".into(), "Onasis".into()];
            vec![Attribute::of_texts(name.as_str(), both)]
        };
        for identity in accepts(|good| {
            let attribute = attribute.clone();
            good.attributes(&[("urn:x", &["x"])])
                .edit(Assertion, move |xml| text::replaced(xml, "saml:Attribute", &attribute))
        }) {
            assert_eq!(identity.attributes, expected, "{said}");
        }
    }
}

#[test]
fn an_identifier_that_was_made_for_another_country_is_refused() {
    let to_finland = || {
        let country = Country::parse("FI");
        FakeIdp::plain().with_profile(|profile| profile.identifiers_for = country)
    };
    let natural = format!("{EIDAS}naturalperson/PersonIdentifier");
    let legal = format!("{EIDAS}legalperson/LegalPersonIdentifier");
    let longest = format!("ES/FI/{}", "x".repeat(250));
    for name in [&natural, &legal] {
        for value in ["ES/FI/1", "EL/FI/a/b", "\n  ES/FI/1\n", &longest] {
            accepts_at(NOON, to_finland, |good| good.attributes(&[(name, &[value])]));
        }
        for value in [
            "ES/SE/1",
            "ES/fi/1",
            "es/FI/1",
            "ESP/FI/1",
            "ES/FI/",
            "ES/FI",
            "FI/1",
            "/FI/1",
            "1",
            "",
            "ES/FI/1 2",
            "ES/FI/1\u{a0}2",
            // What the subject is made of would keep it.
            "ES/FI/1\u{a0}",
            &format!("{longest}x"),
        ] {
            let spoil = |good: silta_testkit::forge::ForgedResponse| {
                good.attributes(&[(name, &["ES/FI/1", value])])
            };
            refuses_at(NOON, to_finland, &ResponseError::EidasIdentifier, spoil);
            // Of another peer an identifier is any text.
            accepts(spoil);
        }
    }
    accepts_at(NOON, to_finland, |good| good.attributes(&[("urn:x", &["ES/SE/1"])]));
}

/// Either pair of letters of Greece, in the file and in the message.
#[test]
fn an_identifier_for_greece_has_either_of_its_letters() {
    let name = format!("{EIDAS}naturalperson/PersonIdentifier");
    for ours in ["EL", "GR"] {
        let to_greece = || {
            let country = Country::parse(ours);
            FakeIdp::plain().with_profile(|profile| profile.identifiers_for = country)
        };
        for value in ["ES/EL/1", "ES/GR/1"] {
            accepts_at(NOON, to_greece, |good| good.attributes(&[(&name, &[value])]));
        }
        for value in ["EL/ES/1", "GR/ES/1", "ES/GB/1"] {
            let spoil = |good: silta_testkit::forge::ForgedResponse| {
                good.attributes(&[(name.as_str(), &[value])])
            };
            refuses_at(NOON, to_greece, &ResponseError::EidasIdentifier, spoil);
        }
    }
}

#[test]
fn greece_is_one_country_by_both_of_its_names_and_keeps_each() {
    let countries = ["EL", "GR", "FI", "GB"].map(|letters| Country::parse(letters).unwrap());
    for (at, one) in countries.iter().enumerate() {
        for (beside, other) in countries.iter().enumerate() {
            assert_eq!(one == other, at == beside || at + beside == 1, "{one} {other}");
        }
    }
    assert_eq!(countries.map(|one| one.to_string()), ["EL", "GR", "FI", "GB"]);
}

#[test]
fn a_country_is_two_capital_letters() {
    for good in ["FI", "EL", "EU"] {
        assert!(Country::parse(good).is_some(), "{good}");
    }
    for bad in ["fi", "F", "FIN", "", "Ä", "F1"] {
        assert!(Country::parse(bad).is_none(), "{bad}");
    }
}

const EIDAS: &str = "http://eidas.europa.eu/attributes/";
