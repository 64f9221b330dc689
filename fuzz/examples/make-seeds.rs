//! Writes the seeds that are signed with the kept keys: `cargo run --package silta-fuzz --example
//! make-seeds`. The others are written by hand, or were found by a fuzzer.

#![expect(clippy::unwrap_used, reason = "a tool for developers")]

use std::fs;
use std::path::Path;

use silta_fuzz::{IDP_KEY, SP_KEY, answer};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_saml::{EncryptionParameters, StatusError, encrypt_assertion, sign_enveloped};

fn main() {
    let (header, assertion) = answer();
    let signed = sign_enveloped(&assertion, &IDP_KEY).unwrap();
    let encrypted = |assertion: &str, cipher| {
        let oaep = RsaOaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha1 };
        let parameters = EncryptionParameters { recipient: SP_KEY.certificate(), cipher, oaep };
        encrypt_assertion(assertion, parameters, [7; 48]).unwrap().to_xml()
    };
    let gcm = encrypted(&signed, DataCipher::Aes256Gcm);
    let cbc = encrypted(&signed, DataCipher::Aes256Cbc);
    let unsigned = encrypted(&assertion, DataCipher::Aes256Gcm);
    let response = |assertion: &str| header.response("_response", assertion);
    let sealed = |assertion: &str| sign_enveloped(&response(assertion), &IDP_KEY).unwrap();
    write("response/accepted-encrypted-both-signed", &sealed(&gcm));
    write("response/accepted-encrypted-cbc-both-signed", &sealed(&cbc));
    write("response/refused-encrypted-response-signed", &sealed(&unsigned));
    write("response/accepted-encrypted-assertion-signed", &response(&gcm));
    write("response/accepted-plain-both-signed", &sealed(&signed));
    write("response/accepted-plain-response-signed", &sealed(&assertion));
    write("response/refused-plain-assertion-signed", &response(&signed));
    write("response/refused-encrypted-cbc-unsigned", &response(&cbc));
    write("response/refused-two-assertions", &sealed(&format!("{signed}{assertion}")));
    let declined = header.error_response("_response", StatusError::AuthnFailed);
    write("response/refused-declined", &sign_enveloped(&declined, &IDP_KEY).unwrap());
    write("signed_response/accepted-plain", &response(&assertion));
    write("signed_response/accepted-encrypted", &response(&cbc));
    write("signed_response/refused-declined", &declined);
}

fn write(name: &str, seed: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, seed).unwrap();
}
