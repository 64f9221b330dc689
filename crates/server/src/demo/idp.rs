//! The demo's identity provider: a test identification page that really signs and encrypts.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::web::{self, Data, Form};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use maud::{Markup, html};
use serde::Deserialize;
use silta_broker::ports::{Clock, Entropy};
use silta_saml::algorithm::EncryptionCipher;
use silta_saml::{
    AssertionContent, EncryptionParameters, NameId, ReceivedAuthnRequest, Recipient,
    RegisteredServiceProvider, ResponseHeader, SigningKey, StatusError, UnverifiedAuthnRequest,
    post_value, sign_enveloped,
};

use super::persons::PERSONS;
use super::single_logout::SingleLogout;
use super::{page, texts};
use crate::language::{Language, language_of};
use crate::system::{SystemClock, SystemEntropy};

/// What the identity provider knows about itself and about the broker.
pub(super) struct Idp {
    pub(super) entity_id: String,
    pub(super) signing: SigningKey,
    pub(super) sso_url: String,
    pub(super) broker: RegisteredServiceProvider,
    pub(super) broker_encryption: Recipient,
    pub(super) logout: SingleLogout,
}

/// Serves the identity provider.
///
/// # Errors
/// When the operating system refuses the socket.
pub(super) fn serve(idp: Idp, listener: TcpListener) -> std::io::Result<Server> {
    let idp = Data::new(idp);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(idp.clone())
            .route("/sso", web::get().to(ask))
            .route("/sso", web::post().to(answer))
            .route("/slo", web::post().to(log_out))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

/// The identification page. Nothing is remembered: the signed request travels in the form.
async fn ask(idp: Data<Idp>, request: HttpRequest) -> HttpResponse {
    let (language, query) = (language_of(&request), request.query_string());
    if idp.read(query).is_none() {
        return refused(language);
    }
    let content = html! {
        p .tag { (texts::IDENTIFICATION.of(language)) }
        h1 { (texts::WHO.of(language)) }
        p { (texts::INVENTED.of(language)) }
        form method="post" action="/sso" {
            input type="hidden" name="request" value=(query);
            @for (at, person) in PERSONS.iter().enumerate() {
                button .person type="submit" name="choice" value=(at) { (person.label.of(language)) }
            }
            button .quiet type="submit" name="choice" value="cancel" { (texts::CANCEL.of(language)) }
        }
    };
    page::show(language, texts::IDENTIFICATION, &content)
}

/// What the page sends.
#[derive(Deserialize)]
struct Choice {
    request: String,
    choice: String,
}

async fn answer(idp: Data<Idp>, http: HttpRequest, form: Form<Choice>) -> HttpResponse {
    let language = language_of(&http);
    let Some(request) = idp.read(&form.request) else { return refused(language) };
    let person = form.choice.parse().ok().and_then(|at: usize| PERSONS.get(at));
    let response = match person {
        Some(person) => idp.identified(&request, &person.released()),
        None => idp.cancelled(&request),
    };
    let Some(response) = response else { return refused(language) };
    let relay_state = Some(request.relay_state().unwrap_or_default());
    let form = hand_over(language, request.acs_url(), &response, relay_state);
    page::show(language, texts::IDENTIFICATION, &form)
}

/// A request to end a session.
#[derive(Deserialize)]
struct PostedLogout {
    #[serde(rename = "SAMLRequest")]
    request: String,
}

async fn log_out(idp: Data<Idp>, http: HttpRequest, form: Form<PostedLogout>) -> HttpResponse {
    let language = language_of(&http);
    let answer = idp.logout.answer(&form.request, &id());
    let signed = answer.and_then(|answer| sign_enveloped(&answer, &idp.signing).ok());
    let Some(signed) = signed else { return refused(language) };
    let form = hand_over(language, idp.logout.broker_url(), &signed, None);
    page::show(language, texts::IDENTIFICATION, &form)
}

fn hand_over(language: Language, to: &str, response: &str, relay_state: Option<&str>) -> Markup {
    html! {
        h1 { (texts::TAKING_BACK.of(language)) }
        form #back method="post" action=(to) {
            input type="hidden" name="SAMLResponse" value=(post_value(response));
            @if let Some(relay_state) = relay_state {
                input type="hidden" name="RelayState" value=(relay_state);
            }
            button type="submit" { (texts::CONTINUE.of(language)) }
        }
        script { "document.getElementById('back').submit()" }
    }
}

fn refused(language: Language) -> HttpResponse {
    let content = html! { h1 { (texts::NOT_ANSWERED.of(language)) } };
    page::show_with(HttpResponse::BadRequest(), language, texts::IDENTIFICATION, &content)
}

impl Idp {
    fn read(&self, query: &str) -> Option<ReceivedAuthnRequest> {
        let request = UnverifiedAuthnRequest::from_redirect(query).ok()?;
        request.verify(|_| Some(&self.broker), &self.sso_url, SystemClock.now()).ok()
    }

    fn identified(
        &self,
        request: &ReceivedAuthnRequest,
        attributes: &[silta_saml::Attribute],
    ) -> Option<String> {
        let name_id = NameId {
            value: id(),
            format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient".to_owned()),
            name_qualifier: Some(self.entity_id.clone()),
            sp_name_qualifier: Some(request.issuer().to_owned()),
        };
        let statement = AssertionContent {
            name_id: &name_id,
            authn_instant: SystemClock.now(),
            authn_context: TEST_METHOD,
            session_index: &id(),
            attributes,
        };
        let encryption = EncryptionParameters {
            recipient: &self.broker_encryption,
            cipher: EncryptionCipher::Aes256Gcm,
        };
        let mut random = [0; 48];
        SystemEntropy.fill(&mut random);
        let ids = [id(), id()];
        let ids = [ids[0].as_str(), ids[1].as_str()];
        self.answer(request)
            .signed_and_encrypted(ids, &statement, &self.signing, encryption, random)
            .ok()
    }

    fn cancelled(&self, request: &ReceivedAuthnRequest) -> Option<String> {
        let failure = self.answer(request).error_response(&id(), StatusError::AuthnFailed);
        sign_enveloped(&failure, &self.signing).ok()
    }

    fn answer<'a>(&'a self, request: &'a ReceivedAuthnRequest) -> ResponseHeader<'a> {
        ResponseHeader {
            issuer: &self.entity_id,
            audience: request.issuer(),
            acs_url: request.acs_url(),
            in_response_to: request.id(),
            issued: SystemClock.now(),
        }
    }
}

fn id() -> String {
    let mut random = [0; 16];
    SystemEntropy.fill(&mut random);
    silta_saml::RequestId::from_random(random).as_str().to_owned()
}

/// The method by which the test persons of Suomi.fi come.
const TEST_METHOD: &str = "urn:oid:1.2.246.517.3002.110.999";
