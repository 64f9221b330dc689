//! Where references lead to: a trait for each kind of place.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use silta_broker::ports::Signer;
use silta_config::secrets::{Stage, Versions};
use silta_saml::algorithm::SignatureAlgorithm;

use super::file::{FileError, FileText, Files, SeenFile};
use super::writers::Writers;

/// Files.
pub(crate) trait FileSource {
    /// The content of a file, relative to the configuration.
    ///
    /// # Errors
    /// [`FileError`].
    fn file(&self, path: &str) -> Result<FileText, FileError>;

    /// The octets of a document of a peer, of as many as one may have and one more.
    ///
    /// # Errors
    /// [`FileError`].
    fn document(&self, path: &str) -> Result<Arc<Vec<u8>>, FileError> {
        let file = self.file(path)?;
        Ok(Arc::new(file.text.expose_secret().as_bytes().to_vec()))
    }

    /// Where the file is looked for, for messages.
    fn tried(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Environment variables.
pub(crate) trait VariableSource {
    /// The value of one.
    fn variable(&self, name: &str) -> Option<SecretString>;
}

/// Secrets that others keep, with their versions.
pub(crate) trait SecretSource {
    /// A secret by its name there.
    ///
    /// # Errors
    /// [`SourceError`].
    fn secret(&self, name: &str) -> Result<StoredSecret, SourceError>;
}

/// Keys that others keep, and use for us.
pub(crate) trait KeySource {
    /// A key by its name there.
    ///
    /// # Errors
    /// [`SourceError`].
    fn key(&self, id: &str) -> Result<Arc<dyn RemoteKey>, SourceError>;
}

/// The values of a secret.
#[derive(Debug, Clone)]
pub(crate) struct StoredSecret {
    pub(crate) versions: Versions<SecretString>,
    /// Versions that there are, and that were not given.
    pub(crate) refused: Vec<(Stage, SourceError)>,
}

/// A private key that never leaves its place.
pub(crate) trait RemoteKey: fmt::Debug + Send + Sync {
    /// Its public half, as DER of `SubjectPublicKeyInfo`.
    fn public_der(&self) -> &[u8];

    /// The key as a signer by one algorithm; nothing when it cannot sign by that.
    fn signer(&self, algorithm: SignatureAlgorithm) -> Option<Arc<dyn Signer>>;

    /// What to say where it cannot sign by an algorithm.
    fn algorithm_error(&self) -> SourceError;
}

/// Why a secret or key cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceError {
    /// What is wrong.
    pub(crate) what: String,
    /// What to do.
    pub(crate) instead: &'static str,
}

/// Every source that a configuration may refer to.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'s> {
    pub(crate) files: &'s dyn FileSource,
    pub(crate) variables: &'s dyn VariableSource,
    pub(crate) secrets: &'s dyn SecretSource,
    pub(crate) keys: &'s dyn KeySource,
}

/// The files and variables of this machine.
pub(crate) struct LocalSource(Files);

impl LocalSource {
    /// Paths are relative to `folder`, and lead to files that nobody but these can change.
    pub(crate) fn new(folder: PathBuf, writers: Writers) -> Self {
        Self(Files::below(folder, writers))
    }

    /// What was seen of each file, by its path.
    pub(crate) fn seen(&self) -> BTreeMap<PathBuf, SeenFile> {
        self.0.seen()
    }
}

impl FileSource for LocalSource {
    fn file(&self, path: &str) -> Result<FileText, FileError> {
        self.0.text(path)
    }

    fn document(&self, path: &str) -> Result<Arc<Vec<u8>>, FileError> {
        self.0.document(path)
    }

    fn tried(&self, path: &str) -> String {
        self.0.tried(path)
    }
}

impl VariableSource for LocalSource {
    fn variable(&self, name: &str) -> Option<SecretString> {
        std::env::var(name).ok().map(SecretString::from)
    }
}

/// No place at all: for configurations that refer to none of its kind.
pub(crate) struct Nowhere;

impl VariableSource for Nowhere {
    fn variable(&self, _name: &str) -> Option<SecretString> {
        None
    }
}

impl SecretSource for Nowhere {
    fn secret(&self, _name: &str) -> Result<StoredSecret, SourceError> {
        Err(nowhere())
    }
}

impl KeySource for Nowhere {
    fn key(&self, _id: &str) -> Result<Arc<dyn RemoteKey>, SourceError> {
        Err(nowhere())
    }
}

fn nowhere() -> SourceError {
    SourceError { what: "nothing is kept there".to_owned(), instead: "refer to a file" }
}
