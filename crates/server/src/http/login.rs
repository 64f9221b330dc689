//! What every protocol does with a login: start it, carry its messages, end it.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{
    Callback, FailedLogin, FinishedLogin, HeldSessions, InboundRequest, OutboundMessage, Protocol,
    ReceivedLogin, StartedLogin, UpstreamName, Visitor, Window,
};
use silta_oidc::ParamsError;

use super::page::PostForm;
use super::texts::Message;
use super::turns::{Purpose, Turns};
use super::{cookie, not_served, page, session_cookie, texts};
use crate::app_state::AppState;
use crate::language::{Language, language_of, languages_of};

/// Starts the login that a relying party asks for. In a frame it must be one that may show no page.
pub(super) async fn start(
    (state, turns): (&AppState, &Turns),
    request: &HttpRequest,
    (protocol, asked): (Protocol, InboundRequest<'_>),
    window: Window,
) -> HttpResponse {
    let source = state.trusted_proxies.source(request);
    let (languages, sessions) = (languages_of(request), session_cookie::read(request));
    let visitor = Visitor { source, window, languages, sessions };
    let started = state.broker.start_login(protocol, asked, visitor);
    match not_served::work(turns, Purpose::Begin, (state, request), started).await {
        Ok(Ok(ReceivedLogin::Started(login))) => leave(request, &login),
        // The browser holds what it held.
        Ok(Ok(ReceivedLogin::Answered(message))) => {
            carry(language_of(request), &message, texts::RETURNING)
        }
        Ok(Err(failed)) => {
            turns.suspect(source);
            ended(request, &failed)
        }
        Err(why) => not_served::not_served_page(state, request, why),
    }
}

fn leave(request: &HttpRequest, login: &StartedLogin) -> HttpResponse {
    let cookie = cookie::of(&login.relay_state, &login.browser);
    let language = login.language.unwrap_or_else(|| language_of(request));
    let mut response = carry(language, &login.message, texts::FORWARDING);
    for cookie in cookie::excess(request, &cookie).iter().chain([&cookie]) {
        // Our own names and values always make a header.
        let _ = response.add_cookie(cookie);
    }
    response
}

/// Has the browser carry a message to an upstream or to a relying party. `text` is what a person reads
/// on the way whose browser runs no scripts.
pub(super) fn carry(language: Language, message: &OutboundMessage, text: Message) -> HttpResponse {
    match message {
        OutboundMessage::Redirect(url) => {
            HttpResponse::SeeOther().insert_header((LOCATION, url.as_str())).finish()
        }
        OutboundMessage::Post { url, fields, beside, framed_by } => {
            let form = PostForm::to(url, fields).beside(beside);
            page::post_form(language, text, &form, framed_by)
        }
        OutboundMessage::PostToOrigin { url, origin, fields, framed_by } => {
            page::post_form(language, text, &PostForm::to_origin(url, origin, fields), framed_by)
        }
    }
}

/// A login that ended badly: the relying party is told where that is possible, otherwise the person.
pub(super) fn ended(request: &HttpRequest, failed: &FailedLogin) -> HttpResponse {
    let mut response = match &failed.answer {
        Some(message) => carry(language_of(request), message, texts::RETURNING),
        None => page::fault(request, failed),
    };
    if let Some(sessions) = &failed.sessions {
        add_sessions(&mut response, request, sessions);
    }
    response
}

/// Has the browser hold these sessions from now on.
pub(super) fn add_sessions(
    response: &mut HttpResponse,
    request: &HttpRequest,
    sessions: &HeldSessions,
) {
    for cookie in session_cookie::changes(request, sessions) {
        // Our own names and values always make a header.
        let _ = response.add_cookie(&cookie);
    }
}

/// Finishes the login that a callback of `upstream` belongs to. In a frame it must be one that may show no
/// page.
pub(super) async fn finish(
    (state, turns): (&AppState, &Turns),
    request: &HttpRequest,
    (upstream, callback): (&UpstreamName, Result<Callback, ParamsError>),
    window: Window,
) -> HttpResponse {
    let browser = |relay_state: &_| cookie::read(request, relay_state);
    let source = state.trusted_proxies.source(request);
    let sessions = session_cookie::read(request);
    let at = (upstream, Visitor { window, sessions, ..source.into() });
    let finished = state.broker.finish_login(at, callback, browser);
    match not_served::work(turns, purpose_of_callback(request), (state, request), finished).await {
        // The cookie stays until it expires: it opens nothing any more, and tells a person who goes
        // back that this login is over.
        Ok(Ok(FinishedLogin::Answered { message, sessions })) => {
            let mut response = carry(language_of(request), &message, texts::RETURNING);
            add_sessions(&mut response, request, &sessions);
            response
        }
        Ok(Ok(FinishedLogin::AskedAgain(login))) => leave(request, &login),
        // A provider that is down must not make suspects of all who log in there.
        Ok(Err(failed)) if failed.error.is_upstreams_outage() => ended(request, &failed),
        Ok(Err(failed)) => {
            turns.suspect(source);
            ended(request, &failed)
        }
        Err(why) => not_served::not_served_page(state, request, why),
    }
}

/// Nobody without a cookie ends a login, so nobody without one goes first.
pub(super) fn purpose_of_callback(request: &HttpRequest) -> Purpose {
    if cookie::all(request).is_empty() { Purpose::Begin } else { Purpose::Finish }
}
