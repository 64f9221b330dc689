//! The languages of what people read.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;

/// The languages of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Finnish,
    Swedish,
    English,
}

impl Language {
    /// The best of the browser's languages that we have; English otherwise.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self::preferred(header.unwrap_or_default())
    }

    fn preferred(header: &str) -> Self {
        // The primary subtag decides: `fil` is not `fi`.
        let primary = |range: &str| {
            range.trim().split(['-', ';']).next().unwrap_or_default().to_ascii_lowercase()
        };
        let known = |range: &str| match primary(range).as_str() {
            "fi" => Some(Self::Finnish),
            "sv" => Some(Self::Swedish),
            "en" => Some(Self::English),
            _ => None,
        };
        // Browsers send their list in order of preference.
        header.split(',').find_map(known).unwrap_or(Self::English)
    }

    /// The language tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Finnish => "fi",
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }
}

/// What is said in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Translated<T> {
    pub(crate) finnish: T,
    pub(crate) swedish: T,
    pub(crate) english: T,
}

impl<T> Translated<T> {
    /// What is said in this language.
    pub(crate) fn of(self, language: Language) -> T {
        match language {
            Language::Finnish => self.finnish,
            Language::Swedish => self.swedish,
            Language::English => self.english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn takes_the_first_language_that_the_pages_have() {
        for (header, expected) in [
            ("sv-FI,sv;q=0.9,fi;q=0.8", Language::Swedish),
            ("de,fi;q=0.5", Language::Finnish),
            ("FI", Language::Finnish),
            ("fil-PH,sv;q=0.5", Language::Swedish),
            ("fi;q=0.9", Language::Finnish),
            ("de", Language::English),
            ("", Language::English),
            ("å", Language::English),
        ] {
            assert_eq!(Language::preferred(header), expected, "{header}");
        }
    }
}
