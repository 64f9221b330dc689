//! What a row showed, and what of that breaks a bound.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::deployment::{Deployment, LIMIT};
use super::honest::{Phase, Visit};
use super::rows::Sent;
use super::{Form, Row, Way};

/// What one row showed over one way.
#[derive(Debug)]
pub struct Figures {
    row: Row,
    way: Way,
    form: Form,
    limited: bool,
    sent: Sent,
    /// Reasons of the log, and how many refusals had them.
    refusals: BTreeMap<String, usize>,
    honest: Honest,
    memory: Memory,
}

/// KiB of one process.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// After the quiet logins.
    pub(super) start: u64,
    /// At most, from then on.
    pub(super) peak: u64,
    /// When it was back within 20 % of the start, or after a minute.
    pub(super) after: u64,
    /// How long that took, if it came back.
    pub(super) back: Option<Duration>,
    pub(super) died: bool,
}

#[derive(Debug)]
struct Honest {
    all: usize,
    again: u32,
    /// Why, and how many.
    lost: BTreeMap<String, usize>,
    acs: Waits,
    token: Waits,
}

/// How long an endpoint's answers took.
#[derive(Debug)]
struct Waits {
    quiet: Sorted,
    during: Sorted,
}

#[derive(Debug)]
struct Sorted(Vec<Duration>);

impl Waits {
    fn of(visits: &[Visit], wait: impl Fn(&Visit) -> Duration) -> Self {
        let of = |phase| {
            let these = visits.iter().filter(|one| one.phase == phase && one.lost.is_none());
            let mut waits: Vec<_> = these.map(&wait).collect();
            waits.sort_unstable();
            Sorted(waits)
        };
        Self { quiet: of(Phase::Quiet), during: of(Phase::During) }
    }

    fn ratio(&self, percent: usize) -> f64 {
        self.during.percentile(percent) / self.quiet.percentile(percent).max(0.1)
    }
}

impl Sorted {
    /// In milliseconds; 0 when there are none.
    fn percentile(&self, percent: usize) -> f64 {
        let at = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(at).map_or(0.0, |wait| wait.as_secs_f64() * 1000.0)
    }
}

impl Figures {
    pub(super) fn of(
        (row, way, form): (Row, Way, Form),
        deployment: &Deployment,
        sent: Sent,
        visits: &[Visit],
        memory: Memory,
    ) -> Self {
        let mut lost = BTreeMap::new();
        for why in visits.iter().filter_map(|one| one.lost.clone()) {
            *lost.entry(why).or_default() += 1;
        }
        let honest = Honest {
            all: visits.len(),
            again: visits.iter().map(|one| one.again).sum(),
            lost,
            acs: Waits::of(visits, |one| one.acs),
            token: Waits::of(visits, |one| one.token),
        };
        let (limited, refusals) = (deployment.limited(), deployment.refusals());
        Self { row, way, form, limited, sent, refusals, honest, memory }
    }

    /// Whatever breaks a bound, in words.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        let mut wrong = self.sent.wrong.clone();
        let lost: usize = self.honest.lost.values().sum();
        if lost > 0 {
            wrong.push(format!("{lost} honest logins were lost"));
        }
        if self.honest.acs.during.0.is_empty() {
            wrong.push("nobody honest got in during the attack".to_owned());
        }
        if self.memory.died {
            wrong.push("the replica died".to_owned());
        } else if self.memory.peak >= LIMIT / 1024 {
            wrong.push("more memory than the limit".to_owned());
        }
        // A short siege shows too little to judge times and memory by, beside whatever else runs.
        if self.form == Form::Short {
            return wrong;
        }
        for (what, waits) in [("answer", &self.honest.acs), ("code", &self.honest.token)] {
            let ratio = waits.ratio(99);
            if ratio >= TIMES {
                wrong.push(format!("an honest {what} waits {ratio:.1} times as long (p99)"));
            }
        }
        if self.memory.back.is_none() && !self.row.keeps_records() {
            wrong.push("memory is not back within 20 % after a minute".to_owned());
        }
        wrong
    }
}

impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for percent in [50, 99] {
            let (quiet, during) = (self.quiet.percentile(percent), self.during.percentile(percent));
            let ratio = self.ratio(percent);
            write!(f, " p{percent} {quiet:.1} -> {during:.1} ms (x {ratio:.1})")?;
        }
        write!(f, " of {}", self.during.0.len())
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = match self.way {
            Way::Direct => "each from an address of their own",
            Way::Proxy => "all through one proxy",
        };
        writeln!(f, "{}, {way}", self.row.what())?;
        writeln!(f, "  sent    {}", self.sent.what)?;
        if !self.refusals.is_empty() {
            let reasons = self.refusals.iter().map(|(reason, count)| format!("{reason} x {count}"));
            writeln!(f, "  log     {}", reasons.collect::<Vec<_>>().join(", "))?;
        }
        let Honest { all, again, lost, acs, token } = &self.honest;
        let count: usize = lost.values().sum();
        writeln!(f, "  honest  {all} logins, {count} lost, {again} times told to come again")?;
        writeln!(f, "  ACS    {acs}")?;
        writeln!(f, "  token  {token}")?;
        for (why, count) in lost {
            writeln!(f, "          lost {count}: {why}")?;
        }
        let Memory { start, peak, after, back, .. } = self.memory;
        let mebibytes = |kibibytes: u64| f64::from(u32::try_from(kibibytes).unwrap_or(0)) / 1024.0;
        let (start, peak, after) = (mebibytes(start), mebibytes(peak), mebibytes(after));
        write!(f, "  memory  {start:.1} -> at most {peak:.1} -> {after:.1} MiB")?;
        match back {
            Some(took) => write!(f, " after {:.0} s", took.as_secs_f64())?,
            None if self.row.keeps_records() => write!(f, ", with records that live on")?,
            None => write!(f, " after a minute")?,
        }
        writeln!(f, "{}", if self.limited { "" } else { " (no limit could be set)" })?;
        for wrong in self.wrong() {
            writeln!(f, "  WRONG   {wrong}")?;
        }
        Ok(())
    }
}

/// An honest answer may wait less than so many times as long as when it is quiet.
const TIMES: f64 = 10.0;
