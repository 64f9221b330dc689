//! What the HTTP face has to know of an endpoint, declared once, beside its handlers.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpRequest, Resource, Responder};

use super::{body, cors};
use crate::app_state::AppState;

/// An endpoint.
pub(super) struct Endpoint {
    /// Its path below that of `public_url`; it may have one `{upstream}`.
    pub(super) path: &'static str,
    /// Its name, if it is a step of a login: that of its span, and of what is refused there because
    /// too many come.
    pub(super) step: Option<&'static str>,
    /// The most octets that a form at it may have; `None` for those of parameters.
    pub(super) max_octets: Option<MaxOctets>,
    /// Whether pages of public clients may call it.
    pub(super) for_public_clients: bool,
    /// Its methods. Another one is answered with 405, and these in `Allow` [RFC 9110 §15.5.6].
    pub(super) methods: fn(Resource) -> Resource,
}

/// The most octets for an upstream of this name, if there is one.
type MaxOctets = fn(&AppState, &str) -> Option<usize>;

/// The step of a login that a request is, for its handler.
#[derive(Clone, Copy)]
struct Step(&'static str);

impl Endpoint {
    /// A document: it is no step of a login.
    pub(super) const fn document(path: &'static str, methods: fn(Resource) -> Resource) -> Self {
        Self { path, step: None, max_octets: None, for_public_clients: false, methods }
    }

    /// A step of a login, at which parameters may be sent.
    pub(super) const fn step(
        path: &'static str,
        step: &'static str,
        methods: fn(Resource) -> Resource,
    ) -> Self {
        Self { path, step: Some(step), max_octets: None, for_public_clients: false, methods }
    }

    /// The same, where pages of public clients may call it.
    pub(super) const fn for_public_clients(self) -> Self {
        Self { for_public_clients: true, ..self }
    }

    /// Registers it.
    pub(super) fn register(&self, app: &mut ServiceConfig) {
        let resource = web::resource(self.path);
        let resource = match self.step {
            Some(step) => resource.name(step).app_data(Step(step)),
            None => resource,
        };
        let resource = (self.methods)(resource);
        if self.for_public_clients {
            app.service(resource.wrap(from_fn(cors::for_public_clients)));
        } else {
            app.service(resource);
        }
    }

    /// Whether a request for `path` without that of `public_url` is meant for it.
    pub(super) fn is_meant_by(&self, path: &str) -> bool {
        match self.path.split_once(UPSTREAM) {
            Some((before, _)) => path.starts_with(before),
            None => path == self.path,
        }
    }

    /// The upstream that the whole `path` names; `None` where it is that of another endpoint.
    fn upstream_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (before, after) = self.path.split_once(UPSTREAM)?;
        path.strip_suffix(after)?.rsplit_once(before).map(|(_, upstream)| upstream)
    }
}

/// A document that can be read, and asked for without its content.
pub(super) fn readable<H, A>(resource: Resource, document: H) -> Resource
where
    H: Handler<A>,
    A: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    resource.get(document.clone()).route(web::head().to(document))
}

/// The most octets that a form at `path` may have.
pub(super) fn max_octets<'e>(
    endpoints: impl IntoIterator<Item = &'e Endpoint>,
    path: &str,
    state: &AppState,
) -> usize {
    let limit = |one: &Endpoint| one.max_octets?(state, one.upstream_of(path)?);
    endpoints.into_iter().find_map(limit).unwrap_or(body::MAX_PARAMETERS)
}

/// The step of a login that a request is; empty at an endpoint that is none.
pub(super) fn step_of(request: &HttpRequest) -> &'static str {
    request.app_data::<Step>().map_or("", |Step(step)| step)
}

const UPSTREAM: &str = "{upstream}";

#[cfg(test)]
mod tests {
    use super::*;

    const ACS: Endpoint = Endpoint::step("/saml/{upstream}/acs", "acs", |at| at);
    const TOKEN: Endpoint = Endpoint::step("/token", "token", |at| at);

    #[test]
    fn a_path_names_the_upstream_of_its_own_endpoint_below_whatever_it_stands() {
        for (path, upstream) in [
            ("/saml/idp/acs", Some("idp")),
            ("/login/saml/idp/acs", Some("idp")),
            ("/saml/saml/acs", Some("saml")),
            ("/saml/idp/metadata", None),
            ("/oidc/idp/acs", None),
            ("/token", None),
        ] {
            assert_eq!(ACS.upstream_of(path), upstream, "{path}");
        }
        assert_eq!(TOKEN.upstream_of("/token"), None);
    }

    #[test]
    fn a_request_is_meant_for_an_endpoint_by_its_path_alone() {
        for (path, acs, token) in [
            ("/saml/idp/acs", true, false),
            ("/saml/unknown", true, false),
            ("/token", false, true),
            ("/tokens", false, false),
            ("/", false, false),
        ] {
            assert_eq!((ACS.is_meant_by(path), TOKEN.is_meant_by(path)), (acs, token), "{path}");
        }
    }
}
