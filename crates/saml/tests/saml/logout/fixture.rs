//! A logout message on its way by either binding, to a service provider that trusts one peer.

use jiff::Timestamp;
use silta_saml::{
    LogoutError, LogoutExpectation, LogoutMessage, MessageError, MessageParameter, Part,
    ReceivedLogoutRequest, ReceivedLogoutResponse, SignatureError, post_value,
};
use silta_testkit::forge::{FakeIdp, ForgedLogout, NOON, SLO};

/// What became of a message of either kind.
#[derive(Debug)]
pub(super) enum Read {
    Request(ReceivedLogoutRequest),
    Response(ReceivedLogoutResponse),
}

pub(super) type Outcome = Result<Read, LogoutError>;

pub(super) fn by_both(forged: &ForgedLogout) -> [Outcome; 2] {
    by_both_at(NOON, &FakeIdp::default(), forged)
}

pub(super) fn by_both_at(now: Timestamp, idp: &FakeIdp, forged: &ForgedLogout) -> [Outcome; 2] {
    let relay_state = forged.handle().map(str::to_owned);
    let posted = match forged.parameter() {
        MessageParameter::Request => (Some(forged.post()), None),
        MessageParameter::Response => (None, Some(forged.post())),
    };
    let posted = (posted.0.as_deref(), posted.1.as_deref());
    [
        verify(LogoutMessage::from_redirect(&forged.query()), idp, now),
        verify(LogoutMessage::from_post(posted.0, posted.1, relay_state), idp, now),
    ]
}

/// Both bindings refuse this message for this reason.
#[track_caller]
pub(super) fn refuses(expected: impl Into<LogoutError>, forged: &ForgedLogout) {
    let expected = expected.into();
    for made in by_both(forged) {
        assert_eq!(made.unwrap_err(), expected);
    }
}

pub(super) fn by_redirect(query: &str) -> Outcome {
    verify(LogoutMessage::from_redirect(query), &FakeIdp::default(), NOON)
}

/// A LogoutRequest in a form.
pub(super) fn by_post(xml: &str) -> Outcome {
    let message = LogoutMessage::from_post(Some(&post_value(xml)), None, None);
    verify(message, &FakeIdp::default(), NOON)
}

pub(super) fn verify(
    message: Result<LogoutMessage<'_>, LogoutError>,
    idp: &FakeIdp,
    now: Timestamp,
) -> Outcome {
    let asked = idp.expectation();
    let expect = LogoutExpectation { provider: asked.provider, idp: asked.idp, slo_url: SLO };
    match message? {
        LogoutMessage::Request(request) => request.verify(&expect, now).map(Read::Request),
        LogoutMessage::Response(response) => response.verify(&expect, now).map(Read::Response),
    }
}

impl Read {
    pub(super) fn request(self) -> ReceivedLogoutRequest {
        let Self::Request(request) = self else { unreachable!("a response") };
        request
    }

    pub(super) fn response(self) -> ReceivedLogoutResponse {
        let Self::Response(response) = self else { unreachable!("a request") };
        response
    }
}

pub(super) fn signature_error(part: Part, cause: SignatureError) -> LogoutError {
    MessageError::Signature { part, cause }.into()
}
