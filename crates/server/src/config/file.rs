//! Files that the configuration refers to: read once, bounded, and recognised when they are not text.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use openssl::sha::sha256;
use rustix::process::geteuid;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use silta_saml::METADATA_LIMIT;

use super::binary_format::BinaryFormat;
use super::writers::{FileRights, OtherWriters, Writers};

/// The text of a file, and the others who can read or change it.
#[derive(Clone)]
pub(crate) struct FileText {
    pub(crate) text: SecretString,
    pub(crate) readers: Readers,
}

/// The users who can read or change a file, beside its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Nobody.
    Owner,
    /// The file is ours, and its group may do so. A file of somebody else is perhaps given to us
    /// by just that, as Kubernetes does with `fsGroup`.
    Group,
    /// Every user of this machine.
    Everybody,
}

impl Readers {
    fn of(file: &Metadata) -> Self {
        let ours = geteuid().as_raw() == file.uid();
        match file.mode() {
            mode if mode & 0o006 != 0 => Self::Everybody,
            mode if mode & 0o060 != 0 && ours => Self::Group,
            _ => Self::Owner,
        }
    }
}

/// Why a file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileError {
    /// Others can change it.
    WritableByOthers(OtherWriters),
    /// There is none.
    Missing,
    /// We may not read it.
    Denied,
    /// A folder: what Docker puts in the place of a file that it was to mount and did not find.
    Folder,
    /// Larger than any key or secret.
    TooLarge,
    /// Octets that are no text.
    Binary(BinaryFormat),
    /// Anything else that the operating system says.
    Other(ErrorKind),
}

impl FileError {
    /// Why the file at `path` cannot be used, and what to do about it.
    pub(super) fn messages(self, path: &str) -> (String, String) {
        let (why, instead) = match self {
            Self::WritableByOthers(others) => return others.messages(path),
            Self::Missing if path.starts_with('~') => (
                "there is no such file, and ~ is not expanded here".to_owned(),
                "write the whole path".to_owned(),
            ),
            Self::Missing => (
                "there is no such file".to_owned(),
                "give a path relative to this file, or an absolute one".to_owned(),
            ),
            Self::Denied => (
                "permission denied".to_owned(),
                "let the user that Silta runs as read it, and every folder above it be entered"
                    .to_owned(),
            ),
            Self::Folder => (
                "it is a folder".to_owned(),
                "name a file; Docker makes a folder where a file that is to be mounted is missing"
                    .to_owned(),
            ),
            Self::TooLarge => {
                ("it is larger than 1 MiB".to_owned(), "name a key or a secret".to_owned())
            }
            Self::Binary(binary) => {
                let (what, command) = binary.messages();
                (what.to_owned(), command.replace("FILE", path))
            }
            Self::Other(kind) => (kind.to_string(), "check the disk that it is on".to_owned()),
        };
        (format!("the file {path} cannot be read: {why}"), instead)
    }
}

/// The files of this machine. What was read once is not read again: a file that changes counts when the whole
/// configuration is read anew.
pub(super) struct Files {
    folder: PathBuf,
    writers: Writers,
    read: RefCell<HashMap<String, FileText>>,
    documents: RefCell<HashMap<String, Arc<Vec<u8>>>>,
    seen: RefCell<BTreeMap<String, SeenFile>>,
}

/// What was seen of a file that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeenFile {
    /// The SHA-256 of its octets, also where it is refused for who can change it; `None` where it could not be read.
    pub(crate) digest: Option<[u8; 32]>,
    /// Who can change it; `None` where it could not be read, or is no file.
    pub(crate) rights: Option<FileRights>,
    /// Of how many octets at most the digest is.
    pub(crate) limit: u64,
}

impl Files {
    /// Paths start at `folder`, and nobody but these may be able to change what they lead to.
    pub(super) fn below(folder: PathBuf, writers: Writers) -> Self {
        let (read, documents, seen) = Default::default();
        Self { folder, writers, read, documents, seen }
    }

    /// What was seen of each file, by its path.
    pub(super) fn seen(&self) -> BTreeMap<PathBuf, SeenFile> {
        let seen = self.seen.borrow();
        seen.iter().map(|(path, seen)| (self.folder.join(path), *seen)).collect()
    }

    /// Where a path leads to; one that a shell should have expanded as it is written.
    pub(super) fn tried(&self, path: &str) -> String {
        let full = self.folder.join(path);
        let full = std::path::absolute(&full).unwrap_or(full);
        if path.starts_with('~') { path.to_owned() } else { full.display().to_string() }
    }

    /// The content of a file.
    ///
    /// # Errors
    /// [`FileError`].
    pub(super) fn text(&self, path: &str) -> Result<FileText, FileError> {
        if let Some(content) = self.read.borrow().get(path) {
            return Ok(content.clone());
        }
        let (octets, file) = self.octets(path, MAX_OCTETS + 1)?;
        let content = text_of(octets, &file)?;
        self.read.borrow_mut().insert(path.to_owned(), content.clone());
        Ok(content)
    }

