//! `integer`.

use crate::operator::Effect;
use crate::{Kind, Operator};

pub(super) const OPERATOR: Operator = Operator {
    name: "integer",
    fields: &[],
    sentence: "A whole number, of decimal digits, up to 2^53 - 1 either side of 0; another value refuses the login.",
    empty: "is left out",
    several: "each by itself",
    example: "integer",
    build: |_| Ok(Effect::Is(Kind::Integer)),
};
