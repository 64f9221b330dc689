//! Requests say exactly what the file says.

use std::sync::LazyLock;

use silta_broker::ports::{Upstream as _, UpstreamRequest};
use silta_broker::upstream::SamlUpstream;
use silta_broker::{
    Freshness, LoginHint, LoginRequest, OutboundError, OutboundMessage, RelayState, RelyingParty,
    SourceNetwork,
};
use silta_saml::{MessageParameter, RedirectMessage};
use silta_testkit::entropy::SeededEntropy;
use silta_testkit::forge::{NOON, SentRequest};
use silta_testkit::keys::OTHER_SP;

use super::saml_upstream::{load_with, peer, peer_alone};
use crate::config::upstreams::SamlPeer;

/// Nodes refuse what they do not know, and an attribute that is asked for twice.
#[test]
fn a_request_that_an_eidas_node_would_refuse_is_found_first() {
    let eidas = "eidas: { sp_type: private";
    let asks = |name: &str| format!("{eidas}, optional_attributes: ['{NATURAL}{name}'] }}");
    for (lines, expected) in [
        (
            format!("{eidas} }}\nrequest_language: vetuma"),
            "request_language: an eIDAS node refuses requests with other extensions than its own; \
             leave it out, or eidas",
        ),
        (
            asks(&format!("Gender', '{NATURAL}Gender")),
            "eidas.optional_attributes[1]: it is asked for twice; keep one of the two",
        ),
        (
            asks("DateOfBirth"),
            "eidas.optional_attributes[0]: it is mandatory, and always asked for; leave it out",
        ),
        (asks("representative/BirthName"), NO_ATTRIBUTE),
        (asks(""), NO_ATTRIBUTE),
        (asks("Gender").replace("private", "private, person: legal"), NO_ATTRIBUTE),
        (
            format!("{eidas}, identifiers_for: Fi }}"),
            "eidas.identifiers_for: it is no country; write two capital letters, such as FI",
        ),
        ("eidas: { person: natural }".to_owned(), "eidas: sp_type is missing"),
    ] {
        let told = load_with(&format!("{IDP}{lines}")).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn a_request_says_only_what_the_file_says() {
    let issuer = format!("<saml:Issuer>{SP}</saml:Issuer>");
    for (lines, attributes, elements, added) in [
        ("", BY_URL.as_str(), issuer.clone(), ""),
        (
            "request_issuer: qualified\n\
             request_acs: index\n\
             attribute_consuming_service_index: 3\n\
             provider_name: A & Co",
            r#" AssertionConsumerServiceIndex="1" AttributeConsumingServiceIndex="3" ProviderName="A &amp; Co""#,
            format!(
                r#"<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity" NameQualifier="{SP}">{SP}</saml:Issuer>"#
            ),
            "",
        ),
        (
            "force_authn: always\n\
             name_id_format: urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\n\
             authn_context: exact\n\
             idp_list: ['urn:a', 'urn:b']\n\
             request_parameters: { whr: example.org, 'a b': 'c&SAMLRequest=d' }",
            &format!(r#" ForceAuthn="true"{}"#, BY_URL.as_str()),
            format!(
                "{issuer}<samlp:NameIDPolicy \
                 Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" AllowCreate=\"true\"/>\
                 <samlp:RequestedAuthnContext Comparison=\"exact\">\
                 <saml:AuthnContextClassRef>urn:low</saml:AuthnContextClassRef>\
                 </samlp:RequestedAuthnContext><samlp:Scoping><samlp:IDPList>\
                 <samlp:IDPEntry ProviderID=\"urn:a\"/><samlp:IDPEntry ProviderID=\"urn:b\"/>\
                 </samlp:IDPList></samlp:Scoping>"
            ),
            "&whr=example.org&a%20b=c%26SAMLRequest%3Dd",
        ),
        (
            &format!(
                "request_acs: default\nrequester_id: 'urn:service?a&b'\n\
                 eidas: {{ sp_type: public, optional_attributes: ['{NATURAL}Gender'] }}"
            ),
            " IsPassive=\"false\"",
            format!(
                "{issuer}<samlp:Extensions>\
                 <eidas:SPType xmlns:eidas=\"{EIDAS}\">public</eidas:SPType>\
                 <eidas:RequestedAttributes xmlns:eidas=\"{EIDAS}\">{}{}{}{}{}\
                 </eidas:RequestedAttributes></samlp:Extensions><samlp:Scoping>\
                 <samlp:RequesterID>urn:service?a&amp;b</samlp:RequesterID></samlp:Scoping>",
                asked_for("naturalperson/PersonIdentifier", true),
                asked_for("naturalperson/CurrentFamilyName", true),
                asked_for("naturalperson/CurrentGivenName", true),
                asked_for("naturalperson/DateOfBirth", true),
                asked_for("naturalperson/Gender", false),
            ),
            "",
        ),
        (
            "eidas: { sp_type: private, person: legal }",
            &format!(" IsPassive=\"false\"{}", BY_URL.as_str()),
            format!(
                "{issuer}<samlp:Extensions>\
                 <eidas:SPType xmlns:eidas=\"{EIDAS}\">private</eidas:SPType>\
                 <eidas:RequestedAttributes xmlns:eidas=\"{EIDAS}\">{}{}\
                 </eidas:RequestedAttributes></samlp:Extensions>",
                asked_for("legalperson/LegalPersonIdentifier", true),
                asked_for("legalperson/LegalName", true),
            ),
            "",
        ),
    ] {
        let (id, request, query) = asked(&format!("{IDP}{lines}"), Freshness::Any).unwrap();
        let expected = format!(
            r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="2026-11-21T12:00:00Z" Destination="https://idp.example/sso"{attributes}>{elements}</samlp:AuthnRequest>"#
        );
        assert_eq!(request, expected, "{lines}");
        let (_, signature) = query.split_once("&Signature=").unwrap();
        assert_eq!(signature.find('&').map_or("", |at| &signature[at..]), added);
    }
}

#[test]
fn an_eidas_node_is_asked_as_its_specification_has_it() {
    let lines = "profile: eidas-node\nentity_id: https://node.example/metadata\n\
                 sso: { redirect: https://node.example/sso }\nprovider_name: Kunta";
    let (id, request, query) = asked(lines, Freshness::Any).unwrap();
    let extensions = [
        ("PersonIdentifier", true),
        ("CurrentFamilyName", true),
        ("CurrentGivenName", true),
        ("DateOfBirth", true),
    ]
    .map(|(name, required)| asked_for(&format!("naturalperson/{name}"), required))
    .concat();
    let expected = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" Version=\"2.0\" \
         IssueInstant=\"2026-11-21T12:00:00Z\" Destination=\"https://node.example/sso\" \
         ForceAuthn=\"true\" IsPassive=\"false\" ProviderName=\"Kunta\">\
         <saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">{SP}</saml:Issuer>\
         <samlp:Extensions>\
         <eidas:SPType xmlns:eidas=\"{EIDAS}\">public</eidas:SPType>\
         <eidas:RequestedAttributes xmlns:eidas=\"{EIDAS}\">{extensions}</eidas:RequestedAttributes>\
         </samlp:Extensions>\
         <samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\" \
         AllowCreate=\"true\"/>\
         <samlp:RequestedAuthnContext Comparison=\"minimum\">\
         <saml:AuthnContextClassRef>http://eidas.europa.eu/LoA/low</saml:AuthnContextClassRef>\
         </samlp:RequestedAuthnContext></samlp:AuthnRequest>"
    );
    assert_eq!(request, expected);
    let algorithm = "SigAlg=http%3A%2F%2Fwww.w3.org%2F2007%2F05%2Fxmldsig-more%23sha256-rsa-MGF1&";
    assert!(query.contains(algorithm), "{query}");
}

/// Nodes refuse a service provider that says it twice, or not at all.
#[test]
fn an_eidas_node_is_told_who_asks_in_one_place() {
    for (said_in, in_request, in_metadata) in [("request", 1, 0), ("metadata", 0, 1)] {
        let node = peer(&format!(
            "{IDP}eidas: {{ sp_type: private, sp_type_in: {said_in}, node_country: FI }}"
        ));
        let (_, request, _) = asked_of(&node, Freshness::Any).unwrap();
        let metadata = node.metadata.to_xml(NOON);
        let private = format!("<eidas:SPType xmlns:eidas=\"{EIDAS}\">private</eidas:SPType>");
        assert_eq!(request.matches(&private).count(), in_request, "{request}");
        assert_eq!(metadata.matches(&private).count(), in_metadata, "{metadata}");
        let country = format!("<eidas:NodeCountry xmlns:eidas=\"{EIDAS}\">FI</eidas:NodeCountry>");
        assert!(metadata.contains(&country), "{metadata}");
    }
    let lines = format!("{IDP}eidas: {{ sp_type: public, node_country: GRE }}");
    let told = load_with(&lines).map(|_| ()).unwrap_err().to_string();
    assert!(
        told.contains("eidas.node_country: it is no country; write two capital letters"),
        "{told}"
    );
}

/// The level, and the kind of person.
#[test]
fn nem_log_in_is_asked_for_a_level_and_a_kind_of_person() {
    let oiosaml = peer_alone(
        "profile: oiosaml\nentity_id: https://idp.example/metadata\n\
         sso: { redirect: https://idp.example/sso }\nsigning_certificates: [file:idp.crt]\n\
         nameid_formats: ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent']",
    );
    let (_, request, _) = asked_of(&oiosaml, Freshness::Any).unwrap();
    let context = "<samlp:RequestedAuthnContext Comparison=\"minimum\">\
         <saml:AuthnContextClassRef>https://data.gov.dk/concept/core/nsis/loa/Low</saml:AuthnContextClassRef>\
         <saml:AuthnContextClassRef>https://data.gov.dk/eid/Person</saml:AuthnContextClassRef>\
         </samlp:RequestedAuthnContext></samlp:AuthnRequest>";
    assert!(request.ends_with(context), "{request}");
}

/// Every level that will do, and no word more.
#[test]
fn an_identity_provider_of_sweden_connect_is_asked_for_exact_levels() {
    let sweden = peer_alone(
        "profile: sweden-connect\nentity_id: https://idp.example/metadata\n\
         sso: { redirect: https://idp.example/sso }\nsigning_certificates: [file:idp.crt]",
    );
    let (id, request, _) = asked_of(&sweden, Freshness::Any).unwrap();
    let classes = (1..=4).map(|one| {
        format!(
            "<saml:AuthnContextClassRef>http://id.elegnamnden.se/loa/1.0/loa{one}</saml:AuthnContextClassRef>"
        )
    });
    let expected = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{id}\" Version=\"2.0\" \
         IssueInstant=\"2026-11-21T12:00:00Z\" Destination=\"https://idp.example/sso\"{}>\
         <saml:Issuer>{SP}</saml:Issuer><samlp:RequestedAuthnContext Comparison=\"exact\">{}\
         </samlp:RequestedAuthnContext></samlp:AuthnRequest>",
        BY_URL.as_str(),
        classes.collect::<String>()
    );
    assert_eq!(request, expected);
}

/// The country that an eIDAS node would ask the person for; what a client sends in its place is not passed on.
#[test]
fn fields_stand_beside_a_request_and_are_never_what_a_client_sent() {
    let lines = format!("{POSTED}form_fields: {{ a: '1', country: {{ login_hint: [FI, SE] }} }}");
    let peer = peer(&lines);
    for (hint, country) in
        [(Some("SE"), Some("SE")), (Some("se"), None), (Some("FI\"><script>"), None), (None, None)]
    {
        let mut request = login_request(Freshness::Any);
        request.login_hint = hint.and_then(LoginHint::parse);
        let message = started(peer.upstream().unwrap(), &request).unwrap();
        let OutboundMessage::Post { fields, beside, .. } = message else { unreachable!() };
        assert_eq!(
            fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            ["SAMLRequest", "RelayState"]
        );
        let expected = [("a", Some("1")), ("country", country)];
        let expected = expected.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(beside, expected.collect::<Vec<_>>(), "{hint:?}");
    }
}

#[test]
fn fields_that_could_not_stand_beside_a_request_are_found_first() {
    for (lines, expected) in [
        (
            format!("{IDP}form_fields: {{ country: FI }}"),
            "form_fields: requests by redirect have no form to stand in; write sso: with post:",
        ),
        (
            format!("{POSTED}form_fields: {{ relayState: x }}"),
            "form_fields.relayState: SAML itself has a parameter of this name",
        ),
        (
            format!("{POSTED}form_fields: {{ submit: x }}"),
            "form_fields.submit: a form with a field of this name does not submit itself",
        ),
        (
            format!("{POSTED}form_fields: {{ country: {{ otherwise: FI }} }}"),
            "form_fields.country: login_hint is missing",
        ),
        (
            format!(
                "{POSTED}login_hint_format: urn:x\nform_fields: {{ country: {{ login_hint: [FI] }} }}"
            ),
            "form_fields.country.login_hint: login_hint_format has hints name a person",
        ),
    ] {
        let told = load_with(&lines).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
    }
}

#[test]
fn extensions_of_the_file_stand_in_a_request_as_they_are_and_what_is_none_is_found() {
    let (a, b) = ("<a xmlns=\"urn:a\">1 &amp; 2</a>", "<x:b xmlns:x=\"urn:b\"/>");
    let (_, request, _) =
        asked(&format!("{IDP}extensions_xml: ['{a}', '{b}']"), Freshness::Any).unwrap();
    let expected = format!("<samlp:Extensions>{a}{b}</samlp:Extensions>");
    assert!(request.contains(&expected), "{request}");
    let many = ["'<a xmlns=\"urn:a\"/>'"; 9].join(", ");
    for (lines, expected) in [
        (
            "extensions_xml: '<a/>'".to_owned(),
            "extensions_xml: an element is in no namespace, or in one of SAML's own or of signatures; write that of",
        ),
        (
            format!("extensions_xml: ['{a}', '{a}{b}']"),
            "extensions_xml[1]: it is not well-formed; write one element, with a declaration for each prefix",
        ),
        (format!("extensions_xml: [{many}]"), "extensions_xml: there are too many; write up to 8"),
        (
            format!("extensions_xml: ['{a}']\neidas: {{ sp_type: public }}"),
            "extensions_xml: an eIDAS node refuses requests with other extensions than its own; leave it out, or eidas",
        ),
    ] {
        let told = load_with(&format!("{IDP}{lines}")).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
    }
}

/// Suomi.fi takes transient names or none, and a transient one is nothing to create.
#[test]
fn suomifi_is_asked_for_a_transient_name_that_is_not_to_be_created() {
    let lines = "profile: suomifi-test\nsingle_logout: { post: https://idp.example/slo }";
    let (_, request, _) = asked(lines, Freshness::Any).unwrap();
    let policy =
        r#"<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"/>"#;
    assert!(request.contains(policy), "{request}");
}

#[test]
fn a_new_authentication_is_asked_for_when_the_file_says_so() {
    for (word, any, now) in [
        ("when_asked", Some(false), Some(true)),
        ("always", Some(true), Some(true)),
        ("never", Some(false), None),
    ] {
        for (freshness, forced) in [(Freshness::Any, any), (Freshness::Now, now)] {
            let asked = asked(&format!("{IDP}force_authn: {word}"), freshness);
            match forced {
                Some(forced) => {
                    let (_, request, _) = asked.unwrap();
                    assert_eq!(request.contains("ForceAuthn"), forced, "{word} {freshness:?}");
                }
                None => assert_eq!(asked.unwrap_err(), OutboundError::NoNewAuthentication),
            }
        }
    }
}

/// The ID, the message, and the query around it.
fn asked(lines: &str, freshness: Freshness) -> Result<(String, String, String), OutboundError> {
    asked_of(&peer(lines), freshness)
}

/// The same of this upstream.
pub(super) fn asked_of(
    peer: &SamlPeer,
    freshness: Freshness,
) -> Result<(String, String, String), OutboundError> {
    let message = started(peer.upstream().unwrap(), &login_request(freshness))?;
    let OutboundMessage::Redirect(url) = message else { unreachable!("the binding is Redirect") };
    let (_, query) = url.as_str().split_once('?').unwrap();
    let (parameter, key) = (MessageParameter::Request, OTHER_SP.verification());
    let id = SentRequest::read(query, &key).unwrap().id;
    let algorithms = &silta_saml::algorithm::SignatureAlgorithm::ALL;
    let message = RedirectMessage::verify(parameter, query, &[key], algorithms).unwrap();
    Ok((id, message.xml().to_owned(), query.to_owned()))
}

/// A `RequestedAttribute` of eIDAS.
fn asked_for(name: &str, required: bool) -> String {
    let name = format!("http://eidas.europa.eu/attributes/{name}");
    format!(
        r#"<eidas:RequestedAttribute Name="{name}" NameFormat="{URI}" isRequired="{required}"/>"#
    )
}

const NATURAL: &str = "http://eidas.europa.eu/attributes/naturalperson/";
const NO_ATTRIBUTE: &str = "eidas.optional_attributes[0]: it is no attribute of that person, and a \
                            node refuses to be asked for it; write one of eIDAS, or leave it out";
/// A request of a client that wishes nothing else.
pub(super) fn login_request(freshness: Freshness) -> LoginRequest {
    LoginRequest {
        relying_party: RelyingParty::parse("shop").unwrap(),
        freshness,
        passive: false,
        acr_values: vec![],
        ui_locales: vec![],
        upstream_hint: None,
        acr_essential: false,
        expected_sub: None,
        login_hint: None,
    }
}

/// What this upstream is sent for it.
pub(super) fn started(
    upstream: &SamlUpstream,
    request: &LoginRequest,
) -> Result<OutboundMessage, OutboundError> {
    let upstream_request = UpstreamRequest {
        request,
        least_levels: [None, None],
        needs_authn_instant: true,
        source: SourceNetwork::of("192.0.2.1".parse().unwrap()),
        relay_state: &RelayState::parse("abcdefghijklmnopqrstuv").unwrap(),
        entropy: &SeededEntropy::from_seed(1),
        now: NOON,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(upstream.start(&upstream_request)).map(|(message, _)| message)
}

const IDP: &str = "\
entity_id: https://idp.example/metadata
sso: { redirect: https://idp.example/sso }
loa: [urn:low]
";
const POSTED: &str = "\
entity_id: https://idp.example/metadata
sso: { post: https://idp.example/sso }
loa: [urn:low]
";
const SP: &str = "https://broker.example/saml/idp/metadata";
static BY_URL: LazyLock<String> = LazyLock::new(|| {
    let binding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
    let url = "https://broker.example/saml/idp/acs";
    format!(r#" ProtocolBinding="{binding}" AssertionConsumerServiceURL="{url}""#)
});
const EIDAS: &str = "http://eidas.europa.eu/saml-extensions";
const URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
