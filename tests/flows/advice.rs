//! What `silta check` says of keys, certificates and secrets that went wrong on their way: what they
//! are, and what to do.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509Builder};
use silta_testkit::keys::{IDP, SP};
use silta_testkit::moto::Moto;
use silta_testkit::silta;
use silta_testkit::test_dir::{ConfigParams, TestDir};

#[test]
fn a_key_or_certificate_in_another_form_is_told_how_it_becomes_pem() {
    let check = Check::new();
    let text = |pem: Vec<u8>| String::from_utf8(pem).unwrap();
    let (idp, key) = (text(IDP.certificate_pem()), text(SP.key_pem()));
    let der = X509::from_pem(&IDP.certificate_pem()).unwrap().to_der().unwrap();
    let one_line: String = idp.lines().filter(|line| !line.starts_with('-')).collect();
    let encryption = "saml-encryption.pem";
    for (file, content, what, instead) in [
        ("idp.crt", der, "it is a certificate in DER", "openssl x509 -inform der -in idp.crt"),
        ("idp.crt", one_line.into(), "without the lines of PEM", "-----BEGIN CERTIFICATE-----"),
        ("idp.crt", text(IDP.key_pem()).into(), "it is a private key", "give the certificate"),
        ("idp.crt", idp.replace('\n', "\\n").into(), "the two characters \\n", "write real ones"),
        ("idp.crt", b"".to_vec(), "is empty", "give PEM"),
        (encryption, idp.clone().into(), "it is a certificate", "give the private key"),
        (encryption, key.replace('\n', " ").into(), "lost its line breaks", "lines of their own"),
        ("seal", "0a".repeat(32).into(), "in hexadecimal", "openssl rand -base64 32"),
        ("subject", vec![0xA7; 32], "it is 32 octets and no text", "base64 -w 0 subject"),
    ] {
        let (code, said) = check.with(file, &content);
        assert_eq!(code, Some(64), "{said}");
        let line = said.lines().find(|line| line.contains(what));
        let line = line.unwrap_or_else(|| panic!("{what} in {said}"));
        assert!(line.contains("; ") && line.contains(instead), "{instead} in {line}");
    }
    let crlf = format!("\u{FEFF}Bag Attributes: none\r\n{}", idp.replace('\n', "\r\n"));
    assert_eq!(check.with("idp.crt", crlf.as_bytes()).0, Some(0), "that is read as it is");
}

#[test]
fn a_secret_that_is_perhaps_not_the_secret_is_doubted() {
    let check = Check::new();
    assert!(check.with("other.secret", PLAIN.as_bytes()).1.contains("all is well"));
    for (content, what, instead) in [
        (
            format!("{{\"secret\":\"{PLAIN}\"}}"),
            "it is a whole JSON object",
            "by # behind the name",
        ),
        (format!("\"{PLAIN}\"\n"), "it stands in quotes", "remove them"),
        (format!("{PLAIN} \n"), "it begins or ends with a blank", "remove it"),
        (format!("\u{FEFF}{PLAIN}"), "", ""),
        ("aws-sm:silta/keys#other".to_owned(), "it is a reference itself", "write the secret"),
        (format!("{PLAIN}+/="), "it holds + or %", "openssl rand -hex 32"),
        (format!("{PLAIN}100%"), "it holds + or %", "openssl rand -hex 32"),
    ] {
        let (code, said) = check.with("other.secret", content.as_bytes());
        let doubt = format!("doubtful: clients.other.secret: {what}");
        if what.is_empty() {
            // A byte order mark is not ASCII, so that the secret can never come.
            assert!(code == Some(64) && said.contains("not printable ASCII"), "{said}");
            continue;
        }
        assert_eq!(code, Some(0), "one can go on with it: {said}");
        let line = said.lines().find(|line| line.contains(&doubt));
        let line = line.unwrap_or_else(|| panic!("{doubt} in {said}"));
        assert!(line.contains(instead), "{instead} in {line}");
        assert!(said.contains("it can be used"), "{said}");
        assert!(!said.contains(PLAIN), "the secret itself is not shown");
    }
}

#[test]
fn keys_and_secrets_that_others_can_read_are_doubted_and_certificates_are_not() {
    let check = Check::new();
    for (file, mode, who) in [
        ("saml-signing.pem", 0o640, Some("its whole group")),
        ("id-token.pem", 0o644, Some("everybody on this machine")),
        ("seal", 0o604, Some("everybody on this machine")),
        ("other.secret", 0o444, Some("everybody on this machine")),
        ("idp.crt", 0o644, None),
        ("saml-signing.crt", 0o644, None),
    ] {
        let path = check.dir.folder().join(file);
        let kept = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let (code, said) = check.run();
        fs::set_permissions(&path, kept).unwrap();
        assert_eq!(code, Some(0), "{said}");
        match who {
            Some(who) => {
                let doubt = format!("the file {file} can be read or changed by {who}; ");
                let line = said.lines().find(|line| line.contains(&doubt));
                assert!(
                    line.is_some_and(|line| line.ends_with(&format!("chmod 600 {file}"))),
                    "{said}"
                );
            }
            None => assert!(said.contains("all is well"), "{said}"),
        }
    }
}

#[test]
fn a_certificate_that_ends_or_has_ended_is_doubted() {
    let check = Check::new();
    for (file, days, path, what) in [
        (
            "idp.crt",
            None,
            "upstreams.idp.signing_certificates[0]",
            "the certificate for signing ended on 2",
        ),
        (
            "idp.crt",
            Some(30),
            "upstreams.idp.signing_certificates[0]",
            "the certificate for signing ends on 2",
        ),
        (
            "saml-encryption.crt",
            None,
            "keys.saml_encryption[0].certificate",
            "the certificate for encryption ended",
        ),
    ] {
        let key = if file == "idp.crt" { IDP.key_pem() } else { SP.key_pem() };
        let (code, said) = check.with(file, &ending_in(&key, days));
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("doubtful: {path}: {what}")), "{said}");
        assert!(said.contains("it can be used"), "{said}");
    }
}

