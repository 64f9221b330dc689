//! The metadata of an identity provider, signed by the kept key or by nobody.

use std::str;
use std::sync::LazyLock;

use jiff::SignedDuration;
use silta_saml::namespace::{DS, MD, SAMLP};
use silta_saml::{
    Endpoint, IdentityProviderDescription, MetadataSigners, MetadataTrust, VerificationKey,
};
use silta_xml_security::xml::{Input, Limits, parse_with_comments};
use silta_xml_security::{SignaturePlace, c14n, sign_enveloped};

use crate::Verdict;
use crate::trust::{IDP_ENTITY, IDP_KEY, NOON};

static SIGNERS: LazyLock<MetadataSigners> = LazyLock::new(|| {
    let key = VerificationKey::of(IDP_KEY.credential().certificate()).unwrap();
    MetadataSigners::new(vec![key]).unwrap()
});
static SIGNED: LazyLock<Facts> = LazyLock::new(|| Facts::of(&read_signed(&signed_metadata(false))));

/// What is signed says what the kept key has signed, and what is not signed says nothing that could
/// not be used.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    check_canonical(octets);
    let trusted = |trust| IdentityProviderDescription::read(octets, IDP_ENTITY, trust, NOON);
    let signed = trusted(MetadataTrust::Signers(&SIGNERS));
    let plain = trusted(MetadataTrust::Source);
    if let Ok(read) = &plain {
        check(read);
    }
    if let Ok(read) = &signed {
        assert!(read.is_signed());
        assert_eq!(Facts::of(read), *SIGNED, "another description than the one that was signed");
        assert_eq!(Facts::of(plain.as_ref().expect("refused of a source")), *SIGNED);
    }
    let says_signed = octets.windows(10).any(|word| word == b"Signature ");
    Verdict::of(if says_signed { &signed } else { &plain })
}

/// A canonical form is a document whose canonical form is itself; without comments as well.
fn check_canonical(octets: &[u8]) {
    let limits = Limits { depth: 32, tags: 10_000, attributes: 10_000 };
    let Ok(text) = str::from_utf8(octets) else { return };
    let input = Input::of(text);
    let Ok(document) = parse_with_comments(&input, limits) else { return };
    let root = document.root_element();
    let forms = [c14n::exclusive(root, None, &[]), c14n::exclusive_with_comments(root, None, &[])];
    let [Ok(without), Ok(with)] = forms else { return };
    let again = roxmltree::Document::parse(&with).expect("a canonical form is well-formed");
    let root = again.root_element();
    assert_eq!(c14n::exclusive_with_comments(root, None, &[]).as_ref(), Ok(&with), "not canonical");
    assert_eq!(
        c14n::exclusive(root, None, &[]).as_ref(),
        Ok(&without),
        "comments made a difference"
    );
}

fn check(read: &IdentityProviderDescription) {
    assert_eq!(read.entity_id(), IDP_ENTITY);
    assert!(!read.signing().is_empty() && !read.single_sign_on().is_empty());
    let urls = read.single_sign_on().iter().chain(read.single_logout()).flat_map(|one| {
        [Some(&one.location), one.response_location.as_ref()].into_iter().flatten()
    });
    for written in urls {
        // The other reader knows more of hosts, and refuses some.
        let Ok(parsed) = url::Url::parse(written.as_str()) else { continue };
        assert!(matches!(parsed.scheme(), "http" | "https"), "{written}");
        assert!(parsed.username().is_empty() && parsed.password().is_none(), "{written}");
        // The other reader writes numbers as addresses in a form of its own.
        let host = parsed.host_str().expect("a host");
        let number = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
        assert!(number || host == written.host(), "{host} in {written}");
    }
    assert!(read.valid_until().is_none_or(|end| end > NOON));
    let hosts = read.hosts();
    assert_eq!(read.changes_of(read, &hosts), Ok(vec![]), "it differs from itself");
}

/// What is used of a description.
#[derive(Debug, PartialEq, Eq)]
struct Facts {
    keys: Vec<String>,
    single_sign_on: Vec<Endpoint>,
    single_logout: Vec<Endpoint>,
    name_id_formats: Vec<String>,
    wants_signed_requests: bool,
    valid_until: Option<jiff::Timestamp>,
}

impl Facts {
    fn of(read: &IdentityProviderDescription) -> Self {
        Self {
            keys: read.signing().iter().map(silta_saml::Certificate::base64).collect(),
            single_sign_on: read.single_sign_on().to_vec(),
            single_logout: read.single_logout().to_vec(),
            name_id_formats: read.name_id_formats().to_vec(),
            wants_signed_requests: read.wants_signed_requests(),
            valid_until: read.valid_until(),
        }
    }
}

fn read_signed(document: &str) -> IdentityProviderDescription {
    let trust = MetadataTrust::Signers(&SIGNERS);
    IdentityProviderDescription::read(document.as_bytes(), IDP_ENTITY, trust, NOON).unwrap()
}

/// Metadata of the identity provider alone, or of a federation with another entity.
#[must_use]
pub fn metadata(federation: bool) -> String {
    let certificate = IDP_KEY.credential().certificate().base64();
    let bindings = "urn:oasis:names:tc:SAML:2.0:bindings";
    let role = format!(
        "<md:IDPSSODescriptor WantAuthnRequestsSigned=\"true\" protocolSupportEnumeration=\"{SAMLP}\">\n\
         <!-- until May -->\n<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:KeyName>a</ds:KeyName>\
         <ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
         </md:KeyDescriptor>\n<md:SingleLogoutService Binding=\"{bindings}:HTTP-Redirect\" \
         Location=\"https://idp.example/slo\" ResponseLocation=\"https://idp.example/answers\"/>\n\
         <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:transient</md:NameIDFormat>\n\
         <md:SingleSignOnService Binding=\"{bindings}:SOAP\" Location=\"https://idp.example/soap\"/>\n\
         <md:SingleSignOnService Binding=\"{bindings}:HTTP-POST\" \
         Location=\"https://idp.example:8443/sso?a=1&amp;b=2\"/>\n</md:IDPSSODescriptor>"
    );
    let attributes = format!(
        " xmlns:md=\"{MD}\" xmlns:ds=\"{DS}\" ID=\"_root\" validUntil=\"{}\"",
        NOON + SignedDuration::from_hours(24)
    );
    let entity = |entity_id: &str, attributes: &str| {
        format!(
            "<md:EntityDescriptor entityID=\"{entity_id}\"{attributes}>{role}</md:EntityDescriptor>"
        )
    };
    if federation {
        let entities = [entity("https://other.example", ""), entity(IDP_ENTITY, "")].concat();
        format!(
            "<md:EntitiesDescriptor{attributes} cacheDuration=\"PT6H\">{entities}</md:EntitiesDescriptor>"
        )
    } else {
        entity(IDP_ENTITY, &attributes)
    }
}

/// The same, signed by the kept key.
#[must_use]
pub fn signed_metadata(federation: bool) -> String {
    let first = if federation { "EntityDescriptor" } else { "IDPSSODescriptor" };
    let place = SignaturePlace { id_attribute: "ID", after: Some((MD, first)) };
    sign_enveloped(&metadata(federation), place, &IDP_KEY).unwrap()
}
