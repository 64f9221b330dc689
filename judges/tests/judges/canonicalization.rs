//! The canonical forms of documents that nobody would write.

use std::collections::BTreeMap;

use silta_judges::count::{cases, seed};
use silta_judges::document::{Case, has_kept_cr};
use silta_judges::random::Random;
use silta_judges::{bergshamra_judge, libxml2, silta_judge};

/// Where Silta reads a document, its octets are those of bergshamra and of libxml2.
#[test]
fn canonical_forms_are_the_same_octets() {
    let mut random = Random::new(seed());
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    // By libxml2, by bergshamra, by either of them.
    let mut compared = [0; 3];
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
        if !case.odd_names {
            compared[0] += 1;
            let libxml2 =
                libxml2::canonical(&case).map(|octets| String::from_utf8(octets).unwrap());
            if libxml2.as_deref() != Some(ours.as_str()) {
                wrong.push(format!("{number}: {case:#?}\n silta {ours:?}\nlibxml2 {libxml2:?}"));
            }
        }
        let bergshamra = !case.spaced_values && !has_kept_cr(&case.text);
        if bergshamra {
            compared[1] += 1;
            let theirs =
                bergshamra_judge::canonical(&case).map(|octets| String::from_utf8(octets).unwrap());
            if theirs.as_deref() != Ok(ours.as_str()) {
                wrong.push(format!("{number}: {case:#?}\n silta {ours:?}\nbergshamra {theirs:?}"));
            }
        }
        compared[2] += usize::from(!case.odd_names || bergshamra);
    }
    let [libxml2, bergshamra, either] = compared;
    println!(
        "canonicalization: {either} of {count} compared, {libxml2} with libxml2, {bergshamra} with bergshamra; \
         Silta refuses: {refused:?}"
    );
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(6)].join("\n\n")
    );
    assert!(2 * libxml2 > count && 2 * bergshamra > count, "most documents are compared");
    let others: Vec<_> =
        refused.keys().filter(|reason| !REFUSED.contains(&reason.as_str())).collect();
    assert!(others.is_empty(), "Silta refuses what was not made up for it: {others:?}");
}

/// What some documents hold on purpose.
const REFUSED: &[&str] = &["comment", "processing_instruction", "relative_namespace"];
