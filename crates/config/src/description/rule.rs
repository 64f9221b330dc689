//! What holds between keys.

/// What holds between the keys of a section.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// Exactly one of these is there.
    ExactlyOne {
        /// The keys.
        keys: &'static [&'static str],
        /// What is wrong otherwise.
        what: &'static str,
        /// What to write instead.
        instead: &'static str,
    },
    /// The first of two keys, or the other, which says more; never both.
    OneOrOther {
        /// What is usual.
        one: &'static str,
        /// What says more.
        other: &'static str,
        /// What to add when there is none.
        hint: &'static str,
    },
    /// A key that says what the others say, so that none of them may stand beside it.
    InPlaceOf {
        /// The key.
        key: &'static str,
        /// The others.
        others: &'static [&'static str],
    },
    /// At least one of several.
    OneAtLeast {
        /// What is usual, and asked for.
        one: &'static str,
        /// What will do too.
        others: &'static [&'static str],
        /// What to add when there is none.
        hint: &'static str,
    },
    /// One key needs another, which means nothing alone.
    Together {
        /// What needs the other.
        one: &'static str,
        /// What means nothing alone.
        other: &'static str,
        /// What to add.
        hint: &'static str,
    },
    /// A key that means nothing without another.
    NothingWithout {
        /// The key.
        key: &'static str,
        /// What it needs.
        other: &'static str,
        /// What to write instead.
        instead: &'static str,
    },
    /// A key that is needed unless another says this word, with which it means nothing.
    NeededUnless {
        /// The key.
        key: &'static str,
        /// The other.
        other: &'static str,
        /// Its word.
        word: &'static str,
        /// What to add.
        hint: &'static str,
    },
    /// One of these keys is needed if another says this word, and otherwise they mean nothing.
    OneWith {
        /// The keys; the first is asked for.
        keys: &'static [&'static str],
        /// The other.
        other: &'static str,
        /// Its word.
        word: &'static str,
        /// What to add.
        hint: &'static str,
    },
    /// A key that is needed if another says this word.
    NeededIf {
        /// The key.
        key: &'static str,
        /// The other.
        other: &'static str,
        /// Its word.
        word: &'static str,
        /// What is wrong without it.
        what: &'static str,
        /// What to do.
        instead: &'static str,
    },
}
