//! The profile `spid`: by Italy's own catalogue of answers, and in what it asks and says of us.

use std::collections::{BTreeMap, BTreeSet};

use silta_broker::{Freshness, UpstreamName};
use silta_saml::{ResponseError, StatusMeaning, Unverified, post_value};
use silta_testkit::forge::{IDP_ENTITY, NOON};
use silta_testkit::peers;
use silta_testkit::spid::{SpidCase, spid_cases};

use super::requests::asked_of;
use super::saml_upstream::{judged_at, peer_alone};
use crate::config::upstreams::{SamlPeer, findings};

/// Every case of the catalogue, whose verdict is Italy's own. Of the wrapped ones the tool has taken the namespaces away.
#[test]
#[expect(clippy::print_stdout, reason = "the verdicts are what a reader wants to see")]
fn every_verdict_on_the_catalogue_is_that_of_spid() {
    let spid = spid();
    let cases = spid_cases(&spid.upstream().unwrap().parties.service_provider);
    let mut ours = BTreeMap::new();
    let mut reasons = BTreeMap::<&str, Vec<&str>>::new();
    for case in &cases {
        let verdict = judged(&spid, case, 0);
        let reason = verdict.as_ref().map_or_else(ResponseError::reason, |()| ACCEPTED);
        println!("{} {} {reason}", case.name, if case.accepted { "OK" } else { "KO" });
        reasons.entry(reason).or_default().push(&case.case);
        if case.accepted != verdict.is_ok() {
            ours.insert(&*case.case, reason);
        }
    }
    let accepted = reasons.get(ACCEPTED).unwrap();
    println!(
        "{} cases, {} accepted, {} refused",
        cases.len(),
        accepted.len(),
        cases.len() - accepted.len()
    );
    for (reason, cases) in &reasons {
        println!("{reason}: {}", cases.join(", "));
    }
    assert_eq!(ours, BTreeMap::new());
    assert_eq!((cases.len(), accepted.len()), (111, 8));
    // What SAML leaves free, each by the requirement that it is made for.
    let of = |reason: &str| reasons[reason].iter().copied().collect::<BTreeSet<_>>();
    for (reason, cases) in [
        ("no_response_id", &["8", "9"][..]),
        ("no_transient_name_id", &["43", "44", "45", "46", "47"]),
        ("no_name_qualifier", &["48", "49"]),
        ("no_issuer_format", &["71"]),
        ("no_not_before", &["76"]),
        ("no_attribute_value", &["99"]),
    ] {
        assert_eq!(of(reason), cases.iter().copied().collect(), "{reason}");
    }
}

/// Whoever was asked for the second level may come with the third, and not with the first.
#[test]
fn a_level_below_the_one_asked_for_is_refused_and_one_above_it_is_not() {
    let spid = spid();
    let cases = spid_cases(&spid.upstream().unwrap().parties.service_provider);
    let at_second = |number: &str| {
        let case = cases.iter().find(|case| case.case == number).unwrap();
        judged(&spid, case, 1).map_err(|error| error.reason())
    };
    assert_eq!(["94", "95", "96"].map(at_second), [Err("weak_authn_context"), Ok(()), Ok(())]);
}

/// Those that reach a service provider; the identity provider shows the others to the person.
#[test]
fn every_number_of_spid_is_told_by_its_meaning() {
    let spid = spid();
    let cases = spid_cases(&spid.upstream().unwrap().parties.service_provider);
    let nr19 = cases.iter().find(|case| case.case == "104").unwrap();
    let told = |number: &str| {
        let response = nr19.response.replace("nr19", number);
        judged(&spid, &SpidCase { response, ..nr19.clone() }, 0).unwrap_err()
    };
    for (numbers, meaning) in [
        (
            &["nr08", "nr09", "nr11", "nr12", "nr13", "nr14", "nr15", "nr16", "nr17", "nr18"][..],
            StatusMeaning::Requester,
        ),
        (&["nr19"], StatusMeaning::WrongCredentials),
        (&["nr20"], StatusMeaning::NoAuthnContext),
        (&["nr21"], StatusMeaning::TimedOut),
        (&["nr22"], StatusMeaning::ConsentRefused),
        (&["nr23"], StatusMeaning::AccountSuspended),
        (&["nr25"], StatusMeaning::Cancelled),
        (&["nr30"], StatusMeaning::OtherIdentity),
    ] {
        for number in numbers {
            let name = format!("ErrorCode {number}");
            assert_eq!(told(number), ResponseError::NationalStatus { meaning, name });
        }
    }
    // Reserved, and not defined.
    for number in ["nr24", "nr26", "nr2", "nr190"] {
        assert_eq!(told(number).reason(), "status_authn_failed", "{number}");
    }
}

