//! The operators, a file each.

mod birth_date;
mod boolean;
mod date;
mod extract;
mod first;
mod hash;
mod integer;
mod join;
mod json;
mod keyed_hash;
mod lookup;
mod lower;
mod normalise;
mod replace;
mod split;
mod trim;
mod upper;

use crate::Operator;

/// Every operator, in the order of the reference page.
const ALL: &[Operator] = &[
    first::OPERATOR,
    split::OPERATOR,
    join::OPERATOR,
    lower::OPERATOR,
    upper::OPERATOR,
    trim::OPERATOR,
    normalise::OPERATOR,
    extract::OPERATOR,
    replace::OPERATOR,
    lookup::OPERATOR,
    date::OPERATOR,
    birth_date::OPERATOR,
    boolean::OPERATOR,
    integer::OPERATOR,
    json::OPERATOR,
    hash::OPERATOR,
    keyed_hash::OPERATOR,
];

impl Operator {
    /// The operator of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|one| one.name == name)
    }

    /// Every operator, in the order of the reference page.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }
}
