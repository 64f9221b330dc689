//! Files of a configuration that are not on any disk, or not yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use crate::config::{BinaryFormat, FileError, FileSource, FileText, Readers};

/// Each by its path.
pub(crate) struct InMemoryFiles(pub(crate) BTreeMap<String, Vec<u8>>);

impl FileSource for InMemoryFiles {
    fn file(&self, path: &str) -> Result<FileText, FileError> {
        let content = self.0.get(path).ok_or(FileError::Missing)?;
        let text = str::from_utf8(content);
        let text = text.map_err(|_no_text| FileError::Binary(BinaryFormat::of(content)))?;
        Ok(FileText { text: SecretString::from(text), readers: Readers::Owner })
    }

    fn document(&self, path: &str) -> Result<Arc<Vec<u8>>, FileError> {
        self.0.get(path).cloned().map(Arc::new).ok_or(FileError::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_that_are_no_text_are_refused_and_not_changed() {
        let files = InMemoryFiles([("key".to_owned(), vec![0xff, b'x'])].into());
        let refused = files.file("key").err();
        assert!(matches!(refused, Some(FileError::Binary(_))), "{refused:?}");
        assert_eq!(files.document("key").ok().as_deref(), Some(&vec![0xff, b'x']));
    }
}
