//! How many files and sockets the process may open, and how they are shared out.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the operating system lets this process have open [getrlimit(2): `RLIMIT_NOFILE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Descriptors(usize);

impl Descriptors {
    /// Those of this process: as many as it may give itself.
    pub(crate) fn of_this_process() -> Self {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        // systemd gives 1,024, and 524,288 to who asks: the first is for programs that call select(2).
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
        // macOS calls its hard limit unlimited and refuses it: what was given stays.
        let files = if raised { maximum } else { current };
        Self(files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX))
    }

    /// How many connections of the public listener fit beside everything else, `bound` at most.
    pub(crate) fn for_connections(self, bound: usize) -> usize {
        // Where there are few, half of them is a better share than none.
        let reserve = RESERVE.min(self.0 / 2);
        bound.min(self.0 - reserve).max(1)
    }
}

/// The admin listener's 32 connections, 64 that are accepted and not yet counted, and 96 for listeners,
/// event queues, Redis, AWS, the trace collector, name look-ups and files.
const RESERVE: usize = 192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        assert_eq!(Descriptors(65_535).for_connections(1_500), 1_500);
        assert_eq!(Descriptors(1_024).for_connections(1_500), 832);
        assert_eq!(Descriptors(64).for_connections(1_500), 32);
        assert_eq!(Descriptors(0).for_connections(1_500), 1);
    }

    #[test]
    fn a_process_takes_what_it_may_give_itself() {
        let Descriptors(files) = Descriptors::of_this_process();
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        assert_eq!(current, maximum);
        assert_eq!(current.unwrap_or(u64::MAX), files as u64);
    }
}
