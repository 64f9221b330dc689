//! "Did you mean": the known name nearest to a mistyped one.

/// The candidate nearest to `unknown`, when one is near enough to be what was meant; of equally
/// near ones, the first. Letter case alone counts as no difference.
#[must_use]
pub fn suggest<'a>(
    unknown: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let to_json = lower_case(unknown);
    let limit = to_json.len().div_ceil(3).min(MAX_DISTANCE);
    candidates
        .into_iter()
        .map(|candidate| (distance(&to_json, &lower_case(candidate)), candidate))
        // A candidate that shares no letter with a very short name is not a guess.
        .filter(|(far, candidate)| *far <= limit && *far < candidate.chars().count())
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

fn lower_case(name: &str) -> Vec<char> {
    name.chars().map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Levenshtein distance: how many letters to add, drop or replace. `row` holds the distances from
/// the part of `from` read so far to each beginning of `to` that is not empty.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (1..=to.len()).collect();
    let mut last = to.len();
    for (read, letter) in from.iter().enumerate() {
        let mut above_left = read;
        last = read + 1;
        for (cell, wanted) in row.iter_mut().zip(to) {
            let replaced = above_left + usize::from(letter != wanted);
            above_left = *cell;
            last = replaced.min(above_left + 1).min(last + 1);
            *cell = last;
        }
    }
    last
}

/// A name with more typing errors is another name.
const MAX_DISTANCE: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_letters_to_add_drop_or_replace() {
        for (from, to, far) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("abc", "abc", 0),
            ("abc", "axc", 1),
            ("abc", "bc", 1),
            ("bc", "abc", 1),
            ("sunday", "saturday", 3),
            ("päivä", "paiva", 2),
        ] {
            assert_eq!(distance(&lower_case(from), &lower_case(to)), far, "{from} {to}");
        }
    }

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
