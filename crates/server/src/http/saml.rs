//! The service provider's endpoints.

use actix_web::http::header::LOCATION;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::UpstreamName;

use crate::current::{Now, Shared};

use super::{body, cookie, oidc, page};

/// The assertion consumer service [SAML2Prof §4.1.4.5].
pub(super) async fn acs(
    shared: Now,
    request: HttpRequest,
    upstream: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let Some(upstream) = known(&shared, &upstream) else { return page::nothing_here(&request) };
    let form = match body::form(&request, payload, body::SAML).await {
        Ok(form) => form,
        Err(fault) => return oidc::ended(&request, &shared.broker.stranded(fault.into())),
    };
    let back = match shared.broker.read_return(&form) {
        Ok(back) => back,
        Err(fault) => return oidc::ended(&request, &fault),
    };
    let browser = cookie::read(&request, back.relay_state());
    match shared.broker.finish(upstream, back, browser).await {
        // The cookie stays until it expires: it opens nothing any more, and tells a person who goes
        // back that this login is over.
        Ok(location) => {
            HttpResponse::SeeOther().insert_header((LOCATION, location.as_str())).finish()
        }
        Err(fault) => oidc::ended(&request, &fault),
    }
}

/// Our metadata for one identity provider [SAML2Meta §4.1.1].
pub(super) async fn metadata(
    shared: Now,
    request: HttpRequest,
    upstream: Path<String>,
) -> HttpResponse {
    match known(&shared, &upstream).and_then(|upstream| shared.metadata.get(upstream)) {
        Some(document) => {
            HttpResponse::Ok().content_type("application/samlmetadata+xml").body(document.clone())
        }
        None => page::nothing_here(&request),
    }
}

fn known<'s>(shared: &'s Shared, name: &str) -> Option<&'s UpstreamName> {
    shared.metadata.keys().find(|known| known.as_str() == name)
}
