//! xmlsec1's library where the `xmlsec` crate ends: XML Encryption.

#![expect(unsafe_code, reason = "the crate xmlsec decrypts nothing")]

use std::ffi::{c_int, c_void};

use libxml::readonly::RoNode;
use libxml::tree::Document;
use silta_testkit::keys::KeyPair;
use xmlsec::bindings::{
    xmlSecKeysMngr, xmlSecKeysMngrCreate, xmlSecKeysMngrDestroy,
    xmlSecOpenSSLAppDefaultKeysMngrAdoptKey, xmlSecOpenSSLAppDefaultKeysMngrInit,
};
use xmlsec::{XmlSecKey, XmlSecKeyFormat};

unsafe extern "C" {
    fn xmlSecEncCtxCreate(manager: *mut xmlSecKeysMngr) -> *mut c_void;
    fn xmlSecEncCtxDecrypt(context: *mut c_void, node: *mut c_void) -> c_int;
    fn xmlSecEncCtxDestroy(context: *mut c_void);
}

/// A private key that opens what was encrypted to it.
#[derive(Debug)]
pub struct Opener(*mut xmlSecKeysMngr);

impl Opener {
    /// Loads the key once.
    #[must_use]
    pub fn new(key: &KeyPair) -> Self {
        let key = XmlSecKey::from_memory(&key.key_pem(), XmlSecKeyFormat::Pem, None)
            .expect("a private key");
        // SAFETY: the library is initialised by now; the manager adopts the key, which is leaked to it.
        unsafe {
            let manager = xmlSecKeysMngrCreate();
            assert_eq!(xmlSecOpenSSLAppDefaultKeysMngrInit(manager), 0, "a manager of keys");
            let adopted = xmlSecOpenSSLAppDefaultKeysMngrAdoptKey(manager, XmlSecKey::leak(key));
            assert_eq!(adopted, 0, "it adopts the key");
            Self(manager)
        }
    }

    /// Puts the plaintext of the first `EncryptedData` into its place; false when it does not open.
    #[must_use]
    pub fn open(&self, document: &Document) -> bool {
        let root = document.get_root_readonly().expect("a root");
        let Some(data) = first(root) else { return false };
        // SAFETY: the node is one of a living document, of which nothing else is held; the context ends here.
        unsafe {
            let context = xmlSecEncCtxCreate(self.0);
            let opened = xmlSecEncCtxDecrypt(context, data.node_ptr().cast());
            xmlSecEncCtxDestroy(context);
            opened == 0
        }
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        // SAFETY: it was created above, and nobody else has it.
        unsafe { xmlSecKeysMngrDestroy(self.0) };
    }
}

fn first(element: RoNode) -> Option<RoNode> {
    if element.get_name() == "EncryptedData" {
        return Some(element);
    }
    element.get_child_elements().into_iter().find_map(first)
}
