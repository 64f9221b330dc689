//! Who stands behind the load balancer, how they are, and what they were sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::watch;

use super::Rules;

/// The targets, for everybody who changes them or waits for a change.
#[derive(Debug, Default)]
pub(crate) struct Targets(watch::Sender<Table>);

/// All targets there ever were, and whose turn it is.
#[derive(Debug, Default)]
pub(crate) struct Table {
    targets: BTreeMap<SocketAddr, Target>,
    turn: usize,
}

#[derive(Debug)]
struct Target {
    /// Which one of its registrations this is.
    registration: u32,
    state: State,
    /// How many checks in a row spoke against its state.
    against: u32,
    in_flight: usize,
    counts: Counts,
}

/// What a load balancer thinks of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Registered and not checked yet: nobody is sent there.
    Initial,
    /// People are sent there.
    Healthy,
    /// Nobody is sent there until its checks are good again.
    Unhealthy,
    /// Deregistered: nobody is sent there, and nothing is checked.
    Left,
}

/// What a target was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests.
    pub requests: usize,
    /// How many of them the load balancer answered with 502, because the target broke off.
    pub bad_gateways: usize,
    /// How many of them it answered with 504, because the target stayed silent.
    pub gateway_timeouts: usize,
}

/// A request on its way through: it is in flight until this is dropped.
#[derive(Debug)]
pub(crate) struct InFlight {
    targets: Arc<Targets>,
    pub(crate) target: SocketAddr,
}

impl Targets {
    /// One target, which is healthy and is never checked.
    pub(crate) fn only(address: SocketAddr) -> Arc<Self> {
        let targets = Self::default();
        let healthy = Target { state: State::Healthy, ..NEW };
        targets.0.send_modify(|all| all.targets.extend([(address, healthy)]));
        Arc::new(targets)
    }

    /// Registers a target, once more where it left, and returns the number of this registration.
    pub(crate) fn register(&self, address: SocketAddr) -> u32 {
        let mut registration = 0;
        self.0.send_modify(|all| {
            let target = all.targets.entry(address).or_insert(NEW);
            target.registration += 1;
            (target.state, target.against) = (State::Initial, 0);
            registration = target.registration;
        });
        registration
    }

    pub(crate) fn deregister(&self, address: SocketAddr) {
        self.change(address, |target| target.state = State::Left);
    }

    /// Judges a target by a check; `false` when that registration is over.
    pub(crate) fn checked(
        &self,
        address: SocketAddr,
        registration: u32,
        well: bool,
        rules: &Rules,
    ) -> bool {
        let mut current = true;
        self.change(address, |target| {
            current = target.registration == registration && target.state != State::Left;
            if current {
                target.checked(well, rules);
            }
        });
        current
    }

    /// The next healthy target, which from now on has one more request in flight.
    pub(crate) fn next(self: &Arc<Self>) -> Option<InFlight> {
        let mut chosen = None;
        self.0.send_modify(|all| {
            let healthy = all.targets.iter_mut().filter(|(_, one)| one.state == State::Healthy);
            let mut healthy: Vec<_> = healthy.collect();
            let turn = all.turn.checked_rem(healthy.len());
            let Some((address, target)) = turn.map(|turn| &mut healthy[turn]) else { return };
            all.turn = all.turn.wrapping_add(1);
            target.in_flight += 1;
            target.counts.requests += 1;
            chosen = Some(**address);
        });
        chosen.map(|target| InFlight { targets: self.clone(), target })
    }

    pub(crate) fn look<T>(&self, see: impl FnOnce(&Table) -> T) -> T {
        see(&self.0.borrow())
    }

    /// Waits for as long as it takes.
    pub(crate) async fn wait_for(&self, is: impl FnMut(&Table) -> bool) {
        let _ = self.0.subscribe().wait_for(is).await.expect("the sender is ours");
    }

    fn change(&self, address: SocketAddr, change: impl FnOnce(&mut Target)) {
        self.0.send_modify(|all| {
            if let Some(target) = all.targets.get_mut(&address) {
                change(target);
            }
        });
    }
}

impl Table {
    pub(crate) fn state(&self, address: SocketAddr) -> Option<State> {
        self.targets.get(&address).map(|target| target.state)
    }

    pub(crate) fn in_flight(&self, address: SocketAddr) -> usize {
        self.targets.get(&address).map_or(0, |target| target.in_flight)
    }

    pub(crate) fn counts(&self, address: SocketAddr) -> Counts {
        self.targets.get(&address).map(|target| target.counts).unwrap_or_default()
    }
}

impl Target {
    fn checked(&mut self, well: bool, rules: &Rules) {
        if matches!((self.state, well), (State::Healthy, true) | (State::Unhealthy, false)) {
            self.against = 0;
            return;
        }
        self.against += 1;
        let needed = match (self.state, well) {
            // A new target needs one good check, whatever the threshold is.
            (State::Initial, true) => 1,
            (_, true) => rules.healthy,
            (_, false) => rules.unhealthy,
        };
        if self.against >= needed {
            self.state = if well { State::Healthy } else { State::Unhealthy };
            self.against = 0;
        }
    }
}

impl InFlight {
    /// The target broke off, and the client gets 502.
    pub(crate) fn broken(&self) {
        self.targets.change(self.target, |target| target.counts.bad_gateways += 1);
    }

    /// The target stayed silent, and the client gets 504.
    pub(crate) fn silent(&self) {
        self.targets.change(self.target, |target| target.counts.gateway_timeouts += 1);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.targets.change(self.target, |target| target.in_flight -= 1);
    }
}

const NEW: Target = Target {
    registration: 0,
    state: State::Initial,
    against: 0,
    in_flight: 0,
    counts: Counts { requests: 0, bad_gateways: 0, gateway_timeouts: 0 },
};
