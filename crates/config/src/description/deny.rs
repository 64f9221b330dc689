//! `deny`.

use super::claims::{self, UNLESS, WHEN};
use super::{Key, Kind, Need, Rule, Section};

pub(super) const SECTION: Section = Section {
    name: "`deny`",
    before: "Who is kept out although their identity provider let them in. Each rule says whom and, on our page, why; the client \
             hears nothing then, unless its request allows no page. The log has `denied`. Rules are asked at every login and at \
             every answer from a session; whoever has refresh tokens keeps them until the session ends.",
    keys: &[WHEN, UNLESS, MESSAGE],
    rules: &[Rule::OneAtLeast {
        one: "when",
        others: &["unless"],
        hint: "whom it keeps out: level, upstream, client or attributes",
    }],
    after: "",
};

/// What the person reads.
pub const MESSAGE: Key = Key::new(
    "message",
    Kind::Section(&claims::MESSAGE),
    Need::Required("what the person reads: { fi: .., sv: .., en: .. }"),
    "What the person reads.",
    "",
);
