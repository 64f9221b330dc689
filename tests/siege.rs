//! One hostile machine against one replica in a memory limit, while honest people log in: who is
//! lost, how long an answer waits, and what is left of it a minute later.

mod apart;
mod deployment;
mod figures;
mod honest;
mod hostile;
mod memory;
mod proxy;
mod rows;

use std::path::PathBuf;
use std::sync::Arc;

use self::deployment::Deployment;
pub use self::figures::Figures;
use self::honest::{Phase, Users};
pub use self::proxy::{PROXY, proxy};
pub use self::rows::Row;

/// How hard a siege is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A minute or two for each row, against a release binary on a machine with nothing else to do.
    Full,
    /// Seconds for each row, against any binary: fewer of everything. Who is lost and what is answered is
    /// judged, times and memory are printed.
    Short,
}

/// How people and the hostile machine come to the replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Each from an address of its own.
    Direct,
    /// All through one proxy that is in `trusted_proxies`.
    Proxy,
}

/// The binary under siege.
#[derive(Debug)]
pub struct Subject {
    /// Where it is.
    pub binary: PathBuf,
    /// Whether its configuration has `trusted_proxies`: older ones had not.
    pub knows_proxies: bool,
}

impl Form {
    fn of<T>(self, full: T, short: T) -> T {
        match self {
            Self::Full => full,
            Self::Short => short,
        }
    }
}

/// Lays siege: some honest logins while it is quiet, then the attack of `row` beside more of them,
/// then at most a minute in which memory is to come back. Needs a runtime with several threads.
///
/// # Panics
/// When the replica does not start.
pub async fn lay(row: Row, way: Way, form: Form, subject: &Subject) -> Figures {
    apart::leave_first_core();
    let deployment = Arc::new(Deployment::start(&row.needs(form), way, subject));
    let people = Users::come(&deployment);
    people.wait_for(form.of(100, 20)).await;
    let start = deployment.resident();
    deployment.forget_peak();
    let (target, clock) = (deployment.clone(), people.clock());
    let attack = move || async move { row.attack(&target, form, &clock).await };
    let sent = apart::on_another_machine(attack).await;
    people.clock().now(Phase::After);
    let (after, back) = deployment.wait_for_memory(start, sent.open).await;
    let peak = deployment.peak();
    let visits = people.go_home().await;
    let memory = figures::Memory { start, peak, after, back, died: deployment.died() };
    Figures::of((row, way, form), &deployment, sent, &visits, memory)
}
