//! The metadata that we publish as a service provider [SAML2Meta §2.4.4].

use jiff::{SignedDuration, Timestamp};
use silta_xml_security::algorithm::{DataCipher, DigestAlgorithm, SignatureAlgorithm};
use silta_xml_security::{Certificate, Element, KeyWrap};

use crate::binding::{POST_BINDING, REDIRECT_BINDING};
use crate::instant;
use crate::metadata::algorithms::{digest_methods, encryption_methods, signing_methods};
use crate::metadata::key_descriptor::key_descriptor;
use crate::metadata::self_description::{AttributeSet, SelfDescription};
use crate::namespace::{DS, MD, SAMLP};
use crate::sp::request_profile::AcsIndex;

/// What a service provider says of itself. Keys stand under separate uses, so that a peer cannot
/// encrypt to a key that only signs.
#[derive(Debug, Clone)]
pub struct ServiceProviderMetadata<'a> {
    /// Our entityID.
    pub entity_id: &'a str,
    /// By which a signature refers to the document; an NCName.
    pub id: Option<&'a str>,
    /// Its end.
    pub valid_until: Option<Timestamp>,
    /// After how long it should be fetched again, in whole seconds.
    pub cache_duration: Option<SignedDuration>,
    /// Where responses are posted.
    pub acs_url: &'a str,
    /// By which index requests may name that.
    pub acs_index: AcsIndex,
    /// Where messages of single logout come to, by redirect and by POST, if this peer has it.
    pub slo_url: Option<&'a str>,
    /// Certificates we sign with, active one first.
    pub signing: &'a [Certificate],
    /// Certificates that may be encrypted to.
    pub encryption: &'a [Certificate],
    /// How what comes to us may be signed, best first.
    pub signature_algorithms: &'a [SignatureAlgorithm],
    /// How it may be encrypted.
    pub ciphers: &'a [DataCipher],
    /// What may stand inside RSA-OAEP.
    pub oaep_digests: &'a [DigestAlgorithm],
    /// What may wrap a session key behind an agreement by ECDH-ES, with those keys that are on a curve.
    pub key_wraps: &'a [KeyWrap],
    /// Whether the assertion itself must be signed, or a signed Response around it is enough.
    pub want_assertions_signed: bool,
    /// The NameID formats we can take.
    pub name_id_formats: &'a [&'a str],
    /// What else it says of us.
    pub about: &'a SelfDescription,
}

impl ServiceProviderMetadata<'_> {
    /// The document, unsigned; children in the order of the schema.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let signing = self.signing.iter().map(|one| key_descriptor("signing", one));
        let encryption = self.encryption.iter().map(|one| {
            let methods = encryption_methods(one, self.ciphers, self.oaep_digests, self.key_wraps);
            key_descriptor("encryption", one).children(methods)
        });
        let formats =
            self.name_id_formats.iter().map(|format| Element::new("md:NameIDFormat").text(format));
        let slo = self.slo_url.into_iter().flat_map(|location| {
            [REDIRECT_BINDING, POST_BINDING].map(|binding| {
                Element::new("md:SingleLogoutService")
                    .attribute("Binding", binding)
                    .attribute("Location", location)
            })
        });
        let acs = Element::new("md:AssertionConsumerService")
            .attribute("Binding", POST_BINDING)
            .attribute("Location", self.acs_url)
            .attribute("index", &self.acs_index.0.to_string())
            .attribute("isDefault", "true");
        let role = Element::new("md:SPSSODescriptor")
            .attribute("AuthnRequestsSigned", "true")
            .attribute("WantAssertionsSigned", &self.want_assertions_signed.to_string())
            .attribute("protocolSupportEnumeration", SAMLP)
            .child(
                Element::new("md:Extensions")
                    .children(self.about.ui.to_element())
                    .children(self.about.node_country())
                    .children(digest_methods())
                    .children(signing_methods(self.signature_algorithms)),
            )
            .children(signing)
            .children(encryption)
            .children(slo)
            .children(formats)
            .child(acs)
            .children(self.about.attribute_set.as_ref().map(AttributeSet::to_element));
        let valid_until = self.valid_until.map(instant::write);
        let cache_duration = self.cache_duration.map(|all| format!("PT{}S", all.as_secs()));
        let entity = Element::new("md:EntityDescriptor")
            .namespace("md", MD)
            .namespace("ds", DS)
            .attribute("entityID", self.entity_id)
            .attribute_if("ID", self.id)
            .attribute_if("validUntil", valid_until.as_deref())
            .attribute_if("cacheDuration", cache_duration.as_deref())
            .children(self.about.entity_extensions())
            .child(role)
            .children(self.about.behind_the_role());
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", entity.to_xml())
    }
}
