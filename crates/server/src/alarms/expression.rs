//! As much of CloudWatch's metric math as the stack's alarms use, on one datapoint:
//! `IF`, `FILL(id, 0)`, `AND`, comparisons, `+`, `*`, numbers and ids
//! [CloudWatch User Guide, "Using math expressions with CloudWatch metrics"].

use std::collections::BTreeMap;

/// The value of `text`, or nothing when a metric that it names has no datapoint.
pub(super) fn value(text: &str, metrics: &BTreeMap<String, Option<f64>>) -> Option<f64> {
    let mut reader = Reader { rest: text, metrics };
    let value = reader.all();
    assert_eq!(reader.rest.trim(), "", "what is left of {text}");
    value
}

struct Reader<'t> {
    rest: &'t str,
    metrics: &'t BTreeMap<String, Option<f64>>,
}

impl Reader<'_> {
    fn all(&mut self) -> Option<f64> {
        let mut value = self.compared();
        while self.takes("AND") {
            let other = self.compared();
            value = both(value, other, |a, b| truth(a != 0.0 && b != 0.0));
        }
        value
    }

    fn compared(&mut self) -> Option<f64> {
        let left = self.sum();
        for (sign, holds) in COMPARISONS {
            if self.takes(sign) {
                let right = self.sum();
                return both(left, right, |a, b| truth(holds(a, b)));
            }
        }
        left
    }

    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product();
        while self.takes("+") {
            let other = self.product();
            value = both(value, other, |a, b| a + b);
        }
        value
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.one();
        while self.takes("*") {
            let other = self.one();
            value = both(value, other, |a, b| a * b);
        }
        value
    }

    fn one(&mut self) -> Option<f64> {
        if self.takes("(") {
            let value = self.all();
            self.must_take(")");
            return value;
        }
        let word = self.word();
        if !self.takes("(") {
            return match word.parse() {
                Ok(number) => Some(number),
                Err(_) => *self.metrics.get(&word).unwrap_or_else(|| panic!("no metric {word}")),
            };
        }
        let first = self.all();
        self.must_take(",");
        let second = self.all();
        let value = match &*word {
            "FILL" => first.or(second),
            "IF" => {
                self.must_take(",");
                let third = self.all();
                first.and_then(|first| if first == 0.0 { third } else { second })
            }
            _ => panic!("a function that is not known here: {word}"),
        };
        self.must_take(")");
        value
    }

    fn word(&mut self) -> String {
        let rest = self.rest.trim_start();
        let end = rest.find(|one: char| !one.is_alphanumeric() && one != '_' && one != '.');
        let (word, rest) = rest.split_at(end.unwrap_or(rest.len()));
        self.rest = rest;
        word.to_owned()
    }

    fn takes(&mut self, sign: &str) -> bool {
        let taken = self.rest.trim_start().strip_prefix(sign);
        self.rest = taken.unwrap_or(self.rest);
        taken.is_some()
    }

    fn must_take(&mut self, sign: &str) {
        assert!(self.takes(sign), "{sign} before {}", self.rest);
    }
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// Nothing, if either has no datapoint.
fn both(a: Option<f64>, b: Option<f64>, join: impl Fn(f64, f64) -> f64) -> Option<f64> {
    a.zip(b).map(|(a, b)| join(a, b))
}

type Comparison = (&'static str, fn(f64, f64) -> bool);

/// The longer signs first.
const COMPARISONS: [Comparison; 4] =
    [(">=", |a, b| a >= b), ("<=", |a, b| a <= b), (">", |a, b| a > b), ("<", |a, b| a < b)];

#[test]
fn reads_as_cloudwatch_does() {
    let metrics = [("a", Some(3.0)), ("b", None), ("c", Some(0.0))];
    let metrics = metrics.map(|(name, value)| (name.to_owned(), value)).into();
    for (text, expected) in [
        ("a", Some(3.0)),
        ("b", None),
        ("FILL(b, 0)", Some(0.0)),
        ("FILL(a, 0) + 2 * a", Some(9.0)),
        ("a >= 3 AND c > FILL(b, 1)", Some(0.0)),
        ("IF(a > 2 AND 2 * a <= 6, 1, 0)", Some(1.0)),
        ("IF(b > 2, 1, 0)", None),
        ("(a + 1) * 2 < 8", Some(0.0)),
    ] {
        assert_eq!(value(text, &metrics), expected, "{text}");
    }
}
