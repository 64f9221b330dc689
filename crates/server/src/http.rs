//! The HTTP face: handlers that read, ask the broker once, and render.

pub(crate) mod admin;
mod body;
mod cookie;
mod headers;
mod oidc;
mod page;
mod saml;
mod step;
mod texts;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};

use crate::current::{Current, Shared};

/// Serves what is current on a listener that is already bound.
///
/// # Errors
/// When the operating system refuses the socket.
pub(crate) fn serve(current: Arc<Current>, listener: TcpListener) -> std::io::Result<Server> {
    // The text of the configuration stays, so the path does.
    let path = path_of(&current.get());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::from(current.clone()))
            .wrap(actix_web::middleware::from_fn(step::of_a_login))
            .wrap(actix_web::middleware::from_fn(headers::on_everything))
            .configure(|app| routes(app, &path))
            .default_service(web::to(nothing_here))
    });
    Ok(server
        .workers(WORKERS)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(REQUEST_TIMEOUT)
        .disable_signals()
        .shutdown_timeout(DRAIN_SECONDS)
        .listen(listener)?
        .run())
}

/// Binds `address`.
///
/// # Errors
/// When it is taken, or not ours.
pub(crate) fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Everything stands below the path of `public_url`, whatever Host a request names.
fn path_of(shared: &Shared) -> String {
    let issuer = shared.broker.issuer().as_str();
    let after_scheme = issuer.split_once("://").map_or("", |(_, rest)| rest);
    after_scheme.split_once('/').map_or(String::new(), |(_, path)| format!("/{path}"))
}

/// A route with a name is a step of a login, and has a span by that name.
fn routes(app: &mut ServiceConfig, path: &str) {
    app.service(
        web::scope(path)
            .service(web::resource("/.well-known/openid-configuration").get(oidc::discovery))
            .service(web::resource("/jwks").get(oidc::jwks))
            .service(
                web::resource("/authorize")
                    .name("authorize")
                    .get(oidc::authorize_get)
                    .post(oidc::authorize_post),
            )
            .service(web::resource("/token").name("token").post(oidc::token))
            .service(
                web::resource("/userinfo")
                    .name("userinfo")
                    .get(oidc::userinfo_get)
                    .post(oidc::userinfo_post),
            )
            .service(web::resource("/saml/{upstream}/acs").name("acs").post(saml::acs))
            .service(web::resource("/saml/{upstream}/metadata").get(saml::metadata)),
    );
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    page::nothing_here(&request)
}

/// Two cores serve a thousand logins a second; memory counts more.
const WORKERS: usize = 2;
/// Longer than the 60 s that an ALB keeps an idle connection, or it would answer 502.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// What is in flight when the process is told to stop gets this long: less than the 60 s after which
/// the recommended task definition has it killed.
const DRAIN_SECONDS: u64 = 25;
/// A request's head arrives in one piece, or somebody is holding connections open.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
