//! What a person sees who opens an address that is none to open: by Enter in the address bar of an error
//! page, for instance.

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT, ALLOW};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;

use super::page;

/// Shows a page where a browser's GET is answered with 405; programs get the bare answer.
pub(super) async fn shown<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let opened =
        request.method() == Method::GET && accept.is_some_and(|list| list.contains("text/html"));
    let response = next.call(request).await?;
    let allow = response.headers().get(ALLOW).cloned();
    match allow {
        Some(allow) if opened && response.status() == StatusCode::METHOD_NOT_ALLOWED => {
            let page = page::not_opened(response.request(), allow);
            Ok(response.into_response(page).map_into_boxed_body().map_into_right_body())
        }
        _ => Ok(response.map_into_left_body()),
    }
}
