//! `birth_date`.

use jiff::civil::Date;

use crate::Operator;
use crate::operator::each;

pub(super) const OPERATOR: Operator = Operator {
    name: "birth_date",
    fields: &[],
    sentence: "The day of birth out of a Finnish personal identity code, whose sign says the century: `+` 1800, `-` and \
               `Y` to `U` 1900, `A` to `F` 2000.",
    empty: "is left out",
    several: "each by itself; one that is no such code, or whose check character is wrong, is left out",
    example: "birth_date",
    build: |_| Ok(each(|value, _| birth_date(&value))),
};

/// The day in a code `DDMMYYCZZZQ` [Valtioneuvoston asetus 128/2010 2 §, 690/2022].
fn birth_date(code: &str) -> Option<String> {
    let is_plain = code.len() == 11 && code.is_ascii();
    let part = |from: usize, to: usize| code.get(from..to).filter(|_| is_plain);
    let digits = |text: &str| {
        text.bytes().all(|one| one.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten()
    };
    let number = digits(part(0, 6)?)? * 1000 + digits(part(7, 10)?)?;
    let check = CHECK.get(usize::try_from(number % 31).ok()?)?;
    if part(10, 11)?.bytes().next()? != *check {
        return None;
    }
    let century = match part(6, 7)? {
        "+" => 1800,
        "-" | "Y" | "X" | "W" | "V" | "U" => 1900,
        "A" | "B" | "C" | "D" | "E" | "F" => 2000,
        _ => return None,
    };
    let two = |from: usize| part(from, from + 2)?.parse::<i8>().ok();
    let day = Date::new(century + i16::from(two(4)?), two(2)?, two(0)?).ok()?;
    Some(day.to_string())
}

/// The check characters, by the rest of a division by 31.
const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

#[cfg(test)]
mod tests {
    use super::*;

    /// The code with its right check character.
    fn code(day: &str, sign: char, number: u32) -> String {
        let all: u32 = day.parse::<u32>().unwrap_or_default() * 1000 + number;
        let check = CHECK.get(usize::try_from(all % 31).unwrap_or_default()).copied();
        format!("{day}{sign}{number:03}{}", char::from(check.unwrap_or_default()))
    }

    #[test]
    fn the_sign_says_the_century() {
        assert_eq!(birth_date("210281-9988").as_deref(), Some("1981-02-21"));
        for (sign, day) in [('+', "1881-02-21"), ('-', "1981-02-21"), ('A', "2081-02-21")] {
            assert_eq!(birth_date(&code("210281", sign, 998)).as_deref(), Some(day), "{sign}");
        }
        for sign in "YXWVU".chars() {
            assert_eq!(birth_date(&code("010170", sign, 912)).as_deref(), Some("1970-01-01"));
        }
        for sign in "BCDEF".chars() {
            assert_eq!(birth_date(&code("290204", sign, 912)).as_deref(), Some("2004-02-29"));
        }
    }

    #[test]
    fn what_is_no_code_has_no_day() {
        for other in [
            "",
            "210281-9989",
            "210281-998",
            "210281-99888",
            "2102811-988",
            "21028é-998",
            "+10281-9988",
        ] {
            assert_eq!(birth_date(other), None, "{other}");
        }
        for (day, sign) in [("310281", '-'), ("001281", '-'), ("210281", 'G'), ("210281", ' ')] {
            assert_eq!(birth_date(&code(day, sign, 998)), None, "{day}{sign}");
        }
    }
}
