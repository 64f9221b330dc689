//! A foreign judge: the response templates of `spid-sp-test`, by which Italy tests service providers.
//! They say what must be refused, and a few that must be accepted.

use std::collections::{BTreeMap, BTreeSet};

use silta_saml::{
    AssuranceLevels, EncryptionRule, Expectation, IdentityProvider, PeerProfile, Response,
    SignedParts, Unverified, post_value,
};
use silta_testkit::forge::{FakeIdp, IDP_ENTITY, NOON};
use silta_testkit::keys;
use silta_testkit::spid::{SpidCase, spid_cases};

#[test]
#[expect(clippy::print_stdout, reason = "the verdicts are what a reader wants to see")]
fn the_verdicts_are_those_of_a_foreign_judge_but_for_rules_that_are_spids_alone() {
    let mut ours = BTreeMap::new();
    let mut formats = BTreeSet::new();
    for case in spid_cases() {
        let verdict = judged(&case);
        println!("{} {} {verdict}", case.name, if case.accepted { "OK" } else { "KO" });
        if verdict == "issuer_format" {
            formats.insert(case.case.clone());
        }
        if case.accepted != (verdict == ACCEPTED) {
            ours.insert(case.case, verdict);
        }
    }
    let known = BTreeMap::from(OURS.map(|(case, verdict, _)| (case.to_owned(), verdict)));
    assert_eq!(ours, known);
    // The Format of an Issuer, in the Response; empty, and another, in the Assertion.
    assert_eq!(formats, ["30", "70", "72"].map(str::to_owned).into());
}

fn judged(case: &SpidCase) -> &'static str {
    let levels = ["SpidL1", "SpidL2", "SpidL3"];
    let levels = levels.map(|level| vec![format!("https://www.spid.gov.it/{level}")]);
    let profile = PeerProfile {
        signed: SignedParts::Both,
        encryption: EncryptionRule::Optional,
        ..PeerProfile::default()
    };
    let levels = AssuranceLevels::new(levels.to_vec()).unwrap();
    let trusted = vec![keys::IDP.verification()];
    let idp = IdentityProvider::new(IDP_ENTITY, trusted, levels, profile).unwrap();
    let fixture = FakeIdp::default();
    let expect = Expectation { idp: &idp, ..fixture.expectation() };
    let judged = Unverified::<Response>::from_post(&post_value(&case.response))
        .and_then(|response| response.verify(&expect, NOON));
    judged.map_or_else(|refused| refused.reason(), |_| ACCEPTED)
}

/// Where our verdict is another than the tool's: the case, ours, and why. All of them are rules of SPID
/// for its own identity providers, about things that SAML leaves free.
const OURS: [(&str, &str, &str); 10] = [
    ("43", ACCEPTED, "the text of a NameID is any text [SAML2Core §2.2.2]; nobody is known by it"),
    ("44", ACCEPTED, "a Subject may have no NameID beside its confirmation [SAML2Core §2.4.1]"),
    ("45", ACCEPTED, "Format is not needed, and any text; it decides nothing [SAML2Core §2.2.2]"),
    ("46", ACCEPTED, "as 45: absent means unspecified [SAML2Core §2.2.2]"),
    ("47", ACCEPTED, "as 45: SPID wants transient [SAML2Core §2.2.2]"),
    ("48", ACCEPTED, "NameQualifier is not needed, and any text [SAML2Core §2.2.2]"),
    ("49", ACCEPTED, "as 48 [SAML2Core §2.2.2]"),
    (
        "71",
        ACCEPTED,
        "an Issuer without Format is an entity [SAML2Core §2.2.5, SAML2Prof §4.1.4.2]",
    ),
    ("76", ACCEPTED, "Conditions may have no beginning [SAML2Core §2.5.1]"),
    ("99", ACCEPTED, "an Attribute may have no value [SAML2Core §2.7.3.1]"),
];
const ACCEPTED: &str = "accepted";
