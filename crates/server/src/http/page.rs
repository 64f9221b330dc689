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
use crate::language::{Language, Translated, language_of};

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
    let reference = Some(failed.reference.as_str());
    let message = texts::message_of(&failed.error);
    match failed.error.page_text() {
        Some(text) => message_page(request, status, texts::with_text(message, text), reference),
        None => message_page(request, status, message, reference),
    }
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

/// A form that submits itself, or by its button where scripts are off [SAML2Bind §3.5.4; OAuth Form
/// Post §2].
pub(super) struct PostForm<'a> {
    url: &'a str,
    fields: &'a [(&'static str, String)],
    /// More of them, by names of the configuration.
    beside: &'a [(String, String)],
    /// Where the policy of the page lets it go; `None` for anywhere.
    goes_to: Option<String>,
}

impl<'a> PostForm<'a> {
    /// A form for a peer that may answer with a redirect elsewhere. Where it belongs to a program on the
    /// person's own machine, it may go there alone. Others answer with a redirect to the page that the
    /// person wanted, and Chromium holds `form-action` against that redirect too [CSP3 §4.2.4].
    pub(super) fn to(url: &'a str, fields: &'a [(&'static str, String)]) -> Self {
        let host = url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?']).next());
        let origin = host.map(|host| format!("http://{host}"));
        Self { url, fields, beside: &[], goes_to: origin.filter(|origin| is_source(origin)) }
    }

    /// A form that goes to `origin`, which is that of `url`, and to no other, redirected or not.
    pub(super) fn to_origin(
        url: &'a str,
        origin: &str,
        fields: &'a [(&'static str, String)],
    ) -> Self {
        let goes_to = Some(origin.to_owned()).filter(|origin| is_source(origin));
        Self { url, fields, beside: &[], goes_to }
    }

    /// The same with these fields.
    pub(super) fn beside(self, beside: &'a [(String, String)]) -> Self {
        Self { beside, ..self }
    }

    fn policy(&self, framed_by: &[String]) -> String {
        let script = STANDARD.encode(sha256(SUBMIT.as_bytes()));
        let goes_to = self.goes_to.as_ref();
        let form_action = goes_to.map(|origin| format!("; form-action {origin}"));
        format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'; \
             frame-ancestors {}; base-uri 'none'{}",
            frame_ancestors(framed_by),
            form_action.unwrap_or_default()
        )
    }
}

/// The page of a form. `message` is its heading and the word on the button. `framed_by` are the origins
/// whose pages may show it in a frame; browsers that know `frame-ancestors` ignore `X-Frame-Options`
/// beside it [CSP3 §6.4.2.1].
pub(super) fn post_form(
    language: Language,
    message: Message,
    form: &PostForm<'_>,
    framed_by: &[String],
) -> HttpResponse {
    let (heading, button) = message.of(language);
    let content = html! {
        h1 { (heading) }
        form method="post" action=(form.url) {
            @for (name, value) in form.fields {
                input type="hidden" name=(name) value=(value);
            }
            @for (name, value) in form.beside {
                input type="hidden" name=(name) value=(value);
            }
            button type="submit" { (button) }
        }
        script { (PreEscaped(SUBMIT)) }
    };
    HttpResponse::Ok()
        .insert_header(("content-security-policy", form.policy(framed_by)))
        .content_type(HTML)
        .body(layout(language, heading, &content).into_string())
}

/// The sources of `frame-ancestors`: these origins, or nobody. What is no source could add a word to the
/// policy, so it is left out.
fn frame_ancestors(origins: &[String]) -> String {
    let origins = origins.iter().map(String::as_str);
    let origins: Vec<_> = origins.filter(|origin| is_source(origin)).collect();
    if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") }
}

/// Whether an origin is a source in a policy. CSP has no word for an IPv6 address.
fn is_source(origin: &str) -> bool {
    let host = ["https://", "http://"].into_iter().find_map(|scheme| origin.strip_prefix(scheme));
    host.is_some_and(|host| {
        host.bytes().all(|one| one.is_ascii_alphanumeric() || b".-:".contains(&one))
    })
}

/// A page that says `message`, with the reference that the person can quote.
pub(super) fn message_page(
    request: &HttpRequest,
    status: StatusCode,
    message: Translated<(&str, &str)>,
    reference: Option<&str>,
) -> HttpResponse {
    let language = language_of(request);
    let (heading, advice) = message.of(language);
    let content = html! {
        h1 { (heading) }
        p { (advice) }
        @if let Some(reference) = reference {
            p { (texts::REFERENCE.of(language)) ": " strong #reference { (reference) } }
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
    use actix_web::body::MessageBody as _;

    use super::*;

    fn form_action(form: &PostForm<'_>) -> Option<String> {
        let policy = form.policy(&[]);
        policy.split("; ").find_map(|one| one.strip_prefix("form-action ")).map(str::to_owned)
    }

    #[test]
    fn only_origins_that_are_named_may_frame_a_form() {
        let (one, other) = ("https://idp.example", "https://idp-2.example:8443");
        for (origins, sources) in [
            (&[][..], "'none'"),
            (&[one], one),
            (&[one, other], "https://idp.example https://idp-2.example:8443"),
            (&["https://idp.example; script-src *", "*", "https:", "'self'", ""], "'none'"),
            (&["https://a.example https://b.example", one], one),
        ] {
            let named: Vec<_> = origins.iter().map(|&origin| origin.to_owned()).collect();
            let policy = PostForm::to("https://idp.example/", &[]).policy(&named);
            let framed_by = format!("; frame-ancestors {sources}; base-uri 'none'");
            assert!(policy.contains(&framed_by), "{origins:?}: {policy}");
        }
    }

    #[test]
    fn a_field_of_the_configuration_stands_in_the_form_as_text() {
        let beside = [("a\"b".to_owned(), "<script>\"".to_owned())];
        let form = PostForm::to("https://idp.example/", &[]).beside(&beside);
        let page = post_form(Language::English, texts::FORWARDING, &form, &[]);
        let body = page.into_body().try_into_bytes().unwrap_or_default();
        let body = String::from_utf8_lossy(&body);
        let field = r#"<input type="hidden" name="a&quot;b" value="&lt;script&gt;&quot;">"#;
        assert!(body.contains(field), "{body}");
    }

    #[test]
    fn a_form_for_this_machine_may_go_nowhere_else() {
        for (url, goes_to) in [
            ("http://127.0.0.1:35001", Some("http://127.0.0.1:35001")),
            ("http://localhost:80/acs?x", Some("http://localhost:80")),
            ("http://127.0.0.1?;script-src", Some("http://127.0.0.1")),
            ("http://127.0.0.1;script-src *", None),
            ("http://[::1]:35001/", None),
            ("https://sp.example/acs", None),
        ] {
            assert_eq!(form_action(&PostForm::to(url, &[])).as_deref(), goes_to, "{url}");
        }
    }

    #[test]
    fn a_form_for_one_origin_goes_to_it_and_its_policy_says_nothing_more() {
        for (origin, goes_to) in [
            ("https://sp-1.example:8443", Some("https://sp-1.example:8443")),
            ("http://127.0.0.1:3000", Some("http://127.0.0.1:3000")),
            ("https://sp.example;script-src", None),
            ("https://sp.example 'self'", None),
            ("http://[::1]:3000", None),
        ] {
            let form = PostForm::to_origin("https://sp.example/cb", origin, &[]);
            assert_eq!(form_action(&form).as_deref(), goes_to, "{origin}");
            assert_eq!(form.policy(&[]).split("; ").count(), 5 + usize::from(goes_to.is_some()));
        }
    }
}
