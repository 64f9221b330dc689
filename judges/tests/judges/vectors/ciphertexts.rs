//! Public ciphertexts: what Silta opens, and why not.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::encrypt::Encrypter;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Padding;
use openssl::x509::X509;
use roxmltree::{Document, Node};
use silta_judges::silta_judge;
use silta_judges::vectors::{Verdicts, files};
use silta_saml::namespace::XENC;
use silta_testkit::keys::{self, certificate_of};
use silta_xml_security::xml::{self, Input};
use silta_xml_security::{DecryptionError, DecryptionKey, KeyError, Plaintext, decode_base64};

use super::covered::Form;
use super::{LIMITS, VECTORS};

/// A ciphertext is opened to what was published, or refused for a reason.
#[test]
fn public_ciphertexts_are_opened_or_refused_for_a_reason() {
    let mut verdicts = Verdicts::of("ciphertext");
    let ours: Vec<(&str, Ours)> =
        ["aleksey-xmlenc-01", "01-phaos-xmlenc-3", "xmlenc11-interop-2012", "merlin-xmlenc-five"]
            .map(|folder| (folder, Ours::of(folder)))
            .into();
    let none = Ours::default();
    for file in files(&VECTORS.join("xmlenc"), ".xml") {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        if !text.contains("EncryptedData") {
            continue;
        }
        let folder = file.parent().unwrap();
        let ours = ours.iter().find(|(name, _)| folder.ends_with(name)).map_or(&none, |one| &one.1);
        match verdict(&file, &text, ours) {
            Ok(verdict) => verdicts.add(&file, &verdict),
            Err(wrong) => verdicts.wrong(&file, &wrong),
        }
    }
    verdicts.check();
}

/// The private keys of a folder, and whether one is refused for its bits.
#[derive(Default)]
struct Ours {
    keys: Vec<DecryptionKey>,
    weak: bool,
}

impl Ours {
    fn of(folder: &str) -> Self {
        let at = VECTORS.join("xmlenc").join(folder);
        let mut keys = vec![];
        for (name, file) in [
            ("aleksey-xmlenc-01", "keys/rsa/rsa-4096-key.pem"),
            ("aleksey-xmlenc-01", "keys/rsa/rsa-2048-key.pem"),
            ("aleksey-xmlenc-01", "xmlenc/keys/ec/ec-prime256v1-second-key.pem"),
            ("aleksey-xmlenc-01", "xmlenc/keys/ec/ec-prime384v1-second-key.pem"),
            ("aleksey-xmlenc-01", "xmlenc/keys/ec/ec-prime521v1-second-key.pem"),
            ("merlin-xmlenc-five", "xmlenc/merlin-xmlenc-five/rsapriv.pem"),
        ] {
            if name == folder {
                let pem = fs::read(VECTORS.join(file)).unwrap();
                keys.push(PKey::private_key_from_pem(&pem).unwrap());
            }
        }
        if folder == "01-phaos-xmlenc-3" {
            let der = fs::read(at.join("rsa-priv-key.der")).unwrap();
            keys.push(PKey::private_key_from_der(&der).unwrap());
        }
        if folder == "xmlenc11-interop-2012" {
            keys.extend(files(&at, ".p12").iter().filter_map(|file| from_pkcs12(file)));
        }
        let read: Vec<_> = keys.iter().map(decryption_key).collect();
        let weak = read.iter().any(|key| matches!(key, Err(KeyError::RsaSize { .. })));
        Self { keys: read.into_iter().filter_map(Result::ok).collect(), weak }
    }
}

fn from_pkcs12(file: &Path) -> Option<PKey<Private>> {
    let container = Pkcs12::from_der(&fs::read(file).unwrap()).unwrap();
    let opened = ["passwd", "secret123"].iter().find_map(|one| container.parse2(one).ok());
    opened.and_then(|opened| opened.pkey)
}

fn decryption_key(key: &PKey<Private>) -> Result<DecryptionKey, KeyError> {
    let certificate = certificate_of(&key.public_key_to_der().unwrap());
    DecryptionKey::from_pem(&key.private_key_to_pem_pkcs8().unwrap(), &certificate)
}

fn verdict(file: &Path, text: &str, ours: &Ours) -> Result<String, String> {
    let input = Input::of(text);
    let document = match xml::parse_with_comments(&input, LIMITS) {
        Ok(document) => document,
        Err(error) => return Ok(format!("`{}`", error.reason())),
    };
    let encrypted = |name| move |node: &Node<'_, '_>| xml::is(*node, XENC, name);
    let data = document.descendants().find(encrypted("EncryptedData")).ok_or("no ciphertext")?;
    let canonical = |node| Form::inclusive().of(node, None);
    let alone = |node| canonical(node).or_else(|_| Form::exclusive().of(node, None)).unwrap();
    let mut message = alone(data);
    let beside = document.descendants().filter(encrypted("EncryptedKey"));
    let beside: Vec<_> = beside.filter(|key| !key.ancestors().any(|node| node == data)).collect();
    message.extend(beside.into_iter().map(alone));
    let shared = if message.contains("EncryptedKey>") { None } else { shared_key(file, data) };
    if let Some(key) = &shared {
        message.push_str(&wrapped(key));
    }
    let opened = open(&message, ours);
    let judged = judged(file, opened, (input.as_str(), data), ours, shared.is_some())?;
    // The rest of a vector is still good for a comparison where it is refused for one attribute.
    if judged != "`encryption_structure`" {
        return Ok(judged);
    }
    let without = message.replacen(CONTENT, "", 1);
    if without == message {
        return Ok(judged);
    }
    let opened = open(&without, ours);
    let then = self::judged(file, opened, (input.as_str(), data), ours, shared.is_some())?;
    Ok(if then == judged { then } else { format!("{judged} for its `Type`; without it: {then}") })
}

