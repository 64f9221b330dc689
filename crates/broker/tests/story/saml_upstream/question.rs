//! The question: how the browser leaves, and what is remembered of it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_broker::ports::Upstream;
use silta_broker::{
    Ask, Begun, ContextRequest, Departure, RequestBinding, SamlUpstream, UpstreamUnavailable,
};
use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::{ReceivedAuthnRequest, RedirectMessage};
use silta_testkit::keys;

use super::{ACS, HANDLE, LADDER, SP, SSO, ask, begin, upstream};
use crate::world::NOON;

#[test]
fn a_redirect_carries_the_signed_request_and_the_handle() {
    let idp = upstream();
    let (departure, begun) = begin(&idp, &ask()).unwrap();
    let Departure::Redirect { url } = departure else { unreachable!("the binding is Redirect") };
    let query = url.strip_prefix(&format!("{SSO}?")).unwrap();
    let keys = [keys::SP.verification()];
    let message = RedirectMessage::verify(query, &keys, &SignatureAlgorithm::ALL).unwrap();
    let request = ReceivedAuthnRequest::read(&message).unwrap();
    assert_eq!(request.id, begun.request_id);
    assert_eq!((request.issuer.as_str(), request.acs_url.as_deref()), (SP, Some(ACS)));
    assert_eq!(request.relay_state.as_deref(), Some(HANDLE));
}

#[test]
fn a_form_carries_the_request_signed_inside_and_the_handle() {
    let (departure, begun) = begin(&posting(), &ask()).unwrap();
    let Departure::Post { url, fields } = departure else { unreachable!("the binding is Post") };
    assert_eq!(url, SSO);
    assert_eq!(fields[1], ("RelayState", HANDLE.to_owned()));
    let request = decoded(&fields);
    assert!(request.contains(&format!(r#" ID="{}""#, begun.request_id)), "{request}");
    assert!(request.contains(&format!(r#" Destination="{SSO}""#)), "{request}");
    assert!(request.contains("SignatureValue>"), "{request}");
}

#[test]
fn each_request_has_an_id_of_its_own() {
    let one = begin(&upstream(), &ask()).unwrap().1;
    let other = begin(&upstream(), &Ask { random: [2; 16], ..ask() }).unwrap().1;
    assert_ne!(one.request_id, other.request_id);
}

#[test]
fn a_person_is_authenticated_anew_only_when_that_was_asked() {
    let (request, begun) = asked(&posting(), &ask());
    assert!(!request.contains("ForceAuthn"), "{request}");
    assert_eq!((begun.authenticated_since, begun.max_age), (None, None));

    let again = Ask { again: true, max_age: Some(Duration::ZERO), ..ask() };
    let (request, begun) = asked(&posting(), &again);
    assert!(request.contains(r#" ForceAuthn="true""#), "{request}");
    assert_eq!((begun.authenticated_since, begun.max_age), (Some(NOON), Some(Duration::ZERO)));
}

#[test]
fn the_weakest_level_that_will_do_is_what_both_the_policy_and_the_request_allow() {
    for (min_acr, acr_values, weakest) in [
        (None, &[][..], 0),
        (None, &["middle"], 1),
        (None, &["high", "middle"], 1),
        (None, &["unheard-of"], 0),
        (None, &["unheard-of", "high"], 2),
        (Some("middle"), &[], 1),
        (Some("middle"), &["low"], 1),
        (Some("middle"), &["high"], 2),
        (Some("middle"), &["high", "low"], 1),
        (Some("high"), &["unheard-of"], 2),
    ] {
        let acr_values: Vec<_> = acr_values.iter().map(ToString::to_string).collect();
        let (_, begun) = asked(&posting(), &Ask { min_acr, acr_values: &acr_values, ..ask() });
        assert_eq!(begun.weakest, LADDER[weakest], "{min_acr:?} {acr_values:?}");
    }
}

#[test]
fn a_policy_that_names_no_level_of_this_peer_accepts_nobody() {
    let unheard_of = Ask { min_acr: Some("unheard-of"), ..ask() };
    assert_eq!(begin(&upstream(), &unheard_of).unwrap_err(), UpstreamUnavailable::UnknownLevel);
}

#[test]
fn levels_are_asked_for_as_the_profile_says() {
    let class = |level| format!("<saml:AuthnContextClassRef>{level}</saml:AuthnContextClassRef>");
    let [low, middle, high] = LADDER.map(class);
    for (context, comparison, listed) in [
        (ContextRequest::Omit, None, vec![]),
        (ContextRequest::Exact, Some("exact"), vec![&middle, &high]),
        (ContextRequest::Minimum, Some("minimum"), vec![&middle]),
    ] {
        let idp = SamlUpstream { context, ..posting() };
        let (request, begun) = asked(&idp, &Ask { min_acr: Some("middle"), ..ask() });
        for word in ["exact", "minimum"] {
            let there = request.contains(&format!(r#" Comparison="{word}""#));
            assert_eq!(there, comparison == Some(word), "{request}");
        }
        for one in [&low, &middle, &high] {
            assert_eq!(request.contains(one.as_str()), listed.contains(&one), "{request}");
        }
        // Whatever was asked for, the answer is judged.
        assert_eq!(begun.weakest, "middle");
    }
}

#[test]
fn the_first_language_that_suomifi_has_goes_along_and_no_other() {
    for (wished, language) in [
        (&[][..], None),
        (&["sv"], Some("sv")),
        (&["de", "fi", "en"], Some("fi")),
        (&["en-GB"], Some("en")),
        (&["SV-fi"], Some("sv")),
        (&["fil", "se", "english"], None),
    ] {
        let wished: Vec<_> = wished.iter().map(ToString::to_string).collect();
        let ask = Ask { ui_locales: &wished, ..ask() };
        let (request, _) = asked(&SamlUpstream { vetuma: true, ..posting() }, &ask);
        let sent = language.map(|language| format!("<LG>{language}</LG>"));
        assert_eq!(request.contains("<LG>"), sent.is_some(), "{wished:?}: {request}");
        assert!(sent.is_none_or(|sent| request.contains(&sent)), "{wished:?}: {request}");
        let (request, _) = asked(&posting(), &ask);
        assert!(!request.contains("vetuma"), "{request}");
    }
}

#[test]
fn the_kind_of_name_is_asked_for_only_when_it_is_configured() {
    assert!(!asked(&posting(), &ask()).0.contains("NameIDPolicy"));
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    let idp = SamlUpstream { name_id_format: Some(transient.to_owned()), ..posting() };
    let (request, _) = asked(&idp, &ask());
    assert!(request.contains(&format!(r#"NameIDPolicy Format="{transient}""#)), "{request}");
}

#[test]
fn its_levels_are_its_ladder() {
    assert_eq!(upstream().levels(), LADDER);
}

/// The same, by form: there the request can be read without inflating it.
fn posting() -> SamlUpstream {
    SamlUpstream { binding: RequestBinding::Post(SSO.to_owned()), ..upstream() }
}

/// The request as the identity provider reads it, and what is remembered of it.
fn asked(idp: &SamlUpstream, ask: &Ask<'_>) -> (String, Begun) {
    let (departure, begun) = begin(idp, ask).unwrap();
    let Departure::Post { fields, .. } = departure else { unreachable!("the binding is Post") };
    (decoded(&fields), begun)
}

fn decoded(fields: &[(&'static str, String)]) -> String {
    let (name, message) = &fields[0];
    assert_eq!(*name, "SAMLRequest");
    String::from_utf8(STANDARD.decode(message).unwrap()).unwrap()
}
