//! A person's browser, as far as a login needs one.

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, ClientBuilder, RequestBuilder, StatusCode, redirect};
use url::Url;

use crate::deadline::DEADLINE;

/// A browser without pictures: cookies, redirects, and forms that submit themselves.
///
/// It goes wherever it is sent, except to the relying party: where nothing listens, it stops and
/// shows the redirect, or the page with the form. Every answer that it got is kept.
#[derive(Debug, Clone)]
pub struct Browser {
    http: Client,
    relying_party: String,
    jar: Vec<Cookie>,
    visited: Vec<Page>,
}

/// A cookie of one host; ports do not separate cookies [RFC 6265 §8.5].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its host.
    pub host: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An answer, as a browser has it.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it came from.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: String,
}

/// The first form of a page.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// What it carries, decoded.
    pub fields: Vec<(String, String)>,
}

impl Browser {
    /// A new browser that stops at addresses which start with `relying_party`.
    #[must_use]
    pub fn new(relying_party: &str) -> Self {
        // A connection for each request, so that a front can send each one elsewhere.
        Self::with(Client::builder().pool_max_idle_per_host(0), relying_party)
    }

    /// The same, which finds names and trusts authorities as `client` does.
    #[must_use]
    pub fn with(client: ClientBuilder, relying_party: &str) -> Self {
        let client = client.redirect(redirect::Policy::none()).no_proxy().timeout(DEADLINE);
        let http = client.build().expect("a client");
        Self { http, relying_party: relying_party.to_owned(), jar: vec![], visited: vec![] }
    }

    /// Goes to `url` and through every redirect; what it returns is a page, or the redirect to the
    /// relying party.
    pub async fn open(&mut self, url: &str) -> Page {
        let page = self.get(url).await;
        self.redirected(page).await
    }

    /// The same, and submits every form on the way, as a script does.
    pub async fn follow(&mut self, url: &str) -> Page {
        let page = self.open(url).await;
        self.forwarded(page).await
    }

    /// The same from a form.
    pub async fn follow_form(&mut self, form: &Form) -> Page {
        let page = self.open_form(form).await;
        self.forwarded(page).await
    }

    /// Submits a form and goes through every redirect, as [`Browser::open`] does.
    pub async fn open_form(&mut self, form: &Form) -> Page {
        let page = self.submit(form).await;
        self.redirected(page).await
    }

    /// One GET, and nothing after it.
    pub async fn get(&mut self, url: &str) -> Page {
        let url = Url::parse(url).expect("a URL");
        self.send(self.http.get(url.clone()), url).await
    }

    /// One GET as a browser makes it for an image of another site's page [Fetch Metadata].
    pub async fn image(&mut self, url: &str) -> Page {
        let url = Url::parse(url).expect("a URL");
        let request = self.http.get(url.clone()).header("sec-fetch-site", "cross-site");
        let request = request.header("sec-fetch-mode", "no-cors").header("sec-fetch-dest", "image");
        self.send(request, url).await
    }

    /// One POST of a form, and nothing after it.
    pub async fn submit(&mut self, form: &Form) -> Page {
        self.send(self.http.post(form.action.clone()).form(&form.fields), form.action.clone()).await
    }

    /// Every answer so far.
    #[must_use]
    pub fn visited(&self) -> &[Page] {
        &self.visited
    }

    /// The cookies that it holds.
    #[must_use]
    pub fn cookies(&self) -> &[Cookie] {
        &self.jar
    }

    /// Puts a cookie into the jar, as somebody with the person's computer can.
    pub fn plant(&mut self, cookie: Cookie) {
        self.forget(&cookie.host, &cookie.name);
        self.jar.push(cookie);
    }

    async fn forwarded(&mut self, mut page: Page) -> Page {
        while let (true, Some(form)) = (page.status.is_success(), page.form()) {
            if form.action.as_str().starts_with(&self.relying_party) {
                return page;
            }
            page = self.submit(&form).await;
            page = self.redirected(page).await;
        }
        page
    }

    async fn redirected(&mut self, mut page: Page) -> Page {
        for _ in 0..REDIRECTS {
            match page.location() {
                Some(to) if !to.as_str().starts_with(&self.relying_party) => {
                    page = self.get(to.as_str()).await;
                }
                _ => return page,
            }
        }
        panic!("redirects without end, at {}", page.url.path());
    }

    async fn send(&mut self, request: RequestBuilder, url: Url) -> Page {
        let host = url.host_str().unwrap_or_default().to_owned();
        let own = self.jar.iter().filter(|cookie| cookie.host == host);
        let sent: Vec<_> = own.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        let request =
            if sent.is_empty() { request } else { request.header(COOKIE, sent.join("; ")) };
        let answer = request.send().await.unwrap_or_else(|error| panic!("no answer: {error}"));
        let (status, headers) = (answer.status(), answer.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            self.keep(&host, cookie.to_str().expect("a cookie is ASCII"));
        }
        let page = Page { url, status, headers, body: answer.text().await.expect("a body") };
        self.visited.push(page.clone());
        page
    }

