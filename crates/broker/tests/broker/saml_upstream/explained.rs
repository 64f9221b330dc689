//! What is explained of a saved response agrees with the login about whom it identifies.

use std::sync::Arc;

use silta_broker::upstream::SamlUpstream;
use silta_broker::{ConfiguredUpstream, LoginError};
use silta_mapping::{QUALIFIED_NAME_ID, Spelling};
use silta_saml::{Expectation, ExplainedRequest, Explanation, RequestId, UsedContent};
use silta_testkit::dictionary::suomifi;

use super::{NAME, changed_message, request_id, upstream};
use crate::fixture::{Fixture, HETU, NOON, configured, suomifi_name};

#[tokio::test]
async fn what_identifies_nobody_at_a_login_identifies_nobody_when_it_is_explained() {
    let value = format!("<saml:AttributeValue>{HETU}</saml:AttributeValue>");
    let other = "<saml:AttributeValue>210281-9989</saml:AttributeValue>";
    for (old, new, expected) in [
        ("", String::new(), Ok(())),
        ("urn:oid:1.2.246.21", "uid".to_owned(), Err(LoginError::NoSubject)),
        (&value, format!("{value}{other}"), Err(LoginError::NoSubject)),
        (
            &value,
            "<saml:AttributeValue> </saml:AttributeValue>".to_owned(),
            Err(LoginError::NoSubject),
        ),
    ] {
        let subject = vec!["nationalIdentificationNumber".to_owned()];
        let told = judged_twice(upstream(), subject, |assertion| assertion.replacen(old, &new, 1));
        assert_eq!(told.await, (expected.clone(), expected), "{new}");
    }
}

#[tokio::test]
async fn a_name_that_names_nobody_at_a_login_names_nobody_when_it_is_explained() {
    let format = |name: &str| format!("urn:oasis:names:tc:SAML:2.0:nameid-format:{name}");
    for (name, expected) in [("persistent", Ok(())), ("transient", Err(LoginError::NoSubject))] {
        let accepted_name_ids = vec![format("persistent"), format("transient")];
        let upstream = SamlUpstream { accepted_name_ids, ..upstream() };
        let told = judged_twice(upstream, vec![QUALIFIED_NAME_ID.to_owned()], |assertion| {
            let formatted = format!("<saml:NameID Format=\"{}\">{NAME}", format(name));
            assertion.replace(&format!("<saml:NameID>{NAME}"), &formatted)
        });
        assert_eq!(told.await, (expected.clone(), expected), "{name}");
    }
}

/// The verdict of a login about an assertion that was changed so, and what is explained of the same message.
async fn judged_twice(
    upstream: SamlUpstream,
    subject: Vec<String>,
    change: impl FnOnce(String) -> String,
) -> (Result<(), LoginError>, Result<(), LoginError>) {
    let upstream = Arc::new(upstream);
    let fixture = Fixture::with(|settings| {
        let configured = configured(upstream.clone());
        let configured = ConfiguredUpstream { subject: subject.clone(), ..configured };
        settings.upstreams.insert(suomifi_name(), configured);
    });
    let started = fixture.started().await;
    let request = request_id(&started.message);
    let message = changed_message(&request, ("high", NOON), change);
    let login = fixture.finish(&started, &message).await.map(|_| ()).map_err(|failed| failed.error);
    let expect = Expectation {
        provider: &upstream.parties.service_provider,
        idp: &upstream.parties.idp,
        request: &RequestId::from_stored(request),
        authenticated_since: None,
        least_level: 0,
        uses: UsedContent { name_id: true, attributes: true },
    };
    let explained = Explanation::of(&message, &expect, ExplainedRequest::Expected, NOON);
    let accepted = explained.judged.unwrap();
    (login, upstream.check_subject(&accepted, &suomifi(), (&subject, &Spelling::default())))
}
