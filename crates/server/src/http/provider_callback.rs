//! The redirect URI of our relying party at OpenID Providers.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use silta_broker::{Callback, LoginError};
use silta_config::description::Protocol;

use super::endpoint::Endpoint;
use super::turns::Turns;
use super::{login, navigation, page};
use crate::app_state::RequestState;

pub(super) const ENDPOINTS: &[Endpoint] =
    &[Endpoint::step("/oidc/{upstream}/callback", "callback", |at| at.get(callback))];

/// The callback of a provider, in the query [RFC 6749 §4.1.2].
pub(super) async fn callback(
    state: RequestState,
    turns: Data<Turns>,
    request: HttpRequest,
    upstream: Path<String>,
) -> HttpResponse {
    let Some((upstream, _)) = state.upstream(Protocol::Oidc, &upstream) else {
        return page::nothing_here(&request);
    };
    // A link preview or an image would spend the login of the person who was sent the address.
    let Some(window) = navigation::window(request.headers()) else {
        return login::ended(&request, &state.broker.fail_with_page(LoginError::NotNavigation));
    };
    let callback = (upstream, Callback::from_query(request.query_string()));
    login::finish((&state, &turns), &request, callback, window).await
}
