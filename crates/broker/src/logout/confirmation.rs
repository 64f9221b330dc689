//! The confirmation of a logout: what proves that a person pressed the button of our own page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::memcmp;

use crate::logout::client_logout::ClientLogout;
use crate::model::session_id::HeldSession;

/// The fields of the form that asks the person: the same request again, with what confirms it in a browser
/// that holds this session.
///
/// Browsers send our cookie with the requests of every site, so that it alone proves nothing. What confirms
/// is made of the cookie's secret, which no site knows and no other can show in a frame, and of the whole
/// request, so that nothing else is confirmed by it. It is good for as long as the session is.
pub(crate) fn confirmation_fields(
    asked: &ClientLogout,
    held: &HeldSession,
) -> Vec<(&'static str, String)> {
    let confirmation = confirmation_of(asked, held);
    let confirmation = (CONFIRMATION, URL_SAFE_NO_PAD.encode(confirmation));
    asked.again.iter().cloned().chain([confirmation]).collect()
}

/// Whether the request comes from such a form, shown to a browser that holds this session.
pub(crate) fn is_confirmed(asked: &ClientLogout, held: &HeldSession) -> bool {
    let given = asked.confirmation.as_ref().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let expected = confirmation_of(asked, held);
    given.is_some_and(|given| given.len() == expected.len() && memcmp::eq(&given, &expected))
}

fn confirmation_of(asked: &ClientLogout, held: &HeldSession) -> [u8; 32] {
    let fields = asked.again.iter().flat_map(|(name, value)| [*name, value.as_str()]);
    held.keyed_hash(&[PURPOSE].into_iter().chain(fields).collect::<Vec<_>>())
}

const CONFIRMATION: &str = "confirmation";
/// Whatever else is made of the secret one day is made with another word.
const PURPOSE: &str = "logout";
