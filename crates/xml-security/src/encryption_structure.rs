//! The structure around a ciphertext, of which one profile is read.

use roxmltree::Node;

use crate::base64_text::decode_base64;
use crate::decryption_error::DecryptionError;
use crate::namespace::XENC;
use crate::xml::{self, Occurs};

/// The octets of the one `CipherValue`; nothing is fetched [XMLEnc11 §3.3].
pub(crate) fn cipher_value(parent: Node<'_, '_>) -> Result<Vec<u8>, DecryptionError> {
    let data = required(parent, XENC, "CipherData")?;
    check_children(data, &[(XENC, "CipherValue", Occurs::Once)])?;
    let value = required(data, XENC, "CipherValue")?;
    let text = xml::text(value).map_err(|_| DecryptionError::Structure)?;
    decode_base64(text).ok_or(DecryptionError::Structure)
}

/// Children exactly as the schema has them.
pub(crate) fn check_children(
    parent: Node<'_, '_>,
    children: &[xml::ChildRule],
) -> Result<(), DecryptionError> {
    xml::sequence(parent, children).map_err(|_| DecryptionError::Structure)
}

/// The child of this name.
pub(crate) fn required<'a, 'i>(
    parent: Node<'a, 'i>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'i>, DecryptionError> {
    xml::child(parent, namespace, name).ok_or(DecryptionError::Structure)
}
