//! The AuthnRequest: its binding, and what is pending after it.

use std::sync::Arc;
use std::time::Duration;

use silta_broker::ports::Upstream;
use silta_broker::upstream::{
    AuthnContextRequest, EncryptedRequest, ForceAuthn, RequestBinding, SamlUpstream,
};
use silta_broker::{Freshness, OutboundError, OutboundMessage, Pending};
use silta_saml::algorithm::{DigestAlgorithm, EncryptionCipher, RsaOaep};
use silta_saml::{
    EcdhEs, EncryptionMethods, KdfDigest, KeyWrap, PeerEncryptionKey, RequestEncryption,
    RequestProfile, RequestRecipient, ResponseError, UnsignedParameters,
};
use silta_testkit::forge::SentRequest;
use silta_testkit::keys;

use super::{
    ACS, AUTHN_CONTEXTS, Asked, HANDLE, SP, SSO, anybody, asked, at_least, decoded, judge,
    request_id, response, start, upstream, weak,
};
use crate::fixture::{Fixture, NOON, configured, suomifi_name};
use crate::wire::seconds;

#[test]
fn a_redirect_carries_the_signed_request_and_the_handle() {
    let idp = upstream();
    let (outbound, pending) = start(&idp, &anybody()).unwrap();
    let OutboundMessage::Redirect(url) = outbound else { unreachable!("the binding is Redirect") };
    let query = url.as_str().strip_prefix(&format!("{SSO}?")).unwrap();
    let request = SentRequest::read(query, &keys::SP.verification()).unwrap();
    assert!(judge(&idp, &pending, &response(&request.id, "low", NOON), NOON).is_ok());
    assert_eq!((request.issuer.as_str(), request.acs_url.as_deref()), (SP, Some(ACS)));
    assert_eq!(request.relay_state.as_deref(), Some(HANDLE));
}

