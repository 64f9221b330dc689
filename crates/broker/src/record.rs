//! Records as octets: what is sealed, and how it is read again.

use jiff::Timestamp;
use serde::Deserialize;
use silta_oidc::{GrantBinding, Scope, State};

use crate::login::LoginId;
use crate::state::{Access, AwaitingIdp, Digest, Grant, Record, Spent};
use crate::upstream::{Begun, UpstreamName};

/// The record in CBOR [RFC 8949], with its fields by name. Text stands in it octet for octet, so a
/// record is no longer than what it keeps by more than a little; JSON would escape quotation marks
/// and double what a client sends on purpose.
///
/// `None` when a value cannot be written, which no record of ours holds.
pub(crate) fn to_octets(record: &Record) -> Option<Vec<u8>> {
    minicbor_serde::to_vec(record).ok()
}

/// Reads what [`to_octets`] wrote, here or in the previous release.
///
/// `None` for anything else.
pub(crate) fn from_octets(octets: &[u8]) -> Option<Record> {
    match octets.first()? {
        // JSON, which the previous release wrote. In CBOR these octets begin a text of at least
        // 2^32 octets and a negative number, and no record begins so.
        b'{' | b'"' => serde_json::from_slice::<Former>(octets).ok().map(Record::from),
        _ => minicbor_serde::from_slice(octets).ok(),
    }
}

/// What the previous release wrote.
#[derive(Deserialize)]
enum Former {
    #[serde(rename = "awaiting_idp.1")]
    AwaitingIdp(Box<FormerAwaitingIdp>),
    #[serde(rename = "answered.1")]
    Answered,
    #[serde(rename = "used_assertion.1")]
    UsedAssertion,
    #[serde(rename = "grant.1")]
    Grant(Box<Grant>),
    #[serde(rename = "spent.1")]
    Spent(FormerSpent),
    #[serde(rename = "access.1")]
    Access(Box<Access>),
}

/// It kept the whole request, also what had done its work when the person left.
#[derive(Deserialize)]
struct FormerAwaitingIdp {
    login: LoginId,
    upstream: UpstreamName,
    since: Timestamp,
    request: FormerRequest,
    begun: Begun,
}

#[derive(Deserialize)]
struct FormerRequest {
    #[serde(flatten)]
    binding: GrantBinding,
    state: Option<State>,
    nonce: Option<String>,
    scopes: Vec<Scope>,
}

#[derive(Deserialize)]
struct FormerSpent {
    login: LoginId,
    access_token: Option<[u8; 32]>,
}

impl From<Former> for Record {
    fn from(former: Former) -> Self {
        match former {
            Former::AwaitingIdp(waiting) => {
                let FormerAwaitingIdp { login, upstream, since, request, begun } = *waiting;
                let FormerRequest { binding, state, nonce, scopes } = request;
                Self::AwaitingIdp(Box::new(AwaitingIdp {
                    login,
                    upstream,
                    since,
                    binding,
                    state,
                    nonce,
                    scopes,
                    begun,
                }))
            }
            Former::Answered => Self::Answered,
            Former::UsedAssertion => Self::UsedAssertion,
            Former::Grant(grant) => Self::Grant(grant),
            Former::Spent(FormerSpent { login, access_token }) => {
                Self::Spent(Spent { login, access_token: access_token.map(Digest) })
            }
            Former::Access(access) => Self::Access(access),
        }
    }
}

#[cfg(test)]
mod tests;
