//! What others encrypt Silta opens, what Silta encrypts others open, and what was touched nobody opens.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use openssl::nid::Nid;
use roxmltree::Document;
use silta_judges::bergshamra_judge;
use silta_judges::count::{cases, seed};
use silta_judges::document::content;
use silta_judges::random::Random;
use silta_judges::silta_judge;
use silta_saml::algorithm::{DataCipher, DigestAlgorithm, ECDH_ES, RsaOaep};
use silta_saml::namespace::{DS, XENC, XENC11};
use silta_testkit::forge::{encrypted_assertion, text};
use silta_testkit::keys::{self, KeyPair};
use silta_xml_security::{EcdhEs, KdfDigest, KeyWrap, Recipient, xml};

/// By every cipher and every pair of digests that either knows.
#[test]
fn silta_and_bergshamra_open_what_the_other_encrypted() {
    let mut random = Random::new(seed());
    let mut opened: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..(cases() / 10).max(5) {
        let plaintext = content(&mut random, 2);
        let read_as = xml::Input::of(&plaintext);
        let cipher = DataCipher::ALL[random.below(DataCipher::ALL.len())];
        let oaep = oaep(&mut random);
        let name = format!("{} {}/{}", cipher.name(), oaep.digest.name(), oaep.mgf.name());
        match bergshamra_judge::encrypt(&template(cipher, oaep), &plaintext, &keys::SP) {
            Ok(encrypted) => {
                assert_eq!(
                    open(&encrypted).as_deref(),
                    Some(read_as.as_str()),
                    "{name}: {encrypted}"
                );
                assert_eq!(open(&touched(&encrypted, &mut random)), None, "{name}");
                *opened.entry(format!("bergshamra's {name}")).or_default() += 1;
            }
            Err(_) if is_beyond_aws_lc(oaep) => {
                *opened.entry(format!("bergshamra encrypts no {name}")).or_default() += 1;
            }
            Err(error) => panic!("{name}: {error}"),
        }
        let encrypted = ours(&plaintext, cipher, oaep, &mut random);
        assert_eq!(open(&encrypted).as_deref(), Some(read_as.as_str()), "{name}");
        match bergshamra_judge::decrypt(&encrypted, &keys::SP) {
            Ok(read) => {
                // It writes what it parsed, which need not be the same octets.
                assert_eq!(canonical(&read), canonical(&plaintext), "{name}");
                assert!(
                    bergshamra_judge::decrypt(&touched(&encrypted, &mut random), &keys::SP)
                        .is_err()
                );
                *opened.entry(format!("Silta's {name}")).or_default() += 1;
            }
            Err(_) if is_beyond_aws_lc(oaep) => {
                *opened.entry(format!("bergshamra opens no {name}")).or_default() += 1;
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
    println!("decryption with bergshamra: {opened:#?}");
    for whose in ["bergshamra's ", "Silta's "] {
        assert!(opened.keys().any(|name| name.starts_with(whose)), "nothing of {whose}was opened");
    }
}

/// By every curve that both know, every digest of ConcatKDF and every wrap. bergshamra knows none of brainpool's curves, and
/// the xmlsec1 of Debian 12 agrees on nothing.
#[test]
fn silta_and_bergshamra_open_what_the_other_agreed_on() {
    let mut random = Random::new(seed());
    let curves = [Nid::X9_62_PRIME256V1, Nid::SECP384R1, Nid::SECP521R1];
    let pairs = curves.map(|curve| KeyPair::ec("sp", curve));
    let ways = KdfDigest::ALL.into_iter();
    let ways = ways.flat_map(|digest| KeyWrap::ALL.map(|wrap| EcdhEs { digest, wrap }));
    let ways: Vec<_> = ways.collect();
    let rounds = (cases() / 1000).max(1);
    let all = curves.iter().zip(&pairs).flat_map(|pair| ways.iter().map(move |way| (pair, way)));
    let all: Vec<_> = all.collect();
    for ((curve, pair), way) in all.iter().copied().cycle().take(rounds * all.len()) {
        let plaintext = content(&mut random, 2);
        let read_as = xml::Input::of(&plaintext);
        let cipher = DataCipher::ALL[random.below(DataCipher::ALL.len())];
        let name = format!("{curve:?} {way:?} {}", cipher.name());
        let ephemeral = KeyPair::ec("ephemeral", *curve);
        let template = agreement_template(cipher, *way);
        let encrypted = bergshamra_judge::agree(&template, &plaintext, &ephemeral, pair);
        let encrypted = encrypted.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            open_with(&encrypted, pair).as_deref(),
            Some(read_as.as_str()),
            "{name}: {encrypted}"
        );
        assert_eq!(open_with(&rewrapped(&encrypted, &mut random), pair), None, "{name}");

        let octets = std::array::from_fn(|_| u8::try_from(random.below(256)).unwrap());
        let recipient = Recipient::by_ecdh_es(&pair.encryption(), *way).unwrap();
        let encrypted = encrypted_assertion(&plaintext, cipher, &recipient, octets);
        let encrypted = text::element(&encrypted, "xenc:EncryptedData");
        assert_eq!(open_with(encrypted, pair).as_deref(), Some(read_as.as_str()), "{name}");
        // It takes the empty string of bits for an octet, so it is told of none [XMLEnc11 §5.4.1].
        let empty = " AlgorithmID=\"00\" PartyUInfo=\"00\" PartyVInfo=\"00\"";
        let unsaid = text::swapped(encrypted, empty, "");
        assert_eq!(open_with(&unsaid, pair).as_deref(), Some(read_as.as_str()), "{name}");
        let read = bergshamra_judge::decrypt(&unsaid, pair);
        let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(canonical(&read), canonical(&plaintext), "{name}");
        assert!(bergshamra_judge::decrypt(&rewrapped(&unsaid, &mut random), pair).is_err());
    }
    println!("agreement with bergshamra: {} each way", rounds * all.len());
}

/// A process for each, so a sample: every cipher with the one key transport that it has.
#[test]
fn silta_and_the_xmlsec1_tool_open_what_the_other_encrypted() {
    let folder = std::env::temp_dir().join(format!("silta-judges-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("sp.key"), keys::SP.key_pem()).unwrap();
    fs::write(folder.join("sp.crt"), keys::SP.certificate_pem()).unwrap();
    let mut random = Random::new(seed());
    let mgf1p = RsaOaep { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1 };
    let rounds = (cases() / 1000).max(1);
    for cipher in DataCipher::ALL.into_iter().flat_map(|one| std::iter::repeat_n(one, rounds)) {
        let plaintext = content(&mut random, 2);
        fs::write(folder.join("plain.xml"), &plaintext).unwrap();
        fs::write(folder.join("template.xml"), template(cipher, mgf1p)).unwrap();
        let session = format!("aes-{}", &cipher.name()[3..6]);
        let encrypted = tool(
            &folder,
            &[
                "--encrypt",
                "--pubkey-cert-pem",
                "sp.crt",
                "--session-key",
                &session,
                "--xml-data",
                "plain.xml",
                "template.xml",
            ],
        );
        let encrypted = encrypted.trim_start_matches("<?xml version=\"1.0\"?>\n");
        // The tool writes what it parsed as well.
        let read = open(encrypted).unwrap_or_else(|| panic!("{}: {encrypted}", cipher.name()));
        assert_eq!(canonical(&read), canonical(&plaintext), "{}", cipher.name());

        let encrypted = ours(&plaintext, cipher, mgf1p, &mut random);
        fs::write(folder.join("encrypted.xml"), &encrypted).unwrap();
        let read = tool(&folder, &["--decrypt", "--privkey-pem", "sp.key", "encrypted.xml"]);
        assert_eq!(canonical(&read), canonical(&plaintext), "{}", cipher.name());
    }
    fs::remove_dir_all(&folder).unwrap();
    println!("decryption with xmlsec1: {} each way", rounds * DataCipher::ALL.len());
}

fn tool(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("xmlsec1")
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("xmlsec1 starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn canonical(text: &str) -> String {
    let input = xml::Input::of(text);
    let document = Document::parse(input.as_str()).unwrap();
    silta_xml_security::c14n::exclusive(document.root_element(), None, &[]).unwrap()
}

fn oaep(random: &mut Random) -> RsaOaep {
    let any = |random: &mut Random| DigestAlgorithm::ALL[random.below(DigestAlgorithm::ALL.len())];
    let digest = any(random);
    let mgf = if random.once_in(3) { any(random) } else { digest };
    RsaOaep { digest, mgf }
}

/// AWS-LC has one digest for both.
fn is_beyond_aws_lc(oaep: RsaOaep) -> bool {
    oaep.digest != oaep.mgf
}

fn template(cipher: DataCipher, oaep: RsaOaep) -> String {
    let (method, mgf) = if oaep.mgf == DigestAlgorithm::Sha1 {
        ("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", String::new())
    } else {
        let mgf = format!("<x:MGF xmlns:x=\"{XENC11}\" Algorithm=\"{}\"/>", oaep.mgf.mgf_uri());
        ("http://www.w3.org/2009/xmlenc11#rsa-oaep", mgf)
    };
    format!(
        "<xenc:EncryptedData xmlns:xenc=\"{XENC}\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\">\
         <xenc:EncryptionMethod Algorithm=\"{}\"/><ds:KeyInfo xmlns:ds=\"{DS}\"><xenc:EncryptedKey>\
         <xenc:EncryptionMethod Algorithm=\"{method}\"><ds:DigestMethod Algorithm=\"{}\"/>{mgf}\
         </xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey>\
         </ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>",
        cipher.uri(),
        oaep.digest.uri(),
    )
}

/// Nothing is said of the parties, but for what they are hashed as.
fn agreement_template(cipher: DataCipher, way: EcdhEs) -> String {
    format!(
        "<xenc:EncryptedData xmlns:xenc=\"{XENC}\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\">\
         <xenc:EncryptionMethod Algorithm=\"{}\"/><ds:KeyInfo xmlns:ds=\"{DS}\"><xenc:EncryptedKey>\
         <xenc:EncryptionMethod Algorithm=\"{}\"/><ds:KeyInfo><xenc:AgreementMethod Algorithm=\"{ECDH_ES}\">\
         <x:KeyDerivationMethod xmlns:x=\"{XENC11}\" Algorithm=\"http://www.w3.org/2009/xmlenc11#ConcatKDF\">\
         <x:ConcatKDFParams AlgorithmID=\"0001\" PartyUInfo=\"00ABCD\" PartyVInfo=\"0003D8\">\
         <ds:DigestMethod Algorithm=\"{}\"/></x:ConcatKDFParams></x:KeyDerivationMethod>\
         <xenc:OriginatorKeyInfo><ds:KeyValue/></xenc:OriginatorKeyInfo>\
         <xenc:RecipientKeyInfo><ds:KeyName>recipient</ds:KeyName></xenc:RecipientKeyInfo>\
         </xenc:AgreementMethod></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData>\
         </xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>",
        cipher.uri(),
        way.wrap.uri(),
        way.digest.digest().uri(),
    )
}

fn ours(plaintext: &str, cipher: DataCipher, oaep: RsaOaep, random: &mut Random) -> String {
    let octets = std::array::from_fn(|_| u8::try_from(random.below(256)).unwrap());
    let recipient = Recipient::by_rsa_oaep(&keys::SP.encryption(), oaep).unwrap();
    let encrypted = encrypted_assertion(plaintext, cipher, &recipient, octets);
    text::element(&encrypted, "xenc:EncryptedData").to_owned()
}

/// Opens an `EncryptedData` with our key.
fn open(encrypted: &str) -> Option<String> {
    open_with(encrypted, &keys::SP)
}

/// The same with another key.
fn open_with(encrypted: &str, pair: &KeyPair) -> Option<String> {
    let recipient = "https://broker.example/entity";
    let plaintext = silta_judge::opened(encrypted, recipient, &[pair.decryption()]).ok()?;
    plaintext.text().map(str::to_owned)
}

/// A bit of the session key is another one: CBC does not show a change of its own octets.
fn touched(encrypted: &str, random: &mut Random) -> String {
    touched_within(256, encrypted, random)
}

/// A bit of the session key under its wrap is another one.
fn rewrapped(encrypted: &str, random: &mut Random) -> String {
    touched_within(24, encrypted, random)
}

/// A bit of the first so many octets of the first ciphertext is another one.
fn touched_within(most: usize, encrypted: &str, random: &mut Random) -> String {
    let dense: String = encrypted.chars().filter(|one| *one != '\n').collect();
    let at = random.below(most);
    text::octets(&dense, "xenc:CipherValue", 0, |mut octets| {
        octets[at] ^= 1 << (at % 8);
        octets
    })
}
