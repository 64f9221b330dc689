//! The languages of a person.

/// The languages of our pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Finnish.
    Finnish,
    /// Swedish.
    Swedish,
    /// English.
    English,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::Finnish, Self::Swedish, Self::English];

    /// Its language tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Finnish => "fi",
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }

    /// The first of these language tags that our pages have. The primary subtag decides: `fil` is not
    /// `fi`, and `sv-FI` is `sv`.
    #[must_use]
    pub fn first_of<T: AsRef<str>>(tags: &[T]) -> Option<Self> {
        tags.iter().find_map(|tag| {
            let primary = tag.as_ref().split('-').next().unwrap_or_default();
            Self::ALL.into_iter().find(|one| one.tag().eq_ignore_ascii_case(primary))
        })
    }
}

/// The languages of an `Accept-Language` header, best first [RFC 9110 §12.5.4]: well-formed tags that are
/// acceptable at all, at most `MAX_LANGUAGES`. Of two with the same weight the first one is better, as
/// browsers mean it.
#[must_use]
pub fn accepted_languages(header: &str) -> Vec<String> {
    let ranges = header.split(',').take(MAX_RANGES);
    let mut weighted: Vec<_> = ranges.filter_map(weighted_tag).collect();
    weighted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    weighted.into_iter().take(MAX_LANGUAGES).map(|(_, tag)| tag.to_owned()).collect()
}

/// A tag and its weight in thousandths; none for `*`, for weight 0, and for what is none.
fn weighted_tag(range: &str) -> Option<(u16, &str)> {
    let mut parts = range.split(';').map(|part| part.trim_matches([' ', '\t']));
    let tag = parts.next()?;
    let weight = match parts.next() {
        None => 1000,
        Some(parameter) => {
            thousandths(parameter.strip_prefix(['q', 'Q'])?.trim().strip_prefix('=')?)?
        }
    };
    let well_formed = !tag.is_empty()
        && tag.len() <= MAX_TAG
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (well_formed && weight > 0).then_some((weight, tag))
}

/// A weight [RFC 9110 §12.4.2].
fn thousandths(text: &str) -> Option<u16> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

/// More languages than anybody reads.
pub(crate) const MAX_LANGUAGES: usize = 16;
/// What a browser sends at most is a dozen; more are not looked at.
const MAX_RANGES: usize = 64;
/// The usual length of a language tag [RFC 5646 §4.4.1].
const MAX_TAG: usize = 35;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_by_its_weights_and_then_by_its_order() {
        for (header, expected) in [
            ("sv-FI,sv;q=0.9,fi;q=0.8", &["sv-FI", "sv", "fi"][..]),
            ("fi;q=0.3, sv;q=0.5, en;q=0.4", &["sv", "en", "fi"]),
            ("en;q=0.5,sv;q=0.50,fi;q=0.500", &["en", "sv", "fi"]),
            ("de ; q=0.1 , fi\t;q=1.000", &["fi", "de"]),
            ("sv;q=0,fi;q=0.001", &["fi"]),
            ("*,fi;q=0.1", &["fi"]),
            ("fi;Q=0.5,sv", &["sv", "fi"]),
            ("fi;q=2,fi;q=x,fi;q=0.1234,fi;level=1,sv_SE,<b>,", &[]),
            ("", &[]),
        ] {
            assert_eq!(accepted_languages(header), expected, "{header}");
        }
    }

    #[test]
    fn a_header_is_read_as_far_as_anybody_writes_one() {
        assert_eq!(accepted_languages(&"fi,".repeat(200)).len(), MAX_LANGUAGES);
        assert!(accepted_languages(&format!("{}fi", "*,".repeat(MAX_RANGES))).is_empty());
        assert!(accepted_languages(&"f".repeat(MAX_TAG + 1)).is_empty());
    }

    #[test]
    fn the_first_language_that_our_pages_have_is_taken() {
        for (tags, expected) in [
            (&["de", "sv-FI", "fi"][..], Some(Language::Swedish)),
            (&["FI"], Some(Language::Finnish)),
            (&["fil-PH", "en-GB"], Some(Language::English)),
            (&["de"], None),
            (&[], None),
        ] {
            assert_eq!(Language::first_of(tags), expected, "{tags:?}");
        }
    }
}
