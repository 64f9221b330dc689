//! A key that an identity provider may be encrypted to, and by which algorithms [SAML2Meta §2.4.1.1].

use roxmltree::Node;
use silta_xml_security::algorithm::{
    DataCipher, DigestAlgorithm, ECDH_ES, EncryptionCipher, RSA_OAEP, RSA_OAEP_MGF1P, RsaOaep,
};
use silta_xml_security::{EncryptionKey, KeyWrap};

use crate::namespace::{DS, MD, XENC11};
use crate::xml;

/// A key that its owner gave us to encrypt to, with what it says of how.
#[derive(Debug, Clone)]
pub struct PeerEncryptionKey {
    /// The key.
    pub key: EncryptionKey,
    /// How it may be used.
    pub methods: EncryptionMethods,
}

/// The algorithms that go with a key. Where no cipher is named, any will do, and so with ways to wrap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EncryptionMethods(Vec<Method>);

/// One algorithm; nothing in it where it does not exist here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Cipher(Option<DataCipher>),
    Transport(Option<RsaOaep>),
    Agreement,
    Wrap(Option<KeyWrap>),
}

impl EncryptionMethods {
    /// Those of a `KeyDescriptor`.
    pub(super) fn read(descriptor: Node<'_, '_>) -> Self {
        let methods = xml::children(descriptor, MD, "EncryptionMethod").take(METHOD_LIMIT);
        Self(methods.map(Method::read).collect())
    }

    pub(crate) fn allow_cipher(&self, cipher: EncryptionCipher) -> bool {
        let is_one = |method: &Method| matches!(method, Method::Cipher(_));
        self.allow(is_one, Method::Cipher(Some(cipher.data_cipher())))
    }

    pub(crate) fn allow_transport(&self, oaep: RsaOaep) -> bool {
        self.allow(|one| one.is_of_keys(), Method::Transport(Some(oaep)))
    }

    pub(crate) fn allow_agreement(&self, wrap: KeyWrap) -> bool {
        let is_wrap = |method: &Method| matches!(method, Method::Wrap(_));
        self.allow(|one| one.is_of_keys(), Method::Agreement)
            && self.allow(is_wrap, Method::Wrap(Some(wrap)))
    }

    /// Whether `wanted` is among those of its sort, or none of them is named.
    fn allow(&self, is_of_sort: impl Fn(&Method) -> bool, wanted: Method) -> bool {
        let mut sort = self.0.iter().filter(|method| is_of_sort(method)).peekable();
        sort.peek().is_none() || sort.any(|method| *method == wanted)
    }
}

impl Method {
    /// Whether it is a way to hand a key over.
    fn is_of_keys(self) -> bool {
        matches!(self, Self::Transport(_) | Self::Agreement)
    }

    fn read(element: Node<'_, '_>) -> Self {
        let uri = xml::attribute(element, "Algorithm").unwrap_or_default().trim_ascii();
        if uri == ECDH_ES {
            return Self::Agreement;
        }
        if uri == RSA_OAEP || uri == RSA_OAEP_MGF1P {
            return Self::Transport(oaep(element, uri == RSA_OAEP_MGF1P));
        }
        match uri.rsplit_once('#').map_or(uri, |(_, name)| name) {
            name if name.starts_with("rsa") => Self::Transport(None),
            name if name.starts_with("kw-") => {
                Self::Wrap(KeyWrap::ALL.into_iter().find(|one| one.uri() == uri))
            }
            _ => Self::Cipher(DataCipher::ALL.into_iter().find(|one| one.uri() == uri)),
        }
    }
}

/// What is not said is SHA-1 [XMLEnc11 §5.5.2].
fn oaep(element: Node<'_, '_>, mgf1p: bool) -> Option<RsaOaep> {
    let named = |namespace, name| {
        xml::child(element, namespace, name).map(|one| xml::attribute(one, "Algorithm"))
    };
    let by = |uri: Option<Option<&str>>, of: fn(DigestAlgorithm) -> &'static str| match uri {
        None => Some(DigestAlgorithm::Sha1),
        Some(uri) => DigestAlgorithm::ALL.into_iter().find(|one| Some(of(*one)) == uri),
    };
    let mgf = if mgf1p { None } else { named(XENC11, "MGF") };
    Some(RsaOaep {
        digest: by(named(DS, "DigestMethod"), DigestAlgorithm::uri)?,
        mgf: by(mgf, DigestAlgorithm::mgf_uri)?,
    })
}

/// There are some twenty that anybody has a name for.
const METHOD_LIMIT: usize = 64;
