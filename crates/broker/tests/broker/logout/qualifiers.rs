//! Names with qualifiers: a logout names a person by the whole name, whoever asks for it.

use silta_broker::AfterLogout;
use silta_saml::NameId;
use silta_testkit::forge::ForgedLogout;

use super::{fixture, name, received, sent, told};
use crate::fixture::{Fixture, NOON, suomifi_name};
use crate::saml_upstream::{IDP, NAME, SP, changed_message, request_id};
use crate::wire::query_param;

/// The attributes of a NameID, as they stand in an assertion.
type Written = [(&'static str, Option<&'static str>); 3];

fn written([format, idp, sp]: [Option<&'static str>; 3]) -> Written {
    [("Format", format), ("NameQualifier", idp), ("SPNameQualifier", sp)]
}

/// What the identity provider calls the person.
fn name_of([format, idp, sp]: [Option<&str>; 3]) -> NameId {
    let [format, name_qualifier, sp_name_qualifier] =
        [format, idp, sp].map(|one| one.map(str::to_owned));
    NameId { format, name_qualifier, sp_name_qualifier, ..name() }
}

/// A login whose assertion names the person so; its code.
async fn login(fixture: &Fixture, attributes: Written) -> String {
    let started = fixture.started().await;
    let written: String = attributes
        .iter()
        .filter_map(|(name, value)| value.map(|value| format!(" {name}=\"{value}\"")))
        .collect();
    let qualified = |assertion: String| {
        let (bare, named) =
            (format!("<saml:NameID>{NAME}"), format!("<saml:NameID{written}>{NAME}"));
        assert!(assertion.contains(&bare), "{assertion}");
        assertion.replacen(&bare, &named, 1)
    };
    let message = changed_message(&request_id(&started.message), ("high", NOON), qualified);
    let location = fixture.finish(&started, &message).await.unwrap();
    query_param(&location, "code").unwrap()
}

/// A qualifier that is left out stands for the entity ID [SAML2Core §8.3.7], on either side.
#[tokio::test]
async fn a_session_is_found_by_each_way_to_write_both_of_its_qualifiers() {
    for had in [[Some(IDP), Some(SP)], [Some(IDP), None], [None, Some(SP)], [None, None]] {
        for says in [[Some(IDP), Some(SP)], [Some(IDP), None], [None, Some(SP)], [None, None]] {
            let fixture = fixture();
            let code = login(&fixture, written([Some(TRANSIENT), had[0], had[1]])).await;
            let request = ForgedLogout::request()
                .naming(name_of([Some(TRANSIENT), says[0], says[1]]))
                .sessions(&["_session"]);
            let answer = told(received(&fixture, &request).await.unwrap()).0;
            assert_eq!(answer, "Success", "{had:?} {says:?}");
            assert!(fixture.redeem(&code, &[]).await.is_err(), "{had:?} {says:?}");
        }
    }
}

#[tokio::test]
async fn a_session_is_not_found_by_another_qualifier_than_its_own_or_by_none_in_its_place() {
    let other = Some("https://other.example");
    let affiliation = Some("urn:affiliation");
    for (had, wrong) in [
        // Both are the entity IDs.
        ([Some(IDP), Some(SP)], [other, Some(SP)]),
        ([Some(IDP), Some(SP)], [Some(IDP), other]),
        ([Some(IDP), Some(SP)], [Some(SP), Some(IDP)]),
        ([Some(IDP), Some(SP)], [Some(""), Some(SP)]),
        ([Some(IDP), Some(SP)], [Some(IDP), Some("")]),
        ([Some(IDP), Some(SP)], [None, other]),
        ([Some(IDP), Some(SP)], [other, None]),
        // One is not, so that nothing stands for it.
        ([Some(IDP), affiliation], [Some(IDP), None]),
        ([Some(IDP), affiliation], [Some(IDP), Some(SP)]),
        ([Some(IDP), affiliation], [None, None]),
        ([affiliation, Some(SP)], [None, Some(SP)]),
        ([affiliation, Some(SP)], [Some(IDP), Some(SP)]),
        ([affiliation, Some(SP)], [None, None]),
    ] {
        let fixture = fixture();
        let code = login(&fixture, written([Some(TRANSIENT), had[0], had[1]])).await;
        let request = |id: &str, says: [Option<&str>; 2]| {
            let named = name_of([Some(TRANSIENT), says[0], says[1]]);
            ForgedLogout::request().id(id).naming(named).sessions(&["_session"])
        };
        received(&fixture, &request("_wrong", wrong)).await.unwrap();
        assert_eq!(
            fixture.audit.last(),
            "suomifi logged out: unknown_session",
            "{had:?} {wrong:?}"
        );
        // The session lasts, and ends by its own name.
        received(&fixture, &request("_right", had)).await.unwrap();
        assert_eq!(fixture.audit.last(), "suomifi logged out: done", "{had:?}");
        assert!(fixture.redeem(&code, &[]).await.is_err());
    }
}

/// What is left out stays out: to an identity provider that compares octets the default is another name.
#[tokio::test]
async fn our_own_request_copies_the_name_with_format_and_both_qualifiers() {
    for attributes in [
        [Some(TRANSIENT), Some(IDP), Some(SP)],
        [Some(TRANSIENT), Some("urn:idp"), Some("urn:affiliation")],
        [Some(TRANSIENT), Some(IDP), None],
        [None, None, Some(SP)],
        [None, Some(""), None],
        [None, None, None],
    ] {
        let fixture = fixture();
        login(&fixture, written(attributes)).await;
        let [format, idp, sp] = attributes;
        let parts = [
            NAME,
            format.unwrap_or("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
            idp.unwrap_or(IDP),
            sp.unwrap_or(SP),
        ];
        let principal = parts.map(|part| format!("{}:{part}", part.len())).concat();
        let ended = fixture.broker.end_at_upstream(&suomifi_name(), &principal, &[]).await;
        let session = ended.unwrap().remove(0);
        let next = AfterLogout::default();
        let asked = fixture.broker.start_upstream_logout(&session, &[], next).await;
        let (message, _) = sent(&asked.unwrap().unwrap());
        let name_id = element(message.xml());
        for (name, value) in written(attributes) {
            let attribute = value.map(|value| format!("{name}=\"{value}\""));
            match attribute {
                Some(attribute) => assert_eq!(name_id.matches(&attribute).count(), 1, "{name_id}"),
                None => assert!(!name_id.contains(&format!(" {name}=")), "{name_id}"),
            }
        }
        assert!(name_id.ends_with(&format!(">{NAME}")), "{name_id}");
    }
}

/// The NameID of a request, without its end.
fn element(xml: &str) -> &str {
    let (_, from) = xml.split_once("<saml:NameID").unwrap();
    from.split_once("</saml:NameID>").unwrap().0
}

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
