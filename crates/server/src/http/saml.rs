//! The service provider's endpoints.

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{BrowserBinding, Callback, FormBodyError, UpstreamName, Window};
use silta_config::description::Protocol;

use crate::app_state::{AppState, RequestState, UpstreamEndpoints};

use super::body::{self, BodyError, FormBody};
use super::endpoint::{Endpoint, readable};
use super::load::NotServedError;
use super::turns::Turns;
use super::{cookie, login, lost_messages, not_served, page};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        max_octets: Some(response_limit),
        ..Endpoint::step("/saml/{upstream}/acs", "acs", |at| at.post(acs))
    },
    Endpoint::document("/saml/{upstream}/metadata", |at| readable(at, metadata)),
];

/// The assertion consumer service [SAML2Prof §4.1.4.5].
pub(super) async fn acs(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    upstream: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let known = state.upstream(Protocol::Saml, &upstream);
    let Some((upstream, UpstreamEndpoints { max_octets: Some(limit), .. })) = known else {
        return lost_messages::nothing_here(&request);
    };
    let form = match posted((&state, &turns), &request, (upstream, *limit), payload).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let callback = (upstream, Callback::from_form(&form));
    // A form is posted where the browser shows it; the cookie or the handle finds the login.
    login::finish((&state, &turns), &request, callback, Window::Page).await
}

/// The form that was posted. A short one is read for anybody, a longer one only for a browser that
/// has a login open, because it costs memory for as long as it takes to arrive. The look whether it
/// has one takes a turn, like all that asks the store; waiting for the rest does not.
async fn posted(
    (state, turns): (&AppState, &Turns),
    request: &HttpRequest,
    (upstream, limit): (&UpstreamName, usize),
    payload: Payload,
) -> Result<String, HttpResponse> {
    // Whose limit it is, and whose address: that an upstream sent it, nothing proves.
    let fault = |fault: FormBodyError| {
        login::ended(request, &state.broker.fail_with_page_at(upstream, fault.into()))
    };
    let unread = |error| match error {
        BodyError::Invalid(why) => fault(why),
        BodyError::Displaced(to) => not_served::not_served_page(state, request, to.into()),
    };
    let source = state.trusted_proxies.source(request);
    let bodies = &state.load.bodies;
    let mut form = FormBody::of(request, payload, limit, (bodies, source)).map_err(fault)?;
    if !form.read_within(body::WITHOUT_COOKIE).await.map_err(unread)? {
        let cookies = cookie::all(request);
        let open =
            state.broker.find_open_login(upstream, &cookies, |login| bodies.has_body_for(login));
        let open =
            not_served::work(turns, login::purpose_of_callback(request), (state, request), open)
                .await;
        if let Err(NotServedError::Gone) = open {
            // All that is to come has come: an end that is too early is told before anything else.
            form.read_all().await.map_err(unread)?;
        }
        let open = open.map_err(|why| not_served::not_served_page(state, request, why))?;
        match open {
            Ok(login) => form.read_for(login).await.map_err(unread)?,
            // A login that began at a replica of the previous release cannot be looked up.
            Err(_)
                if state.load.is_young()
                    && cookies.iter().any(BrowserBinding::is_previous_format) =>
            {
                form.read_all().await.map_err(unread)?;
            }
            Err(fault) => return Err(login::ended(request, &fault)),
        }
    }
    form.text().map_err(fault)
}

/// Our metadata for one identity provider [SAML2Meta §4.1.1].
pub(super) async fn metadata(
    state: RequestState,
    request: HttpRequest,
    upstream: Path<String>,
) -> HttpResponse {
    match state.upstream(Protocol::Saml, &upstream) {
        Some((_, UpstreamEndpoints { metadata: Some(metadata), .. })) => {
            match metadata.document().await {
                Ok(document) => {
                    HttpResponse::Ok().content_type("application/samlmetadata+xml").body(document)
                }
                // It is told where the key was asked.
                Err(_) => HttpResponse::ServiceUnavailable().finish(),
            }
        }
        _ => page::nothing_here(&request),
    }
}

fn response_limit(state: &AppState, upstream: &str) -> Option<usize> {
    state.upstream(Protocol::Saml, upstream)?.1.max_octets
}
