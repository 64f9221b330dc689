//! References to keys and certificates in PEM, and what a text is that should have been PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use silta_config::Value;
use silta_config::secrets::Versions;
use thiserror::Error;

use super::binary_format::BinaryFormat;
use super::secret;
use super::source::Sources;

/// What a reference to PEM is to lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PemKind {
    Certificate,
    PrivateKey,
}

/// Follows a reference to PEM text that holds what is `wanted`.
pub(super) fn resolve(
    value: Value<'_>,
    wanted: PemKind,
    sources: &Sources<'_>,
) -> Option<Versions<SecretString>> {
    let content = match wanted {
        // It is public: whoever can read it may.
        PemKind::Certificate => secret::resolve_public(value, sources)?,
        PemKind::PrivateKey => secret::resolve_versions(value, sources)?,
    };
    secret::read_versions(value, content, |text| match PemError::of(text.expose_secret(), wanted) {
        Some(error) => Err(error),
        None => Ok(text.clone()),
    })
}

/// Why a text is not the PEM that is wanted; each sentence says what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum PemError {
    #[error("what it refers to is empty; give PEM, with its BEGIN and END lines")]
    Empty,
    #[error("what it refers to is not PEM; it must contain a line -----BEGIN …-----")]
    NotPem,
    #[error(
        "what it refers to is a JSON object; give PEM: of a secret that others keep, name the member by #"
    )]
    Json,
    #[error(
        "what it refers to is XML; take the text of its X509Certificate, and put it between the \
         lines -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----"
    )]
    Xml,
    #[error("what it refers to is a path; refer to the file itself, as file:PATH")]
    Path,
    #[error("what it refers to is PEM in base64 once more; decode it with base64 -d")]
    EncodedPem,
    #[error(
        "it is a certificate without the lines of PEM; put it between -----BEGIN CERTIFICATE----- \
         and -----END CERTIFICATE-----"
    )]
    BareCertificate,
    #[error(
        "it is a private key without the lines of PEM; put it between -----BEGIN PRIVATE KEY----- \
         and -----END PRIVATE KEY-----"
    )]
    BareKey,
    #[error("its line breaks are the two characters \\n; write real ones")]
    EscapedBreaks,
    #[error("it begins with a byte order mark; save it without one")]
    ByteOrderMark,
    #[error("it has lost its line breaks; BEGIN and END stand on lines of their own")]
    NoBreaks,
    #[error("it has no END line, so it was cut; give all of it")]
    Cut,
    #[error("it is a private key; give the certificate here, and show the key to nobody")]
    KeyForCertificate,
    #[error("it is a certificate; give the private key that it was made for")]
    CertificateForKey,
    #[error("it is a public key; give the private key")]
    PublicForKey,
    #[error("it is a bare public key; give the certificate that holds it")]
    PublicForCertificate,
    #[error("it is a certificate request; give the certificate that was made from it")]
    Request,
    #[error(
        "it is PKCS#7; take the certificate out: openssl pkcs7 -in it.p7b -print_certs -out it.pem"
    )]
    Pkcs7,
    #[error(
        "it is a certificate with settings for trust; leave them out: openssl x509 -in it.pem -out \
         plain.pem"
    )]
    Trusted,
    #[error("it is a key in OpenSSH's own form; convert it: ssh-keygen -p -m PKCS8 -f it.key")]
    OpenSsh,
}

/// What a text is that should have been a certificate, as far as its lines tell.
pub(crate) fn why_no_certificate(text: &str) -> Option<impl std::fmt::Display + use<>> {
    PemError::of(text, PemKind::Certificate)
}

impl PemError {
    /// What is wrong with a text as PEM of the `wanted` kind, as far as its lines tell; what is
    /// between them is for who reads the key.
    fn of(text: &str, wanted: PemKind) -> Option<Self> {
        // OpenSSL reads over the mark that editors of Windows put first.
        let text = match wanted {
            PemKind::Certificate => text.strip_prefix('\u{FEFF}').unwrap_or(text),
            PemKind::PrivateKey => text,
        };
        if !text.contains(BEGIN) {
            return Some(Self::without_pem_lines(text));
        }
        let begins: Vec<_> = text.split(BEGIN).skip(1).map(label).collect();
        let is_wanted = |label: &&str| match wanted {
            PemKind::Certificate => matches!(*label, "CERTIFICATE" | "X509 CERTIFICATE"),
            PemKind::PrivateKey => label.ends_with("PRIVATE KEY") && *label != OPENSSH,
        };
        let Some(label) = begins.iter().copied().find(is_wanted) else {
            return Some(
                begins.first().map_or(Self::NotPem, |label| Self::other_kind(label, wanted)),
            );
        };
        let begin = format!("{BEGIN}{label}-----");
        if text.lines().any(|line| line.trim_end() == begin) {
            let end = format!("-----END {label}-----");
            return (!text.contains(&end)).then_some(Self::Cut);
        }
        if text.lines().next().is_some_and(|line| line.trim_end() == format!("\u{FEFF}{begin}")) {
            return Some(Self::ByteOrderMark);
        }
        Some(if text.contains("\\n") { Self::EscapedBreaks } else { Self::NoBreaks })
    }

