//! What must not be opened, and what is refused the same way whatever made it fail.

use openssl::symm::{Cipher, Crypter, Mode};
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, RsaOaep};
use silta_saml::{
    AllowedAlgorithms, DecryptionError, MessageError, NamedAlgorithm, Part, ResponseError,
    SignatureError,
};
use silta_testkit::forge::EditPoint::{Encrypted, SignedAssertion, SignedResponse};
use silta_testkit::forge::{FakeIdp, ForgedResponse, NOON, text};
use silta_testkit::keys;

use crate::fixture::{accepted, good, refusal, refused_encryption};

/// A plain assertion where the profile wants it encrypted, which is the default.
#[test]
fn refuses_a_plain_assertion_by_default() {
    let idp = FakeIdp::default();
    assert_eq!(refusal(&idp, &idp.response().plain(), NOON), ResponseError::NotEncrypted);
}

/// CBC padding oracle (Jager and Somorovsky 2011): outside a signed Response CBC is not opened at
/// all, so no change of any octet is answered differently.
#[test]
fn every_change_of_an_unsigned_cbc_ciphertext_is_refused_alike() {
    let idp = FakeIdp::default();
    for cipher in [DataCipher::Aes128Cbc, DataCipher::Aes192Cbc, DataCipher::Aes256Cbc] {
        for flip in 0..=255_u8 {
            let made = idp.response().unsigned_response().cipher(cipher);
            let made = made.ciphertext(move |mut octets| {
                let at = octets.len() - 17;
                octets[at] ^= flip;
                octets
            });
            assert_eq!(
                refusal(&idp, &made, NOON),
                ResponseError::Decryption(DecryptionError::CbcUnsigned),
                "{flip}"
            );
        }
    }
}

/// Inside a signed Response a changed ciphertext never reaches a key of ours.
#[test]
fn a_changed_ciphertext_breaks_the_outer_signature_first() {
    let idp = FakeIdp::default();
    let mismatch = ResponseError::Message(MessageError::Signature {
        part: Part::Response,
        cause: SignatureError::DigestMismatch,
    });
    for cipher in [DataCipher::Aes128Cbc, DataCipher::Aes256Gcm] {
        for flip in [1, 0x80, 0xff_u8] {
            let made = idp.response().cipher(cipher).edit(SignedResponse, move |xml| {
                text::octets(xml, "xenc:CipherValue", 1, |mut octets| {
                    octets[20] ^= flip;
                    octets
                })
            });
            assert_eq!(refusal(&idp, &made, NOON), mismatch);
        }
    }
}

/// XML Encryption defines only the last octet of the padding.
#[test]
fn cbc_may_be_padded_with_any_octets() {
    let idp = FakeIdp::default();
    for space in 0..16 {
        let made = idp.response();
        let made = made.edit(SignedAssertion, move |xml| format!("{}{xml}", " ".repeat(space)));
        let made = with_last_block(made, |mut block| {
            let padding = usize::from(block[15]);
            for octet in &mut block[16 - padding..15] {
                *octet = 0x5a;
            }
            block
        });
        assert_eq!(accepted(&idp, &made, NOON), good(), "{space}");
    }
}

/// Padding that cannot be is one more way in which a ciphertext does not open.
#[test]
fn refuses_impossible_cbc_padding_like_every_other_failure() {
    let idp = FakeIdp::default();
    for last in [0, 17, 0x80, 0xff_u8] {
        let made = with_last_block(idp.response(), move |mut block| {
            block[15] = last;
            block
        });
        assert_eq!(
            refusal(&idp, &made, NOON),
            ResponseError::Decryption(DecryptionError::Undecryptable),
            "{last}"
        );
    }
    for cut in [1, 15, 16, 17] {
        let made = idp.response().cipher(DataCipher::Aes256Cbc);
        let made = made.ciphertext(move |octets| octets[..cut].to_vec());
        assert_eq!(
            refusal(&idp, &made, NOON),
            ResponseError::Decryption(DecryptionError::Undecryptable),
            "{cut}"
        );
    }
}