#[test]
fn a_host_that_browsers_write_otherwise_is_refused_with_what_they_send() {
    let check = Check::new();
    let good = fs::read_to_string(check.dir.folder().join("silta.yaml")).unwrap();
    for host in ["käyttäjä.fi", "k%C3%A4ytt%C3%A4j%C3%A4.fi"] {
        let changed = good.replace("https://login.example", &format!("https://{host}"));
        let (code, said) = check.with("silta.yaml", changed.as_bytes());
        assert_eq!(code, Some(64), "{said}");
        let advice = "public_url: its host is not as browsers send it; write it in punycode: \
                      xn--kyttj-gradb.fi";
        assert!(said.contains(advice), "{said}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_secret_at_aws_is_told() {
    let moto = Moto::start();
    moto.create_secret("twice", r#"{"other": "0123456789abcdef", "other": "fedcba9876543210"}"#)
        .await;
    moto.create_secret("once", r#"{"Other": "0123456789abcdef"}"#).await;
    let check = Check::new();
    let good = fs::read_to_string(check.dir.folder().join("silta.yaml")).unwrap();
    for (reference, what, instead) in [
        (
            "aws-sm:twice#other",
            "the JSON object of the secret twice has a member twice",
            "remove one",
        ),
        ("aws-sm:once#other", "has no text named other", "differs only in case"),
        ("aws-sm:once", "the secret once is a JSON object", "aws-sm:NAME#MEMBER"),
        ("aws-sm:never", "never cannot be had: AWS does not know it", "check its name"),
    ] {
        let changed = good.replace("file:other.secret", &format!("'{reference}'"));
        check.dir.write("silta.yaml", changed);
        let (code, said) = check.run_with(&moto.environment());
        assert_eq!(code, Some(64), "{said}");
        let line = said.lines().find(|line| line.contains(what));
        let line = line.unwrap_or_else(|| panic!("{what} in {said}"));
        assert!(line.contains(instead), "{instead} in {line}");
    }
}

#[test]
fn decryption_keys_beyond_those_that_are_tried_are_doubted() {
    let check = Check::new();
    let file = check.dir.folder().join("silta.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let key = "{ key: file:saml-encryption.pem, certificate: file:saml-encryption.crt }";
    for (count, doubted) in [(3, false), (4, true)] {
        let keys = vec![key; count].join(", ");
        let (code, said) = check.with("silta.yaml", text.replace(key, &keys).as_bytes());
        assert_eq!(code, Some(0), "{said}");
        let line = said.lines().find(|line| line.contains("doubtful: keys.saml_encryption: "));
        assert_eq!(line.is_some(), doubted, "{said}");
        if let Some(line) = line {
            assert!(line.contains("4 keys of ") && line.contains("no more than 3 are"), "{line}");
            assert!(line.contains("; remove those that no identity provider"), "{line}");
        }
    }
}

/// A good configuration, in which every secret is plain.
struct Check {
    dir: TestDir,
}

impl Check {
    fn new() -> Self {
        let dir = TestDir::new();
        let config = dir.configure(&ConfigParams::without_idp("https://login.example".to_owned()));
        let text = fs::read_to_string(config).unwrap();
        // Of the others, several share a secret or a redirect URI.
        let (shop, others) = text.split_once("  shop-with-pkce:\n").unwrap();
        let (_, other) = others.split_once("  other:\n").unwrap();
        let (other, _) = other.split_once("  cognito:\n").unwrap();
        let other = other.replace("rp.example", "other.example");
        dir.write("silta.yaml", format!("{shop}  other:\n{other}"));
        dir.write("shop.secret", format!("{PLAIN}-of-shop"));
        Self { dir }
    }

    /// Checks with another content of a file, which is put back afterwards.
    fn with(&self, file: &str, content: &[u8]) -> (Option<i32>, String) {
        let kept = fs::read(self.dir.folder().join(file)).unwrap();
        self.dir.write(file, content);
        let result = self.run();
        self.dir.write(file, kept);
        result
    }

    fn run(&self) -> (Option<i32>, String) {
        self.run_with(&[])
    }

    fn run_with(&self, environment: &[(&'static str, String)]) -> (Option<i32>, String) {
        let mut command = std::process::Command::new(silta::binary());
        command
            .args(["check", "--output", "json", "--config", "silta.yaml"])
            .current_dir(self.dir.folder());
        let environment = environment.iter().map(|(name, value)| (name, value));
        let output = command.envs(environment).output().unwrap();
        (output.status.code(), silta::said(&output))
    }
}

/// A certificate for this key that ends so many days from now, or ended long ago.
pub(crate) fn ending_in(key: &[u8], days: Option<u32>) -> Vec<u8> {
    // In November 2023.
    let ended = || Asn1Time::from_unix(1_700_000_000).unwrap();
    let until = days.map_or_else(ended, |days| Asn1Time::days_from_now(days).unwrap());
    let key = PKey::private_key_from_pem(key).unwrap();
    let mut certificate = X509Builder::new().unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate.set_not_before(&Asn1Time::from_unix(1_600_000_000).unwrap()).unwrap();
    certificate.set_not_after(&until).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    certificate.build().to_pem().unwrap()
}

const PLAIN: &str = "0123456789abcdefghijklmnopqrstuv";
