//! The verdicts about signatures of every algorithm and shape, and about what was done to them.

use std::collections::BTreeMap;
use std::fmt;

use silta_judges::change::Change;
use silta_judges::count::{cases, seed};
use silta_judges::document::has_kept_cr;
use silta_judges::explained::{Explained, Judge};
use silta_judges::random::Random;
use silta_judges::signature::{Place, Signed, Signer};
use silta_judges::verdict::Verdict;
use silta_judges::{bergshamra_judge, signxml_judge, silta_judge, xmlsec_judge};

/// What Silta accepts, every judge accepts that knows the algorithm; what Silta alone refuses is one of
/// the reasons that are listed.
#[test]
fn verdicts_differ_for_listed_reasons_alone() {
    let mut random = Random::new(seed());
    let count = cases();
    let mut tally = Tally::new();
    let mut sample = vec![];
    // Each change is seen, however few cases there are.
    let each = Change::ALL.into_iter().flat_map(|change| [Some(change); EACH]);
    for change in each.chain(std::iter::repeat_n(None, count)) {
        let signed = match change {
            Some(change) => Signed::of(change, &mut random),
            None => Signed::new(&mut random),
        };
        *tally.signers.entry(signed.signer).or_default() += 1;
        let key = signed.curve.key();
        // The change of ends of lines has a row; a section of another message may hold CR as well.
        if signed.change == Change::CrLf || !has_kept_cr(&signed.text) {
            tally.judge(&signed, Judge::Bergshamra, &bergshamra_judge::verdict(&signed.text, key));
        }
        tally.judge(&signed, Judge::Xmlsec, &xmlsec_judge::verdict(&signed.text, key));
        // A signature by Silta's own means, of its own shape, holds for Silta in the first place.
        if signed.change == Change::Good && ours(&signed).is_err() {
            tally.wrong(&signed, &format!("Silta refuses a good one: {:?}", ours(&signed)));
        }
        // It judges the root, reads no names beyond ASCII, takes comments for covered where the transform keeps
        // them, against [XMLDSig §4.4.3.3], and leaves `#default` out of a list, against [ExcC14N §3].
        let beyond = signed.place == Place::Nested
            || signed.text.contains(['ä', 'é'])
            || signed.place == Place::Metadata && signed.text.contains("<!--")
            || signed.text.contains("#default");
        if !beyond && (change.is_some() || random.once_in(10)) {
            sample.push(signed);
        }
    }
    for (signed, verdict) in sample.iter().zip(signxml_judge::verdicts(&sample)) {
        tally.judge(signed, Judge::Signxml, &verdict);
    }
    println!("{tally}");
    assert!(tally.wrong.is_empty(), "{}", tally.told());
    for signer in [Signer::Silta, Signer::Bergshamra, Signer::Xmlsec] {
        assert!(tally.signers.contains_key(&signer), "{signer:?} signed nothing");
    }
    // A row that explains nothing is out of date. An octet may become anything, and with few cases it does not.
    for (row, about) in tally.explained.stricter_rows().enumerate() {
        let seen = tally.stricter.contains_key(&row);
        assert!(seen || about.starts_with("Octet"), "no case needs the row: {about}");
    }
    for (row, about) in tally.explained.beyond_rows().enumerate() {
        assert!(tally.beyond.contains_key(&row), "no case needs the row: {about}");
    }
}

fn ours(signed: &Signed) -> Result<(), &'static str> {
    silta_judge::verdict(&signed.text, signed.curve.key(), signed.place == Place::Metadata)
}

struct Tally {
    explained: Explained,
    /// By who signed it.
    signers: BTreeMap<Signer, usize>,
    /// By who judged: what both accept, what both refuse, what it cannot judge.
    counts: BTreeMap<Judge, [usize; 3]>,
    /// By the rows of the page, where the judge and Silta differ.
    stricter: BTreeMap<usize, usize>,
    /// By the rows of the page, where they differ and nothing else explains it.
    beyond: BTreeMap<usize, usize>,
    wrong: BTreeMap<String, (usize, String)>,
}

impl Tally {
    fn new() -> Self {
        Self {
            explained: Explained::read(),
            signers: BTreeMap::new(),
            counts: BTreeMap::new(),
            stricter: BTreeMap::new(),
            beyond: BTreeMap::new(),
            wrong: BTreeMap::new(),
        }
    }

    fn judge(&mut self, signed: &Signed, judge: Judge, verdict: &Verdict) {
        let counts = self.counts.entry(judge).or_default();
        let ours = ours(signed);
        if let Some(row) = self.explained.beyond(signed, judge) {
            counts[2] += 1;
            let stricter =
                ours.err().and_then(|reason| self.explained.stricter(signed, judge, reason));
            if ours.is_ok() != verdict.accepts() && stricter.is_none() {
                *self.beyond.entry(row).or_default() += 1;
            }
            return;
        }
        match (ours, verdict) {
            (Ok(()), Verdict::Accepted) => counts[0] += 1,
            (Err(_), Verdict::Refused(_)) => counts[1] += 1,
            (Ok(()), Verdict::Refused(why)) => {
                self.wrong(signed, &format!("{} refuses what Silta accepts: {why}", judge.name()));
            }
            (Err(reason), Verdict::Accepted) => {
                match self.explained.stricter(signed, judge, reason) {
                    Some(row) => *self.stricter.entry(row).or_default() += 1,
                    None => self.wrong(signed, &format!("{} accepts: {reason}", judge.name())),
                }
            }
        }
    }

    fn wrong(&mut self, signed: &Signed, what: &str) {
        let algorithm = format!("{} {:?}", signed.algorithm.name(), signed.curve);
        let algorithm = if signed.change == Change::Good { &algorithm } else { "" };
        let kind = format!("{:?} {algorithm} {:?} {what}", signed.change, signed.place);
        let entry = self.wrong.entry(kind).or_insert_with(|| (0, format!("{signed:?}")));
        entry.0 += 1;
    }

    fn told(&self) -> String {
        let lines: Vec<_> =
            self.wrong.iter().map(|(kind, (count, _))| format!("{count:5} {kind}")).collect();
        let examples: Vec<_> =
            self.wrong.values().map(|(_, example)| example.as_str()).take(8).collect();
        let kinds = self.wrong.len();
        format!("{kinds} kinds of disagreement:\n{}\n{}", lines.join("\n"), examples.join("\n"))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "signatures: made by {:?}", self.signers)?;
        for (judge, [accepted, refused, beyond]) in &self.counts {
            let name = judge.name();
            writeln!(
                f,
                "  {name}: {accepted} both accept, {refused} both refuse, {beyond} beyond it"
            )?;
        }
        writeln!(f, "  Silta alone refuses, by the rows of docs/reference/judges.md:")?;
        for (row, about) in self.explained.stricter_rows().enumerate() {
            writeln!(f, "  {:5} {about}", self.stricter.get(&row).unwrap_or(&0))?;
        }
        writeln!(f, "  A judge cannot check:")?;
        for (row, about) in self.explained.beyond_rows().enumerate() {
            writeln!(f, "  {:5} {about}", self.beyond.get(&row).unwrap_or(&0))?;
        }
        Ok(())
    }
}

/// How many messages with each change there are at least.
const EACH: usize = 16;
