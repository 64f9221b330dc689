//! The end session endpoint: clients ask for a logout [OIDC RP-Initiated Logout §2].

use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{ClientLogout, InboundRequest, LoggedOut, LogoutError, LogoutParty, LogoutStep};
use silta_oidc::LogoutRequestError;

use super::body::{self, BodyError};
use super::endpoint::Endpoint;
use super::turns::Turns;
use super::{
    login, logout_page, logout_texts, navigation, not_served, received_logout, session_cookie,
};
use crate::app_state::{AppState, RequestState};
use crate::language::{language_of, languages_of};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::step("/logout", "logout", |at| at.get(logout_get).post(logout_post)),
    Endpoint::step("/logout/{client}", "client_logout", |at| at.get(logout_at)),
];

pub(super) async fn logout_get(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
) -> HttpResponse {
    let asked = || state.oidc.read_logout(InboundRequest::Query(request.query_string()));
    log_out((&state, &turns), &request, asked).await
}

/// By POST too [OIDC RP-Initiated Logout §2]; the form of the confirmation page comes this way.
pub(super) async fn logout_post(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    match body::parameters(&request, payload, &state).await {
        Ok(form) => {
            let asked = || state.oidc.read_logout(InboundRequest::Form(&form));
            log_out((&state, &turns), &request, asked).await
        }
        Err(BodyError::Invalid(error)) => {
            refused(&state, &request, LogoutError::RequestBody(error))
        }
        Err(BodyError::Displaced(to)) => not_served::not_served_page(&state, &request, to.into()),
    }
}

/// The fixed address of a client. Whatever else is asked there counts for nothing: Cognito compares the
/// address as a whole.
pub(super) async fn logout_at(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    client: Path<String>,
) -> HttpResponse {
    log_out((&state, &turns), &request, || state.oidc.read_logout_at(&client)).await
}

async fn log_out(
    (state, turns): (&AppState, &Turns),
    request: &HttpRequest,
    asked: impl FnOnce() -> Result<ClientLogout, LogoutRequestError>,
) -> HttpResponse {
    // A link that a browser loads in advance logs nobody out. In a frame a hint does, and no page shows.
    if navigation::window(request.headers()).is_none() {
        return refused(state, request, LogoutError::NotNavigation);
    }
    let source = state.trusted_proxies.source(request);
    let held = session_cookie::read(request);
    // A hint is verified in the turn of whoever sent it.
    let languages = languages_of(request);
    let logged_out = async { state.broker.log_out(asked(), &held, languages).await };
    let purpose = received_logout::purpose_of(&held);
    match not_served::work(turns, purpose, (state, request), logged_out).await {
        Ok(Ok(LoggedOut { step, sessions, language })) => {
            let language = language.unwrap_or_else(|| language_of(request));
            let mut response = match step {
                LogoutStep::Confirm(fields) => {
                    let url = state.oidc.issuer().endpoint("/logout");
                    return logout_page::confirm(language, &url, &fields);
                }
                LogoutStep::AtUpstream(message) => {
                    login::carry(language, &message, logout_texts::FORWARDING)
                }
                LogoutStep::Finished(finished) => logout_page::ended(language, &finished),
            };
            login::add_sessions(&mut response, request, &sessions);
            response
        }
        Ok(Err(failed)) => {
            received_logout::suspect((turns, source), &failed.error);
            logout_page::failed(request, &failed)
        }
        Err(why) => not_served::not_served_page(state, request, why),
    }
}

fn refused(state: &AppState, request: &HttpRequest, error: LogoutError) -> HttpResponse {
    let party = LogoutParty::RelyingParty(None);
    logout_page::failed(request, &state.broker.fail_logout(party, error))
}
