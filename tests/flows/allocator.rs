//! The allocator of the built binary.

use silta_testkit::silta;

/// The allocator itself says at the end by what options it ran, when it is asked to.
#[test]
fn the_binary_has_an_allocator_that_gives_memory_back_within_a_second() {
    let asked = [("_RJEM_MALLOC_CONF", "stats_print:true".to_owned())];
    let output = silta::run_with(&["--version"], &asked);
    let said = String::from_utf8(output.stderr).unwrap();
    for option in [
        "opt.background_thread: true (background_thread: true)",
        "opt.dirty_decay_ms: 1000 (arenas.dirty_decay_ms: 1000)",
        "opt.muzzy_decay_ms: 0 (arenas.muzzy_decay_ms: 0)",
        "opt.narenas: 2",
    ] {
        assert!(said.lines().any(|line| line.trim() == option), "no {option:?} in: {said}");
    }
}
