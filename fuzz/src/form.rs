//! Parameters of a query or a form.

use std::str;

use silta_oidc::Params;
use url::form_urlencoded;

use crate::Verdict;

/// What is read is what another reader of forms reads, and what is written of it reads the same.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(raw) = str::from_utf8(octets) else { return Verdict::Refused };
    let parsed = Params::parse(raw);
    if let Ok(params) = &parsed {
        let others: Vec<_> = form_urlencoded::parse(octets).collect();
        let mut written = form_urlencoded::Serializer::new(String::new());
        for name in NAMES {
            let mut theirs = others.iter().filter(|(sent, _)| sent == name).map(|(_, it)| &**it);
            let first = theirs.next();
            match params.one(name) {
                Err(_) => assert!(theirs.next().is_some(), "repeated for one reader alone"),
                Ok(ours) => {
                    assert_eq!(theirs.next(), None, "repeated for another reader");
                    assert_eq!(ours, first.filter(|it| !it.is_empty()), "two readings");
                    if let Some(value) = ours {
                        written.append_pair(name, value);
                    }
                }
            }
        }
        let written = written.finish();
        // Everything may have been written plainly, and be three times as long now.
        if written.len() <= LONGEST {
            let again = Params::parse(&written).expect("what was written");
            for name in NAMES {
                if let Ok(value) = params.one(name) {
                    assert_eq!(again.one(name), Ok(value), "not what was written");
                }
            }
        }
    }
    Verdict::of(&parsed)
}

const NAMES: &[&str] = &["client_id", "redirect_uri", "state", "scope", "code", "a", "RelayState"];
const LONGEST: usize = 64 * 1024;
