//! The language of what people read.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::web::Data;
use silta_broker::accepted_languages;
pub(crate) use silta_broker::{Language, Translated};

use crate::app_state::CurrentState;

/// The best of the browser's languages that we have, otherwise that of the installation, otherwise English.
pub(crate) fn language_of(request: &HttpRequest) -> Language {
    let installed = || request.app_data::<Data<CurrentState>>()?.get().language;
    let accepted = Language::first_of(&languages_of(request));
    accepted.or_else(installed).unwrap_or(Language::English)
}

/// The languages that the browser asks for, best first.
pub(crate) fn languages_of(request: &HttpRequest) -> Vec<String> {
    let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    accepted_languages(header.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn takes_the_best_language_that_the_pages_have() {
        for (header, expected) in [
            ("sv-FI,sv;q=0.9,fi;q=0.8", Language::Swedish),
            ("sv;q=0.5,fi;q=0.9", Language::Finnish),
            ("de,fi;q=0.5", Language::Finnish),
            ("FI", Language::Finnish),
            ("fil-PH,sv;q=0.5", Language::Swedish),
            ("de", Language::English),
            ("", Language::English),
        ] {
            let request = TestRequest::default().insert_header((ACCEPT_LANGUAGE, header));
            assert_eq!(language_of(&request.to_http_request()), expected, "{header}");
        }
    }
}
