//! The canonical forms of documents that nobody would write.

use std::collections::BTreeMap;

use silta_judges::count::{cases, seed};
use silta_judges::document::Case;
use silta_judges::random::Random;
use silta_judges::{bergshamra_judge, libxml2, silta_judge};

/// Where Silta reads a document, its octets are those of bergshamra and of libxml2.
#[test]
fn canonical_forms_are_the_same_octets() {
    let mut random = Random::new(seed());
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let (mut compared, mut odd_names, mut spaced_values) = (0, 0, 0);
    let mut wrong = vec![];
    let count = cases();
    for number in 0..count {
        let case = Case::new(&mut random);
        let ours = match silta_judge::canonical(&case) {
            Ok(ours) => ours,
            Err(reason) => {
                *refused.entry(reason).or_default() += 1;
                continue;
            }
        };
        compared += 1;
        let libxml2 = libxml2::canonical(&case).map(|octets| String::from_utf8(octets).unwrap());
        if case.odd_names {
            odd_names += 1;
        } else if libxml2.as_deref() != Some(ours.as_str()) {
            wrong.push(format!("{number}: {case:#?}\n silta {ours:?}\nlibxml2 {libxml2:?}"));
        }
        let bergshamra =
            bergshamra_judge::canonical(&case).map(|octets| String::from_utf8(octets).unwrap());
        if case.spaced_values {
            spaced_values += 1;
        } else if bergshamra.as_deref() != Ok(ours.as_str()) {
            wrong.push(format!("{number}: {case:#?}\n silta {ours:?}\nbergshamra {bergshamra:?}"));
        }
    }
    println!(
        "canonicalization: {compared} of {count} compared; {odd_names} without libxml2, for the name of a namespace, \
         {spaced_values} without bergshamra, for white space in a value; the others Silta refuses: {refused:?}"
    );
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(6)].join("\n\n")
    );
}
