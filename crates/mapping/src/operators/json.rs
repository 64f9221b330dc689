//! `json`.

use crate::operator::Effect;
use crate::{Kind, Operator};

pub(super) const OPERATOR: Operator = Operator {
    name: "json",
    fields: &[],
    sentence: "The JSON that the value is; a value that is none, or `null`, refuses the login. Not for service providers.",
    empty: "is left out",
    several: "each by itself",
    example: "json",
    build: |_| Ok(Effect::Is(Kind::Json)),
};
