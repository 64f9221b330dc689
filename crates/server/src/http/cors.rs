//! What pages of other origins may do here [Fetch §3.3]: those of public clients call what such clients call
//! by themselves, and read the answer. Nothing else is for pages.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::app_state::CurrentState;

/// Answers preflights of public clients' pages, and lets those pages read the answers of others, errors
/// too. Never are credentials allowed: what a browser keeps of us says nothing here.
pub(super) async fn for_public_clients<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let allowed = allowed_origin(&request);
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    // One from anywhere else is a method that is not served.
    let mut response = if is_preflight && allowed.is_some() {
        let answer = HttpResponse::NoContent()
            .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"))
            .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"))
            .insert_header((ACCESS_CONTROL_MAX_AGE, KNOWN_FOR))
            .finish();
        request.into_response(answer).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let headers = response.headers_mut();
    // What is allowed to one origin must not be kept for another.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    Ok(response)
}

/// The origin of the page that asks, if it is one of a public client, octet for octet.
fn allowed_origin(request: &ServiceRequest) -> Option<HeaderValue> {
    let origin = only_origin(request.headers())?;
    let state = request.app_data::<Data<CurrentState>>()?.get();
    let text = origin.to_str().ok()?;
    state.oidc.serves_pages_of(text).then(|| origin.clone())
}

/// A browser sends one.
fn only_origin(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut all = headers.get_all(ORIGIN);
    let first = all.next();
    if all.next().is_some() { None } else { first }
}

/// In seconds: ten minutes, so that a client that is taken out is out soon.
const KNOWN_FOR: &str = "600";