/// CVE-2026-32313 (xmlseclibs): the tag of GCM is always whole and always checked.
#[test]
fn refuses_a_gcm_ciphertext_that_was_touched_anywhere() {
    let touches: [Touch; 10] = [
        |mut octets| {
            octets[0] ^= 1;
            octets
        },
        |mut octets| {
            octets[12] ^= 1;
            octets
        },
        |mut octets| {
            *octets.last_mut().unwrap() ^= 1;
            octets
        },
        |octets| octets[..octets.len() - 1].to_vec(),
        |octets| octets[..octets.len() - 12].to_vec(),
        |octets| octets[1..].to_vec(),
        |octets| octets[..28].to_vec(),
        |octets| octets[..27].to_vec(),
        |octets| octets[..11].to_vec(),
        |_| vec![],
    ];
    let idp = FakeIdp::default();
    for cipher in [DataCipher::Aes128Gcm, DataCipher::Aes192Gcm, DataCipher::Aes256Gcm] {
        for (number, touch) in touches.into_iter().enumerate() {
            let made = idp.response().cipher(cipher).unsigned_response().ciphertext(touch);
            assert_eq!(
                refusal(&idp, &made, NOON),
                ResponseError::Decryption(DecryptionError::Undecryptable),
                "touch {number}"
            );
        }
    }
}

