//! The memory of this process holds keys and personal data, and must not lie on a disk.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// From now on the kernel writes no core of this process, neither to a file nor to a program that
/// collects them, and no other process of the same user may read its memory `PR_SET_DUMPABLE(2const)`.
///
/// # Errors
/// When the operating system refuses.
pub(crate) fn forbid() -> io::Result<()> {
    // This alone is not obeyed for programs that collect cores [core(5)].
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use rustix::process::{dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn no_core_is_written_and_nobody_else_may_read_the_memory() {
        forbid().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        let core = getrlimit(Resource::Core);
        assert_eq!((core.current, core.maximum), (Some(0), Some(0)));
    }
}
