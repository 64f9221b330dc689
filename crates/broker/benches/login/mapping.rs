//! From all that Suomi.fi says of a person to the claims of a Cognito user pool.

use std::collections::BTreeMap;
use std::hint::black_box;

use silta_broker::SubjectKey;
use silta_mapping::{
    ClaimRule, ClaimRules, ClaimSource, Dictionary, KnownPeople, Login, Operator, Otherwise,
    Spelling, Take, Template, ValueRule,
};
use silta_oidc::RESERVED_CLAIMS;
use silta_testkit::dictionary::suomifi;

/// The rules of one client, and whom they are applied to.
pub(crate) struct Mapping {
    dictionary: Dictionary,
    rules: ClaimRules,
    key: SubjectKey,
    spelling: Spelling,
}

impl Mapping {
    pub(crate) fn new() -> Self {
        let dictionary = suomifi();
        let rules = ClaimRules::compile(&[&dictionary], rules(), &RESERVED_CLAIMS).unwrap();
        let (key, spelling) = (SubjectKey::new([1; 32]), Spelling::default());
        Self { dictionary, rules, key, spelling }
    }

    /// Recognises the attributes and makes the claims.
    pub(crate) fn apply(&self) {
        let said = ATTRIBUTES.iter().map(|(name, value)| (*name, [*value].into_iter()));
        let attributes = self.dictionary.recognise(said);
        let known_by = KnownPeople { attributes: &[], spelling: &self.spelling };
        let login = Login {
            sub: "mZ1c0H3zV9yqG5x2",
            level: "http://ftn.ficora.fi/2017/loa3",
            upstream: "suomifi",
            client: "pool",
            known_by: &known_by,
            pseudonyms: &self.key,
        };
        black_box(self.rules.apply(&attributes, &login).unwrap());
    }
}

fn rules() -> Vec<ClaimRule> {
    let blank = |claim: &str, value| ClaimRule {
        otherwise: Otherwise::Blank,
        ..ClaimRule::new(claim, value)
    };
    let then = |attribute, operators: &[&str]| {
        let built = |name: &&str| Operator::named(name).unwrap().with(BTreeMap::new(), None);
        let then = operators.iter().map(|name| built(name).unwrap()).collect();
        ValueRule { then, ..ValueRule::from(&[attribute]) }
    };
    let text = "{VakinainenKotimainenLahiosoiteS}, {VakinainenKotimainenLahiosoitePostinumero}";
    let address = ValueRule::of(ClaimSource::Template(Template::parse(text).unwrap()));
    let first = |attribute| ValueRule { take: Take::First, ..ValueRule::from(&[attribute]) };
    let rules = [
        blank("name", ValueRule::from(&["displayName", "cn"])),
        blank("given_name", first("givenName")),
        blank("family_name", ValueRule::from(&["sn"])),
        blank("birthdate", then("nationalIdentificationNumber", &["birth_date"])),
        blank("email", then("mail", &["trim", "lower"])),
        blank("address", address),
        blank("locale", then("KotikuntaKuntaS", &["lower"])),
    ];
    let as_they_are = [
        ("custom:person", "nationalIdentificationNumber"),
        ("custom:municipality", "KotikuntaKuntanumero"),
        ("custom:non_disclosure", "TurvakieltoTieto"),
    ];
    let as_they_are = as_they_are.map(|(claim, name)| blank(claim, ValueRule::from(&[name])));
    rules.into_iter().chain(as_they_are).collect()
}

/// All that Suomi.fi releases of a person with a Finnish code and addresses here and abroad.
const ATTRIBUTES: [(&str, &str); 26] = [
    ("urn:oid:1.2.246.21", "010170-912X"),
    ("urn:oid:1.2.246.22", "999999999"),
    ("urn:oid:2.5.4.3", "Meikäläinen Väinö Olavi"),
    ("urn:oid:2.16.840.1.113730.3.1.241", "Väinö Meikäläinen"),
    ("urn:oid:2.5.4.42", "Väinö"),
    ("urn:oid:2.5.4.4", "Meikäläinen"),
    ("urn:oid:0.9.2342.19200300.100.1.3", "Vaino.Meikalainen@example.fi"),
    ("urn:oid:1.2.246.517.2002.2.26", "1"),
    ("urn:oid:1.2.246.517.3002.111.2", "true"),
    ("urn:oid:1.2.246.517.2002.2.27", "0"),
    ("urn:oid:1.2.246.517.2002.2.18", "853"),
    ("urn:oid:1.2.246.517.2002.2.19", "Turku"),
    ("urn:oid:1.2.246.517.2002.2.20", "Åbo"),
    ("urn:oid:1.2.246.517.2002.2.4", "Järvikuja 3 A 1"),
    ("urn:oid:1.2.246.517.2002.2.5", "Sjögränden 3 A 1"),
    ("urn:oid:1.2.246.517.2002.2.6", "20006"),
    ("urn:oid:1.2.246.517.2002.2.7", "TURKU"),
    ("urn:oid:1.2.246.517.2002.2.8", "ÅBO"),
    ("urn:oid:1.2.246.517.2002.2.11", "Main Street 1"),
    ("urn:oid:1.2.246.517.2002.2.12", "Lontoo Iso-Britannia"),
    ("urn:oid:1.2.246.517.2002.2.13", "London Storbritannien"),
    ("urn:oid:1.2.246.517.2002.2.14", "London Great Britain"),
    ("urn:oid:1.2.246.517.2002.2.31", "Kesätie 1"),
    ("urn:oid:1.2.246.517.2002.2.32", "Sommarvägen 1"),
    ("urn:oid:1.2.246.517.2002.2.33", "21600"),
    ("urn:oid:1.2.246.517.2002.2.34", "PARAINEN"),
];
