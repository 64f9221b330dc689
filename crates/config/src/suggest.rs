//! Guesses at what was meant, and only good ones: a wrong guess costs more than none.

use strsim::damerau_levenshtein;

use crate::quotable;

/// The nearest word, if it is so near that a slip of the fingers explains the difference.
#[must_use]
pub fn nearest<'k>(unknown: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = unknown.to_ascii_lowercase();
    let plain = |text: &str| text.to_ascii_lowercase().replace(['-', '_', ' ', '.'], "");
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    // Of three letters, one other letter makes another word.
    let limit = match folded.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        8..=15 => 2,
        _ => 3,
    };
    let far = |candidate: &str| {
        if plain(candidate) == plain(unknown) {
            return Some(0);
        }
        // Digits are what algorithms and levels differ in.
        if digits(candidate) != digits(unknown) {
            return None;
        }
        Some(damerau_levenshtein(&folded, &candidate.to_ascii_lowercase()))
            .filter(|far| *far <= limit)
    };
    // Some names are the file's own, and may be anything.
    let known = known.into_iter().filter(|candidate| quotable(candidate).is_some());
    let near = known.filter_map(|candidate| Some((far(candidate)?, candidate)));
    near.min_by_key(|(far, _)| *far).map(|(_, candidate)| candidate)
}

/// What to write instead of an unknown word: the one that was meant, or all.
#[must_use]
pub fn instead<'k>(unknown: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: Vec<_> = known.collect();
    match nearest(unknown, known.iter().copied()) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("write {}", one_of(&known)),
    }
}

/// All of some words that may be repeated.
#[must_use]
pub(crate) fn one_of(known: &[&str]) -> String {
    let shown: Vec<_> = known.iter().filter_map(|word| quotable(word)).collect();
    match shown.as_slice() {
        [] => "one that is there".to_owned(),
        [only] => (*only).to_owned(),
        all => format!("one of {}", all.join(", ")),
    }
}

/// The key that was meant, of those that are not there yet.
pub(crate) fn key_meant(unknown: &str, free: &[&'static str]) -> Option<&'static str> {
    let other = KEY_ALIASES.iter().filter(|(alias, _)| *alias == unknown.to_ascii_lowercase());
    let other = other.map(|(_, key)| *key).find(|key| free.contains(key));
    other.or_else(|| nearest(unknown, free.iter().copied()))
}

/// What a key that is called so elsewhere is called here.
pub(crate) fn alias_of(unknown: &str) -> Option<&'static str> {
    let folded = unknown.to_ascii_lowercase();
    KEY_ALIASES.iter().find(|(alias, _)| *alias == folded).map(|(_, key)| *key)
}

/// Whether two names of keys have a word in common, in the singular or plural.
pub(crate) fn shares_a_word(one: &str, other: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        let folded = name.to_ascii_lowercase();
        let words = folded.split(['_', '-', '.']).map(|word| word.trim_end_matches('s'));
        words.filter(|word| word.len() >= LEAST_WORD).map(str::to_owned).collect()
    };
    let others = words(other);
    words(one).iter().any(|word| others.contains(word))
}

/// Shorter words, such as `id` or `url`, are in many keys that have nothing else in common.
const LEAST_WORD: usize = 4;

/// What keys are called elsewhere.
const KEY_ALIASES: &[(&str, &str)] = &[
    ("issuer", "public_url"),
    ("issuer_url", "public_url"),
    ("base_url", "public_url"),
    ("port", "listen"),
    ("bind", "listen"),
    ("client_secret", "secret"),
    ("redirect_uri", "redirect_uris"),
    ("redirect_url", "redirect_uris"),
    ("redirect_urls", "redirect_uris"),
    ("callback_urls", "redirect_uris"),
    ("idp", "upstream"),
    ("provider", "upstream"),
    ("idps", "upstreams"),
    ("providers", "upstreams"),
    ("identity_providers", "upstreams"),
    ("relying_parties", "clients"),
    ("sps", "service_providers"),
    ("entityid", "entity_id"),
    ("idp_entity_id", "entity_id"),
    ("certificates", "signing_certificates"),
    ("certs", "signing_certificates"),
    ("cert", "certificate"),
    ("acr_values", "loa"),
    ("levels", "loa"),
    ("sso_url", "sso"),
    ("acs_url", "acs"),
    ("acs_urls", "acs"),
    ("pkce", "require_pkce"),
    ("log_level", "log"),
    ("level", "log"),
    ("endpoint", "otlp"),
    ("collector", "otlp"),
    ("logging", "telemetry"),
    ("tracing", "traces"),
    ("metrics", "emf"),
    ("redis_url", "redis"),
    ("proxies", "trusted_proxies"),
    ("mapping", "claims"),
    ("nameid", "name_id"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes_what_a_slip_of_the_fingers_explains() {
        let known = ["redirect_uris", "require_pkce", "signed", "memory", "both"];
        for (unknown, meant) in [
            ("redirect_uri", Some("redirect_uris")),
            ("redirectUris", Some("redirect_uris")),
            ("requird_pkce", Some("require_pkce")),
            ("memry", Some("memory")),
            ("singed", Some("signed")),
            ("BOTH", Some("both")),
            ("response", None),
            ("", None),
        ] {
            assert_eq!(nearest(unknown, known), meant, "{unknown}");
        }
    }

    #[test]
    fn proposes_nothing_that_is_another_thing() {
        for (unknown, known) in [
            ("ssn", "sn"),
            ("lastname", "FirstName"),
            ("rsa-sha1", "rsa-sha512"),
            ("rsa-sha224", "rsa-sha256"),
            ("http://ftn.ficora.fi/2017/loa1", "http://ftn.ficora.fi/2017/loa2"),
            ("idp", "adp"),
            ("post", "both"),
        ] {
            assert_eq!(nearest(unknown, [known]), None, "{unknown}");
        }
    }
}
