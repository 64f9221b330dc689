//! Reading form bodies, bounded, before anything else is decided.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::body::{BodyStream, MessageBody as _};
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Payload;
use silta_broker::ports::Key;
use silta_broker::{FormBodyError, SourceNetwork};
use tokio::time::{Instant, timeout_at};

use super::bodies::{BodyBudget, BodyLease, Displaced};
use crate::app_state::AppState;

/// A form body that is being read. Its octets are counted among those of the whole process: all of
/// them at once where their number is announced, otherwise as they come.
pub(super) struct FormBody {
    octets: Pin<Box<BodyStream<Payload>>>,
    announced: Option<usize>,
    limit: usize,
    lease: BodyLease,
    read: Vec<u8>,
    counted: usize,
    deadline: Instant,
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    /// It is not a valid form.
    Invalid(FormBodyError),
    /// It was displaced.
    Displaced(Displaced),
}

/// The parameters of a token, userinfo or authorize request.
///
/// # Errors
/// [`BodyError`].
pub(super) async fn parameters(
    request: &HttpRequest,
    payload: Payload,
    state: &AppState,
) -> Result<String, BodyError> {
    let source = state.trusted_proxies.source(request);
    let mut form = FormBody::of(request, payload, MAX_PARAMETERS, (&state.load.bodies, source))?;
    form.read_all().await?;
    Ok(form.text()?)
}

impl FormBody {
    /// A body of at most `limit` octets; nothing of it is read yet.
    ///
    /// # Errors
    /// [`FormBodyError`]: it is no form in UTF-8, or announced to be larger.
    pub(super) fn of(
        request: &HttpRequest,
        payload: Payload,
        limit: usize,
        (bodies, source): (&Arc<BodyBudget>, SourceNetwork),
    ) -> Result<Self, FormBodyError> {
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        check(media_type.unwrap_or_default())?;
        let announced = request.headers().get(CONTENT_LENGTH);
        // The HTTP library has refused what is no number.
        let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|octets: usize| octets > limit) {
            return Err(FormBodyError::TooLarge);
        }
        Ok(Self {
            octets: Box::pin(BodyStream::new(payload)),
            announced,
            limit,
            lease: bodies.lease(source),
            read: vec![],
            counted: 0,
            deadline: Instant::now() + READ_TIMEOUT,
        })
    }

    /// Reads it, unless it has or announces more than `most` octets: then it stays where it is, and
    /// this is `false`.
    ///
    /// # Errors
    /// [`BodyError`].
    pub(super) async fn read_within(&mut self, most: usize) -> Result<bool, BodyError> {
        if self.announced.is_some_and(|octets| octets > most) {
            return Ok(false);
        }
        self.read_to(most).await
    }

    /// Reads all of it for `login`: a body that was read for it before is displaced.
    ///
    /// # Errors
    /// [`BodyError`].
    pub(super) async fn read_for(&mut self, login: Key) -> Result<(), BodyError> {
        self.lease.assign_login(login);
        self.read_all().await
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`BodyError`].
    pub(super) async fn read_all(&mut self) -> Result<(), BodyError> {
        if self.read_to(self.limit).await? { Ok(()) } else { Err(FormBodyError::TooLarge.into()) }
    }

    /// What was read, as text.
    ///
    /// # Errors
    /// [`FormBodyError::Unreadable`]: it is not UTF-8.
    pub(super) fn text(self) -> Result<String, FormBodyError> {
        String::from_utf8(self.read).map_err(|_| FormBodyError::Unreadable)
    }

    /// Whether it ended within so many octets. What came in one piece may go beyond them by that.
    async fn read_to(&mut self, most: usize) -> Result<bool, BodyError> {
        self.count(self.announced.unwrap_or(0))?;
        while self.read.len() <= most {
            let next = poll_fn(|context| self.octets.as_mut().poll_next(context));
            let next = tokio::select! {
                next = timeout_at(self.deadline, next) => next,
                to = self.lease.displaced() => return Err(BodyError::Displaced(to)),
            };
            match next {
                Ok(Some(Ok(piece))) => {
                    self.count(self.read.len() + piece.len())?;
                    self.read.extend_from_slice(&piece);
                }
                Ok(Some(Err(_))) => return Err(FormBodyError::Unreadable.into()),
                Ok(None) => return Ok(true),
                Err(_) => return Err(FormBodyError::TooSlow.into()),
            }
        }
        Ok(false)
    }

    /// Counts up to so many octets in all.
    fn count(&mut self, octets: usize) -> Result<(), BodyError> {
        let more = octets.saturating_sub(self.counted);
        self.counted += more;
        // A body that needs no more may be displaced too.
        self.lease.grow(more).map_err(BodyError::Displaced)
    }
}

impl From<FormBodyError> for BodyError {
    fn from(fault: FormBodyError) -> Self {
        Self::Invalid(fault)
    }
}

/// A form, in UTF-8 or without a word about that. Another charset would make other letters of the
/// same octets [RFC 9110 §8.3.2].
fn check(media_type: &str) -> Result<(), FormBodyError> {
    let mut parts = media_type.split(';').map(str::trim);
    if !parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case(FORM)) {
        return Err(FormBodyError::NotAForm);
    }
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
            return Err(FormBodyError::Charset);
        }
    }
    Ok(())
}

/// A slow telephone needs seconds for 128 KiB; whoever needs longer is holding a connection open.
const READ_TIMEOUT: Duration = Duration::from_secs(20);
const FORM: &str = "application/x-www-form-urlencoded";
/// The parameters of a token or authorize request.
pub(super) const MAX_PARAMETERS: usize = 64 * 1024;
/// What is read of an answer from anybody, to tell a person without a cookie what happened: the
/// shorter half of real answers.
pub(super) const WITHOUT_COOKIE: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_in_utf_8_or_says_nothing_about_it() {
        for good in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-URLEncoded ; charset=UTF-8",
            "application/x-www-form-urlencoded; Charset=\"utf-8\"",
            "application/x-www-form-urlencoded; boundary=x",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for charset in ["ISO-8859-1", "utf-7", "utf-16", "", "utf8"] {
            let media_type = format!("{FORM}; charset={charset}");
            assert_eq!(check(&media_type), Err(FormBodyError::Charset), "{charset}");
        }
        for other in ["", "text/plain", "multipart/form-data; charset=utf-8"] {
            assert_eq!(check(other), Err(FormBodyError::NotAForm), "{other}");
        }
    }
}