/// What became of a ciphertext, or what is wrong with that.
fn judged(
    file: &Path,
    opened: Result<Plaintext, DecryptionError>,
    (text, data): (&str, Node<'_, '_>),
    ours: &Ours,
    is_shared: bool,
) -> Result<String, String> {
    let data_file = file.with_extension("data");
    let how = if is_shared { "opens, with its key wrapped for ours" } else { "opens" };
    match opened {
        Ok(plaintext) => {
            let Ok(expected) = fs::read(&data_file) else {
                // NIST publishes none where the tag is wrong.
                let is_nist = file.components().any(|one| one.as_os_str() == "nist-aesgcm");
                let wrong = is_nist.then(|| "opened, though its tag is wrong".to_owned());
                return wrong.map_or(Ok(format!("{how} to what was not published")), Err);
            };
            if is_expected(&plaintext, &expected, text, data) {
                Ok(how.to_owned())
            } else {
                Err(format!("opened as {:?}", plaintext.text()))
            }
        }
        Err(DecryptionError::Undecryptable) if !data_file.exists() && is_shared => {
            Ok("`undecryptable`, as published".to_owned())
        }
        Err(DecryptionError::Undecryptable) if ours.weak => Ok("a key of too few bits".to_owned()),
        Err(DecryptionError::Undecryptable) => Err("not opened".to_owned()),
        Err(error @ DecryptionError::Algorithm { named, .. }) => {
            Ok(format!("`{}`: {named}", error.reason()))
        }
        Err(error) => Ok(format!("`{}`", error.reason())),
    }
}

/// Whether this was published: the same octets, the whole document with the plaintext in it, or, of octets
/// that are no text, as many.
fn is_expected(plaintext: &Plaintext, expected: &[u8], text: &str, data: Node<'_, '_>) -> bool {
    let Some(opened) = plaintext.text() else {
        let octets = str::from_utf8(expected).ok().and_then(decode_base64);
        let length = octets.map_or(expected.len(), |octets| octets.len());
        return format!("{plaintext:?}") == format!("Plaintext({length} bytes)");
    };
    let (before, after) = (&text[..data.range().start], &text[data.range().end..]);
    let Ok(expected) = str::from_utf8(expected) else { return false };
    let canonical = |text: &str| {
        let input = Input::of(text);
        let document = Document::parse(input.as_str()).ok()?;
        Form::inclusive().of(document.root_element(), None).ok()
    };
    opened == expected
        || decode_base64(expected).is_some_and(|octets| octets == opened.as_bytes())
        || canonical(&format!("{before}{opened}{after}"))
            .is_some_and(|ours| Some(ours) == canonical(expected))
}

/// The key that the sender and the recipient share by a name, or as a file.
fn shared_key(file: &Path, data: Node<'_, '_>) -> Option<Vec<u8>> {
    if file.ends_with("xenc11-example-AES128-GCM.xml") {
        return fs::read(file.with_extension("key")).ok();
    }
    let name = data.descendants().find(|node| node.tag_name().name() == "KeyName")?.text()?.trim();
    NAMED_KEYS.iter().find(|(known, _)| known == name).map(|(_, key)| key.clone())
}

static NAMED_KEYS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut found = vec![];
    let folders = ["keys", "xmlenc"].map(|folder| files(&VECTORS.join(folder), ".xml"));
    for file in folders.into_iter().flatten() {
        if !file.file_name().unwrap().to_str().unwrap().starts_with("keys") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let document = Document::parse(&text).unwrap();
        for key in document.descendants().filter(|node| node.tag_name().name() == "AESKeyValue") {
            let info = key.ancestors().nth(2).unwrap();
            let name = info.children().find(|node| node.tag_name().name() == "KeyName").unwrap();
            let octets = decode_base64(key.text().unwrap()).unwrap();
            found.push((name.text().unwrap().trim().to_owned(), octets));
        }
    }
    found
});

/// An `EncryptedKey` for our key, by RSA-OAEP with SHA-1.
fn wrapped(session_key: &[u8]) -> String {
    let certificate = X509::from_pem(&keys::SP.certificate_pem()).unwrap();
    let public = certificate.public_key().unwrap();
    let mut encrypter = Encrypter::new(&public).unwrap();
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
    let mut octets = vec![0; encrypter.encrypt_len(session_key).unwrap()];
    let written = encrypter.encrypt(session_key, &mut octets).unwrap();
    octets.truncate(written);
    format!(
        "<xenc:EncryptedKey xmlns:xenc=\"{XENC}\"><xenc:EncryptionMethod \
         Algorithm=\"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p\"/><xenc:CipherData><xenc:CipherValue>{}\
         </xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>",
        STANDARD.encode(octets)
    )
}

fn open(encrypted: &str, ours: &Ours) -> Result<Plaintext, DecryptionError> {
    let mut all = ours.keys.clone();
    all.push(keys::SP.decryption());
    silta_judge::opened(encrypted, "you", &all)
}

/// What is encrypted is the inside of an element [XMLEnc11 §3.1].
const CONTENT: &str = " Type=\"http://www.w3.org/2001/04/xmlenc#Content\"";