    /// What a text is that has none of PEM's lines.
    fn without_pem_lines(text: &str) -> Self {
        let text = text.trim_start_matches('\u{FEFF}').trim();
        match text.chars().next() {
            None => return Self::Empty,
            Some('{') => return Self::Json,
            Some('<') => return Self::Xml,
            Some(_) => {}
        }
        let packed: SecretString = text.split_whitespace().collect::<String>().into();
        let octets = STANDARD.decode(packed.expose_secret()).map(SecretSlice::from);
        if let Ok(octets) = octets {
            let octets = octets.expose_secret();
            if octets.starts_with(BEGIN.as_bytes()) {
                return Self::EncodedPem;
            }
            match BinaryFormat::of_der(octets) {
                Some(BinaryFormat::Certificate) => return Self::BareCertificate,
                Some(BinaryFormat::PrivateKey) => return Self::BareKey,
                Some(_) | None => {}
            }
        }
        let path = text.starts_with('/') || text.starts_with("./");
        let path = path || [".pem", ".crt", ".cer", ".key"].iter().any(|end| text.ends_with(end));
        if path && !text.contains(char::is_whitespace) { Self::Path } else { Self::NotPem }
    }

    /// What has the lines of PEM, but of another kind than is wanted.
    fn other_kind(label: &str, wanted: PemKind) -> Self {
        match (label, wanted) {
            (OPENSSH, PemKind::PrivateKey) => Self::OpenSsh,
            ("CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST", _) => Self::Request,
            ("PKCS7" | "CMS", _) => Self::Pkcs7,
            ("TRUSTED CERTIFICATE", PemKind::Certificate) => Self::Trusted,
            (label, PemKind::Certificate) if label.ends_with("PRIVATE KEY") => {
                Self::KeyForCertificate
            }
            (label, PemKind::Certificate) if label.ends_with("PUBLIC KEY") => {
                Self::PublicForCertificate
            }
            (label, PemKind::PrivateKey) if label.ends_with("PUBLIC KEY") => Self::PublicForKey,
            (label, PemKind::PrivateKey) if label.ends_with("CERTIFICATE") => {
                Self::CertificateForKey
            }
            _ => Self::NotPem,
        }
    }
}

/// What stands between `-----BEGIN ` and the next five dashes.
fn label(after: &str) -> &str {
    after.split_once("-----").map_or("", |(label, _)| label)
}

const BEGIN: &str = "-----BEGIN ";
const OPENSSH: &str = "OPENSSH PRIVATE KEY";

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use silta_testkit::keys::IDP;

    use super::*;

    fn text(pem: Vec<u8>) -> String {
        String::from_utf8(pem).unwrap()
    }

    fn armoured(label: &str) -> String {
        format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n")
    }

    fn bare(pem: &str) -> String {
        pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn pem_of_the_wanted_kind_is_read_however_it_was_kept() {
        let (key, certificate) = (text(IDP.key_pem()), text(IDP.certificate_pem()));
        for text in [
            certificate.clone(),
            certificate.replace('\n', "\r\n"),
            format!(
                "\u{FEFF}Bag Attributes\n    friendlyName: idp\nsubject=CN = idp\n{certificate}"
            ),
            format!("\u{FEFF}{certificate}"),
            format!("{key}{certificate}"),
            certificate.trim_end().to_owned(),
        ] {
            assert_eq!(PemError::of(&text, PemKind::Certificate), None, "{text}");
        }
        for text in [
            key.clone(),
            format!("{certificate}{key}"),
            format!("{}{key}", armoured("EC PARAMETERS")),
            armoured("ENCRYPTED PRIVATE KEY"),
        ] {
            assert_eq!(PemError::of(&text, PemKind::PrivateKey), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_pem_of_the_wanted_kind_is_told_what_it_is() {
        use PemKind::{Certificate, PrivateKey};
        let (key, certificate) = (text(IDP.key_pem()), text(IDP.certificate_pem()));
        for (text, wanted, error) in [
            (String::new(), Certificate, PemError::Empty),
            ("\n".to_owned(), PrivateKey, PemError::Empty),
            ("hello".to_owned(), PrivateKey, PemError::NotPem),
            (r#"{"key":"x"}"#.to_owned(), PrivateKey, PemError::Json),
            ("<?xml version=\"1.0\"?><X509Data/>".to_owned(), Certificate, PemError::Xml),
            ("/etc/silta/idp.crt\n".to_owned(), Certificate, PemError::Path),
            ("keys/idp.pem".to_owned(), PrivateKey, PemError::Path),
            (STANDARD.encode(&key), PrivateKey, PemError::EncodedPem),
            (bare(&certificate), Certificate, PemError::BareCertificate),
            (bare(&key), PrivateKey, PemError::BareKey),
            (certificate.replace('\n', "\\n"), Certificate, PemError::EscapedBreaks),
            (key.replace('\n', " "), PrivateKey, PemError::NoBreaks),
            (key.replace('\n', ""), PrivateKey, PemError::NoBreaks),
            (format!("\u{FEFF}{key}"), PrivateKey, PemError::ByteOrderMark),
            (certificate.replace("-----END", ""), Certificate, PemError::Cut),
            (key.clone(), Certificate, PemError::KeyForCertificate),
            (certificate.clone(), PrivateKey, PemError::CertificateForKey),
            (armoured("PUBLIC KEY"), PrivateKey, PemError::PublicForKey),
            (armoured("RSA PUBLIC KEY"), Certificate, PemError::PublicForCertificate),
            (armoured("CERTIFICATE REQUEST"), Certificate, PemError::Request),
            (armoured("PKCS7"), Certificate, PemError::Pkcs7),
            (armoured("TRUSTED CERTIFICATE"), Certificate, PemError::Trusted),
            (armoured("OPENSSH PRIVATE KEY"), PrivateKey, PemError::OpenSsh),
            (armoured("OPENSSH PRIVATE KEY"), Certificate, PemError::KeyForCertificate),
            (armoured("PGP MESSAGE"), Certificate, PemError::NotPem),
        ] {
            assert_eq!(PemError::of(&text, wanted), Some(error), "{text}");
            let sentence = error.to_string();
            assert!(sentence.contains("; "), "it says what to do: {sentence}");
        }
    }
}
