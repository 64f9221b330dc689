//! The description and its reader agree, and mistakes are told.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use silta_config::description::{every_section, upstreams};

use super::*;

mod certificate_files;
mod comparison;
mod esaml;
mod idp_metadata;
mod jwk_set;
mod key_wraps;
mod metadata;
mod mistakes;
mod own_profiles;
mod presets;
mod requests;
mod saml_upstream;
mod schemes;
mod sessions;
mod sp_lint;
mod spid;
mod sweden;
mod vendors;

/// Nothing that is referred to is there.
struct Nothing;

impl FileSource for Nothing {
    fn file(&self, _path: &str) -> Result<FileText, FileError> {
        Err(FileError::Missing)
    }
}

#[test]
fn every_key_that_is_described_is_read() {
    let mut asked = BTreeSet::new();
    let (files, no) = (&Nothing, &Nowhere);
    let sources = Sources { files, variables: no, secrets: no, keys: no };
    for text in [silta_config::whole_example(), OTHERS.to_owned()] {
        let document = Document::parse("example", &text).unwrap();
        assert!(document.read(|_| Some(())).is_ok(), "{:?}", document.read(|_| Some(())).err());
        asked.extend(document.asked(|root| config(root, hash_of(&document), &sources)));
    }
    for section in every_section() {
        for key in section.keys {
            // These are read when the file is completed.
            if [upstreams::PROFILE.name, upstreams::PROTOCOL.name].contains(&key.name) {
                continue;
            }
            let name = (section.name, key.name);
            assert!(
                asked.contains(&name),
                "{} of {} is described and never read",
                key.name,
                section.name
            );
        }
    }
}

/// What cannot stand beside the examples of the other keys.
const OTHERS: &str = include_str!("../../../config/src/effective/others.yaml");
