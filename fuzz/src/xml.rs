//! Parsing a message within limits.

use std::str;

use silta_xml_security::xml;

use crate::Verdict;

/// What is parsed holds no more than it could: no DTD, no comment, no instruction, and nothing that
/// is larger than its text.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(octets) else { return Verdict::Refused };
    let input = xml::Input::of(text);
    let (text, parsed) = (input.as_str(), xml::parse(&input));
    if let Ok(document) = &parsed {
        let mut content = 0;
        for node in document.descendants() {
            assert!(!node.is_comment() && !node.is_pi(), "what no message may hold");
            assert!(text.get(node.range()).is_some(), "a node that is not in the text");
            content += node.text().filter(|_| node.is_text()).map_or(0, str::len);
        }
        assert!(content <= text.len(), "text that grew, as entities of one's own would let it");
        assert!(!text.contains("<!DOCTYPE"), "a document type");
    }
    Verdict::of(&parsed)
}