#[test]
fn a_form_carries_the_request_signed_inside_and_the_handle() {
    let (outbound, pending) = start(&post_upstream(), &anybody()).unwrap();
    let answer = response(&request_id(&outbound), "low", NOON);
    assert!(judge(&post_upstream(), &pending, &answer, NOON).is_ok());
    let OutboundMessage::Post { url, fields, .. } = outbound else {
        unreachable!("the binding is Post")
    };
    assert_eq!(url, SSO);
    assert_eq!(fields[1], ("RelayState", HANDLE.to_owned()));
    let request = decoded(&fields);
    assert!(request.contains(&format!(r#" Destination="{SSO}""#)), "{request}");
    assert!(request.contains("SignatureValue>"), "{request}");
}

#[test]
fn each_request_has_an_id_of_its_own() {
    let one = start(&upstream(), &anybody()).unwrap().0;
    let other = start(&upstream(), &Asked { seed: 2, ..anybody() }).unwrap().0;
    assert_ne!(request_id(&one), request_id(&other));
}

#[test]
fn a_person_is_authenticated_anew_only_when_that_was_asked() {
    let max_age = |seconds| Freshness::MaxAge(Duration::from_secs(seconds));
    for (freshness, forced, needed) in [
        (Freshness::Any, false, None),
        // A session may be young enough; if it is not, the broker asks once more.
        (max_age(600), false, Some(NOON - seconds(600))),
        (max_age(60), true, Some(NOON - seconds(60))),
        (Freshness::Now, true, Some(NOON)),
    ] {
        let (request, id, pending) =
            authn_request(&post_upstream(), &asked(|request| request.freshness = freshness));
        assert_eq!(request.contains(r#" ForceAuthn="true""#), forced, "{request}");
        assert_eq!(request.contains("ForceAuthn"), forced, "{request}");
        // A wish: whether it was granted is judged.
        let authenticated = NOON - seconds(3600);
        let answer = judge(&post_upstream(), &pending, &response(&id, "low", authenticated), NOON);
        let not_fresh = needed.map(|needed| ResponseError::NotFresh { authenticated, needed });
        assert_eq!(answer.err(), not_fresh.map(Into::into), "{freshness:?}");
    }
}

/// As eIDAS nodes and SPID want it: then a session never will do, whatever the relying party asks.
#[test]
fn where_every_request_forces_a_new_authentication_an_older_one_is_refused() {
    let idp = SamlUpstream { force_authn: ForceAuthn::Always, ..post_upstream() };
    let max_age = |seconds| Freshness::MaxAge(Duration::from_secs(seconds));
    for freshness in [Freshness::Any, max_age(600), Freshness::Now] {
        let asked = asked(|request| request.freshness = freshness);
        let (request, id, pending) = authn_request(&idp, &asked);
        assert!(request.contains(r#" ForceAuthn="true""#), "{request}");
        let (authenticated, needed) = (NOON - seconds(61), NOON);
        let answer = judge(&idp, &pending, &response(&id, "low", authenticated), NOON);
        assert_eq!(answer.err(), Some(ResponseError::NotFresh { authenticated, needed }.into()));
        assert!(judge(&idp, &pending, &response(&id, "low", NOON), NOON).is_ok());
    }
}

/// The later of the two bounds counts: that of the request, and the age when the answer arrives.
#[test]
fn a_forced_authentication_is_refused_when_it_has_become_too_old_on_the_way() {
    let idp = SamlUpstream { force_authn: ForceAuthn::Always, ..post_upstream() };
    let max_age = Freshness::MaxAge(Duration::from_mins(2));
    let asked = asked(|request| request.freshness = max_age);
    let (_, id, pending) = authn_request(&idp, &asked);
    let (authenticated, now) = (NOON, NOON + seconds(240));
    let answer = judge(&idp, &pending, &response(&id, "low", authenticated), now);
    let needed = now - seconds(120);
    assert_eq!(answer.err(), Some(ResponseError::NotFresh { authenticated, needed }.into()));
}

#[test]
fn where_no_new_authentication_can_be_had_a_request_for_one_is_refused() {
    let idp = SamlUpstream { force_authn: ForceAuthn::Never, ..post_upstream() };
    let max_age = |seconds| Freshness::MaxAge(Duration::from_secs(seconds));
    for freshness in [Freshness::Now, max_age(60)] {
        let refused = start(&idp, &asked(|request| request.freshness = freshness));
        assert_eq!(refused.unwrap_err(), OutboundError::NoNewAuthentication, "{freshness:?}");
    }
    for freshness in [Freshness::Any, max_age(61)] {
        let (request, ..) = authn_request(&idp, &asked(|request| request.freshness = freshness));
        assert!(!request.contains("ForceAuthn"), "{request}");
    }
    // An age is judged as it is elsewhere.
    let (_, id, pending) = authn_request(&idp, &asked(|request| request.freshness = max_age(600)));
    let (authenticated, needed) = (NOON - seconds(3600), NOON - seconds(600));
    let answer = judge(&idp, &pending, &response(&id, "low", authenticated), NOON);
    assert_eq!(answer.err(), Some(ResponseError::NotFresh { authenticated, needed }.into()));
}

#[test]
fn what_is_added_to_a_redirect_stands_after_the_signature() {
    let mut parameters = UnsignedParameters::default();
    parameters.add("whr", "example.org & sons").unwrap();
    let (outbound, _) = start(&SamlUpstream { parameters, ..upstream() }, &anybody()).unwrap();
    let OutboundMessage::Redirect(url) = outbound else { unreachable!("the binding is Redirect") };
    let query = url.as_str().strip_prefix(&format!("{SSO}?")).unwrap();
    // What the signature covers is as it was.
    assert_eq!(SentRequest::read(query, &keys::SP.verification()).unwrap().issuer, SP);
    let (_, last) = query.split_once("&Signature=").unwrap();
    let (_, added) = last.split_once('&').unwrap();
    assert_eq!(added, "whr=example.org%20%26%20sons");
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
        let wishes = acr_values.iter().map(ToString::to_string).collect();
        let asked = Asked { min_acr, ..asked(|request| request.acr_values = wishes) };
        let (_, id, pending) = authn_request(&post_upstream(), &asked);
        for (rank, level) in AUTHN_CONTEXTS.iter().enumerate() {
            let answer = judge(&post_upstream(), &pending, &response(&id, level, NOON), NOON);
            let weak = (rank < weakest).then(|| weak(&AUTHN_CONTEXTS[weakest..], level));
            assert_eq!(answer.err(), weak, "{level} for {min_acr:?} {acr_values:?}");
        }
    }
}

#[test]
fn a_policy_that_names_no_level_of_this_peer_accepts_nobody() {
    assert_eq!(
        start(&upstream(), &at_least("unheard-of")).unwrap_err(),
        OutboundError::UnknownLevel
    );
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
        let (request, id, pending) = authn_request(&idp, &at_least("middle"));
        for word in ["exact", "minimum"] {
            let there = request.contains(&format!(r#" Comparison="{word}""#));
            assert_eq!(there, comparison == Some(word), "{request}");
        }
        for one in [&low, &middle, &high] {
            assert_eq!(request.contains(one.as_str()), listed.contains(&one), "{request}");
        }
        // Whatever was asked for, the answer is judged.
        let low_answer = judge(&idp, &pending, &response(&id, "low", NOON), NOON);
        assert_eq!(low_answer.unwrap_err(), weak(&["middle", "high"], "low"));
        assert!(judge(&idp, &pending, &response(&id, "middle", NOON), NOON).is_ok());
    }
}

/// The set is ordered, the most preferred first [SAML2Core §3.3.2.2.1].
#[test]
fn levels_are_listed_in_the_order_that_the_relying_party_prefers() {
    let idp = SamlUpstream { authn_context: AuthnContextRequest::Exact, ..post_upstream() };
    let class = |level| format!("<saml:AuthnContextClassRef>{level}</saml:AuthnContextClassRef>");
    let [low, middle, high] = AUTHN_CONTEXTS.map(class);
    for (wished, listed) in [
        (&[][..], [&low, &middle, &high]),
        (&["high", "low"], [&high, &low, &middle]),
        (&["unheard-of", "middle", "low"], [&middle, &low, &high]),
    ] {
        let wishes = wished.iter().map(ToString::to_string).collect();
        let (request, ..) = authn_request(&idp, &asked(|request| request.acr_values = wishes));
        let at = listed.map(|level| request.find(level.as_str()).unwrap());
        assert!(at.is_sorted(), "{wished:?}: {request}");
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
        let locales = wished.iter().map(ToString::to_string).collect();
        let asked = asked(|request| request.ui_locales = locales);
        let mut vetuma = post_upstream();
        Arc::make_mut(&mut vetuma.parties).vetuma = true;
        let (request, ..) = authn_request(&vetuma, &asked);
        let sent = language.map(|language| format!("<LG>{language}</LG>"));
        assert_eq!(request.contains("<LG>"), sent.is_some(), "{wished:?}: {request}");
        assert!(sent.is_none_or(|sent| request.contains(&sent)), "{wished:?}: {request}");
        let (request, ..) = authn_request(&post_upstream(), &asked);
        assert!(!request.contains("vetuma"), "{request}");
    }
}

#[test]
fn the_kind_of_name_is_asked_for_only_when_it_is_configured() {
    assert!(!authn_request(&post_upstream(), &anybody()).0.contains("NameIDPolicy"));
    let transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    let name_id_format = Some(transient.to_owned());
    let request = RequestProfile { name_id_format, ..RequestProfile::default() };
    let idp = SamlUpstream { request, ..post_upstream() };
    let (request, ..) = authn_request(&idp, &anybody());
    assert!(request.contains(&format!(r#"NameIDPolicy Format="{transient}""#)), "{request}");
}

#[test]
fn a_level_reaches_itself_and_those_below_and_an_unknown_one_nothing() {
    let [low, middle, high] = AUTHN_CONTEXTS;
    for (acr, least, reaches) in [
        (low, low, true),
        (high, low, true),
        (low, middle, false),
        ("unheard-of", low, false),
        (high, "unheard-of", false),
        ("unheard-of", "unheard-of", false),
    ] {
        assert_eq!(upstream().reaches(acr, least), reaches, "{acr} {least}");
    }
}

/// Whatever a client takes for a hint: what is none is left out, and nobody is refused for it.
#[tokio::test]
async fn a_hint_of_a_client_goes_along_encrypted_or_not_at_all() {
    let idp = |format: Option<&str>| SamlUpstream {
        encrypted: format.map(|format| EncryptedRequest {
            recipient: recipient(),
            esaml: None,
            sign_message: None,
            login_hint_format: Some(format.to_owned()),
        }),
        ..post_upstream()
    };
    let too_long = "a".repeat(257);
    for (format, hint, is_told) in [
        (Some("urn:format"), "anna@kunta.example", true),
        (Some("urn:format"), "anna\"/></saml:NameID>", true),
        (Some("urn:format"), "anna\u{1b}[2J", false),
        (Some("urn:format"), "anna\r\nSet-Cookie: a=b", false),
        (Some("urn:format"), "anna\u{ffff}", false),
        (Some("urn:format"), &too_long, false),
        (Some("urn:format"), "", false),
        (None, "anna@kunta.example", false),
    ] {
        let fixture = Fixture::with(|settings| {
            settings.upstreams.insert(suomifi_name(), configured(Arc::new(idp(format))));
        });
        let started = fixture.start(&[("login_hint", hint)]).await.unwrap();
        let OutboundMessage::Post { fields, .. } = started.message else { unreachable!() };
        let request = decoded(&fields);
        assert_eq!(request.contains("<saml:Subject><saml:EncryptedID>"), is_told, "{hint}");
        assert_eq!(request.contains("EncryptedData"), is_told, "{request}");
        assert!(!request.contains("anna") && !request.contains("NameID>"), "{request}");
        let logged = fixture.audit.lines().join("\n");
        assert!(!logged.contains("anna"), "{logged}");
    }
}

fn recipient() -> RequestRecipient {
    let key =
        PeerEncryptionKey { key: keys::IDP.encryption(), methods: EncryptionMethods::default() };
    let way = RequestEncryption {
        cipher: EncryptionCipher::Aes256Gcm,
        oaep: RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 },
        agreement: EcdhEs { digest: KdfDigest::Sha256, wrap: KeyWrap::Aes256 },
    };
    way.to_one_of(&[key]).unwrap()
}

/// The same, by form: there the request can be read without inflating it.
fn post_upstream() -> SamlUpstream {
    SamlUpstream { binding: RequestBinding::Post(SSO.to_owned()), ..upstream() }
}

/// The request as the identity provider reads it, its ID, and what is remembered of it.
fn authn_request(idp: &SamlUpstream, asked: &Asked) -> (String, String, Pending) {
    let (outbound, pending) = start(idp, asked).unwrap();
    let id = request_id(&outbound);
    let OutboundMessage::Post { fields, .. } = outbound else {
        unreachable!("the binding is Post")
    };
    (decoded(&fields), id, pending)
}
