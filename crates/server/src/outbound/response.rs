//! Reads a response within its bounds.

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use reqwest::{Response, StatusCode};
use silta_broker::ports::{OutboundHttpError, OutboundResponse};

use super::cause;

/// The whole response, if its body has at most `max_body` octets.
pub(super) async fn read(
    mut response: Response,
    max_body: usize,
) -> Result<OutboundResponse, OutboundHttpError> {
    check_status(response.status())?;
    check_encoding(response.headers())?;
    let content_type = content_type(response.headers())?;
    let status = response.status().as_u16();
    // One that announces too much is not read at all.
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).map_or(true, |announced| announced > max_body) {
        return Err(OutboundHttpError::TooLarge);
    }
    // What is announced takes no memory before it comes.
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| cause::of(&error))? {
        if chunk.len() > max_body.saturating_sub(body.len()) {
            return Err(OutboundHttpError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(OutboundResponse { status, content_type, body })
}

/// A redirect could lead our credentials anywhere; nobody asked for a switch of protocols.
fn check_status(status: StatusCode) -> Result<(), OutboundHttpError> {
    if status.is_redirection() {
        Err(OutboundHttpError::Redirect)
    } else if status.is_informational() {
        Err(OutboundHttpError::Unreadable)
    } else {
        Ok(())
    }
}

/// Only `identity` was offered. Nothing here could decompress; taken as it is, the body would be
/// told as malformed, and nobody would know why.
fn check_encoding(headers: &HeaderMap) -> Result<(), OutboundHttpError> {
    let is_only = |name, value: &str| {
        headers
            .get_all(name)
            .iter()
            .all(|one| one.as_bytes().eq_ignore_ascii_case(value.as_bytes()))
    };
    if is_only(CONTENT_ENCODING, "identity") && is_only(TRANSFER_ENCODING, "chunked") {
        Ok(())
    } else {
        Err(OutboundHttpError::Compressed)
    }
}

/// Two of them are a body that two readers read differently.
fn content_type(headers: &HeaderMap) -> Result<Option<String>, OutboundHttpError> {
    let mut all = headers.get_all(CONTENT_TYPE).iter();
    let Some(value) = all.next() else { return Ok(None) };
    match (value.to_str(), all.next()) {
        (Ok(text), None) if text.len() <= MAX_CONTENT_TYPE => Ok(Some(text.to_owned())),
        _ => Err(OutboundHttpError::Unreadable),
    }
}

/// `application/json;charset=UTF-8` has 30 octets.
const MAX_CONTENT_TYPE: usize = 256;
