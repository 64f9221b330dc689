//! The messages around what the search makes: where an attacker may put it, and what an honest
//! message of that form is.

use std::sync::LazyLock;

use silta_saml::algorithm::{DigestAlgorithm, EncryptionCipher, RsaOaep};
use silta_saml::{EncryptionParameters, Recipient, SignedParts, encrypt_assertion, post_value};
use silta_testkit::forge::EditPoint::Assertion;
use silta_testkit::forge::{FakeIdp, text};
use silta_testkit::keys;

use crate::genes::Genes;
use crate::shape;

/// Where the elements of the genes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// Inside `Extensions` of an unsigned Response around a good assertion.
    Extensions,
    /// On and inside the `SignedInfo` of a signature that nobody made.
    SignedInfo,
    /// Inside an assertion whose `SignedInfo` is genuine and whose content is not: what anybody can
    /// make of one login of theirs. Only the digest tells.
    Content,
    /// As `Content`, encrypted to us.
    Encrypted,
    /// Around the session key of an encrypted assertion.
    KeyInfo,
}

impl Form {
    pub(crate) const ALL: [Self; 5] =
        [Self::Extensions, Self::SignedInfo, Self::Content, Self::Encrypted, Self::KeyInfo];

    /// Whether a private operation belongs to an honest message of this form.
    pub(crate) fn encrypted(self) -> bool {
        matches!(self, Self::Encrypted | Self::KeyInfo)
    }
}

/// The world in which a message is judged: one signature, the fewest that an honest message has.
pub(crate) static FIXTURE: LazyLock<FakeIdp> = LazyLock::new(|| {
    let mut idp = FakeIdp::plain().requiring(SignedParts::Assertion);
    // As many keys as a rollover has; an honest message is for the first.
    let pairs = [&*keys::SP, &*keys::SP_NEXT, &*keys::OTHER_SP];
    idp.provider.decryption_keys = pairs.map(keys::KeyPair::decryption).to_vec();
    idp
});

/// The form field of a message with these genes.
pub(crate) fn post(genes: &Genes) -> String {
    post_value(&message(genes))
}

/// A message with these genes.
pub(crate) fn message(genes: &Genes) -> String {
    let signed = &PARTS.signed;
    match genes.form {
        Form::Extensions => {
            let room = genes.size.saturating_sub(PARTS.plain.len() + 60);
            extended(&shape::written(genes, room))
        }
        Form::SignedInfo => {
            let room = genes.size.saturating_sub(PARTS.plain.len() + 60);
            let inside = shape::written(genes, room);
            // The attributes of the first element alone, and white space for the rest of the room.
            let tag = inside.split_once('>').map_or("", |(tag, _)| tag);
            let tag = tag.split_once(' ').map_or("", |(_, rest)| rest).trim_end_matches('/');
            let blank = " ".repeat(room.saturating_sub(tag.len()));
            let (head, rest) = PARTS.plain.split_once("<ds:SignedInfo").unwrap();
            let (own, rest) = rest.split_once('>').unwrap();
            format!("{head}<ds:SignedInfo{own} {tag}>{blank}{rest}")
        }
        Form::Content => {
            let room = genes.size.saturating_sub(PARTS.plain.len() + 60);
            changed(&shape::written(genes, room))
        }
        Form::Encrypted => {
            // Three octets become four.
            let around = ENVELOPE + genes.garbled * 600;
            let room = genes.size.saturating_sub(around) / 4 * 3;
            let room = room.saturating_sub(signed.len() + 60);
            let changed = filled(signed, &shape::written(genes, room));
            enveloped(&encrypted(&changed, genes.garbled))
        }
        Form::KeyInfo => {
            let around = ENVELOPE + genes.garbled * 600 + signed.len() * 4 / 3;
            let inside = shape::written(genes, genes.size.saturating_sub(around + 60));
            let whole = encrypted(signed, genes.garbled);
            enveloped(&text::before(&whole, "<xenc:EncryptedKey", &inside))
        }
    }
}

/// A good message with this inside `Extensions`.
pub(crate) fn extended(inside: &str) -> String {
    let inside = format!("<samlp:Extensions>{inside}</samlp:Extensions>");
    text::before(&PARTS.plain, "<samlp:Status>", &inside)
}

/// A message with a genuine `SignedInfo`, and this in what it covers.
pub(crate) fn changed(inside: &str) -> String {
    PARTS.plain.replace(&PARTS.signed, &filled(&PARTS.signed, inside))
}

/// An encrypted message with these beside its data, and these in the data's `KeyInfo`.
pub(crate) fn pointing(keys: &str, pointers: &str) -> String {
    let whole = encrypted(&PARTS.signed, 0);
    let whole = text::before(&whole, "<xenc:EncryptedKey", pointers);
    enveloped(&text::after(&whole, "</xenc:EncryptedData>", keys))
}

/// An honest message of this form and so many octets: a person with many groups. That is how real
/// messages grow.
pub(crate) fn honest(encrypted: bool, octets: usize) -> String {
    let group = |number: usize| {
        format!(
            "<saml:AttributeValue>CN=group-{number:05},OU=groups,DC=example,DC=fi</saml:AttributeValue>"
        )
    };
    let rest = if encrypted { ENVELOPE } else { PARTS.plain.len() - PARTS.signed.len() };
    let room = octets.saturating_sub(rest);
    let room = if encrypted { room / 4 * 3 } else { room }.saturating_sub(PARTS.signed.len());
    let groups: String = (0..room / group(0).len()).map(group).collect();
    let made = FIXTURE.response().unsigned_response().edit(Assertion, move |xml| {
        let groups = format!("<saml:Attribute Name=\"groups\">{groups}</saml:Attribute>");
        text::before(xml, "</saml:AttributeStatement>", &groups)
    });
    let made = if encrypted { made } else { made.plain() };
    post_value(&made.xml())
}

/// A signed assertion, and an unsigned Response around it.
struct Parts {
    signed: String,
    plain: String,
}

static PARTS: LazyLock<Parts> = LazyLock::new(|| {
    let plain = FIXTURE.response().unsigned_response().plain().xml();
    Parts { signed: text::element(&plain, "saml:Assertion").to_owned(), plain }
});

fn filled(signed: &str, inside: &str) -> String {
    text::before(signed, "</saml:AttributeStatement>", inside)
}

fn enveloped(encrypted: &str) -> String {
    PARTS.plain.replace(&PARTS.signed, encrypted)
}

/// Encrypted to us, behind so many session keys that are none.
fn encrypted(plaintext: &str, garbled: usize) -> String {
    let sha256 = DigestAlgorithm::Sha256;
    let oaep = RsaOaep { digest: sha256, mgf: sha256 };
    let recipient = Recipient::by_rsa_oaep(&keys::SP.encryption(), oaep).unwrap();
    let choice =
        EncryptionParameters { recipient: &recipient, cipher: EncryptionCipher::Aes256Gcm };
    let whole = encrypt_assertion(plaintext, choice, [7; 48]).unwrap().to_xml();
    let key = text::element(&whole, "xenc:EncryptedKey");
    // Below every modulus, so that each costs its whole private operation.
    let garbage = text::octets(key, "xenc:CipherValue", 0, |octets| {
        octets.iter().enumerate().map(|(at, _)| if at == 0 { 1 } else { 0x5a }).collect()
    });
    text::before(&whole, "<xenc:EncryptedKey", &garbage.repeat(garbled))
}

/// An encrypted message is so much longer than its ciphertext, about.
const ENVELOPE: usize = 2_200;
