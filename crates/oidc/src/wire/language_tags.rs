//! `ui_locales`: the languages that a person reads.

/// The language tags of a list, in its order. What we cannot read is no error [OIDC Core §3.1.2.1].
pub(crate) fn language_tags(list: Option<&str>) -> Vec<String> {
    let words = list.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    words.filter(|word| is_tag(word)).take(MAX_TAGS).map(str::to_owned).collect()
}

/// The alphabet and the usual length of a language tag [RFC 5646 §2.1, §4.4.1].
fn is_tag(word: &str) -> bool {
    word.len() <= 35 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// More languages than anybody reads.
const MAX_TAGS: usize = 16;
