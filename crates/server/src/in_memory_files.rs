//! Files of a configuration that are not on any disk, or not yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use crate::config::{FileError, FileSource, FileText, Readers};

/// Each by its path.
pub(crate) struct InMemoryFiles(pub(crate) BTreeMap<String, Vec<u8>>);

impl FileSource for InMemoryFiles {
    fn file(&self, path: &str) -> Result<FileText, FileError> {
        let content = self.0.get(path).ok_or(FileError::Missing)?;
        let text = SecretString::from(String::from_utf8_lossy(content).into_owned());
        Ok(FileText { text, readers: Readers::Owner })
    }

    fn document(&self, path: &str) -> Result<Arc<Vec<u8>>, FileError> {
        self.0.get(path).cloned().map(Arc::new).ok_or(FileError::Missing)
    }
}
