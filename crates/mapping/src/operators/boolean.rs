//! `boolean`.

use crate::operator::Effect;
use crate::{Kind, Operator};

pub(super) const OPERATOR: Operator = Operator {
    name: "boolean",
    fields: &[],
    sentence: "True or false, of `true`, `1`, `false` or `0`; another value refuses the login. Before it, `lookup` makes \
               these of other words.",
    empty: "is left out",
    several: "each by itself",
    example: "boolean",
    build: |_| Ok(Effect::Is(Kind::Boolean)),
};
