//! Public vectors that others check themselves with: what Silta says of each.

mod ciphertexts;
mod covered;
mod forms;
mod public_keys;
mod signatures;

use std::path::PathBuf;
use std::sync::LazyLock;

use silta_judges::vectors;
use silta_xml_security::xml::Limits;

/// Those of xmlsec1 and of the W3C's interoperability tests, as the crate xml-sec carries them.
static VECTORS: LazyLock<PathBuf> = LazyLock::new(|| vectors::folder("xml-sec", "tests/fixtures"));

/// As many as no vector has.
const LIMITS: Limits = Limits { depth: 40, tags: 10_000, attributes: 10_000 };
