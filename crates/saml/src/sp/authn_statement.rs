//! When and how strongly a person was authenticated [SAML2Core §2.7.2].

use jiff::Timestamp;
use roxmltree::Node;

use crate::instant;
use crate::message_error::{MessageError, Part};
use crate::namespace::SAML;
use crate::sp::assurance_levels::AssuranceLevels;
use crate::sp::expectation::Expectation;
use crate::sp::identity_provider::IdentityProvider;
use crate::sp::level_source::LevelSource;
use crate::sp::mismatch::Mismatch;
use crate::sp::response_error::ResponseError;
use crate::xml::{self, Occurs};

/// `AuthnStatement`, as far as it is used.
pub(crate) struct AuthnStatement {
    pub(crate) authn_instant: Timestamp,
    pub(crate) authn_context: String,
    /// Its place among the peer's levels.
    level: usize,
    pub(crate) not_on_or_after: Option<Timestamp>,
}

/// When and how the person was authenticated [SAML2Core §2.7.2].
pub(crate) fn read(
    (assertion, statement): (Node<'_, '_>, Node<'_, '_>),
    expect: &Expectation<'_>,
    now: Timestamp,
) -> Result<AuthnStatement, ResponseError> {
    let skew = expect.idp.profile.skew;
    let authn_instant = instant::required(statement, "AuthnInstant")?;
    if instant::since(authn_instant, now) > skew {
        let part = Part::Assertion;
        return Err(ResponseError::Message(MessageError::FromTheFuture {
            part,
            issued: authn_instant,
            now,
        }));
    }
    if let Some(needed) = expect.authenticated_since
        && instant::since(needed, authn_instant) > skew
    {
        return Err(ResponseError::NotFresh { authenticated: authn_instant, needed });
    }
    let not_on_or_after = instant::optional(statement, "SessionNotOnOrAfter")?;
    if let Some(ended) = not_on_or_after
        && instant::has_ended(ended, skew, now)
    {
        return Err(ResponseError::SessionOver { ended });
    }
    let (authn_context, level) = level_of((assertion, statement), expect.idp)?;
    Ok(AuthnStatement { authn_instant, authn_context, level, not_on_or_after })
}

/// The level that is asserted, and its place among the peer's levels.
pub(crate) fn level_of(
    (assertion, statement): (Node<'_, '_>, Node<'_, '_>),
    idp: &IdentityProvider,
) -> Result<(String, usize), ResponseError> {
    let children =
        [(SAML, "SubjectLocality", Occurs::Optional), (SAML, "AuthnContext", Occurs::Once)];
    xml::sequence(statement, &children)?;
    let context = xml::required(statement, SAML, "AuthnContext")?;
    let children = [
        (SAML, "AuthnContextClassRef", Occurs::Optional),
        (SAML, "AuthnContextDecl", Occurs::Optional),
        (SAML, "AuthnContextDeclRef", Occurs::Optional),
        (SAML, "AuthenticatingAuthority", Occurs::Many),
    ];
    xml::sequence(context, &children)?;
    let levels = &idp.assurance_levels;
    match &idp.profile.level_from {
        LevelSource::AuthnContext => {
            read_context(context, levels).map(|(asserted, level)| (asserted.to_owned(), level))
        }
        LevelSource::Attribute(attribute) => attribute.read(assertion, levels),
    }
}

/// The level that was asked for, or a stronger one.
pub(crate) fn check_level(
    authn: &AuthnStatement,
    expect: &Expectation<'_>,
) -> Result<(), ResponseError> {
    if authn.level >= expect.least_level {
        return Ok(());
    }
    let strong_enough = expect.idp.assurance_levels.from_level(expect.least_level);
    let asserted = [authn.authn_context.as_str()];
    Err(ResponseError::WeakAuthnContext(Mismatch::signed(strong_enough, asserted)))
}

/// The context that was asserted, by its class or by a reference to its declaration, and its level. A
/// class that is one of the peer's levels counts, whatever declaration is beside it; a declaration by
/// value is nobody's level [SAML2Core §2.7.2.2].
fn read_context<'a>(
    context: Node<'a, '_>,
    levels: &AssuranceLevels,
) -> Result<(&'a str, usize), ResponseError> {
    let mut others = vec![];
    for name in ["AuthnContextClassRef", "AuthnContextDeclRef"] {
        let Some(reference) = xml::child(context, SAML, name) else { continue };
        let asserted = xml::text(reference)?.trim_ascii();
        if let Some(level) = levels.level(asserted) {
            return Ok((asserted, level));
        }
        others.push(asserted);
    }
    Err(ResponseError::UnknownAuthnContext(Mismatch::signed(levels.from_level(0), others)))
}
