//! The service provider's endpoints.

use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{BrowserBinding, FormBodyError, UpstreamName};

use crate::current::{Now, Shared};

use super::body::{self, BodyError, Form};
use super::turns::{Purpose, Turns};
use super::{cookie, load, oidc, page};

/// The assertion consumer service [SAML2Prof §4.1.4.5].
pub(super) async fn acs(
    shared: Now,
    turns: Data<Turns>,
    request: HttpRequest,
    upstream: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let Some(upstream) = known(&shared, &upstream) else { return page::nothing_here(&request) };
    let form = match posted(&shared, &turns, &request, upstream, payload).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let finished = async {
        let callback_form = shared.broker.read_callback(&form)?;
        let browser = cookie::read(&request, callback_form.relay_state());
        shared.broker.finish_login(upstream, callback_form, browser).await
    };
    match load::work(&turns, purpose(&request), (&shared, &request), finished).await {
        // The cookie stays until it expires: it opens nothing any more, and tells a person who goes
        // back that this login is over.
        Ok(Ok(location)) => {
            HttpResponse::SeeOther().insert_header((LOCATION, location.as_str())).finish()
        }
        Ok(Err(failed)) => oidc::ended(&request, &failed),
        Err(why) => load::unserved_page(&shared, &request, "acs", why),
    }
}

/// Nobody without a cookie ends a login, so nobody without one goes first.
fn purpose(request: &HttpRequest) -> Purpose {
    if cookie::all(request).is_empty() { Purpose::Begin } else { Purpose::Finish }
}

/// The form that was posted. A short one is read for anybody, a longer one only for a browser that
/// has a login open, because it costs memory for as long as it takes to arrive. The look whether it
/// has one takes a turn, like all that asks the store; waiting for the rest does not.
async fn posted(
    shared: &Shared,
    turns: &Turns,
    request: &HttpRequest,
    upstream: &UpstreamName,
    payload: Payload,
) -> Result<String, HttpResponse> {
    let fault =
        |fault: FormBodyError| oidc::ended(request, &shared.broker.fail_with_page(fault.into()));
    let unread = |error| match error {
        BodyError::Fault(why) => fault(why),
        BodyError::GaveWay(to) => load::unserved_page(shared, request, "acs", to.into()),
    };
    let limit = shared.response_limits.get(upstream).copied().unwrap_or(body::OF_STRANGERS);
    let source = shared.trusted_proxies.source(request);
    let bodies = &shared.load.bodies;
    let mut form = Form::of(request, payload, limit, (bodies, source)).map_err(fault)?;
    if !form.reads_within(body::OF_STRANGERS).await.map_err(unread)? {
        let cookies = cookie::all(request);
        let open = shared.broker.find_open_login(&cookies, |login| bodies.is_read_for(login));
        let open = load::work(turns, purpose(request), (shared, request), open).await;
        let open = open.map_err(|why| load::unserved_page(shared, request, "acs", why))?;
        match open {
            Ok(login) => form.read_for(login).await.map_err(unread)?,
            // A login that began at a replica of the previous release cannot be looked up.
            Err(_)
                if shared.load.is_young()
                    && cookies.iter().any(BrowserBinding::is_previous_format) =>
            {
                form.read_all().await.map_err(unread)?;
            }
            Err(fault) => return Err(oidc::ended(request, &fault)),
        }
    }
    form.text().map_err(fault)
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
