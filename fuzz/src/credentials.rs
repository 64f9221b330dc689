//! How a client proves who it is.

use std::str;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_oidc::{Authentication, ClientCredentials, Params, claimed_client};
use url::form_urlencoded;

use crate::Verdict;
use crate::clients::{CLIENTS, SECRETS};

/// Whoever is authenticated has shown a secret, and is the client that the log would name.
///
/// A first line is the `Authorization` header; an empty one means that there is none. The rest is the
/// form.
pub(crate) fn run(octets: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(octets) else { return Verdict::Refused };
    let (header, form) = text.split_once('\n').unwrap_or(("", text));
    let header = Some(header).filter(|header| !header.is_empty());
    let claimed = claimed_client(form, header, &CLIENTS);
    let Ok(params) = Params::parse(form) else { return Verdict::Refused };
    let Ok(credentials) = ClientCredentials::read(&params, header) else { return Verdict::Refused };
    let authenticated = credentials.authenticate(&CLIENTS);
    if let Ok(Authentication::Proved(client)) = &authenticated {
        assert!(shows_a_secret(header, form), "authenticated without a secret");
        let claimed = claimed.expect("the log names whoever is authenticated");
        assert_eq!(claimed.id().as_str(), client.id().as_str(), "the log names another");
    }
    Verdict::of(&authenticated)
}

/// Whether a secret can be found by anybody who looks for it everywhere, and asks no further.
fn shows_a_secret(header: Option<&str>, form: &str) -> bool {
    let basic = header.and_then(|it| it.split_once(' ')).map(|(_, octets)| octets.trim());
    let basic = basic.and_then(|it| STANDARD.decode(it).ok()).unwrap_or_default();
    let basic = String::from_utf8_lossy(&basic).into_owned();
    // As one name of a form, with neither `&` nor `=` to end it.
    let one_name = basic.replace('&', "%26").replace('=', "%3D");
    let decoded = form_urlencoded::parse(one_name.as_bytes()).map(|(name, _)| name.into_owned());
    let posted = form_urlencoded::parse(form.as_bytes()).map(|(_, value)| value.into_owned());
    let places: Vec<_> = decoded.chain(posted).chain([basic]).collect();
    SECRETS.iter().any(|secret| places.iter().any(|place| place.contains(secret)))
}
