//! A memory limit around one process, where this machine lets us make one.

use std::fs;
use std::path::{Path, PathBuf};

/// A control group of our own, below the one that we are in. Dropping it removes it.
#[derive(Debug)]
pub(super) struct MemoryLimit {
    folder: PathBuf,
}

impl MemoryLimit {
    /// A limit of so many octets; nothing where we may not set one.
    pub(super) fn of(octets: u64) -> Option<Self> {
        let ours = fs::read_to_string("/proc/self/cgroup").ok()?;
        let (parent, file) = version_1(&ours).or_else(|| version_2(&ours))?;
        let limit = Self { folder: parent.join(format!("silta-siege-{}", std::process::id())) };
        fs::create_dir_all(&limit.folder).ok()?;
        fs::write(limit.folder.join(file), octets.to_string()).ok()?;
        Some(limit)
    }

    /// The file that takes in the process whose id is written there.
    pub(super) fn door(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        // It is empty, and one that stays harms nobody.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Where a hierarchy of its own keeps memory limits [kernel: cgroup-v1/memory].
fn version_1(ours: &str) -> Option<(PathBuf, &'static str)> {
    let mut found = ours.lines().filter_map(|line| line.split_once(":memory:"));
    let parent = below("/sys/fs/cgroup/memory", found.next()?.1);
    parent.exists().then_some((parent, "memory.limit_in_bytes"))
}

/// Where one hierarchy keeps all limits [kernel: cgroup-v2]. It hands memory down only where no
/// process is beside the groups, or at the root.
fn version_2(ours: &str) -> Option<(PathBuf, &'static str)> {
    let parent = below("/sys/fs/cgroup", ours.lines().find_map(|line| line.strip_prefix("0::"))?);
    fs::write(parent.join("cgroup.subtree_control"), "+memory").ok()?;
    Some((parent, "memory.max"))
}

fn below(root: &str, path: &str) -> PathBuf {
    Path::new(root).join(path.trim_start_matches('/'))
}
