//! Records as octets: what is sealed, and how it is read again.

use jiff::Timestamp;
use serde::Deserialize;
use silta_oidc::{GrantBinding, Scope, State};

use crate::login::LoginId;
use crate::state::{AccessTokenRecord, Digest, Grant, PendingLogin, Record, SpentCode};
use crate::upstream::{Pending, UpstreamName};

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
        b'{' | b'"' => serde_json::from_slice::<PreviousRecord>(octets).ok().map(Record::from),
        _ => minicbor_serde::from_slice(octets).ok(),
    }
}

/// A record of the previous release, in JSON.
#[derive(Deserialize)]
enum PreviousRecord {
    #[serde(rename = "awaiting_idp.1")]
    PendingLogin(Box<PreviousPendingLogin>),
    #[serde(rename = "answered.1")]
    Answered,
    #[serde(rename = "used_assertion.1")]
    UsedAssertion,
    #[serde(rename = "grant.1")]
    Grant(Box<Grant>),
    #[serde(rename = "spent.1")]
    SpentCode(PreviousSpentCode),
    #[serde(rename = "access.1")]
    AccessToken(Box<AccessTokenRecord>),
}

/// The previous release kept the whole authorize request.
#[derive(Deserialize)]
struct PreviousPendingLogin {
    login: LoginId,
    upstream: UpstreamName,
    since: Timestamp,
    request: PreviousRequest,
    #[serde(rename = "begun")]
    pending: Pending,
}

#[derive(Deserialize)]
struct PreviousRequest {
    #[serde(flatten)]
    binding: GrantBinding,
    state: Option<State>,
    nonce: Option<String>,
    scopes: Vec<Scope>,
}

#[derive(Deserialize)]
struct PreviousSpentCode {
    login: LoginId,
    access_token: Option<[u8; 32]>,
}

impl From<PreviousRecord> for Record {
    fn from(previous: PreviousRecord) -> Self {
        match previous {
            PreviousRecord::PendingLogin(pending_login) => {
                let PreviousPendingLogin { login, upstream, since, request, pending } =
                    *pending_login;
                let PreviousRequest { binding, state, nonce, scopes } = request;
                Self::PendingLogin(Box::new(PendingLogin {
                    login,
                    upstream,
                    since,
                    binding,
                    state,
                    nonce,
                    scopes,
                    pending,
                }))
            }
            PreviousRecord::Answered => Self::Answered,
            PreviousRecord::UsedAssertion => Self::UsedAssertion,
            PreviousRecord::Grant(grant) => Self::Grant(grant),
            PreviousRecord::SpentCode(PreviousSpentCode { login, access_token }) => {
                Self::SpentCode(SpentCode { login, access_token: access_token.map(Digest) })
            }
            PreviousRecord::AccessToken(access) => Self::AccessToken(access),
        }
    }
}

#[cfg(test)]
mod tests;