    /// The octets of a document, up to one more than it may have.
    ///
    /// # Errors
    /// [`FileError`].
    pub(super) fn document(&self, path: &str) -> Result<Arc<Vec<u8>>, FileError> {
        if let Some(document) = self.documents.borrow().get(path) {
            return Ok(document.clone());
        }
        let (octets, _) = self.octets(path, DOCUMENT_OCTETS)?;
        let document = Arc::new(octets);
        self.documents.borrow_mut().insert(path.to_owned(), document.clone());
        Ok(document)
    }

    fn octets(&self, path: &str, most: u64) -> Result<(Vec<u8>, Metadata), FileError> {
        let read = read_octets(&self.folder.join(path), most);
        let seen = SeenFile::of(read.as_ref().ok(), most);
        self.seen.borrow_mut().insert(path.to_owned(), seen);
        if let Some(rights) = seen.rights {
            self.writers.allow(rights).map_err(FileError::WritableByOthers)?;
        }
        read.map_err(|error| failed(&error))
    }
}

impl SeenFile {
    /// Of what was read of it, if it could be.
    pub(crate) fn of(read: Option<&(Vec<u8>, Metadata)>, limit: u64) -> Self {
        let digest = read.map(|(octets, _)| sha256(octets));
        let rights = read.and_then(|(_, opened)| FileRights::of(opened));
        Self { digest, rights, limit }
    }
}

/// Its octets, `most` of them at most. Mode and owner are those of what is read, whatever is put in its place meanwhile.
///
/// # Errors
/// What the operating system says.
pub(crate) fn read_octets(path: &Path, most: u64) -> io::Result<(Vec<u8>, Metadata)> {
    let file = File::open(path)?;
    let opened = file.metadata()?;
    let mut octets = vec![];
    file.take(most).read_to_end(&mut octets)?;
    Ok((octets, opened))
}

fn failed(error: &io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound => FileError::Missing,
        ErrorKind::PermissionDenied => FileError::Denied,
        ErrorKind::IsADirectory => FileError::Folder,
        other => FileError::Other(other),
    }
}

fn text_of(octets: Vec<u8>, file: &Metadata) -> Result<FileText, FileError> {
    let readers = Readers::of(file);
    if octets.len() > usize::try_from(MAX_OCTETS).unwrap_or(usize::MAX) {
        return Err(FileError::TooLarge);
    }
    match String::from_utf8(octets) {
        Ok(text) => Ok(FileText { text: SecretString::from(text), readers }),
        Err(no_text) => {
            let octets = SecretSlice::from(no_text.into_bytes());
            Err(FileError::Binary(BinaryFormat::of(octets.expose_secret())))
        }
    }
}

