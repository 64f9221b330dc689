//! What waits to be written to standard output: bounded in octets, with a reserve for audit events, and
//! one in it for those that no stranger can cause.

use std::collections::VecDeque;

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum LineKind {
    /// What became of a login whose person or client had to prove who they are.
    Proved,
    /// What became of any other login or request: anybody can cause as many as they like.
    Audit,
    /// Everything else that is logged.
    Log,
    /// Metrics for CloudWatch.
    Metrics,
}

impl LineKind {
    /// The words of all of them.
    pub(crate) const WORDS: [&'static str; 3] = ["audit", "log", "metrics"];

    /// The word for it in metrics and lines.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Proved | Self::Audit => "audit",
            Self::Log => "log",
            Self::Metrics => "metrics",
        }
    }
}

/// A line with its line feed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: LineKind,
    pub(crate) text: Box<[u8]>,
}

/// How many lines of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LineCount {
    pub(crate) audit: u64,
    pub(crate) log: u64,
    pub(crate) metrics: u64,
}

impl LineCount {
    pub(crate) fn add(&mut self, kind: LineKind) {
        let one = match kind {
            LineKind::Proved | LineKind::Audit => &mut self.audit,
            LineKind::Log => &mut self.log,
            LineKind::Metrics => &mut self.metrics,
        };
        *one = one.saturating_add(1);
    }

    /// What is left when `others` are taken away.
    pub(crate) fn without(self, others: Self) -> Self {
        Self {
            audit: self.audit.saturating_sub(others.audit),
            log: self.log.saturating_sub(others.log),
            metrics: self.metrics.saturating_sub(others.metrics),
        }
    }
}

/// Lines in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct LogQueue {
    lines: VecDeque<Line>,
    octets: usize,
}

impl LogQueue {
    /// Adds a line at the end, or refuses it because there is no room for one of its kind.
    pub(crate) fn push(&mut self, kind: LineKind, text: &[u8]) -> bool {
        let bound = match kind {
            LineKind::Proved => OCTETS,
            LineKind::Audit => OCTETS - PROVED_RESERVE,
            LineKind::Log | LineKind::Metrics => OCTETS - AUDIT_RESERVE,
        };
        let octets = self.octets.saturating_add(cost(text));
        if octets > bound {
            return false;
        }
        self.octets = octets;
        self.lines.push_back(Line { kind, text: text.into() });
        true
    }

    /// Takes the first line.
    pub(crate) fn pop(&mut self) -> Option<Line> {
        let line = self.lines.pop_front();
        match &line {
            Some(line) => self.octets = self.octets.saturating_sub(cost(&line.text)),
            // What an outage needed is given back.
            None => self.lines.shrink_to(KEPT),
        }
        line
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether every kind has room for a while.
    pub(crate) fn has_room(&self) -> bool {
        self.octets <= (OCTETS - AUDIT_RESERVE) / 2
    }

    /// How many lines of each kind wait.
    pub(crate) fn count(&self) -> LineCount {
        let mut count = LineCount::default();
        for line in &self.lines {
            count.add(line.kind);
        }
        count
    }
}

fn cost(text: &[u8]) -> usize {
    text.len().saturating_add(LINE_OVERHEAD)
}

/// A login writes three lines of some 300 octets: this is 3,800 logins, a minute of a busy service,
/// and less than a hundredth of a task of 512 MiB.
const OCTETS: usize = 4 << 20;
/// What only audit events may fill: whatever else is written, three quarters are theirs.
const AUDIT_RESERVE: usize = 3 << 20;
/// What a flood of strangers cannot fill: 5,000 lines, of which a login has two.
const PROVED_RESERVE: usize = 2 << 20;
/// The entry in the queue, which grows by doubling, and what the allocator adds to the text.
const LINE_OVERHEAD: usize = 64;
/// Entries whose place stays when the queue is empty.
const KEPT: usize = 256;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// How many lines of `kind` and `octets` fit in.
    fn filled(queue: &mut LogQueue, kind: LineKind, octets: usize) -> usize {
        let line = vec![b'x'; octets];
        let mut count = 0;
        while queue.push(kind, &line) {
            count += 1;
        }
        count
    }

    #[test]
    fn audit_events_find_room_when_everything_else_is_full() {
        let mut queue = LogQueue::default();
        let log = filled(&mut queue, LineKind::Log, 300);
        assert_eq!(filled(&mut queue, LineKind::Metrics, 300), 0, "they share one part");
        let audit = filled(&mut queue, LineKind::Audit, 300);
        assert!(audit > log - log / 10, "{audit} audit events beside {log} other lines");
    }

    #[test]
    fn who_proved_who_they_are_finds_room_beside_any_flood_of_refusals() {
        let mut queue = LogQueue::default();
        filled(&mut queue, LineKind::Log, 300);
        filled(&mut queue, LineKind::Audit, 300);
        let proved = filled(&mut queue, LineKind::Proved, 300);
        assert!(proved > 5_000, "{proved} lines");
        assert_eq!(filled(&mut queue, LineKind::Audit, 300), 0);
    }

    #[test]
    fn what_waits_is_bounded_in_octets_whatever_the_lines_are_like() {
        for octets in [0, 1, 300, 70_000, OCTETS, 2 * OCTETS] {
            let mut queue = LogQueue::default();
            let lines = filled(&mut queue, LineKind::Proved, octets);
            let entries = queue.lines.capacity() * size_of::<Line>();
            let held = lines * (octets + 16) + entries;
            assert!(held <= OCTETS + OCTETS / 8, "{lines} lines of {octets} hold {held}");
        }
    }

    #[test]
    fn lines_come_out_in_the_order_in_which_they_went_in() {
        let mut queue = LogQueue::default();
        let kinds = [LineKind::Log, LineKind::Audit, LineKind::Metrics, LineKind::Audit];
        for (text, kind) in ["a", "b", "c", "d"].into_iter().zip(kinds) {
            assert!(queue.push(kind, text.as_bytes()));
        }
        assert_eq!(queue.count(), LineCount { audit: 2, log: 1, metrics: 1 });
        let out: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        let texts: Vec<_> = out.iter().map(|line| str::from_utf8(&line.text).unwrap()).collect();
        assert_eq!(texts, ["a", "b", "c", "d"]);
        assert_eq!(queue.octets, 0);
    }

    #[test]
    fn room_comes_back_when_lines_are_taken() {
        let mut queue = LogQueue::default();
        filled(&mut queue, LineKind::Audit, 300);
        assert!(!queue.has_room());
        while !queue.has_room() {
            queue.pop().unwrap();
        }
        assert!(queue.push(LineKind::Log, b"x"));
        while queue.pop().is_some() {}
        assert!(queue.lines.capacity() <= 2 * KEPT);
    }
}
