//! `date`.

use jiff::civil::Date;

use crate::operator::{Effect, Field, FieldForm, each, wrong};
use crate::{Kind, Operator};

pub(super) const OPERATOR: Operator = Operator {
    name: "date",
    fields: &[Field {
        name: "format",
        form: FieldForm::Text,
        is_optional: true,
        sentence: "How the value is written, in the letters of `strptime`: `%d` day, `%m` month, `%Y` year. A value \
                   that is written otherwise is left out. Without it values are days as they are in claims.",
        example: "\"%d.%m.%Y\"",
    }],
    sentence: "A day, as a claim has it: `1981-02-21`. A value that is no such day refuses the login.",
    empty: "is left out",
    several: "each by itself",
    example: "{ date: \"%d.%m.%Y\" }",
    build: |arguments| {
        let Some(format) = arguments.get("format").map(str::to_owned) else {
            return Ok(Effect::Is(Kind::Date));
        };
        let is_read_back = |sample: &Date| {
            jiff::fmt::strtime::format(&format, *sample)
                .is_ok_and(|text| Date::strptime(&format, &text).is_ok_and(|day| day == *sample))
        };
        if !SAMPLES.iter().all(is_read_back) {
            let what = "it does not say day, month and year";
            return Err(wrong("format", what, "write one such as %d.%m.%Y"));
        }
        Ok(each(move |value, _| {
            let day = Date::strptime(&format, value.trim()).ok()?;
            (day.year() >= FIRST_YEAR).then(|| day.to_string())
        }))
    },
};

/// A year of two digits means one of them only.
const SAMPLES: [Date; 3] =
    [Date::constant(1931, 12, 25), Date::constant(1981, 2, 21), Date::constant(2031, 12, 25)];
/// `%Y` takes fewer digits than four: `15` would be a year of the Romans.
const FIRST_YEAR: i16 = 1000;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use crate::operator::tests::{built, made};

    #[test]
    fn a_day_in_this_form_becomes_one_as_claims_have_it() {
        let values = ["21.2.1981", "31.2.1981", "", "1981-02-21", "01.05.15", "1.5.999"];
        assert_eq!(made("date", &[("format", "%d.%m.%Y")], &values), ["1981-02-21"]);
    }

    #[test]
    fn a_form_without_a_year_or_none_is_refused() {
        for format in ["%d.%m.", "day", "", "%Q", "%Y-%j-%", "%d.%m.%y"] {
            let error = built("date", &[("format", format)], None).unwrap_err();
            assert_eq!(error.what, "it does not say day, month and year", "{format}");
        }
    }
}
