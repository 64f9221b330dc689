//! An authorization request of ours, as a provider reads it.

use url::Url;

use crate::browser::Page;

/// What a browser was sent to the provider with.
#[derive(Debug, Clone)]
pub struct SentAuthorization(Url);

impl SentAuthorization {
    /// Reads the redirect to the provider.
    ///
    /// # Panics
    /// When the page is none.
    #[must_use]
    pub fn of(page: &Page) -> Self {
        Self::read(page.location().expect("a redirect to the provider"))
    }

    /// Reads the address of the provider's page.
    #[must_use]
    pub fn read(url: Url) -> Self {
        Self(url)
    }

    /// A parameter that is there, once.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    pub fn param(&self, name: &str) -> String {
        self.wish(name).unwrap_or_else(|| panic!("no {name} in the request"))
    }

    /// A parameter that may be there.
    ///
    /// # Panics
    /// When it is there twice.
    #[must_use]
    pub fn wish(&self, name: &str) -> Option<String> {
        let mut values = self.0.query_pairs().filter(|(key, _)| key == name);
        let value = values.next()?.1.into_owned();
        assert!(values.next().is_none(), "{name} is there twice");
        Some(value)
    }

    /// The callback with these parameters; `state` is that of the request unless it is among them.
    /// One with an empty value is left out.
    ///
    /// # Panics
    /// When the request has no `redirect_uri`.
    #[must_use]
    pub fn callback(&self, params: &[(&str, &str)]) -> String {
        let mut url = Url::parse(&self.param("redirect_uri")).expect("a URL");
        let state = self.param("state");
        {
            let mut query = url.query_pairs_mut();
            if !params.iter().any(|(name, _)| *name == "state") {
                query.append_pair("state", &state);
            }
            query.extend_pairs(params.iter().filter(|(_, value)| !value.is_empty()));
        }
        url.into()
    }
}
