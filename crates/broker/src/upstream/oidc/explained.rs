//! Whom an ID token speaks of that lets nobody in.

use silta_mapping::{Attributes, Dictionary};
use silta_oidc::rp::IdTokenToTry;

use crate::identification::SaidOfPerson;

/// The attributes that a login with such a token would have, userinfo aside.
#[must_use]
pub fn attributes_of_token(token: &IdTokenToTry, dictionary: &Dictionary) -> Attributes {
    let attributes = super::attributes(&token.subject, &token.claims);
    let said = SaidOfPerson { attributes: &attributes, named: &[], name: None };
    said.recognised(dictionary)
}
