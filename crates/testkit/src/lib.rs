//! Peers, forgeries, clocks and conformance suites for tests
