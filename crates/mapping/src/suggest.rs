//! "Did you mean": the known name nearest to a mistyped one.

use strsim::levenshtein;

/// The candidate nearest to `unknown`, when one is near enough to be what was meant; of equally
/// near ones, the first. Letter case alone counts as no difference.
#[must_use]
pub fn suggest<'a>(
    unknown: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let unknown = unknown.to_ascii_lowercase();
    let limit = unknown.chars().count().div_ceil(3).min(MAX_DISTANCE);
    candidates
        .into_iter()
        .map(|candidate| (levenshtein(&unknown, &candidate.to_ascii_lowercase()), candidate))
        // A candidate that shares no letter with a very short name is not a guess.
        .filter(|(far, candidate)| *far <= limit && *far < candidate.chars().count())
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

/// A name with more typing errors is another name.
const MAX_DISTANCE: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proposes_the_nearest_name() {
        let known = ["givenName", "sn", "cn", "displayName"];
        assert_eq!(suggest("givenname", known), Some("givenName"));
        assert_eq!(suggest("dispalyName", known), Some("displayName"));
        assert_eq!(suggest("cm", known), Some("cn"));
    }

    #[test]
    fn of_equally_near_names_proposes_the_first() {
        assert_eq!(suggest("xn", ["sn", "cn"]), Some("sn"));
        assert_eq!(suggest("xn", ["cn", "sn"]), Some("cn"));
    }

    #[test]
    fn keeps_silent_when_nothing_is_near() {
        assert_eq!(suggest("telephone", ["givenName", "sn"]), None);
        assert_eq!(suggest("a", ["b"]), None);
        assert_eq!(suggest("", ["sn", ""]), None);
        assert_eq!(suggest("givenName", []), None);
        assert_eq!(
            suggest("VakinainenKotimainenLahiosoiteS", ["TilapainenKotimainenLahiosoiteS"]),
            None
        );
    }
}
