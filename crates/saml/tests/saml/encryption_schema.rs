//! What the schema of XML Encryption lets stand around a ciphertext without a meaning for us, and what
//! has one that is not understood.

use silta_saml::algorithm::DataCipher;
use silta_saml::{DecryptionError, ResponseError};
use silta_testkit::forge::EditPoint::Encrypted;
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, text};

use crate::fixture::{accepted, good, refusal};

/// [XMLEnc11 §3.2]: the size of a key that has no other.
#[test]
fn a_key_size_is_ignored_in_the_method_of_the_key_and_of_the_data() {
    let size = |bits: u32| format!("<xenc:KeySize>{bits}</xenc:KeySize>");
    opens(move |xml| text::before(xml, KEY_DIGEST, &size(2_048)));
    opens(move |xml| text::before(xml, KEY_METHOD_END, &size(256)));
    opens(move |xml| {
        let (head, tail) = xml.split_once(DATA_METHOD_END).unwrap();
        format!("{head}\">{}</xenc:EncryptionMethod><ds:KeyInfo{tail}", size(256))
    });
}

/// An empty label is the one that is meant where there is none [RFC 8017 §7.1.1].
#[test]
fn an_empty_label_is_ignored() {
    for label in ["<xenc:OAEPparams/>", "<xenc:OAEPparams></xenc:OAEPparams>", BLANK_LABEL] {
        opens(move |xml| text::before(xml, KEY_DIGEST, label));
        opens(move |xml| text::before(xml, KEY_METHOD_END, label));
    }
    let [size, label] = ["<xenc:KeySize>2048</xenc:KeySize>", "<xenc:OAEPparams/>"];
    opens(move |xml| text::before(xml, KEY_DIGEST, &format!("{size}{label}")));
}

#[test]
fn what_describes_the_ciphertext_is_ignored() {
    // How the cleartext is to be shown [XMLEnc11 §3.1].
    for attribute in ["MimeType=\"text/xml\"", "Encoding=\"urn:x\"", "Id=\"_data\""] {
        opens(move |xml| {
            text::swapped(xml, "<xenc:EncryptedData", &format!("<xenc:EncryptedData {attribute}"))
        });
        opens(move |xml| {
            text::swapped(xml, "<xenc:EncryptedKey", &format!("<xenc:EncryptedKey {attribute}"))
        });
    }
    let properties = "<xenc:EncryptionProperties Id=\"_p\"><xenc:EncryptionProperty \
                      Target=\"#_data\"><x xmlns=\"urn:x\">y</x></xenc:EncryptionProperty>\
                      </xenc:EncryptionProperties>";
    let key_end = "</xenc:CipherData></xenc:EncryptedKey>";
    let in_key = |more: &str| {
        let more = format!("</xenc:CipherData>{more}</xenc:EncryptedKey>");
        move |xml: &str| text::swapped(xml, key_end, &more)
    };
    let list = "<xenc:ReferenceList><xenc:DataReference URI=\"#_data\"/><xenc:KeyReference \
                URI=\"#_key\"/></xenc:ReferenceList>";
    let name = "<xenc:CarriedKeyName>name</xenc:CarriedKeyName>";
    opens(in_key(properties));
    opens(in_key(list));
    opens(in_key(name));
    opens(in_key(&format!("{properties}{list}{name}")));
    opens(move |xml| text::before(xml, "</xenc:EncryptedData>", properties));
    opens(move |xml| text::before(xml, "<xenc:EncryptedKey", "<ds:KeyName>name</ds:KeyName>"));
}

/// What would change what the octets mean, or could be read in two ways.
#[test]
fn refuses_what_has_a_meaning_that_is_not_understood() {
    let label = "<xenc:OAEPparams>AA==</xenc:OAEPparams>";
    for place in [KEY_DIGEST, KEY_METHOD_END] {
        refused(move |xml| text::before(xml, place, label));
        refused(move |xml| text::before(xml, place, "<xenc:OAEPparams><x/></xenc:OAEPparams>"));
        refused(move |xml| text::before(xml, place, "<x xmlns=\"urn:x\"/>"));
        refused(move |xml| text::before(xml, place, "text"));
        for twice in ["<xenc:KeySize>1</xenc:KeySize>", "<xenc:OAEPparams/>"] {
            refused(move |xml| text::before(xml, place, &twice.repeat(2)));
        }
    }
    let properties = "<xenc:EncryptionProperties/>";
    // Not where the schema has it, and not twice.
    refused(move |xml| text::before(xml, "<ds:KeyInfo", properties));
    refused(move |xml| text::before(xml, "</xenc:EncryptedData>", &properties.repeat(2)));
    refused(move |xml| text::before(xml, "</xenc:EncryptedKey>", &properties.repeat(2)));
    // Another way to come by a key.
    let agreement = "<xenc:AgreementMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#ECDH-ES\"/>";
    refused(move |xml| text::replaced(xml, "xenc:EncryptedKey", agreement));
}

/// Properties are ignored, and what must stand nowhere else does not stand there either.
#[test]
fn refuses_a_ciphertext_or_signature_among_properties() {
    let idp = FakeIdp::default();
    let with = |content: &str| {
        let properties =
            format!("<xenc:EncryptionProperties>{content}</xenc:EncryptionProperties>");
        idp.response()
            .edit(Encrypted, move |xml| text::before(xml, "</xenc:EncryptedData>", &properties))
    };
    let nested = with("<xenc:EncryptedData/>");
    assert_eq!(refusal(&idp, &nested, NOON), ResponseError::EncryptedContent);
    let signature = with("<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>");
    assert_eq!(refusal(&idp, &signature, NOON), ResponseError::StraySignature);
    let assertion = with("<saml:Assertion/>");
    assert_eq!(refusal(&idp, &assertion, NOON), ResponseError::AssertionCount);
}

/// Opened with either kind of cipher, inside a signed Response and, where the cipher authenticates, an
/// unsigned one.
#[track_caller]
fn opens(edit: impl Fn(&str) -> String + Clone + 'static) {
    for made in each() {
        assert_eq!(
            accepted(&FakeIdp::default(), &made.edit(Encrypted, edit.clone()), NOON),
            good()
        );
    }
}

#[track_caller]
fn refused(edit: impl Fn(&str) -> String + Clone + 'static) {
    let structure = ResponseError::Decryption(DecryptionError::Structure);
    for made in each() {
        let made = made.edit(Encrypted, edit.clone());
        assert_eq!(refusal(&FakeIdp::default(), &made, NOON), structure);
    }
}

fn each() -> [ForgedResponse; 3] {
    let idp = FakeIdp::default();
    [
        idp.response(),
        idp.response().unsigned_response(),
        idp.response().cipher(DataCipher::Aes256Cbc),
    ]
}

const BLANK_LABEL: &str = "<xenc:OAEPparams>\n </xenc:OAEPparams>";
/// The first parameter of the key's method.
const KEY_DIGEST: &str = "<ds:DigestMethod";
/// The method of the key alone has content.
const KEY_METHOD_END: &str = "</xenc:EncryptionMethod>";
/// The method of the data has none, and its KeyInfo follows.
const DATA_METHOD_END: &str = "\"/><ds:KeyInfo";
