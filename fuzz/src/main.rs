//! libFuzzer around one target, which `SILTA_FUZZ_TARGET` names. `fuzz/run` builds and starts it.

#![no_main]

use std::env;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use silta_fuzz::{TARGETS, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = env::var("SILTA_FUZZ_TARGET").unwrap_or_default();
    let found = TARGETS.iter().find(|target| target.name == name);
    *found.unwrap_or_else(|| panic!("SILTA_FUZZ_TARGET names no target: {name:?}"))
});

fuzz_target!(|octets: &[u8]| {
    (TARGET.run)(octets);
});
