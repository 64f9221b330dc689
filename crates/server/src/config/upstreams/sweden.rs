//! What requests say to identity providers of Sweden Connect.

use silta_config::description::upstreams;
use silta_config::{Section, Value};
use silta_saml::{PrincipalSelection, SignMessage, SignMessageProof};

use super::{fit, owned};

/// What is known beforehand of who is about to log in.
pub(super) fn principal_selection(section: &Section<'_>) -> Option<PrincipalSelection> {
    let Some(value) = section.optional(&upstreams::PRINCIPAL_SELECTION) else {
        return Some(PrincipalSelection::default());
    };
    let inner = value.section(&upstreams::PRINCIPAL_SELECTION)?;
    let by_hint = inner.optional(&upstreams::SELECTED_BY_HINT);
    let values = inner.optional(&upstreams::SELECTED_VALUES).map_or(Some(vec![]), |all| {
        let entries = all.entries()?.into_iter();
        entries.map(|(name, one)| Some((name.to_owned(), owned(one)?))).collect()
    });
    fit::no_other_extension(section, value)?;
    let of_hint = match by_hint {
        None => None,
        Some(name) => {
            fit::goes_by_post(section, name, "a hint names a person, and a URL ends up in logs")?;
            if section.optional(&upstreams::LOGIN_HINT_FORMAT).is_some() {
                return name.refuse("login_hint_format encrypts hints", "keep one of the two");
            }
            Some(owned(name)?)
        }
    };
    Some(PrincipalSelection { values: values?, of_hint })
}

/// Whether hints of clients name a person there.
pub(super) fn selects_by_hint(section: &Section<'_>) -> bool {
    let value = section.optional(&upstreams::PRINCIPAL_SELECTION);
    let inner = value.and_then(|value| value.section(&upstreams::PRINCIPAL_SELECTION));
    inner.is_some_and(|inner| inner.optional(&upstreams::SELECTED_BY_HINT).is_some())
}

/// What is shown, and whether it is encrypted.
pub(super) fn sign_message(section: &Section<'_>, value: Value<'_>) -> Option<(SignMessage, bool)> {
    let inner = value.section(&upstreams::SIGN_MESSAGE)?;
    let written = inner.value(&upstreams::SIGN_MESSAGE_TEXT)?;
    let kind = inner.value(&upstreams::SIGN_MESSAGE_KIND).and_then(|value| value.choice());
    let must_show = inner.value(&upstreams::MUST_SHOW).and_then(|value| value.boolean());
    let is_encrypted = inner.value(&upstreams::SIGN_MESSAGE_ENCRYPTED)?.boolean()?;
    fit::no_other_extension(section, value)?;
    let text = owned(written)?;
    if text.len() > LONGEST {
        return written.refuse(format!("it has more than {LONGEST} octets"), "write less");
    }
    if is_encrypted {
        fit::expect_key(section, value)?;
    }
    Some((SignMessage { text, kind: kind?, must_show: must_show? }, is_encrypted))
}

/// What answers must prove of it. What no text may be is refused where requests are read.
pub(super) fn sign_message_proof(value: Value<'_>) -> Option<SignMessageProof> {
    let inner = value.section(&upstreams::SIGN_MESSAGE)?;
    let text = inner.value(&upstreams::SIGN_MESSAGE_TEXT)?.text()?;
    let must_show = inner.value(&upstreams::MUST_SHOW)?.boolean()?;
    Some(SignMessageProof::of(text, must_show))
}

/// More than fits on the page of a telephone, and little enough for a request.
const LONGEST: usize = 4096;