/// A federation's certificates in one file are some tens of KiB; a path to a device has no end.
const MAX_OCTETS: u64 = 1024 * 1024;
/// One more than the reader of metadata takes, so that it says so.
const DOCUMENT_OCTETS: u64 = METADATA_LIMIT as u64 + 1;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use openssl::pkcs7::{Pkcs7, Pkcs7Flags};
    use openssl::pkcs12::Pkcs12;
    use openssl::pkey::PKey;
    use openssl::stack::Stack;
    use openssl::symm::Cipher;
    use openssl::x509::{X509, X509Req};
    use silta_testkit::keys::IDP;
    use silta_testkit::test_dir::TestDir;

    use super::*;

    fn read(path: &Path) -> Result<FileText, FileError> {
        let (octets, file) = read_octets(path, MAX_OCTETS + 1).map_err(|error| failed(&error))?;
        text_of(octets, &file)
    }

    fn key() -> PKey<openssl::pkey::Private> {
        PKey::private_key_from_pem(&IDP.key_pem()).unwrap()
    }

    fn certificate() -> X509 {
        X509::from_pem(&IDP.certificate_pem()).unwrap()
    }

    fn pkcs7() -> Pkcs7 {
        let none = Stack::new().unwrap();
        Pkcs7::sign(&certificate(), &key(), &none, b"x", Pkcs7Flags::BINARY).unwrap()
    }

    #[test]
    fn a_file_of_octets_is_told_what_it_is_and_how_it_becomes_pem() {
        let dir = TestDir::new();
        let mut store = Pkcs12::builder();
        let store = store.name("idp").pkey(&key()).cert(&certificate()).build2("secret").unwrap();
        let encrypted =
            key().private_key_to_pkcs8_passphrase(Cipher::aes_256_cbc(), b"secret").unwrap();
        let mut request = X509Req::builder().unwrap();
        request.set_pubkey(&key()).unwrap();
        request.sign(&key(), openssl::hash::MessageDigest::sha256()).unwrap();
        let utf16: Vec<_> = "\u{FEFF}x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (octets, binary, what, instead) in [
            (
                certificate().to_der().unwrap(),
                BinaryFormat::Certificate,
                "DER",
                "openssl x509 -inform der",
            ),
            (
                key().private_key_to_der().unwrap(),
                BinaryFormat::PrivateKey,
                "DER",
                "openssl pkey -inform",
            ),
            (
                key().private_key_to_pkcs8().unwrap(),
                BinaryFormat::PrivateKey,
                "DER",
                "openssl pkey",
            ),
            (encrypted, BinaryFormat::PrivateKey, "DER", "openssl pkey -inform der"),
            (key().public_key_to_der().unwrap(), BinaryFormat::PublicKey, "public key", "in PEM"),
            (
                request.build().to_der().unwrap(),
                BinaryFormat::CertificateRequest,
                "request",
                "made from",
            ),
            (store.to_der().unwrap(), BinaryFormat::Pkcs12, "PKCS#12", "openssl pkcs12 -in"),
            (pkcs7().to_der().unwrap(), BinaryFormat::Pkcs7, "PKCS#7", "openssl pkcs7 -inform der"),
            (b"\xFE\xED\xFE\xED\0\0\0\x02".to_vec(), BinaryFormat::JavaKeyStore, "Java", "keytool"),
            (utf16, BinaryFormat::Utf16, "UTF-16", "save it as UTF-8"),
            (vec![0xA7; 32], BinaryFormat::RandomKey, "32 octets", "base64 -w 0"),
            (vec![0xA7; 33], BinaryFormat::Unknown, "not text", "give PEM"),
        ] {
            let path = dir.write("key.bin", octets);
            let path = path.to_str().unwrap();
            let error = read(Path::new(path)).err().unwrap();
            assert_eq!(error, FileError::Binary(binary));
            let (said, advice) = error.messages(path);
            assert!(said.starts_with(&format!("the file {path} cannot be read: it is ")), "{said}");
            assert!(said.contains(what) && advice.contains(instead), "{said}; {advice}");
            assert!(!advice.contains("FILE"), "{advice}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_or_no_file_is_told_apart() {
        let dir = TestDir::new();
        let error = |path: &Path| read(path).err().unwrap();
        assert_eq!(error(&dir.folder().join("nowhere")), FileError::Missing);
        assert_eq!(error(dir.folder()), FileError::Folder);
        let large = dir.write("large", vec![b'x'; 1024 * 1024 + 1]);
        assert_eq!(error(&large), FileError::TooLarge);
        assert_eq!(error(Path::new("/dev/zero")), FileError::TooLarge);
    }

    #[test]
    fn a_file_that_others_can_change_is_read_for_nobody_who_serves() {
        let dir = TestDir::new();
        let path = dir.write("idp.crt", "x");
        let link = dir.folder().join("link.crt");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for (mode, refused) in [
            (0o600, false),
            (0o644, false),
            (0o440, false),
            (0o620, true),
            (0o664, true),
            (0o602, true),
            (0o777, true),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let files = Files::below(dir.folder().to_owned(), Writers::OwnerAlone);
            let error = FileError::WritableByOthers(OtherWriters::ByMode { mode });
            // What a link leads to is judged: everybody can write each link.
            for name in ["idp.crt", "link.crt"] {
                assert_eq!(files.text(name).err(), refused.then_some(error), "{mode:o}");
                assert_eq!(files.document(name).err(), refused.then_some(error), "{mode:o}");
            }
            let files = Files::below(dir.folder().to_owned(), Writers::Anybody);
            assert!(files.text("idp.crt").is_ok() && files.document("idp.crt").is_ok());
        }
        // What was refused is known all the same, so that a watch sees when it is another.
        let files = Files::below(dir.folder().to_owned(), Writers::OwnerAlone);
        assert!(files.text("idp.crt").is_err());
        let seen = files.seen().remove(&path).unwrap();
        assert_eq!(seen.digest, Some(sha256(b"x")));
        assert_eq!(seen.rights.map(|rights| rights.mode & 0o7777), Some(0o777));
    }

    #[test]
    fn what_was_seen_of_each_file_is_known() {
        let dir = TestDir::new();
        dir.write("there", "x");
        let files = Files::below(dir.folder().to_owned(), Writers::Anybody);
        assert!(files.text("there").is_ok());
        assert_eq!(files.text("nowhere").err(), Some(FileError::Missing));
        let seen = files.seen();
        let digest = |name: &str| seen.get(&dir.folder().join(name)).map(|seen| seen.digest);
        assert_eq!(digest("there"), Some(Some(sha256(b"x"))));
        assert_eq!(digest("nowhere"), Some(None));
    }

    #[test]
    fn who_else_can_read_a_file_is_known() {
        let dir = TestDir::new();
        let path = dir.write("secret", "x");
        for (mode, readers) in [
            (0o600, Readers::Owner),
            (0o400, Readers::Owner),
            (0o602, Readers::Everybody),
            (0o620, Readers::Group),
            (0o640, Readers::Group),
            (0o644, Readers::Everybody),
            (0o604, Readers::Everybody),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path).unwrap().readers, readers, "{mode:o}");
        }
    }
}
