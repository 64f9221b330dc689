//! How long a test waits for what must come.

use std::time::Duration;

/// For whatever must come, end or answer.
///
/// All of it takes milliseconds where nothing else runs. Beside programs that take every core, a
/// process may get a twentieth of its time for a while; a loaded machine must never fail a test.
/// Only a test that fails waits this long.
pub const DEADLINE: Duration = Duration::from_mins(2);