    /// Takes a cookie as a browser does: `__Host-` only with Secure, without Domain and for `/`
    /// [RFC 6265bis §4.1.3.2]; over http Secure only from this machine; Max-Age=0 deletes.
    fn keep(&mut self, host: &str, text: &str) {
        let mut parts = text.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a pair");
        let attributes: Vec<_> = parts.map(str::to_ascii_lowercase).collect();
        let has = |wanted: &str| attributes.iter().any(|one| one == wanted);
        let domain = attributes.iter().any(|one| one.starts_with("domain="));
        let fits_prefix = has("secure") && has("path=/") && !domain;
        if name.starts_with("__Host-") && !fits_prefix {
            return;
        }
        self.forget(host, name);
        if !has("max-age=0") {
            let (host, name, value) = (host.to_owned(), name.to_owned(), value.to_owned());
            self.jar.push(Cookie { host, name, value });
        }
    }

    fn forget(&mut self, host: &str, name: &str) {
        self.jar.retain(|cookie| (cookie.host.as_str(), cookie.name.as_str()) != (host, name));
    }
}

impl Page {
    /// Where it redirects to.
    #[must_use]
    pub fn location(&self) -> Option<Url> {
        let location = self.headers.get(LOCATION).filter(|_| self.status.is_redirection())?;
        Some(self.url.join(location.to_str().expect("a Location is ASCII")).expect("a URL"))
    }

    /// A parameter of the address that it redirects to.
    #[must_use]
    pub fn told(&self, name: &str) -> Option<String> {
        let location = self.location()?;
        let mut pairs = location.query_pairs().filter(|(key, _)| key == name);
        let value = pairs.next()?.1.into_owned();
        assert_eq!(pairs.next(), None, "{name} is there twice");
        Some(value)
    }

    /// The reference that it shows to the person.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        let (_, rest) = self.body.split_once("id=\"reference\">")?;
        Some(rest.split_once('<')?.0)
    }

    /// Its first form.
    #[must_use]
    pub fn form(&self) -> Option<Form> {
        let (_, rest) = self.body.split_once("<form")?;
        let (form, _) = rest.split_once("</form>")?;
        let action = attribute(form, "action")?;
        let inputs = form.split("<input").skip(1);
        let fields =
            inputs.filter_map(|one| Some((attribute(one, "name")?, attribute(one, "value")?)));
        Some(Form { action: self.url.join(&action).expect("a URL"), fields: fields.collect() })
    }
}

impl Form {
    /// The value of a field.
    ///
    /// # Panics
    /// When it is not there.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or_else(|| panic!("no field {name}"), |(_, value)| value.as_str())
    }

    /// The same form with another value in a field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same form without a field.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self
    }
}

/// An attribute of the tag that `text` begins inside of, unescaped.
fn attribute(text: &str, name: &str) -> Option<String> {
    let tag = text.split('>').next()?;
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(value.split_once('"')?.0))
}

fn unescaped(text: &str) -> String {
    let (mut plain, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let (entity, after) = after.split_once(';').expect("an entity ends with a semicolon");
        plain.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "#39" | "#x27" => '\'',
            "#43" => '+',
            other => panic!("the entity {other} is not known here"),
        });
        rest = after;
    }
    plain + rest
}

/// Twice as many as any login takes.
const REDIRECTS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        Page {
            url: Url::parse("http://127.0.0.1:1/a/b").unwrap(),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.to_owned(),
        }
    }

    #[test]
    fn reads_the_first_form_and_unescapes_it() {
        let body = "<form method=\"post\" action=\"/c?a&amp;b\"><input type=\"hidden\" name=\"x\" \
                    value=\"&lt;&#39;&quot;&#x27;&#43;&gt;\"/><input type=\"submit\" value=\"Go\"/></form>\
                    <form action=\"/other\"></form>";
        let form = page(body).form().unwrap();
        assert_eq!(form.action.as_str(), "http://127.0.0.1:1/c?a&b");
        assert_eq!(form.fields, [("x".to_owned(), "<'\"'+>".to_owned())]);
    }

    #[test]
    fn reads_the_reference_of_a_page() {
        assert_eq!(page("<strong id=\"reference\">ABC</strong>").reference(), Some("ABC"));
        assert_eq!(page("<strong>ABC</strong>").reference(), None);
    }

    #[test]
    fn keeps_a_host_cookie_only_as_browsers_do() {
        let mut browser = Browser::new("https://rp.example/");
        browser.keep("h", "__Host-a=1; Path=/; Secure; HttpOnly");
        browser.keep("h", "__Host-b=1; Path=/");
        browser.keep("h", "__Host-c=1; Path=/; Secure; Domain=h");
        browser.keep("h", "__Host-d=1; Path=/x; Secure");
        let names: Vec<_> = browser.cookies().iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["__Host-a"]);
        browser.keep("other", "__Host-a=; Path=/; Secure; Max-Age=0");
        assert_eq!(browser.cookies().len(), 1);
        browser.keep("h", "__Host-a=; Path=/; Secure; Max-Age=0");
        assert_eq!(browser.cookies(), []);
    }
}