#[test]
fn a_request_is_as_spid_wants_it() {
    let (id, request, query) = asked_of(&spid(), Freshness::Any).unwrap();
    // Any text that is no address.
    assert!(query.contains("&RelayState=abcdefghijklmnopqrstuv&"), "{query}");
    let expected = format!(
        r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="2026-11-21T12:00:00Z" Destination="https://idp.example/sso" ForceAuthn="true" AssertionConsumerServiceIndex="0" AttributeConsumingServiceIndex="0"><saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="{SP}">{SP}</saml:Issuer><samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"/><samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef>https://www.spid.gov.it/SpidL1</saml:AuthnContextClassRef></samlp:RequestedAuthnContext></samlp:AuthnRequest>"#
    );
    assert_eq!(request, expected);
}

#[test]
fn our_metadata_is_as_spid_wants_it() {
    let xml = spid().metadata.to_xml(NOON);
    assert_eq!(peers::judged_by_schema(&xml), "");
    for part in [
        r#"AuthnRequestsSigned="true" WantAssertionsSigned="true""#,
        "<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</md:NameIDFormat>",
        r#"Location="https://broker.example/saml/idp/acs" index="0" isDefault="true"/>"#,
        r#"<md:AttributeConsumingService index="0" isDefault="true"><md:ServiceName xml:lang="it">Servizi</md:ServiceName>"#,
        r#"<md:RequestedAttribute Name="fiscalNumber" FriendlyName="fiscalNumber" isRequired="true"/>"#,
        r#"<md:RequestedAttribute Name="email" FriendlyName="mail" isRequired="false"/>"#,
        r#"<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect""#,
        r#"<md:ContactPerson contactType="other"><md:Extensions xmlns:ext="https://spid.gov.it/saml-extensions"><ext:IPACode>c_h501</ext:IPACode><ext:Public/></md:Extensions><md:Company>Comune</md:Company>"#,
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    assert_eq!(xml.matches("RequestedAttribute").count(), 2, "{xml}");
}

/// What is demanded of it, one at a time.
#[test]
fn our_metadata_lacks_nothing_and_what_is_left_out_is_found() {
    let name = UpstreamName::parse("idp").unwrap();
    let found = |file: &str| {
        let found = findings(&name, &peer_alone(&file.replace("ENTITY", IDP_ENTITY)), NOON);
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(found(FILE), [""; 0]);
    for (from, to) in [
        ("  signed: true\n", ""),
        ("  service_name: { it: Servizi }\n", "  service_name: { en: Services }\n"),
        ("single_logout: { redirect: https://idp.example/slo }\n", ""),
        ("      email: spid@comune.example\n", ""),
        ("type: other", "type: technical"),
        ("display_name: { it: Comune }", "display_name: { en: Comune }"),
        ("profile: spid\n", "profile: spid\nname_id_format: urn:x\n"),
        ("profile: spid\n", "profile: spid\nsigned: response\n"),
    ] {
        assert!(FILE.contains(from), "{from}");
        let found = found(&FILE.replace(from, to));
        assert!(
            matches!(found.as_slice(), [one] if one.contains("Regole tecniche")),
            "{to}: {found:?}"
        );
    }
}

fn judged(spid: &SamlPeer, case: &SpidCase, least_level: usize) -> Result<(), ResponseError> {
    Unverified::from_post(&post_value(&case.response))
        .and_then(|response| judged_at(spid, response, least_level))
        .map(|_| ())
}

/// As an administrator writes it.
fn spid() -> SamlPeer {
    peer_alone(&FILE.replace("ENTITY", IDP_ENTITY))
}

const ACCEPTED: &str = "accepted";
const SP: &str = "https://broker.example/saml/idp/metadata";
const FILE: &str = "\
profile: spid
entity_id: ENTITY
sso: { redirect: https://idp.example/sso }
single_logout: { redirect: https://idp.example/slo }
signing_certificates: [file:idp.crt]
sp_metadata:
  signed: true
  service_name: { it: Servizi }
  organization: { name: { it: Comune }, display_name: { it: Comune }, url: { it: 'https://www.example' } }
  contacts:
    - type: other
      company: Comune
      email: spid@comune.example
      telephone: '+390600000000'
      extensions: { namespace: https://spid.gov.it/saml-extensions, elements: { IPACode: c_h501, Public: '' } }
";
