//! Maps an error of the HTTP client to one cause of a closed set. The text of the peer goes no
//! further than this file.

use std::error::Error;
use std::io;
use std::iter;

use silta_broker::ports::OutboundHttpError;

use super::resolver::ResolveError;

/// Why there is no response, or no whole one.
pub(super) fn of(error: &reqwest::Error) -> OutboundHttpError {
    if let Some(known) = chain(error).find_map(of_source) {
        return known;
    }
    if error.is_connect() {
        // Its own time-out for a connection, too.
        OutboundHttpError::NoConnection
    } else if error.is_timeout() {
        OutboundHttpError::NoAnswer
    } else {
        OutboundHttpError::Unreadable
    }
}

/// The cause that an error shows by its type.
fn of_source(error: &(dyn Error + 'static)) -> Option<OutboundHttpError> {
    if let Some(resolved) = error.downcast_ref::<ResolveError>() {
        return Some(match resolved {
            ResolveError::NotResolved => OutboundHttpError::NotResolved,
            ResolveError::NotAllowed => OutboundHttpError::AddressNotAllowed,
        });
    }
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(match tls {
            rustls::Error::InvalidCertificate(_) => OutboundHttpError::CertificateRefused,
            _ => OutboundHttpError::TlsFailed,
        });
    }
    match error.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::ConnectionRefused => Some(OutboundHttpError::NobodyListens),
        _ => None,
    }
}

/// An error and its causes.
fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> + 'a {
    iter::successors(Some(error), |error| source(*error))
}

/// An `io::Error` does not name the error that it wraps, but that one's cause.
fn source<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
