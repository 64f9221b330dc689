//! Messages of single logout, and the one of each kind that was ever signed.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silta_saml::{
    LogoutError, LogoutExpectation, LogoutMessage, LogoutRequest, LogoutResponse, LogoutStatus,
    MessageParameter, NameId, ReceivedLogoutRequest, ReceivedLogoutResponse, RequestId,
    sign_enveloped,
};

use crate::trust::{IDP_KEY, NOON, expectation};

/// What became of a message.
pub(crate) enum Received {
    Request(ReceivedLogoutRequest),
    Response(ReceivedLogoutResponse),
}

/// The identity provider's request to end a session, as yet unsigned.
#[must_use]
pub fn logout_request() -> String {
    let asked = expectation();
    let name_id = NameId {
        value: "person-7".to_owned(),
        format: None,
        name_qualifier: Some(asked.idp.entity_id().to_owned()),
        sp_name_qualifier: Some(asked.provider.entity_id.clone()),
    };
    LogoutRequest {
        id: &RequestId::from_stored("_logout".to_owned()),
        issued: NOON,
        destination: SLO,
        issuer: asked.idp.entity_id(),
        name_id: &name_id,
        session_index: Some("_session"),
        vetuma_language: Some("sv"),
    }
    .to_xml()
}

/// The identity provider's answer to a request to end a session, as yet unsigned.
#[must_use]
pub fn logout_response() -> String {
    let asked = expectation();
    LogoutResponse {
        id: "_answer",
        issued: NOON,
        destination: SLO,
        issuer: asked.idp.entity_id(),
        in_response_to: asked.request.as_str(),
        status: LogoutStatus::Partial,
    }
    .to_xml()
}

/// Takes the text of a posted message, which begins as XML does, or else a raw query.
pub(crate) fn received(parameter: MessageParameter, octets: &[u8]) -> Option<Received> {
    let query = str::from_utf8(octets).ok().filter(|text| !text.starts_with(XML));
    let posted = STANDARD.encode(octets);
    let message = match (query, parameter) {
        (Some(query), _) => LogoutMessage::from_redirect(query),
        (None, MessageParameter::Request) => LogoutMessage::from_post(Some(&posted), None, None),
        (None, MessageParameter::Response) => LogoutMessage::from_post(None, Some(&posted), None),
    };
    let received = verify(message)?;
    let described = described(&received);
    assert!(SIGNED.contains(&described), "never signed: {described}");
    if let (Some(_), Received::Request(request)) = (query, &received) {
        let relay_state = Some(crate::redirect::RELAY_STATE);
        assert_eq!(request.relay_state(), relay_state, "another RelayState than was signed");
    }
    Some(received)
}

fn verify(message: Result<LogoutMessage<'_>, LogoutError>) -> Option<Received> {
    let asked = expectation();
    let expect = LogoutExpectation { provider: asked.provider, idp: asked.idp, slo_url: SLO };
    match message.ok()? {
        LogoutMessage::Request(request) => {
            request.verify(&expect, NOON).ok().map(Received::Request)
        }
        LogoutMessage::Response(response) => {
            response.verify(&expect, NOON).ok().map(Received::Response)
        }
    }
}

/// Everything that can be read of a message but its RelayState, which a signature by POST does not
/// cover.
fn described(received: &Received) -> String {
    match received {
        Received::Request(request) => {
            let name_id = request.name_id();
            let parts = [
                Some(&name_id.value),
                name_id.format.as_ref(),
                name_id.name_qualifier.as_ref(),
                name_id.sp_name_qualifier.as_ref(),
            ];
            let (id, until) = (request.id(), request.valid_until());
            format!("{id:?} {until:?} {parts:?} {:?}", request.session_indexes())
        }
        Received::Response(response) => {
            format!("{:?} {:?}", response.in_response_to(), response.status())
        }
    }
}

static SIGNED: LazyLock<[String; 2]> = LazyLock::new(|| {
    let post = |xml: &str| silta_saml::post_value(&sign_enveloped(xml, &IDP_KEY).unwrap());
    let [request, response] = [post(&logout_request()), post(&logout_response())];
    [
        LogoutMessage::from_post(Some(&request), None, None),
        LogoutMessage::from_post(None, Some(&response), None),
    ]
    .map(|message| described(&verify(message).unwrap()))
});

/// How every posted message begins that is read: white space, a mark of order or an element.
const XML: [char; 6] = ['<', '\u{feff}', ' ', '\t', '\r', '\n'];
/// Where messages of single logout come to.
pub const SLO: &str = "https://broker.example/saml/slo";
