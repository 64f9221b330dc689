//! The AuthnRequest: its binding, and what is pending after it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_broker::ports::Upstream;
use silta_broker::{
    AuthnContextRequest, LoginRequest, OutboundError, OutboundMessage, Pending, RequestBinding,
    SamlUpstream,
};
use silta_testkit::forge::SentRequest;
use silta_testkit::keys;

use super::{ACS, AUTHN_CONTEXTS, HANDLE, SP, SSO, login_request, start, upstream};
use crate::fixture::NOON;

#[test]
fn a_redirect_carries_the_signed_request_and_the_handle() {
    let idp = upstream();
    let (outbound, pending) = start(&idp, &login_request()).unwrap();
    let OutboundMessage::Redirect { url } = outbound else {
        unreachable!("the binding is Redirect")
    };
    let query = url.strip_prefix(&format!("{SSO}?")).unwrap();
    let request = SentRequest::read(query, &keys::SP.verification()).unwrap();
    assert_eq!(request.id, pending.request_id);
    assert_eq!((request.issuer.as_str(), request.acs_url.as_deref()), (SP, Some(ACS)));
    assert_eq!(request.relay_state.as_deref(), Some(HANDLE));
}

#[test]
fn a_form_carries_the_request_signed_inside_and_the_handle() {
    let (outbound, pending) = start(&post_upstream(), &login_request()).unwrap();
    let OutboundMessage::Post { url, fields } = outbound else {
        unreachable!("the binding is Post")
    };
    assert_eq!(url, SSO);
    assert_eq!(fields[1], ("RelayState", HANDLE.to_owned()));
    let request = decoded(&fields);
    assert!(request.contains(&format!(r#" ID="{}""#, pending.request_id)), "{request}");
    assert!(request.contains(&format!(r#" Destination="{SSO}""#)), "{request}");
    assert!(request.contains("SignatureValue>"), "{request}");
}

#[test]
fn each_request_has_an_id_of_its_own() {
    let one = start(&upstream(), &login_request()).unwrap().1;
    let other = start(&upstream(), &LoginRequest { random: [2; 16], ..login_request() }).unwrap().1;
    assert_ne!(one.request_id, other.request_id);
}

#[test]
fn a_person_is_authenticated_anew_only_when_that_was_asked() {
    let (request, pending) = authn_request(&post_upstream(), &login_request());
    assert!(!request.contains("ForceAuthn"), "{request}");
    assert_eq!((pending.authenticated_since, pending.max_age), (None, None));

    let force_authn =
        LoginRequest { force_authn: true, max_age: Some(Duration::ZERO), ..login_request() };
    let (request, pending) = authn_request(&post_upstream(), &force_authn);
    assert!(request.contains(r#" ForceAuthn="true""#), "{request}");
    assert_eq!((pending.authenticated_since, pending.max_age), (Some(NOON), Some(Duration::ZERO)));
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
        let (_, pending) = authn_request(
            &post_upstream(),
            &LoginRequest { min_acr, acr_values: &acr_values, ..login_request() },
        );
        assert_eq!(pending.weakest, AUTHN_CONTEXTS[weakest], "{min_acr:?} {acr_values:?}");
    }
}

#[test]
fn a_policy_that_names_no_level_of_this_peer_accepts_nobody() {
    let unheard_of = LoginRequest { min_acr: Some("unheard-of"), ..login_request() };
    assert_eq!(start(&upstream(), &unheard_of).unwrap_err(), OutboundError::UnknownLevel);
}

#[test]
fn levels_are_asked_for_as_the_profile_says() {
    let class = |level| format!("<saml:AuthnContextClassRef>{level}</saml:AuthnContextClassRef>");
    let [low, middle, high] = AUTHN_CONTEXTS.map(class);
    for (context, comparison, listed) in [
        (AuthnContextRequest::Omit, None, vec![]),
        (AuthnContextRequest::Exact, Some("exact"), vec![&middle, &high]),
        (AuthnContextRequest::Minimum, Some("minimum"), vec![&middle]),
    ] {
        let idp = SamlUpstream { authn_context: context, ..post_upstream() };
        let (request, pending) =
            authn_request(&idp, &LoginRequest { min_acr: Some("middle"), ..login_request() });
        for word in ["exact", "minimum"] {
            let there = request.contains(&format!(r#" Comparison="{word}""#));
            assert_eq!(there, comparison == Some(word), "{request}");
        }
        for one in [&low, &middle, &high] {
            assert_eq!(request.contains(one.as_str()), listed.contains(&one), "{request}");
        }
        // Whatever was asked for, the answer is judged.
        assert_eq!(pending.weakest, "middle");
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
        let login_request = LoginRequest { ui_locales: &wished, ..login_request() };
        let (request, _) =
            authn_request(&SamlUpstream { vetuma: true, ..post_upstream() }, &login_request);
        let sent = language.map(|language| format!("<LG>{language}</LG>"));
        assert_eq!(request.contains("<LG>"), sent.is_some(), "{wished:?}: {request}");
        assert!(sent.is_none_or(|sent| request.contains(&sent)), "{wished:?}: {request}");
        let (request, _) = authn_request(&post_upstream(), &login_request);
        assert!(!request.contains("vetuma"), "{request}");
    }
}

#[test]
fn the_kind_of_name_is_asked_for_only_when_it_is_configured() {
    assert!(!authn_request(&post_upstream(), &login_request()).0.contains("NameIDPolicy"));
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    let idp = SamlUpstream { name_id_format: Some(transient.to_owned()), ..post_upstream() };
    let (request, _) = authn_request(&idp, &login_request());
    assert!(request.contains(&format!(r#"NameIDPolicy Format="{transient}""#)), "{request}");
}

#[test]
fn its_levels_are_its_ladder() {
    assert_eq!(upstream().levels(), AUTHN_CONTEXTS);
}

/// The same, by form: there the request can be read without inflating it.
fn post_upstream() -> SamlUpstream {
    SamlUpstream { binding: RequestBinding::Post(SSO.to_owned()), ..upstream() }
}

/// The request as the identity provider reads it, and what is remembered of it.
fn authn_request(idp: &SamlUpstream, login_request: &LoginRequest<'_>) -> (String, Pending) {
    let (outbound, pending) = start(idp, login_request).unwrap();
    let OutboundMessage::Post { fields, .. } = outbound else {
        unreachable!("the binding is Post")
    };
    (decoded(&fields), pending)
}

fn decoded(fields: &[(&'static str, String)]) -> String {
    let (name, message) = &fields[0];
    assert_eq!(*name, "SAMLRequest");
    String::from_utf8(STANDARD.decode(message).unwrap()).unwrap()
}
