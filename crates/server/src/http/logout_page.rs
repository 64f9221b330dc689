//! What a person sees of a logout: a question, where nobody else can answer it; then the way on, or the
//! truth.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use maud::html;
use silta_broker::{
    ErrorClass, FailedLogout, FinishedLogout, FormBodyError, LogoutEnd, LogoutError, LogoutOutcome,
    NotifiedParty,
};

use super::texts::{self, Message};
use super::{logout_texts, page};
use crate::html_page::HTML;
use crate::language::Language;

/// Asks whether the person wants to log out. No page may show it in a frame, where a button can be hidden
/// below another one; that is what every page says.
pub(super) fn confirm(
    language: Language,
    url: &str,
    fields: &[(&'static str, String)],
) -> HttpResponse {
    let (heading, advice) = logout_texts::CONFIRM.of(language);
    let content = html! {
        h1 { (heading) }
        p { (advice) }
        form method="post" action=(url) {
            @for (name, value) in fields {
                input type="hidden" name=(name) value=(value);
            }
            button type="submit" { (logout_texts::LOG_OUT.of(language).0) }
        }
    };
    let page = page::layout(language, heading, &content).into_string();
    HttpResponse::Ok().content_type(HTML).body(page)
}

/// Whoever is logged out everywhere goes on; everybody else is told what may live on.
pub(super) fn ended(language: Language, finished: &FinishedLogout) -> HttpResponse {
    if let Some(next) = finished.goes_on_to() {
        return HttpResponse::SeeOther().insert_header((LOCATION, next.as_str())).finish();
    }
    let (heading, advice) = message_of(finished).of(language);
    let content = html! {
        h1 { (heading) }
        p { (advice) }
        @if !finished.notified.is_empty() {
            ul {
                @for NotifiedParty { relying_party, confirmed, .. } in &finished.notified {
                    li { (relying_party) ": " (told(*confirmed).of(language).0) }
                }
            }
        }
        @if let Some(next) = &finished.next {
            p { a href=(next.as_str()) { (logout_texts::GO_ON.of(language).0) } }
        }
        @if let Some(reference) = &finished.reference {
            p { (texts::REFERENCE.of(language)) ": " strong #reference { (reference) } }
        }
    };
    let page = page::layout(language, heading, &content).into_string();
    HttpResponse::Ok().content_type(HTML).body(page)
}

fn told(confirmed: bool) -> Message {
    if confirmed { logout_texts::CONFIRMED } else { logout_texts::NOT_CONFIRMED }
}

fn message_of(finished: &FinishedLogout) -> Message {
    let all_confirmed = finished.notified.iter().all(|one| one.confirmed);
    match finished.end {
        LogoutEnd::Here | LogoutEnd::AtUpstream(LogoutOutcome::Done) if !all_confirmed => {
            logout_texts::CLIENTS_NOT_NOTIFIED
        }
        LogoutEnd::NobodyHere | LogoutEnd::OverBefore => logout_texts::NOBODY_HERE,
        LogoutEnd::Here => logout_texts::HERE,
        LogoutEnd::AtUpstream(LogoutOutcome::Done) => logout_texts::DONE,
        LogoutEnd::AtUpstream(LogoutOutcome::Partly) => logout_texts::PARTLY,
        LogoutEnd::AtUpstream(LogoutOutcome::UnknownSession) => logout_texts::UNKNOWN_SESSION,
        LogoutEnd::AtUpstream(LogoutOutcome::Failed) => logout_texts::FAILED,
    }
}

/// A message or a request that is refused, or that could not be worked on.
pub(super) fn failed(request: &HttpRequest, failed: &FailedLogout) -> HttpResponse {
    let (status, message) = match (&failed.error, failed.error.class()) {
        (LogoutError::Body(error), _) => (status_of(*error), logout_texts::NOT_ACCEPTED),
        (LogoutError::RequestBody(error), _) => (status_of(*error), logout_texts::UNREADABLE),
        (LogoutError::NotNavigation, _) => (StatusCode::FORBIDDEN, logout_texts::BAD_REQUEST),
        // What was said of one that comes again may have been that nothing ended.
        (LogoutError::Replayed, _) | (_, ErrorClass::Idp) => {
            (StatusCode::BAD_REQUEST, logout_texts::NOT_ACCEPTED)
        }
        (_, ErrorClass::User) => (StatusCode::BAD_REQUEST, logout_texts::EXPIRED),
        (_, ErrorClass::Client) => (StatusCode::BAD_REQUEST, logout_texts::BAD_REQUEST),
        (_, ErrorClass::Operator | ErrorClass::Update) => {
            (StatusCode::SERVICE_UNAVAILABLE, logout_texts::UNAVAILABLE)
        }
    };
    page::message_page(request, status, message, Some(failed.reference.as_str()))
}

fn status_of(error: FormBodyError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST)
}
