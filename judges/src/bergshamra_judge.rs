//! bergshamra: pure Rust, its own parser, canonicalization, signatures and encryption.

use bergshamra::c14n::{C14nMode, canonicalize_doc};
use bergshamra::keys::loader;
use bergshamra::xml::NodeSet;
use bergshamra::{DsigContext, EncContext, KeysManager, VerifyResult};
use silta_testkit::keys::KeyPair;

use crate::document::Case;
use crate::verdict::Verdict;

/// The canonical form of a case, or why there is none.
///
/// # Errors
/// Whatever it says.
pub fn canonical(case: &Case) -> Result<Vec<u8>, String> {
    let document = uppsala::parse(&case.text).map_err(|error| error.to_string())?;
    let nth = |wanted: usize| {
        let mut all = document.descendants(document.root()).into_iter();
        all.by_ref().filter(|id| document.element(*id).is_some()).nth(wanted).expect("an element")
    };
    let apex = nth(case.apex);
    let mut nodes = if case.comments {
        NodeSet::tree_with_comments(apex, &document)
    } else {
        NodeSet::tree_without_comments(apex, &document)
    };
    if let Some(without) = case.without {
        nodes = nodes.subtract(&NodeSet::tree_with_comments(nth(without), &document));
    }
    let mode = if case.comments { C14nMode::ExclusiveWithComments } else { C14nMode::Exclusive };
    canonicalize_doc(&document, mode, Some(&nodes), &case.prefixes)
        .map_err(|error| error.to_string())
}

/// Judges every signature of a document by this key.
#[must_use]
pub fn verdict(document: &str, key: &KeyPair) -> Verdict {
    let key = loader::load_x509_cert_pem(&key.certificate_pem()).expect("a certificate");
    let mut keys = KeysManager::new();
    keys.add_key(key);
    match bergshamra::verify_all(&DsigContext::new(keys), document) {
        Ok(all) => {
            let refused = all.iter().find_map(|one| match one {
                VerifyResult::Invalid { reason } => Some(reason.clone()),
                VerifyResult::Valid { .. } => None,
            });
            refused.map_or(Verdict::Accepted, Verdict::Refused)
        }
        Err(error) => Verdict::Refused(error.to_string()),
    }
}

/// Fills in the one signature of a template.
///
/// # Errors
/// Whatever it says.
pub fn sign(template: &str, key: &KeyPair) -> Result<String, String> {
    bergshamra::sign(&DsigContext::new(private(key)), template).map_err(|error| error.to_string())
}

/// Encrypts into a template of an `EncryptedData` with its `EncryptedKey`.
///
/// # Errors
/// Whatever it says.
pub fn encrypt(template: &str, plaintext: &str, recipient: &KeyPair) -> Result<String, String> {
    let key = loader::load_x509_cert_pem(&recipient.certificate_pem()).expect("a certificate");
    let mut keys = KeysManager::new();
    keys.add_key(key);
    bergshamra::encrypt(&EncContext::new(keys), template, plaintext.as_bytes())
        .map_err(|error| error.to_string())
}

/// The same, where the template has it agree on the wrapping key between an ephemeral key and that of the recipient,
/// which `RecipientKeyInfo` names as `recipient`.
///
/// # Errors
/// Whatever it says.
pub fn agree(
    template: &str,
    plaintext: &str,
    ephemeral: &KeyPair,
    recipient: &KeyPair,
) -> Result<String, String> {
    // The originator's is the first one on the curve with a private half.
    let mut keys = private(ephemeral);
    let mut key = loader::load_x509_cert_pem(&recipient.certificate_pem()).expect("a certificate");
    key.name = Some("recipient".to_owned());
    keys.add_key(key);
    bergshamra::encrypt(&EncContext::new(keys), template, plaintext.as_bytes())
        .map_err(|error| error.to_string())
}

/// Opens the first `EncryptedData` of a document, which takes its place.
///
/// # Errors
/// Whatever it says.
pub fn decrypt(document: &str, key: &KeyPair) -> Result<String, String> {
    bergshamra::decrypt(&EncContext::new(private(key)), document).map_err(|error| error.to_string())
}

fn private(key: &KeyPair) -> KeysManager {
    let mut keys = KeysManager::new();
    keys.add_key(loader::load_pem_auto(&key.key_pem(), None).expect("a private key"));
    keys
}
