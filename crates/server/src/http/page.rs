//! Pages: few, plain, without scripts except the one that submits a form.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};
use openssl::sha::sha256;
use silta_broker::{ErrorClass, FailedLogin, LoginError};

use super::texts::{self, Message};
use crate::html_page::{HTML, html_page};
use crate::language::Language;

/// A login that ended with nowhere to go back to.
pub(super) fn fault(request: &HttpRequest, failed: &FailedLogin) -> HttpResponse {
    let status = match (&failed.error, failed.error.class()) {
        (LoginError::Body(fault), _) => {
            StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::BAD_REQUEST)
        }
        (LoginError::NotNavigation, _) => StatusCode::FORBIDDEN,
        (_, ErrorClass::User | ErrorClass::Client | ErrorClass::Idp) => StatusCode::BAD_REQUEST,
        (_, ErrorClass::Operator | ErrorClass::Update) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let message = Message::of(&failed.error);
    message_page(request, status, message, Some(failed.reference.as_str()))
}

/// A request that nobody can work on now: nothing of it was looked at.
pub(super) fn busy(request: &HttpRequest) -> HttpResponse {
    message_page(request, StatusCode::SERVICE_UNAVAILABLE, texts::BUSY, None)
}

/// An address where nothing is.
pub(super) fn nothing_here(request: &HttpRequest) -> HttpResponse {
    message_page(request, StatusCode::NOT_FOUND, texts::NOTHING_HERE, None)
}

/// An address that a browser cannot open: it takes `allow` only.
pub(super) fn not_opened(request: &HttpRequest, allow: HeaderValue) -> HttpResponse {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut page = message_page(request, status, texts::NOTHING_HERE, None);
    page.headers_mut().insert(ALLOW, allow);
    page
}

/// A form that submits itself, or by its button where scripts are off [SAML2Bind §3.5.4]. `message` is
/// its heading and the word on the button.
pub(super) fn post_form(
    request: &HttpRequest,
    message: Message,
    url: &str,
    fields: &[(&'static str, String)],
) -> HttpResponse {
    let language = Language::of(request);
    let (heading, button) = message.text(language);
    let content = html! {
        h1 { (heading) }
        form method="post" action=(url) {
            @for (name, value) in fields {
                input type="hidden" name=(name) value=(value);
            }
            button type="submit" { (button) }
        }
        script { (PreEscaped(SUBMIT)) }
    };
    let script = STANDARD.encode(sha256(SUBMIT.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'; \
         frame-ancestors 'none'; base-uri 'none'{}",
        form_action(url)
    );
    HttpResponse::Ok()
        .insert_header(("content-security-policy", policy))
        .content_type(HTML)
        .body(layout(language, heading, &content).into_string())
}

/// Allows the form this address alone, where it belongs to a program on the person's own machine.
/// Others answer with a redirect to the page that the person wanted, and Chromium holds `form-action`
/// against that redirect too [CSP3 §4.2.4, "form-action and redirects"].
fn form_action(url: &str) -> String {
    let host = url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?']).next());
    // CSP has no word for an IPv6 address.
    let fits = |host: &&str| {
        host.bytes().all(|one| matches!(one, b'a'..=b'z' | b'0'..=b'9' | b'.' | b':'))
    };
    host.filter(fits).map(|host| format!("; form-action http://{host}")).unwrap_or_default()
}

/// A page that says `message`, with the reference that the person can quote.
pub(super) fn message_page(
    request: &HttpRequest,
    status: StatusCode,
    message: Message,
    reference: Option<&str>,
) -> HttpResponse {
    let language = Language::of(request);
    let (heading, advice) = message.text(language);
    let content = html! {
        h1 { (heading) }
        p { (advice) }
        @if let Some(reference) = reference {
            p { (Message::reference(language)) ": " strong #reference { (reference) } }
        }
    };
    HttpResponse::build(status)
        .content_type(HTML)
        .body(layout(language, heading, &content).into_string())
}

/// A page with this content, in the look of all pages.
pub(super) fn layout(language: Language, title: &str, content: &Markup) -> Markup {
    html_page(language.tag(), title, STYLE, content)
}

const SUBMIT: &str = "document.forms[0].submit()";
/// Where colours are forced, the border is what shows that a button is one.
const STYLE: &str = ":root{color-scheme:light dark}\
body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#fff}\
main{max-width:38rem;margin:0 auto;padding:3rem 1.25rem}h1{font-size:1.6rem;line-height:1.25}\
button{font:inherit;padding:.6rem 1.4rem;border:2px solid transparent;border-radius:.3rem;background:#003479;color:#fff}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}button{background:#9fc2ff;color:#000}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_for_this_machine_may_go_nowhere_else() {
        for (url, policy) in [
            ("http://127.0.0.1:35001", "; form-action http://127.0.0.1:35001"),
            ("http://localhost:80/acs?x", "; form-action http://localhost:80"),
            ("http://127.0.0.1?;script-src", "; form-action http://127.0.0.1"),
            ("http://127.0.0.1;script-src *", ""),
            ("http://[::1]:35001/", ""),
            ("https://sp.example/acs", ""),
        ] {
            assert_eq!(form_action(url), policy, "{url}");
        }
    }
}
