//! Games with the parameters of a redirect, and with the two of a form.

use silta_saml::{LogoutMessage, LogoutStatus, MessageError, Part, SignatureError};
use silta_testkit::forge::{FakeIdp, ForgedLogout, NOON, text};

use super::fixture::{by_redirect, signature_error, verify};

/// The signature is over the parameters in the standard's order, whatever theirs is
/// [SAML2Bind §3.4.4.1].
#[test]
fn the_order_of_parameters_changes_nothing() {
    let query = ForgedLogout::request().query();
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.reverse();
    parameters.push("locale=sv");
    let read = by_redirect(&parameters.join("&")).unwrap().request();
    assert_eq!((read.id(), read.relay_state()), ("_logout", Some("handle")));
}

/// CVE-2026-18217 (Keycloak): twice is refused whatever the two say.
#[test]
fn refuses_a_parameter_that_stands_twice() {
    for forged in [ForgedLogout::request(), ForgedLogout::response(LogoutStatus::Success)] {
        let query = forged.query();
        for name in [forged.parameter().name(), "RelayState", "SigAlg", "Signature"] {
            let own = query.split('&').find(|pair| pair.starts_with(name)).unwrap();
            for other in [own.to_owned(), format!("{name}="), format!("{name}=evil")] {
                for polluted in [format!("{query}&{other}"), format!("{other}&{query}")] {
                    let refused = by_redirect(&polluted).unwrap_err();
                    assert_eq!(refused, MessageError::Repeated { element: name }.into());
                }
            }
        }
    }
}

/// One would be judged, and the other perhaps acted on.
#[test]
fn refuses_a_request_beside_a_response() {
    let [request, response] =
        [ForgedLogout::request(), ForgedLogout::response(LogoutStatus::Success)];
    let first = |query: String| query.split('&').next().unwrap().to_owned();
    for both in [
        format!("{}&{}", request.query(), first(response.query())),
        format!("{}&{}", first(response.query()), request.query()),
        format!("{}&{}", response.query(), first(request.query())),
        format!("{}&SAMLResponse", request.query()),
        format!("{}&SAMLRequest=", response.query()),
    ] {
        assert_eq!(by_redirect(&both).unwrap_err(), MessageError::TwoMessages.into(), "{both}");
    }
    let posted = LogoutMessage::from_post(Some(&request.post()), Some(&response.post()), None);
    assert_eq!(posted.unwrap_err(), MessageError::TwoMessages.into());
}

/// A request under the name of a response, and the other way round: the name is signed, and the root
/// must be what it promises.
#[test]
fn refuses_a_message_under_the_name_of_the_other() {
    let query = ForgedLogout::request().query();
    let renamed = text::swapped(&query, "SAMLRequest=", "SAMLResponse=");
    let part = Part::Response;
    assert_eq!(by_redirect(&renamed).unwrap_err(), MessageError::WrongRoot { part }.into());
    let posted = LogoutMessage::from_post(None, Some(&ForgedLogout::request().post()), None);
    let refused = verify(posted, &FakeIdp::default(), NOON).unwrap_err();
    assert_eq!(refused, MessageError::WrongRoot { part }.into());
}

/// The signature of one message, RelayState or algorithm is none of another.
#[test]
fn refuses_a_query_put_together_from_several() {
    let no_key = signature_error(Part::Request, SignatureError::NoKeyMatches);
    let query = ForgedLogout::request().query();
    let other = ForgedLogout::request().id("_other").query();
    let signature = |query: &str| query.split_once("&Signature=").unwrap().1.to_owned();
    let mixed = query.replace(&signature(&query), &signature(&other));
    assert_eq!(by_redirect(&mixed).unwrap_err(), no_key);
    for relay_state in ["&RelayState=other", "&RelayState=", "", "&RelayState=%68andle"] {
        let changed = text::swapped(&query, "&RelayState=handle", relay_state);
        assert_eq!(by_redirect(&changed).unwrap_err(), no_key, "{relay_state}");
    }
    let added = ForgedLogout::request().relay_state(None).query() + "&RelayState=handle";
    assert_eq!(by_redirect(&added).unwrap_err(), no_key);
    for (from, to) in [("&SigAlg=", "&Other="), ("&Signature=", "&Other=")] {
        let half = text::swapped(&query, from, to);
        let structure = signature_error(Part::Request, SignatureError::Structure);
        assert_eq!(by_redirect(&half).unwrap_err(), structure, "{to}");
    }
}

#[test]
fn refuses_an_address_that_was_opened_without_a_message() {
    for query in ["", "x=1", "RelayState=handle"] {
        let missing = MessageError::Missing { element: "SAMLRequest" };
        assert_eq!(by_redirect(query).unwrap_err(), missing.into(), "{query}");
    }
    let posted = LogoutMessage::from_post(None, None, None).unwrap_err();
    assert_eq!(posted, MessageError::Missing { element: "SAMLRequest" }.into());
}
