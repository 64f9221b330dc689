//! How much memory the largest metadata takes while it is read, in a process of its own: what
//! another test takes at the same time would be counted too.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a panic is how a test fails")]

use std::fmt::Write as _;

use silta_saml::algorithm::SignatureAlgorithm;
use silta_saml::namespace::{DS, MD, SAMLP};
use silta_saml::{
    IdentityProviderDescription, METADATA_LIMIT, MetadataError, MetadataSigners, MetadataTrust,
    XmlError,
};
use silta_testkit::forge::NOON;
use silta_testkit::keys::IDP;
use silta_testkit::this_process::{forget_peak, peak, resident};
use silta_xml_security::{SignaturePlace, sign_enveloped};

/// Ten times its size is what a replica must have to spare.
#[test]
fn metadata_takes_at_most_ten_times_its_size_while_it_is_read() {
    let signers = MetadataSigners::new(vec![IDP.verification()]).unwrap();
    let [signers, source] = [MetadataTrust::Signers(&signers), MetadataTrust::Source];
    // What is made once in a process is made now.
    read(&signed(&federation(2, 100, "")), signers).unwrap();

    let federation_of = |filling: &str| federation(500, 17_000, filling);
    let honest = signed(&federation_of(""));
    for sign in ["<", "="] {
        println!("one {sign} in {} octets", honest.len() / honest.matches(sign).count());
    }
    let written = ratio("signed, 500 entities", &honest, |document| {
        read(document, signers).unwrap();
    });
    assert!(honest.len() > METADATA_LIMIT / 4 * 3 && honest.len() <= METADATA_LIMIT);

    // As many short elements as the scan lets by, as many as there may be.
    let elements = "<abcdefghij/>".repeat(METADATA_LIMIT / 32 - 100);
    let crowded = federation(1, 0, &elements);
    let dense = ratio("elements", &crowded, |document| {
        read(document, source).unwrap();
    });
    let identified = (0..METADATA_LIMIT / 32 - 100).fold(String::new(), |mut all, at| {
        let _ = write!(all, "<a id=\"_{at:020}\"/>");
        all
    });
    let named = ratio("IDs", &federation(1, 0, &identified), |document| {
        read(document, source).unwrap();
    });
    // Equals signs, for each of which the parser would reserve room for an attribute.
    let equals = "=".repeat(METADATA_LIMIT / 2);
    let reserved = ratio("equals signs", &federation(1, 0, &equals), |document| {
        let cause = XmlError::TooManyAttributes;
        assert_eq!(read(document, source), Err(MetadataError::Malformed { cause }));
    });
    for ratio in [written, dense, named, reserved] {
        assert!(ratio <= 10.0, "{ratio:.1}");
    }
}

fn ratio(name: &str, document: &str, read: impl Fn(&str)) -> f64 {
    forget_peak();
    let before = resident();
    read(document);
    let taken = u32::try_from(peak().saturating_sub(before)).unwrap();
    let size = u32::try_from(document.len()).unwrap();
    let ratio = f64::from(taken) / f64::from(size);
    println!("{name}: {ratio:.1} times {size} octets");
    ratio
}

fn read(document: &str, trust: MetadataTrust<'_>) -> Result<(), MetadataError> {
    IdentityProviderDescription::read(document.as_bytes(), "https://idp-0.example", trust, NOON)
        .map(|_| ())
}

fn signed(document: &str) -> String {
    let place = SignaturePlace { id_attribute: "ID", after: Some((MD, "Extensions")) };
    sign_enveloped(document, place, &IDP.signing(SignatureAlgorithm::RsaSha256)).unwrap()
}

/// A federation in the style of real ones, indented, of which each entity names itself in several
/// languages until it has so many octets; with this among its extensions.
fn federation(count: usize, octets: usize, extensions: &str) -> String {
    let mut all = format!(
        "<md:EntitiesDescriptor xmlns:md=\"{MD}\" xmlns:ds=\"{DS}\" xmlns:mdui=\"urn:oasis:names:tc:SAML:metadata:ui\" \
         ID=\"_all\" validUntil=\"2026-12-01T00:00:00Z\">\n<md:Extensions>{extensions}</md:Extensions>\n"
    );
    let certificate = IDP.certificate().base64();
    let bindings = "urn:oasis:names:tc:SAML:2.0:bindings";
    for at in 0..count {
        let entity = all.len();
        let _ = write!(
            all,
            "  <md:EntityDescriptor entityID=\"https://idp-{at}.example\">\n    <md:IDPSSODescriptor \
             protocolSupportEnumeration=\"{SAMLP}\">\n      <md:Extensions>\n        <mdui:UIInfo>\n"
        );
        while all.len() - entity < octets.saturating_sub(3_000) {
            let _ = writeln!(
                all,
                "          <mdui:DisplayName xml:lang=\"fi\">Esimerkin korkeakoulu {at}</mdui:DisplayName>\n          \
                 <mdui:Description xml:lang=\"en\">The identity provider of the university of {at}</mdui:Description>"
            );
        }
        let _ = write!(
            all,
            "        </mdui:UIInfo>\n      </md:Extensions>\n      <md:KeyDescriptor use=\"signing\">\n        \
             <ds:KeyInfo>\n          <ds:X509Data>\n            <ds:X509Certificate>{certificate}</ds:X509Certificate>\n          \
             </ds:X509Data>\n        </ds:KeyInfo>\n      </md:KeyDescriptor>\n      \
             <md:SingleSignOnService Binding=\"{bindings}:HTTP-Redirect\" Location=\"https://idp-{at}.example/sso\"/>\n      \
             <md:SingleSignOnService Binding=\"{bindings}:HTTP-POST\" Location=\"https://idp-{at}.example/sso\"/>\n    \
             </md:IDPSSODescriptor>\n  </md:EntityDescriptor>\n"
        );
    }
    all + "</md:EntitiesDescriptor>\n"
}
