//! What happened, for people to read.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use silta_testkit::balancer::Balancer;
use silta_testkit::silta::Silta;

use super::evidence::Searched;
use super::login::StandIn;
use super::users::User;

/// What happened.
#[derive(Debug)]
pub struct Figures {
    /// Of those who came from the user pool.
    pub cognito: Logins,
    /// Of those who came from the load balancer.
    pub alb: Logins,
    /// How often people were cut off where.
    pub cut_at: BTreeMap<String, usize>,
    /// Every replica, in the order of their starts.
    pub replicas: Vec<Replica>,
    /// The rotation of keys and secrets.
    pub rotation: Rotation,
    /// Where nothing of the person may stand.
    pub searched: Vec<Searched>,
    /// Where everything of the person must stand, or the search sees nothing.
    pub controls: Vec<Searched>,
}

/// The logins at one stand-in.
#[derive(Debug)]
pub struct Logins {
    /// How many people came.
    pub all: usize,
    /// Why some of them did not get in.
    pub lost: Vec<String>,
    /// How many of them were cut off by the kill, began anew, and got in.
    pub cut_and_retried: usize,
    /// What half of them did not wait longer for, further attempts included.
    pub median: Duration,
    /// What 99 of a hundred did not wait longer for.
    pub percentile_99: Duration,
}

/// A replica, as the load balancer saw it.
#[derive(Debug)]
pub struct Replica {
    /// What became of it, or what it was for.
    pub what: &'static str,
    /// How many requests it was sent.
    pub requests: usize,
    /// How many of them it broke off.
    pub broken_off: usize,
}

/// A rotation, from the pending value to the end of the promotion.
#[derive(Debug)]
pub struct Rotation {
    /// How long it took until both replicas had followed.
    pub took: Duration,
    /// How many logins ended meanwhile.
    pub meanwhile: usize,
    /// How many ended after it.
    pub since: usize,
}

impl Figures {
    pub(super) fn of(
        people: &[User],
        replicas: Vec<Replica>,
        rotation: Rotation,
        searched: Vec<Searched>,
        controls: Vec<Searched>,
    ) -> Self {
        let mut cut_at = BTreeMap::new();
        for place in people.iter().flat_map(|one| &one.cut_at) {
            *cut_at.entry(place.clone()).or_default() += 1;
        }
        let [cognito, alb] = [StandIn::Cognito, StandIn::Alb]
            .map(|at| Logins::of(people.iter().filter(|one| one.at == at)));
        Self { cognito, alb, cut_at, replicas, rotation, searched, controls }
    }

    /// How many replicas were started in another's place.
    #[must_use]
    pub fn restarts(&self) -> usize {
        self.replicas.len() - 2
    }

    /// Everything that is not as it must be; nothing when all is well.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        let lost = self.cognito.lost.iter().map(|why| format!("lost, at cognito: {why}"));
        let lost = lost.chain(self.alb.lost.iter().map(|why| format!("lost, at alb: {why}")));
        let leaked = self.searched.iter().filter(|one| !one.found.is_empty());
        let leaked = leaked.map(|one| format!("in {} stands {:?}", one.place, one.found));
        let scarce = self.searched.iter().filter(|one| !one.missing.is_empty());
        let scarce = scarce.map(|one| format!("{:?} are not in {}", one.missing, one.place));
        let blind = self.controls.iter().filter(|one| !one.found_all());
        let blind =
            blind.map(|one| format!("the search sees only {:?} in {}", one.found, one.place));
        lost.chain(leaked).chain(scarce).chain(blind).collect()
    }
}

impl Logins {
    fn of<'a>(people: impl Iterator<Item = &'a User> + Clone) -> Self {
        let mut took: Vec<_> = people.clone().map(|one| one.took).collect();
        took.sort_unstable();
        let cut = people.clone().filter(|one| !one.cut_at.is_empty() && one.lost.is_none());
        Self {
            all: took.len(),
            cut_and_retried: cut.count(),
            median: took[took.len() / 2],
            percentile_99: took[(took.len() * 99).div_ceil(100) - 1],
            lost: people.filter_map(|one| one.lost.clone()).collect(),
        }
    }
}

impl Replica {
    pub(super) fn of(balancer: &Balancer, silta: &Silta, what: &'static str) -> Self {
        let counts = balancer.counts(silta.address());
        Self { what, requests: counts.requests, broken_off: counts.bad_gateways }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let both = [&self.cognito, &self.alb];
        writeln!(f, "{:16}{:>10}{:>10}", "", "cognito", "alb")?;
        let mut row = |name, [cognito, alb]: [u128; 2], unit| {
            writeln!(f, "{name:16}{cognito:10}{alb:10}{unit}")
        };
        row("logins", both.map(|one| one.all as u128), "")?;
        row("lost", both.map(|one| one.lost.len() as u128), "")?;
        row("cut and retried", both.map(|one| one.cut_and_retried as u128), "")?;
        row("median", both.map(|one| one.median.as_millis()), " ms")?;
        row("99th percentile", both.map(|one| one.percentile_99.as_millis()), " ms")?;
        for (path, times) in &self.cut_at {
            writeln!(f, "cut at          {times:10}  {path}")?;
        }
        writeln!(f, "\nrestarts        {:10}", self.restarts())?;
        for Replica { what, requests, broken_off } in &self.replicas {
            writeln!(f, "requests        {requests:10}  {what}; {broken_off} of them cut")?;
        }
        let Rotation { took, meanwhile, since } = &self.rotation;
        writeln!(
            f,
            "rotation        {:10} ms; {meanwhile} logins meanwhile, {since} since",
            took.as_millis()
        )?;
        writeln!(f, "\nthe person is searched for in")?;
        self.searched.iter().try_for_each(|one| writeln!(f, "{one}"))?;
        writeln!(f, "and, where they must be found, in")?;
        self.controls.iter().try_for_each(|one| writeln!(f, "{one}"))
    }
}
