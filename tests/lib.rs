//! Flows over HTTP against the built binary; see the test targets.