/// RSA-1_5 (Bleichenbacher 1998; Jager et al. 2012) and triple DES do not exist here, and are refused
/// by name before a private key is used.
#[test]
fn refuses_weak_ciphers_and_key_transports_by_name() {
    let idp = FakeIdp::default();
    let oaep = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
    let gcm = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
    for (old, new) in [
        (oaep, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        (oaep, "http://www.w3.org/2009/xmlenc11#ECDH-ES"),
        (oaep, "http://www.w3.org/2001/04/xmlenc#kw-aes256"),
        (oaep, ""),
        (gcm, "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"),
        (gcm, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        (gcm, "http://www.w3.org/2009/XMLENC11#AES256-GCM"),
        (gcm, "none"),
        (gcm, ""),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#md5"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", ""),
        ("xmlenc11#mgf1sha256", "xmlenc11#mgf1md5"),
    ] {
        let allowed = match old {
            _ if old == oaep => AllowedAlgorithms::key_transports(),
            _ if old == gcm => AllowedAlgorithms::ciphers(&DataCipher::ALL),
            _ => AllowedAlgorithms::oaep_digests(&DigestAlgorithm::ALL),
        };
        // The key transport alone: nothing here could be opened with these keys anyway.
        let mut idp = idp.clone();
        idp.provider.decryption_keys = vec![];
        let made = idp.response().swap(Encrypted, &format!("\"{old}"), &format!("\"{new}"));
        let made =
            if old.starts_with("http") { made } else { idp.response().swap(Encrypted, old, new) };
        let written = if new.contains("mgf1") {
            format!("http://www.w3.org/2009/{new}")
        } else {
            new.to_owned()
        };
        let refused = refused_encryption(NamedAlgorithm::of(Some(&written)), allowed);
        assert_eq!(refusal(&idp, &made, NOON), refused, "{old} as {new}");
    }
}

/// `rsa-oaep-mgf1p` has no other MGF than the one in its name [XMLEnc11 §5.5.2].
#[test]
fn refuses_an_mgf_where_the_algorithm_fixes_it() {
    let idp = FakeIdp::default();
    let made = idp.response().swap(
        Encrypted,
        "http://www.w3.org/2009/xmlenc11#rsa-oaep",
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
    );
    let digests = AllowedAlgorithms::oaep_digests(&DigestAlgorithm::ALL);
    let parameter = NamedAlgorithm::WithParameter("rsa-oaep-mgf1p");
    assert_eq!(refusal(&idp, &made, NOON), refused_encryption(parameter, digests));
}

#[test]
fn refuses_what_this_peer_may_not_use() {
    let gcm_only = FakeIdp::default()
        .with_profile(|profile| profile.ciphers.retain(|cipher| cipher.authenticates()));
    let made = gcm_only.response().cipher(DataCipher::Aes256Cbc);
    let gcm = AllowedAlgorithms::ciphers(&DataCipher::ALL[..3]);
    let refused = refused_encryption(NamedAlgorithm::Known("aes256-cbc"), gcm);
    assert_eq!(refusal(&gcm_only, &made, NOON), refused);
    assert!(refused.to_string().ends_with("allowed: aes128-gcm, aes192-gcm, aes256-gcm"));

    let sha256 = DigestAlgorithm::Sha256;
    let strict = FakeIdp::default().with_profile(|profile| profile.oaep_digests = vec![sha256]);
    assert_eq!(accepted(&strict, &strict.response(), NOON), good());
    let sha1 = DigestAlgorithm::Sha1;
    for oaep in [RsaOaep { digest: sha1, mgf: sha256 }, RsaOaep { digest: sha256, mgf: sha1 }] {
        let made = strict.response().oaep(oaep);
        let digests = AllowedAlgorithms::oaep_digests(&[sha256]);
        let refused = refused_encryption(NamedAlgorithm::Known("sha1"), digests);
        assert_eq!(refusal(&strict, &made, NOON), refused);
    }
}

/// Manger's oracle and its kin: every failure of the key transport is one refusal.
#[test]
fn every_failure_to_unwrap_the_key_is_refused_alike() {
    let touches: [Touch; 8] = [
        |mut octets| {
            octets[0] ^= 1;
            octets
        },
        |mut octets| {
            octets[255] ^= 1;
            octets
        },
        |octets| octets[1..].to_vec(),
        |octets| [vec![0], octets].concat(),
        |octets| [octets.clone(), octets].concat(),
        |_| vec![0; 256],
        |_| vec![0xff; 256],
        |_| vec![],
    ];
    let idp = FakeIdp::default();
    for touch in touches {
        let made = idp
            .response()
            .unsigned_response()
            .edit(Encrypted, move |xml| text::octets(xml, "xenc:CipherValue", 0, touch));
        assert_eq!(
            refusal(&idp, &made, NOON),
            ResponseError::Decryption(DecryptionError::Undecryptable)
        );
    }
    // A key of another length than the cipher's, and one that wraps another key.
    let other = idp.response().cipher(DataCipher::Aes128Gcm).xml();
    let short = text::element(&other, "xenc:EncryptedKey").to_owned();
    let made =
        idp.response().edit(Encrypted, move |xml| text::replaced(xml, "xenc:EncryptedKey", &short));
    assert_eq!(
        refusal(&idp, &made, NOON),
        ResponseError::Decryption(DecryptionError::Undecryptable)
    );
    let made = idp.response().held_by(&[(&keys::OTHER_SP, None)]);
    assert_eq!(
        refusal(&idp, &made, NOON),
        ResponseError::Decryption(DecryptionError::Undecryptable)
    );
}

#[test]
fn refuses_when_every_key_is_for_another_recipient() {
    let idp = FakeIdp::default();
    let made = idp.response().held_by(&[(&keys::SP, Some("https://other.example/entity"))]);
    assert_eq!(
        refusal(&idp, &made, NOON),
        ResponseError::Decryption(DecryptionError::Undecryptable)
    );
    let mut without = FakeIdp::default();
    without.provider.decryption_keys = vec![];
    assert_eq!(
        refusal(&without, &without.response(), NOON),
        ResponseError::Decryption(DecryptionError::Undecryptable)
    );
}

/// Structures that ask for a fetch, a search, or work without bound.
#[test]
fn refuses_every_other_structure_around_a_ciphertext() {
    let idp = FakeIdp::default();
    let key = |xml: &str| text::element(xml, "xenc:EncryptedKey").to_owned();
    let swap = |from: &'static str, to: &'static str| -> Edit {
        Box::new(move |xml| text::swapped(xml, from, to))
    };
    let bends: Vec<Edit> = vec![
        swap("xmlenc#Element", "xmlenc#Content"),
        swap("xmlenc#Element", "nonsense"),
        Box::new(move |xml| text::replaced(xml, "xenc:EncryptedKey", "")),
        Box::new(move |xml| text::replaced(xml, "xenc:EncryptedKey", &key(xml).repeat(5))),
        Box::new(|xml| text::without(xml, "xenc:EncryptedData")),
        Box::new(|xml| {
            let data = text::element(xml, "xenc:EncryptedData");
            text::after(xml, "</xenc:EncryptedData>", data)
        }),
        Box::new(|xml| text::before(xml, "</saml:EncryptedAssertion>", "<x xmlns=\"urn:x\"/>")),
        Box::new(|xml| text::before(xml, "</saml:EncryptedAssertion>", "text")),
        // CipherReference asks for a fetch.
        Box::new(|xml| {
            let reference = "<xenc:CipherReference URI=\"http://127.0.0.1:1/x\"/>";
            text::replaced(xml, "xenc:CipherValue", reference)
        }),
        Box::new(|xml| text::after(xml, "<xenc:CipherValue>", "!")),
        Box::new(|xml| text::after(xml, "<xenc:CipherValue>", "<x xmlns=\"urn:x\"/>")),
        Box::new(|xml| text::without(xml, "xenc:CipherData")),
        Box::new(|xml| {
            let value = text::element(xml, "xenc:CipherValue").to_owned();
            text::after(xml, "</xenc:CipherValue>", &value)
        }),
        // Which of two would count?
        Box::new(|xml| text::before(xml, "</xenc:EncryptionMethod>", MGF)),
        Box::new(|xml| text::before(xml, "<ds:DigestMethod", MGF)),
        // A label of OAEP.
        Box::new(|xml| {
            text::before(xml, "</xenc:EncryptionMethod>", "<xenc:OAEPparams>AA==</xenc:OAEPparams>")
        }),
    ];
    for (number, bend) in bends.into_iter().enumerate() {
        let made = idp.response().edit(Encrypted, bend);
        assert_eq!(
            refusal(&idp, &made, NOON),
            ResponseError::Decryption(DecryptionError::Structure),
            "bend {number}"
        );
    }
}

/// A pointer to a key may only mean one that stands beside the data.
#[test]
fn refuses_a_pointer_to_a_key_anywhere_else() {
    let idp = FakeIdp::default();
    for uri in ["", "#", "#_key1", "#_response", "_key0", "http://127.0.0.1:1/key", "file:///key"] {
        let made = idp.response().encrypted_keys_beside().edit(Encrypted, move |xml| {
            text::swapped(xml, "URI=\"#_key0\"", &format!("URI=\"{uri}\""))
        });
        assert_eq!(
            refusal(&idp, &made, NOON),
            ResponseError::Decryption(DecryptionError::Structure),
            "{uri}"
        );
    }
    let transformed = idp.response().encrypted_keys_beside().edit(Encrypted, |xml| {
        let pointer = "<ds:RetrievalMethod xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" \
                       URI=\"#_key0\"><ds:Transforms/></ds:RetrievalMethod>";
        text::before(xml, "</ds:KeyInfo>", pointer)
    });
    assert_eq!(
        refusal(&idp, &transformed, NOON),
        ResponseError::Decryption(DecryptionError::Structure)
    );
}

const MGF: &str = "<x:MGF xmlns:x=\"http://www.w3.org/2009/xmlenc11#\" \
                   Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"/>";

type Edit = Box<dyn Fn(&str) -> String>;
type Touch = fn(Vec<u8>) -> Vec<u8>;

/// Encrypts with AES-CBC and edits the last block of the plaintext, padding and all.
fn with_last_block(
    forged: ForgedResponse,
    edit: impl Fn([u8; 16]) -> [u8; 16] + 'static,
) -> ForgedResponse {
    let cipher = Cipher::aes_256_cbc();
    forged.cipher(DataCipher::Aes256Cbc).ciphertext(move |octets| {
        let (iv, body) = octets.split_at(16);
        let mut plain = cbc(cipher, Mode::Decrypt, iv, body);
        let at = plain.len() - 16;
        let last = edit(plain[at..].try_into().unwrap());
        plain.truncate(at);
        plain.extend(last);
        [iv.to_vec(), cbc(cipher, Mode::Encrypt, iv, &plain)].concat()
    })
}

fn cbc(cipher: Cipher, mode: Mode, iv: &[u8], body: &[u8]) -> Vec<u8> {
    let mut crypter = Crypter::new(cipher, mode, &[7; 32][..cipher.key_len()], Some(iv)).unwrap();
    crypter.pad(false);
    let mut out = vec![0; body.len() + 16];
    let written = crypter.update(body, &mut out).unwrap();
    out.truncate(written);
    out
}
