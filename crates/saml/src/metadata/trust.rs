//! Why a document is believed: somebody who is pinned has signed its root, or the way by which it
//! came vouches for it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use roxmltree::{Document, Node};
use silta_xml_security::algorithm::SignatureAlgorithm;
use silta_xml_security::{Fingerprint, VerificationKey, verify_root};
use thiserror::Error;

use crate::instant;
use crate::metadata::metadata_error::{MetadataError, MetadataPart};
use crate::metadata::validity::valid_until;
use crate::namespace::MD;
use crate::xml;

/// Why metadata is believed.
#[derive(Debug, Clone, Copy)]
pub enum MetadataTrust<'a> {
    /// One of these has signed the root of the document.
    Signers(&'a MetadataSigners),
    /// A file that an administrator put there, or TLS with the entity's own host. A signature decides
    /// nothing then: nobody could say whose it is.
    Source,
}

/// Those who may sign a document, at least one: a federation changes its key now and then, and
/// publishes the next one before.
#[derive(Clone)]
pub struct MetadataSigners {
    keys: Vec<VerificationKey>,
    may_be_endless: bool,
}

/// Without a signer nothing could be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("signed metadata needs at least one certificate of a signer")]
pub struct NoMetadataSignerError;

impl MetadataSigners {
    /// Any of these.
    ///
    /// # Errors
    /// [`NoMetadataSignerError`] when there is none.
    pub fn new(keys: Vec<VerificationKey>) -> Result<Self, NoMetadataSignerError> {
        if keys.is_empty() {
            return Err(NoMetadataSignerError);
        }
        Ok(Self { keys, may_be_endless: false })
    }

    /// The certificates of them.
    pub fn certificates(&self) -> impl Iterator<Item = Fingerprint> {
        self.keys.iter().map(VerificationKey::certificate)
    }

    /// Whether their documents may lack an end.
    #[must_use]
    pub fn may_be_endless(&self) -> bool {
        self.may_be_endless
    }

    /// The same, whose documents may lack `validUntil`. Suomi.fi's do; then whoever kept a former
    /// document can present it for ever, so it must come by a way that nobody else can write to.
    #[must_use]
    pub fn who_give_no_end(self) -> Self {
        Self { may_be_endless: true, ..self }
    }
}

impl fmt::Debug for MetadataSigners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetadataSigners({})", self.keys.len())
    }
}

/// The root of a document that is believed. Only [`TrustedRoot::of`] makes one.
#[derive(Clone, Copy)]
pub(super) struct TrustedRoot<'a, 'i> {
    node: Node<'a, 'i>,
    signed: bool,
}

impl<'a, 'i> TrustedRoot<'a, 'i> {
    /// Judges the document as a whole; what it says is not looked at.
    ///
    /// # Errors
    /// [`MetadataError`].
    pub(super) fn of(
        document: &'a Document<'i>,
        trust: MetadataTrust<'_>,
        now: Timestamp,
    ) -> Result<Self, MetadataError> {
        let root = document.root_element();
        if !is_group(root) && !xml::is(root, MD, "EntityDescriptor") {
            return Err(MetadataError::WrongRoot);
        }
        let MetadataTrust::Signers(signers) = trust else {
            return Ok(Self { node: root, signed: false });
        };
        let signed = verify_root(document, "ID", &signers.keys, &SignatureAlgorithm::ALL)
            .map_err(|cause| MetadataError::Signature { cause })?
            .ok_or(MetadataError::Unsigned)?
            .node();
        check_end(signed, signers.may_be_endless, now)?;
        Ok(Self { node: signed, signed: true })
    }

    /// The very node that was judged.
    pub(super) fn node(self) -> Node<'a, 'i> {
        self.node
    }

    /// Whether a pinned signer has signed it.
    pub(super) fn is_signed(self) -> bool {
        self.signed
    }
}

/// A signed document can be presented again by anybody until it ends, with keys that the entity has
/// long taken back.
fn check_end(
    root: Node<'_, '_>,
    may_be_endless: bool,
    now: Timestamp,
) -> Result<(), MetadataError> {
    let part = if is_group(root) { MetadataPart::Group } else { MetadataPart::Entity };
    let Some(valid_until) = valid_until(root, part)? else {
        return if may_be_endless { Ok(()) } else { Err(MetadataError::Endless) };
    };
    let most = instant::later(now, AGGREGATE_LIFE + CLOCKS);
    if is_group(root) && valid_until > most {
        return Err(MetadataError::TooLongAhead { valid_until, most });
    }
    Ok(())
}

fn is_group(root: Node<'_, '_>) -> bool {
    xml::is(root, MD, "EntitiesDescriptor")
}

/// Federations publish aggregates daily; eduGAIN has them valid for 28 days at most.
const AGGREGATE_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// By how much a publisher's clock may be ahead of ours.
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);
