//! Row 7: a person has a login open and looks at a hostile page, which begins others without a word;
//! and a person who has sixty tabs open.

use std::sync::atomic::{AtomicU32, Ordering};

use silta_testkit::browser::{Browser, Form as Filled};
use silta_testkit::quick_idp::QuickIdp;
use silta_testkit::test_dir::CALLBACK;

use crate::siege::Form;
use crate::siege::deployment::Deployment;
use crate::siege::hostile::login_request;
use crate::siege::rows::Sent;

/// Each for some browsers.
pub(super) async fn attack(deployment: &Deployment, form: Form) -> Sent {
    let browsers = form.of(10, 2);
    let (mut finished, mut tabs, mut youngest) = (0, 0, 0);
    let mut widest = 0;
    for _ in 0..browsers {
        let mut person = Person::at(deployment);
        let tab = person.open_tab().await;
        for _ in 0..IMAGES {
            person.browser.image(&person.url).await;
        }
        finished += usize::from(person.finishes(tab).await);

        let mut person = Person::at(deployment);
        let mut open = vec![];
        for _ in 0..TABS {
            open.push(person.open_tab().await);
            widest = widest.max(person.octets());
        }
        let mut done = vec![];
        for tab in open {
            done.push(person.finishes(tab).await);
        }
        tabs += done.iter().filter(|done| **done).count();
        youngest += usize::from(done[TABS - YOUNGEST..].iter().all(|done| *done));
    }
    let what = format!(
        "{IMAGES} images beside an open login: {finished} of {browsers} finish; {TABS} tabs: {:.0} finish, \
         at most {widest} octets of cookies",
        f64::from(u32::try_from(tabs).unwrap_or(0))
            / f64::from(u32::try_from(browsers).unwrap_or(1))
    );
    let mut wrong = vec![];
    if finished < browsers {
        wrong.push("hidden images end a login".to_owned());
    }
    if youngest < browsers {
        wrong.push(format!("one of the {YOUNGEST} youngest tabs does not finish"));
    }
    if widest > COOKIES {
        wrong.push(format!("{widest} octets of cookies"));
    }
    Sent { what, wrong, open: 0 }
}

/// Who sits at one browser.
struct Person {
    browser: Browser,
    idp: QuickIdp,
    base: String,
    url: String,
}

impl Person {
    fn at(deployment: &Deployment) -> Self {
        let base = format!("http://{}", deployment.address());
        let url = format!("{base}/authorize?{}", login_request("&state=s"));
        Self { browser: Browser::new(CALLBACK), idp: QuickIdp::of(&deployment.dir), base, url }
    }

    /// Opens a tab, as far as the identity provider: where it was sent.
    async fn open_tab(&mut self) -> Option<String> {
        let page = self.browser.get(&self.url).await;
        page.location().map(String::from).filter(|to| !to.starts_with(CALLBACK))
    }

    /// Whether the login of a tab comes to a code.
    async fn finishes(&mut self, tab: Option<String>) -> bool {
        let Some(tab) = tab else { return false };
        let request = self.idp.request(&tab);
        let answer = self.idp.answer(&request, TURN.fetch_add(1, Ordering::Relaxed));
        let fields = vec![
            ("SAMLResponse".to_owned(), answer),
            ("RelayState".to_owned(), request.relay_state.unwrap_or_default()),
        ];
        let action = format!("{}/saml/idp/acs", self.base).parse().expect("a URL");
        self.browser.submit(&Filled { action, fields }).await.told("code").is_some()
    }

    /// Octets of the header that holds all cookies.
    fn octets(&self) -> usize {
        let each = self.browser.cookies().iter();
        each.map(|cookie| cookie.name.len() + cookie.value.len() + "=; ".len()).sum()
    }
}

/// Every login of all browsers has an assertion of its own, beyond the names of honest people.
static TURN: AtomicU32 = AtomicU32::new(200_000_000);
/// As many as once removed every cookie.
const IMAGES: usize = 22;
const TABS: usize = 60;
/// As many as finished when the youngest were the first to go.
const YOUNGEST: usize = 18;
/// What all our cookies may take of a request's head.
const COOKIES: usize = 8 * 1024;
