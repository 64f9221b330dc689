//! What of a section must fit together, whichever key it is said by.

use silta_config::description::upstreams;
use silta_config::{Section, Value};

/// Whether requests go by POST. Where metadata says where they go, that is seen when it is read.
pub(super) fn goes_by_post(section: &Section<'_>, value: Value<'_>, what: &str) -> Option<()> {
    let Some(sso) = section.optional(&upstreams::SSO) else { return Some(()) };
    if sso.section(&upstreams::SSO)?.optional(&upstreams::REDIRECT).is_some() {
        return value.refuse(what, "write sso: with post:, or leave this out");
    }
    Some(())
}

/// Whether other extensions may stand in requests.
pub(super) fn no_other_extension(section: &Section<'_>, value: Value<'_>) -> Option<()> {
    for (key, who) in [(&upstreams::EIDAS, "an eIDAS node"), (&upstreams::ESAML, "an eID-Server")] {
        if section.optional(key).is_some() {
            let what = format!("{who} refuses requests with other extensions than its own");
            return value.refuse(what, format!("leave it out, or {}", key.name));
        }
    }
    Some(())
}

/// A key that this may be encrypted to. What metadata has is seen when it is read.
pub(super) fn expect_key(section: &Section<'_>, value: Value<'_>) -> Option<()> {
    let keys = [&upstreams::METADATA, &upstreams::ENCRYPTION_CERTIFICATE];
    if keys.iter().all(|key| section.optional(key).is_none()) {
        return value.refuse(NO_KEY, WRITE_KEY);
    }
    Some(())
}

const NO_KEY: &str = "no key is known to encrypt to";
const WRITE_KEY: &str =
    "write encryption_certificate: file:… with the certificate that it decrypts with";
